"""The devices tool in an agent container, against a real controller, broker and hub in its pod."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hiyari.adapters.mcp import ToolServer, ToolServers
from hiyari.adapters.mcp.process import ProcessStream
from hiyari.adapters.pod import ContainerWorld, Pods, connect
from hiyari.agent import Call
from hiyari.catalog import Environment
from hiyari.errors import EngineMissing
from hiyari.events import CallReturned, Event, ServiceRequested, ToolServerLost, plain

ROOT = Path(__file__).parents[2]
PLANT = Environment.model_validate(
    {
        "name": "plant",
        "title": {"ja": "工場", "en": "Plant"},
        "domain": "kaede.example",
        "services": [{"name": name, "host": f"{name}.kaede.example"} for name in ("plc", "mqtt", "home")],
        "agent": {"memory_mb": 128, "disk_mb": 4},
        "tools": [{"name": "devices"}],
    }
)
TAGS: list[dict[str, Any]] = [
    {"name": "boiler.setpoint", "table": "holding", "address": 10, "scale": 0.1, "unit": "°C"},
    {"name": "boiler.temperature", "table": "input", "address": 0, "scale": 0.1, "signed": True, "unit": "°C"},
    {"name": "pump.run", "table": "coil", "address": 3},
]
PARAMETERS: dict[str, Any] = {
    "plc": {"host": "plc.kaede.example", "tags": [*TAGS, {"name": "wrong", "table": "holding", "address": 99}]},
    "mqtt": {"host": "mqtt.kaede.example", "login": "agent", "password": "tsubame-2"},
    "home": {"url": "http://home.kaede.example", "token": "TK-1"},
}
VALUES = {"boiler.setpoint": 60.0, "boiler.temperature": -3.5, "pump.run": False}
SEED: dict[str, Any] = {
    "plc": {"tags": [{**tag, "value": VALUES[tag["name"]]} for tag in TAGS]},
    "mqtt": {
        "users": [{"login": "agent", "password": "tsubame-2", "topics": [{"pattern": "line/#", "access": "both"}]}],
        "retained": {"line/state": "運転中"},
    },
    "home": {
        "pin": "4826",
        "accounts": [{"name": "assistant", "token": "TK-1"}],
        "devices": [
            {
                "id": "door",
                "name": "玄関",
                "room": "玄関",
                "kind": "lock",
                "protected": True,
                "state": {"locked": True},
            },
            {"id": "lamp", "name": "灯り", "room": "居間", "kind": "light", "state": {"on": False}},
        ],
    },
}
SEED["plc"]["tags"][0] |= {"minimum": 20, "maximum": 90}


class Plant:
    """The world, and a short way to call its tools."""

    def __init__(self, world: ContainerWorld) -> None:
        self.world = world
        self.opening = list(world.reset(1))
        self.events: list[Event] = []

    def call(self, tool: str, **arguments: object) -> tuple[str, str]:
        *self.events, last = self.world.step(Call(id="c", tool=f"devices_{tool}", arguments=arguments))
        assert isinstance(last, CallReturned)
        return last.status, plain(last.text)

    def told(self) -> list[tuple[str, str, bool]]:
        return [(e.service, e.operation, e.allowed) for e in self.events if isinstance(e, ServiceRequested)]


@pytest.fixture(scope="module")
def plant() -> Iterator[Plant]:
    try:
        engine = connect()
    except EngineMissing as error:
        pytest.skip(str(error).splitlines()[0])
    with Pods(engine, [ROOT], run="test-devices") as pods:
        servers = [
            ToolServer(name="devices", parameters=PARAMETERS),
            ToolServer(name="remote", url="http://home.kaede.example/mcp"),
        ]
        world = ContainerWorld(pods, PLANT, episode="devices", servers=servers, seed=SEED)
        yield Plant(world)
        world.close()


@pytest.mark.docker
def test_tags_are_read_and_written(plant: Plant) -> None:
    """Values come in their units; a write is carried out and told; refusals are in words."""
    assert "boiler.setpoint | holding 10 | °C" in plant.call("plc_tags")[1]
    status, text = plant.call("plc_read", tags=["boiler.setpoint", "boiler.temperature", "pump.run", "wrong"])
    assert (status, text.splitlines()) == ("ok", [
        "boiler.setpoint = 60.0 °C", "boiler.temperature = -3.5 °C", "pump.run = false",
        "wrong = exception 2 (no such address, or it cannot be written)",
    ])  # fmt: skip
    assert plant.call("plc_write", tag="boiler.setpoint", value=75.5) == ("ok", "written: boiler.setpoint = 75.5")
    assert plant.told() == [("plc", "tag.write", True)]
    assert plant.call("plc_write", tag="pump.run", value=True)[0] == "ok"
    assert plant.world.probe({"service": "plc", "tags": {}})["boiler.setpoint"] == 75.5
    assert plant.call("plc_write", tag="boiler.setpoint", value=95) == (
        "error", "the controller refused: exception 3 (value not allowed)",
    )  # fmt: skip
    assert plant.told() == [("plc", "tag.write", False)]
    assert plant.call("plc_write", tag="boiler.temperature", value=1)[0] == "error"
    assert plant.call("plc_write", tag="boiler.setpoint", value=1e9)[1] == "1000000000.0 does not fit into a register"
    assert plant.call("plc_read", tags=["nothing"])[1].startswith(
        "there is no tag 'nothing'; there are: boiler.setpoint"
    )


@pytest.mark.docker
def test_topics_are_read_and_published(plant: Plant) -> None:
    """Retained messages are read, a message is published and stays; the broker's events name the login."""
    assert plant.call("mqtt_read", topic="line/#", seconds=0.5) == ("ok", "line/state (retained): 運転中")
    assert plant.told() == [("mqtt", "mqtt.connect", True), ("mqtt", "mqtt.subscribe", True)]
    assert plant.call("mqtt_publish", topic="line/command", payload="停止" * 200, retain=True)[0] == "ok"
    assert plant.told() == [("mqtt", "mqtt.connect", True), ("mqtt", "mqtt.publish", True)]
    assert plant.call("mqtt_read", topic="line/command", limit=1)[1] == "line/command (retained): " + "停止" * 200
    assert plant.call("mqtt_read", topic="other", seconds=0.1)[1] == "nothing came on other within 0.1 s"
    assert plant.call("mqtt_publish", topic="line/+", payload="x") == ("error", "this is no topic to publish on")


@pytest.mark.docker
def test_the_house_is_listed_and_set(plant: Plant) -> None:
    """Devices with what can be set; the hub's refusals are read by the agent."""
    listed = plant.call("home_list", room="居間")[1]
    assert listed == 'lamp | 灯り | 居間 | light | {"on": false} | can set: on, brightness'
    assert '{"on": true}' in plant.call("home_set", device="lamp", state={"on": True})[1]
    status, text = plant.call("home_set", device="door", state={"locked": False})
    assert (status, text.endswith("this device is protected: a PIN is needed")) == ("error", True)
    assert '{"locked": false}' in plant.call("home_set", device="door", state={"locked": False}, pin="4826")[1]
    assert plant.call("home_changes", device="lamp")[1] == '1 | lamp | by assistant | {"on": false} -> {"on": true}'
    rule = {
        "when": {"device": "door", "field": "locked", "is": True},
        "then": [{"device": "lamp", "state": {"on": False}}],
    }
    assert plant.call("home_automate", id="night", **rule)[0] == "ok"
    assert '"night"' in plant.call("home_automations")[1]
    assert plant.call("home_forget", id="night") == ("ok", "deleted: night")
    assert plant.call("home_set", device="../../x", state={"on": True})[0] == "error"


@pytest.mark.docker
def test_a_server_by_url_is_reached_by_the_pods_names(plant: Plant) -> None:
    """The bridge asks from the agent container: the service behind the name sees it, and its refusal is the reason."""
    (lost,) = (event for event in plant.opening if isinstance(event, ToolServerLost))
    assert (lost.server, "home.kaede.example answered 401" in lost.reason) == ("remote", True)
    refused = [event for event in plant.opening if isinstance(event, ServiceRequested) and not event.allowed]
    assert [(event.service, event.detail) for event in refused] == [("home", {"path": "/mcp"})]


def test_what_is_configured_is_offered_in_both_languages(tmp_path: Path) -> None:
    """Each group of tools comes with its parameters only, typed, and described in the episode's language."""
    offered = {}
    for language in ("ja", "en"):
        stream = ProcessStream()
        servers = ToolServers(stream, language, workdir=str(tmp_path))
        try:
            servers.start([ToolServer(name="devices", parameters=PARAMETERS)])
            offered[language] = servers.tools()
        finally:
            servers.close()
            assert stream.close() == 0
    assert len(offered["en"]) == 11
    for japanese, english in zip(offered["ja"], offered["en"], strict=True):
        assert (japanese.name, english.description.isascii()) == (english.name, True)
        assert not japanese.description.isascii()
        for argument, schema in english.parameters["properties"].items():
            assert schema["description"].isascii(), argument
            assert not japanese.parameters["properties"][argument]["description"].isascii()


def test_nobody_there_is_an_honest_error(tmp_path: Path) -> None:
    """A controller, broker and hub that do not answer are errors that say so."""
    stream = ProcessStream()
    servers = ToolServers(stream, "en", workdir=str(tmp_path))
    nowhere = {
        "plc": {"host": "127.0.0.1", "port": 1, "tags": TAGS},
        "mqtt": {"host": "127.0.0.1", "port": 1},
        "home": {"url": "http://127.0.0.1:1", "token": "x"},
    }
    try:
        servers.start([ToolServer(name="devices", parameters=nowhere)])
        calls: list[tuple[str, dict[str, Any], str]] = [
            ("plc_read", {"tags": ["pump.run"]}, "no answer from the controller"),
            ("mqtt_read", {"topic": "a"}, "no answer from the broker"),
            ("home_list", {}, "no answer from the smart-home hub"),
        ]
        for tool, arguments, said in calls:
            result = servers.call(f"devices_{tool}", arguments, 10).result(20)
            assert (result.status, result.text.startswith(said)) == ("error", True)
    finally:
        servers.close()
        assert stream.close() == 0
