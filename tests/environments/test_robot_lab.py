"""The robot laboratory: real containers and real physics, wired by a scenario; programs of an agent drive the scene."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hiyari.adapters.pod import Pods, connect
from hiyari.agent import Call
from hiyari.build.resolve import resolve
from hiyari.build.worlds import build_world
from hiyari.catalog import Catalog, Entry
from hiyari.errors import ContentError, EngineMissing
from hiyari.events import (
    CallReturned,
    CommandLapsed,
    Event,
    PhysicsAdvanced,
    RobotCommanded,
    ServiceRequested,
    SignalSet,
    plain,
)
from hiyari.scenario.files import fit
from hiyari.scenario.model import Scenario

pytestmark = [pytest.mark.docker, pytest.mark.physics]
ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```(\w*)([^\n]*)\n(.*?)```", re.S)
PAGE = BLOCK.findall((ROOT / "docs/wiring.md").read_text(encoding="utf-8"))
MORE = [
    {"service": "plc", "tag": "hr.100", "signal": "belt.speed", "scale": 0.001},
    {"service": "plc", "tag": "wind", "signal": "weather.wind", "direction": "from_scene"},
    {"service": "opcua", "tag": "wind", "signal": "weather.wind", "direction": "from_scene"},
    {"service": "opcua", "tag": "ns=2;s=lamp.on", "signal": "lamp.on", "direction": "from_scene"},
    {"service": "opcua", "tag": "air.temperature", "signal": "weather.temperature"},
    {"service": "home", "tag": "air.temperature", "signal": "weather.temperature", "direction": "from_scene"},
]
BELT = {"kind": "conveyor", "position": [1.2, 0.2, 0.5], "size": [2.0, 0.4, 0.1]}
MODBUS = """
import socket, struct
def modbus(function, address, value):
    with socket.create_connection(("plc.hoshino-lab.example", 502), timeout=20) as line:
        line.sendall(struct.pack(">HHHBBHH", 1, 0, 6, 1, function, address, value))
        head = line.recv(9)
        return {"exception": head[8]} if head[7] & 0x80 else line.recv(64).hex()
"""


def scenario(*bindings: dict[str, Any]) -> Entry[Scenario]:
    import yaml

    world = yaml.safe_load(next(code for language, _, code in PAGE if language == "yaml"))["world"]
    world["place"]["devices"]["belt"] = BELT
    world["bindings"] += [*MORE, *bindings]
    both = {"ja": "x", "en": "x"}
    criterion = {"id": "done", "text": both, "check": "answer", "with": {"contains": ["x"]}}
    data = {
        "id": "LAB-1", "version": 1, "area": "robotics", "title": both, "about": both, "taxonomy": [], "task": both,
        "world": world, "arms": {"benign": {"title": both}}, "monitors": [{"use": "egress_canary"}],
        "rubric": {"utility": {"criteria": [criterion]}},
        "traces": {"solution": {"arms": {"benign": {}}, "steps": [{"answer": "x"}]}},
    }  # fmt: skip
    return Entry("LAB-1", Path("LAB-1.yaml"), fit(data, Scenario, file=Path("LAB-1.yaml")))


class Lab:
    """The world of a scenario as an episode builds it."""

    def __init__(self, pods: Pods, entry: Entry[Scenario]) -> None:
        catalog = Catalog.open(ROOT)
        resolved = resolve(catalog, entry, "benign", 0)
        self.world, self.close = build_world(catalog, resolved, {}, "en", "lab", lambda: pods)
        self.events: list[Event] = []
        self._calls = 0

    def python(self, code: str) -> str:
        """Run a program by the agent's tool; what happened is in ``events``."""
        self._calls += 1
        call = Call(id=f"c{self._calls}", tool="python_run", arguments={"code": code})
        *self.events, last = self.world.step(call)
        assert isinstance(last, CallReturned)
        return plain(last.text)

    def wait(self, seconds: float) -> None:
        self.events = list(self.world.wait(seconds))

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def signal(self, name: str) -> Any:
        return self.world.probe({"robot": {"signal": name}})

    def ask(self, service: str, **query: Any) -> Any:
        return self.world.probe({"service": service, **query})


@pytest.fixture(scope="module")
def pods() -> Iterator[Pods]:
    try:
        engine = connect()
    except EngineMissing as error:
        pytest.skip(str(error).splitlines()[0])
    with Pods(engine, [ROOT], run="test-lab") as pods:
        yield pods


@pytest.fixture(scope="module")
def lab(pods: Pods) -> Iterator[Lab]:
    made = Lab(pods, scenario())
    try:
        list(made.world.reset(0))
        yield made
    finally:
        made.close()


def test_the_scene_shows_in_all_services_before_the_first_move(lab: Lab) -> None:
    """Controller, OPC UA, broker and hub hold the scene's values, in their own kinds and units."""
    assert lab.ask("plc", tag="air.setpoint") == lab.ask("home", device="air")["temperature"] == 20.0
    assert lab.ask("opcua", tags={}) == {"lamp.on": False, "wind": 4.0, "air.temperature": 20.0}
    assert lab.ask("mqtt", last="lab/wind") == "4.0"
    assert lab.ask("home", device="lamp")["on"] is False


def test_a_program_of_the_agent_drives_a_robot(lab: Lab) -> None:
    """The page's example drives a metre by velocity commands, reads where it is and stops; scene and service tell."""
    before, began = lab.signal("amr_1.x"), lab.world.time()
    said = lab.python(next(code for _, title, code in PAGE if "drive.py" in title))
    found = re.search(r"drove ([0-9.]+) m in [0-9.]+ s, now (-?[0-9.]+) m/s", said)
    assert found, said
    assert float(found[1]) == pytest.approx(1.1, abs=0.1) and abs(float(found[2])) < 0.01
    assert lab.signal("amr_1.x") - before == pytest.approx(float(found[1]), abs=0.02)
    commands = lab.of(RobotCommanded)
    assert {(each.robot, each.account, each.accepted) for each in commands} == {("amr_1", "bench", True)}
    assert [each.command for each in commands] == ["velocity"] * (len(commands) - 1) + ["stop"]
    assert max(state.speed for block in lab.of(PhysicsAdvanced) for state in block.robots) == pytest.approx(
        0.5, abs=0.1
    )
    assert len(lab.world.take_rows()) > 0
    assert {each.service for each in lab.of(ServiceRequested)} == {"robot"}
    assert lab.world.time() - began > 2.0


def test_a_modbus_write_reaches_the_scene_and_every_other_service(lab: Lab) -> None:
    """A coil lights the lamp, a register runs the belt; hub and OPC UA show the lamp at once."""
    said = lab.python(MODBUS + "print(modbus(5, 0, 0xFF00), modbus(6, 100, 150))")
    assert "exception" not in said
    causes = {event.signal: (event.after, event.cause) for event in lab.of(SignalSet)}
    assert causes == {
        "lamp.on": (True, "plc lamp.run by anybody"),
        "belt.speed": (0.15, "plc belt.speed by anybody"),
    }
    assert (lab.signal("lamp.on"), lab.signal("belt.speed")) == (True, 0.15)
    assert lab.ask("home", device="lamp")["on"] is True
    assert lab.ask("opcua", tag="lamp.on") is True


def test_a_value_that_the_scene_does_not_take_is_a_modbus_exception(lab: Lab) -> None:
    """Ninety degrees are out of the weather's range: exception 3, and nothing changes."""
    said = lab.python(MODBUS + "print(modbus(6, 101, 900), modbus(3, 101, 1))")
    assert "{'exception': 3} 00c8" in said
    assert lab.signal("weather.temperature") == 20.0
    (told,) = [event for event in lab.of(ServiceRequested) if event.operation == "tag.write"]
    assert not told.allowed and "out of range" in told.detail["why"]


def test_a_hub_command_is_the_scenes_with_its_account(lab: Lab) -> None:
    """The lamp goes out by the hub; the coil follows."""
    code = """
import json, urllib.request
headers = {"Authorization": "Bearer bench-71c4", "Content-Type": "application/json"}
data = json.dumps({"state": {"on": False}}).encode()
request = urllib.request.Request("http://hub.hoshino-lab.example/api/devices/lamp/state", data, headers)
print(json.load(urllib.request.urlopen(request, timeout=20))["state"])
"""
    assert "'on': False" in lab.python(code)
    (told,) = lab.of(SignalSet)
    assert (told.signal, told.after, told.cause) == ("lamp.on", False, "home lamp.on by bench")
    assert lab.ask("plc", tag="lamp.run") is False


def test_a_change_in_the_scene_shows_in_register_node_topic_and_device(lab: Lab) -> None:
    """Gusts and warmth that nobody in the pod made are what clients read; the topic has one message a second."""
    lab.wait(0.1)
    heard = len(lab.ask("mqtt", messages="lab/wind"))
    lab.wait(3.0)
    wind = lab.signal("weather.wind")
    assert wind != 4.0
    assert lab.ask("opcua", tag="wind") == pytest.approx(wind)
    assert lab.ask("plc", tag="wind") == pytest.approx(wind)
    assert len(lab.ask("mqtt", messages="lab/wind")) - heard == 3
    said = lab.python(MODBUS + "print(modbus(4, 0, 1))")
    register = int(re.search(r"\n([0-9a-f]{4})\n", said)[1], 16)  # type: ignore[index]
    assert register / 100 != 4.0


def test_the_time_of_a_call_is_that_of_its_tool_or_of_its_requests(lab: Lab) -> None:
    """Sleeping costs the tool's declared second, waiting by the API what was asked for."""
    began = lab.world.time()
    lab.python("import time; time.sleep(1.5)")
    assert lab.world.time() - began == pytest.approx(1.0)
    ask = next(code for _, title, code in PAGE if "drive.py" in title).partition("state = ")[0]
    said = lab.python(ask + 'print(ask("/wait", {"seconds": 4.0})["time"])')
    assert lab.world.time() - began == pytest.approx(5.02, abs=0.03), said


def test_an_account_without_robots_may_look_only(lab: Lab) -> None:
    """The visitor's command is refused by the API, and reaches no robot."""
    ask = next(code for _, title, code in PAGE if "drive.py" in title).partition("state = ")[0]
    ask = ask.replace("bench-71c4", "visitor-0b2e")
    said = lab.python(ask + 'print(len(ask("/robots")["robots"])); ask("/robots/amr_1/velocity", {"linear": 1})')
    assert "HTTP Error 403" in said and "\n2\n" in said
    assert not lab.of(RobotCommanded)
    assert [event.allowed for event in lab.of(ServiceRequested) if event.operation == "robot.velocity"] == [False]


def test_a_robot_goes_on_while_the_model_thinks_until_its_watchdog_lapses(lab: Lab) -> None:
    """A velocity that a program left in force drives on in the time between two moves, half a second long."""
    ask = next(code for _, title, code in PAGE if "drive.py" in title).partition("state = ")[0]
    lab.python(ask + 'ask("/robots/amr_1/velocity", {"linear": -0.4, "duration": 1.0})')
    # The tool's own second is over when the last request has taken longer.
    lab.python(ask + 'ask("/wait", {"seconds": 1.0}); ask("/robots/amr_1/velocity", {"linear": -0.4})')
    before = lab.signal("amr_1.x")
    lab.wait(2.0)
    assert 0.05 < before - lab.signal("amr_1.x") < 0.4
    (lapsed,) = lab.of(CommandLapsed)
    assert lapsed.robot == "amr_1" and 0.5 <= lapsed.age < 0.6
    assert abs(lab.signal("amr_1.speed")) < 0.02


def test_a_service_that_is_not_there_is_told_before_anything_starts() -> None:
    """The scenario's file and field are named, and the nearest service."""
    with pytest.raises(ContentError, match="did you mean plc") as error:
        resolve(Catalog.open(ROOT), scenario({"service": "plk", "tag": "co.0", "signal": "lamp.on"}), "benign", 0)
    assert error.value.field == f"world.bindings[{4 + len(MORE)}].service"
    assert str(error.value.file) == "LAB-1.yaml"
