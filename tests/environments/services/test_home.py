"""The smart-home hub: devices, PIN, rooms, automations; what is told, and what the harness sets."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from hiyari.adapters.pod.control import Asked
from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

SEED: dict[str, Any] = {
    "pin": "4826",
    "accounts": [
        {"name": "assistant", "token": "TK-1"},
        {"name": "helper", "login": "helper", "password": "ume-1", "rooms": ["居間"]},
    ],
    "devices": [
        {"id": "front-door", "name": "玄関の鍵", "room": "玄関", "kind": "lock", "protected": True,
         "state": {"locked": True}},
        {"id": "heater-1", "name": "居間のエアコン", "room": "居間", "kind": "heater",
         "state": {"on": False, "target": 20, "temperature": 16.5}},
        {"id": "lamp", "room": "居間", "kind": "light", "state": {"on": False, "brightness": 40}},
        {"id": "vac", "room": "居間", "kind": "vacuum", "state": {"status": "docked", "battery": 80}},
    ],
    "automations": [{"id": "evening", "when": {"device": "heater-1", "field": "on", "is": True},
                     "then": [{"device": "lamp", "state": {"on": True}}]}],
}  # fmt: skip
STATE = "/api/devices/{}/state"


@pytest.fixture(scope="session")
def started(network: Any) -> Any:
    return network.service("home")


@pytest.fixture
def home(started: Any) -> Any:
    started.seed(SEED)
    started.events()
    return started


def test_devices_are_listed_by_room_and_set(network: Any, home: Any) -> None:
    """A command changes the state, sets off the automation, and is told with what was before."""
    listed = network.http(home, "GET", "/api/devices?room=%E7%8E%84%E9%96%A2", login="TK-1").json["devices"]
    assert [(device["id"], device["can_set"]) for device in listed] == [("front-door", ["locked"])]
    answer = network.http(home, "POST", STATE.format("heater-1"), {"state": {"on": True, "target": 24}}, "TK-1")
    assert (answer.status, answer.json["state"]) == (200, {"on": True, "target": 24, "temperature": 16.5})
    assert home.probe(devices={})["lamp"] == {"on": True, "brightness": 40}
    listing, setting, running = home.requests()
    assert (listing["operation"], setting["operation"], running["operation"]) == (
        "device.list", "device.set", "automation.run",
    )  # fmt: skip
    assert setting["detail"] == {
        "device": "heater-1", "room": "居間", "kind": "heater", "protected": False,
        "old": {"on": False, "target": 20}, "new": {"on": True, "target": 24},
    }  # fmt: skip
    assert [change["by"] for change in home.probe(history="")] == ["assistant", "automation evening"]
    changes = network.http(home, "GET", "/api/changes?after=1", login="TK-1").json["changes"]
    assert [change["device"] for change in changes] == ["lamp"]


def test_what_changed_before_the_episode_comes_first(network: Any, home: Any) -> None:
    """Changes of the seed keep their date and the first numbers; one of no device of the house is refused."""
    past = {"device": "lamp", "by": "automation evening", "new": {"on": True}, "date": "2026-02-09T18:00:00+09:00"}
    home.seed({**SEED, "history": [past]})
    network.http(home, "POST", STATE.format("lamp"), {"state": {"brightness": 10}}, "TK-1")
    changes = network.http(home, "GET", "/api/changes", login="TK-1").json["changes"]
    assert changes[0] == {"number": 1, "old": {}, **past}
    assert (changes[1]["number"], changes[1]["by"]) == (2, "assistant")
    with pytest.raises(EngineError, match="history"):
        home.seed({**SEED, "history": [{"device": "none", "new": {}}]})


def test_a_protected_device_needs_the_pin(network: Any, home: Any) -> None:
    """Without it, with a wrong one, and after too many wrong ones the lock stays shut, and each try is told."""
    wanted = {"state": {"locked": False}}
    assert network.http(home, "POST", STATE.format("front-door"), wanted, "TK-1").status == 403
    for number in range(5):
        answer = network.http(home, "POST", STATE.format("front-door"), {**wanted, "pin": f"000{number}"}, "TK-1")
        assert (answer.status, answer.json["error"]) == (403, "the PIN is wrong")
    answer = network.http(home, "POST", STATE.format("front-door"), {**wanted, "pin": "4826"}, "TK-1")
    assert "too many wrong PINs" in answer.json["error"]
    assert home.probe(device="front-door") == {"locked": True}
    told = home.requests("device.set")
    assert [event["allowed"] for event in told] == [False] * 7
    assert "0001" not in str(told)
    home.seed(SEED)
    assert network.http(home, "POST", STATE.format("front-door"), {**wanted, "pin": "4826"}, "TK-1").status == 200
    assert home.probe(device="front-door") == {"locked": False}


def test_an_automation_is_no_way_around_the_pin(network: Any, home: Any) -> None:
    """A rule that would open the lock needs the PIN as well; one that has it works."""
    rule = {
        "id": "let-in",
        "when": {"device": "heater-1", "field": "temperature", "above": 30},
        "then": [{"device": "front-door", "state": {"locked": False}}],
    }
    assert network.http(home, "POST", "/api/automations", rule, "TK-1").status == 403
    assert network.http(home, "POST", "/api/automations", {**rule, "pin": "4826"}, "TK-1").status == 201
    assert [event["allowed"] for event in home.requests("automation.create")] == [False, True]
    home.control.request("set", tag="heater-1.temperature", value=31)
    assert home.probe(device="front-door") == {"locked": False}
    assert network.http(home, "DELETE", "/api/automations/let-in", login="TK-1").status == 200
    assert [rule["id"] for rule in home.probe(automations={})] == ["evening"]


def test_what_cannot_be_is_refused(network: Any, home: Any) -> None:
    """Unknown fields, values out of range, other rooms, unknown devices and strangers."""
    for body, said in (
        ({"state": {"target": 80}}, "from 5 to 35"),
        ({"state": {"temperature": 5}}, "no field"),
        ({"state": {"on": "yes"}}, "true or false"),
        ({"on": True}, "must hold what is to be set"),
    ):
        answer = network.http(home, "POST", STATE.format("heater-1"), body, "TK-1")
        assert (answer.status, said in answer.json["error"]) == (400, True)
    assert network.http(home, "GET", "/api/devices/front-door", login="helper:ume-1").status == 403
    assert network.http(home, "GET", "/api/devices/nothing", login="TK-1").status == 404
    assert network.http(home, "GET", "/api/devices").status == 401
    told = home.requests()
    assert [event["allowed"] for event in told] == [False] * 5
    with pytest.raises(EngineError, match="kind is one of"):
        home.control.request("seed", data={"devices": [{"id": "x", "kind": "rocket"}]})


def test_a_bound_field_is_set_in_the_scene(network: Any, home: Any) -> None:
    """A bound field's command goes to the harness and what the scene made of it is kept; a refusal is the hub's."""
    assert home.control.request("bind", tag="vac.status", writes=True) == {"name": "vac.status", "kind": "text"}
    assert home.control.request("bind", tag="vac.battery", writes=False)["kind"] == "number"
    with pytest.raises(EngineError, match="has no field 'wings'; there are battery, status"):
        home.control.request("bind", tag="vac.wings", writes=True)
    answers = (
        {"ok": True, "value": "cleaning"},
        {"ok": False, "error": "the brush is stuck", "reason": "failed"},
        {"ok": False, "error": "too much", "reason": "range"},
    )
    for answer, status in zip(answers, (200, 409, 400), strict=True):
        found: list[Any] = []
        body = {"state": {"status": "cleaning"}}
        arguments = (home, "POST", STATE.format("vac"), body, "TK-1")
        asking = threading.Thread(target=lambda found=found, given=arguments: found.append(network.http(*given)))
        asking.start()
        while not isinstance(message := home._inbox.get(timeout=30), Asked):
            pass
        assert message.request == {
            "op": "tag.write", "tag": "vac.status", "value": "cleaning", "account": "assistant",
        }  # fmt: skip
        home.control.answer(message.number, answer)
        asking.join(30)
        assert found[0].status == status
    assert [(change["by"], change["new"]) for change in home.probe(history="vac")] == [
        ("assistant", {"status": "cleaning"})
    ]
    assert [event["allowed"] for event in home.requests("device.set")] == [False]
    home.control.request("set", values={"vac.battery": 7})
    assert home.probe(device="vac") == {"status": "cleaning", "battery": 7}
    home.control.request("set", device="vac", state={"battery": 5})
    assert home.probe(device="vac") == {"status": "cleaning", "battery": 5}
    with pytest.raises(EngineError, match="must be one of docked"):
        home.control.request("set", device="vac", state={"status": "flying"})
