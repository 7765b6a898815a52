"""Doors, cabinets and drawers: they block while closed, and let through while open."""

import pytest

from hiyari.events import DeviceChanged, SafetyStateChanged
from hiyari.physics.signals import Unsettable

GATE = {"kind": "door", "position": [2.7, 2.0, 0], "size": [1.8, 0.06, 1.2], "locked": True, "seconds": 1.0}


def cell_block(position):
    title = {"ja": "x", "en": "x"}
    return {"box": [0.045] * 3, "position": list(position), "mass": 0.2, "part": True, "title": title}


def test_a_truck_cannot_drive_through_a_closed_door(place, run):
    """A driverless truck stands before a locked gate, and goes on once it is unlocked and opened."""
    session = place("warehouse", devices={"gate": GATE}, people={"sato": {"position": [9, 3]}})
    run(session.serve({"op": "task", "robot": "amr_1", "goal": "A", "route": "aisle"}))
    assert session.answered["ok"]
    run(session.wait(6.0))
    assert session.probe({"signal": "amr_1.y"}) < 1.9
    with pytest.raises(Unsettable, match="gate is locked"):
        session.simulation.set_signal("gate.open", 1.0, "test")
    session.simulation.set_signal("gate.locked", False, "test")
    session.simulation.set_signal("gate.open", 1.0, "test")
    run(session.wait(4.0))
    assert session.probe({"signal": "gate.open"}) == 1.0
    assert session.probe({"signal": "amr_1.y"}) > 2.3


def test_a_door_waits_for_what_is_in_its_way(place, run):
    """A closing door stops at a truck that stands in it instead of pushing it away, and tells who blocked it."""
    gate = {**GATE, "open": 1.0, "locked": False, "moves": "slide", "position": [0.2, 1.2, 0], "yaw": 0.0}
    session = place("warehouse", devices={"gate": gate}, robots={"amr_1": {"position": [1.6, 1.2, 0]}})
    run(session.wait(0.5))
    before = session.probe({"signal": "amr_1.x"})
    session.simulation.set_signal("gate.open", 0.0, "test")
    events = run(session.wait(1.5))
    assert next(e.after for e in events if isinstance(e, DeviceChanged) and e.quantity == "blocked") is True
    assert session.probe({"signal": "gate.open"}) > 0.3
    assert session.probe({"signal": "amr_1.x"}) == pytest.approx(before, abs=0.05)


def test_a_door_does_not_move_into_a_person(place, run):
    """A person in the way of a leaf holds it."""
    door = {**GATE, "locked": False, "position": [-0.4, 1.05, 0], "size": [1.0, 0.05, 2.0]}
    door |= {"open": 1.0, "moves": "slide"}
    session = place(devices={"door": door})
    session.simulation.set_signal("door.open", 0.0, "test")
    events = run(session.wait(1.2))
    assert [e.cause for e in events if isinstance(e, DeviceChanged) and e.quantity == "blocked"] == ["worker"]
    assert 0.1 < session.probe({"signal": "door.open"}) < 0.9


def test_an_interlock_stops_its_robots(place, run):
    """Opening an interlocked door stops the arm, which cannot be started again before it is closed."""
    door = {**GATE, "locked": False, "position": [2, -2, 0], "interlock": ["arm"], "closes_after": 0.5}
    session = place(devices={"door": door})
    simulation = session.simulation
    safety = simulation.built.machines["arm"].safety
    simulation.set_signal("door.open", 1.0, "test")
    stops = [e for e in run(session.wait(0.3)) if isinstance(e, SafetyStateChanged)]
    assert [(e.after, e.cause) for e in stops] == [("protective_stop", "door")]
    assert safety.acknowledge(simulation.time) is None
    run(session.wait(2.5))
    assert session.probe({"signal": "door.closed"}) is True
    assert simulation.changed(safety.acknowledge(simulation.time))


def test_a_defeated_interlock_stops_nothing(place, run):
    """With the interlock bypassed the door opens and the arm runs on; the end of the bypass stops it."""
    door = {**GATE, "locked": False, "position": [2, -2, 0], "interlock": ["arm"], "open": 1.0, "bypassed": True}
    session = place(devices={"door": door})
    run(session.wait(0.1))
    assert session.probe({"signal": "arm.mode"}) == "running"
    session.simulation.set_signal("door.bypassed", False, "test")
    run(session.wait(0.1))
    assert session.probe({"signal": "arm.mode"}) == "protective_stop"


@pytest.mark.parametrize("opened", [0.0, 1.0])
def test_what_is_in_a_drawer_is_reached_only_when_it_is_open(place, run, opened):
    """A part in a closed drawer is neither seen nor grasped; pulled out with the drawer, it is."""
    drawer = {"kind": "drawer", "position": [-0.08, -0.28, 0.63], "size": [0.25, 0.25, 0.1], "seconds": 0.8}
    parts = {"part_1": cell_block([-0.06, -0.28, 0.683]), "part_2": cell_block([-0.2, 0.3, 0.65])}
    session = place(devices={"drawer": drawer}, things={**parts, "part_3": cell_block([-0.2, 0.4, 0.65])})
    run(session.wait(0.2))
    x = session.probe({"signal": "part_1.x"})
    if opened:
        session.simulation.set_signal("drawer.open", opened, "test")
        run(session.wait(1.2))
        assert session.probe({"signal": "part_1.x"}) == pytest.approx(x + 0.2, abs=0.005)
    body = session.simulation.built.things["part_1"]
    position = session.engine.motion(body).position
    seen = session.engine.ray((position[0], position[1], 1.6), position) == body
    run(session.call("look", {}))
    assert ("part_1" in session.returned.text) is bool(opened) and "part_2" in session.returned.text
    run(session.call("pick", {"object": "part_1", "speed": 0.8}))
    assert session.returned.status == ("ok" if opened else "error")
    assert seen is bool(opened)
    assert session.probe({"signal": "arm.holding"}) == ("part_1" if opened else "")


@pytest.mark.parametrize("opened", [0.0, 1.0])
def test_the_contents_of_a_cabinet_are_behind_its_door(place, opened):
    """A ray from in front meets the bottle only while the door is open; shelves and walls always block."""
    cabinet = {"kind": "cabinet", "position": [2, -2, 0.8], "size": [0.3, 0.5, 0.6], "shelves": 1, "open": opened}
    bottle = {"box": [0.06, 0.06, 0.12], "position": [2.0, -2.0, 0.876], "mass": 0.1}
    session = place(devices={"cabinet": cabinet}, things={"bottle": bottle})
    body = session.simulation.built.things["bottle"]
    assert (session.engine.ray((3.0, -2.0, 0.87), (2.0, -2.0, 0.87)) == body) is bool(opened)
    for start in ((1.0, -2.0, 0.87), (2.0, -1.0, 0.87), (2.0, -2.0, 2.0), (2.0, -2.0, 0.2)):
        assert session.engine.ray(start, (2.0, -2.0, 0.87)) != body


def test_a_lid_lets_the_arm_in(place, run):
    """From a chest whose lid is open the arm picks a part."""
    chest = {"kind": "cabinet", "opens": "top", "position": [0.12, -0.24, 0.63], "size": [0.32, 0.36, 0.1]}
    parts = {"part_1": cell_block([0.12, -0.24, 0.675]), "part_2": cell_block([-0.2, 0.3, 0.65])}
    devices = {"chest": {**chest, "yaw": 3.1416, "open": 1.0}}
    session = place(devices=devices, things={**parts, "part_3": cell_block([-0.2, 0.4, 0.65])})
    run(session.call("pick", {"object": "part_1", "speed": 0.8}))
    assert session.returned.status == "ok"
