"""Appliances: a hotplate warms and cools, a microwave oven works behind its door for its time."""

import math

import pytest

from hiyari.events import DeviceChanged
from hiyari.physics.signals import Unsettable

PLATE = {"kind": "hotplate", "position": [2, -2, 0.9], "size": [0.3, 0.3, 0.03], "lag": 2.0, "highest": 320}
OVEN = {"kind": "microwave", "position": [2, -2, 0.9], "size": [0.4, 0.5, 0.3], "seconds": 0.4}


def told(events, quantity):
    return [(e.after, e.cause) for e in events if isinstance(e, DeviceChanged) and e.quantity == quantity]


def test_a_plate_follows_its_level_with_a_lag(place, run):
    """Its surface follows the level as a first-order lag, and it is told when it becomes hot and no longer is."""
    session = place(devices={"stove": PLATE})
    session.simulation.set_signal("stove.level", 1.0, "test")
    events = run(session.wait(2.0))
    after = 320.0 - 300.0 * math.exp(-1.0)
    assert session.probe({"signal": "stove.temperature"}) == pytest.approx(after, abs=1.5)
    assert session.probe({"signal": "stove.power"}) == 1800.0
    assert [value for value, _ in told(events, "hot")] == [True]
    session.simulation.set_signal("stove.level", 0.0, "test")
    assert [value for value, _ in told(run(session.wait(5.0)), "hot")] == [False]
    with pytest.raises(Unsettable, match="0 to 1"):
        session.simulation.set_signal("stove.level", 1.5, "test")


def test_what_lies_on_a_plate_is_in_its_region(place, block, run):
    """The region where a plate heats has the pan that stands on it, and not the one beside it."""
    things = {"pan": block([2, -2, 0.921], (0.2, 0.2, 0.04)), "other": block([2.6, -2, 0.05])}
    session = place(devices={"stove": PLATE}, things=things)
    run(session.wait(0.1))
    built = session.simulation.built
    region = built.mechanisms["stove"].region
    assert region.has(built.objects["pan"].motion.position)
    assert not region.has(built.objects["other"].motion.position)


def test_a_thing_can_be_the_plate(place, run):
    """A pan that a plate heats by name has the plate's temperature as its state."""
    pan = {"box": [0.3, 0.3, 0.05], "position": [2, -2, 0.5], "states": {"temperature": 20.0}}
    session = place(
        devices={"stove": {"kind": "hotplate", "thing": "pan", "lag": 1.0, "level": 0.5}}, things={"pan": pan}
    )
    run(session.wait(1.0))
    hot = session.probe({"signal": "pan.temperature"})
    assert hot == session.probe({"signal": "stove.temperature"}) == pytest.approx(20 + 165 * (1 - math.exp(-1)), abs=1)
    assert session.simulation.built.mechanisms["stove"].region.has((2.0, -2.0, 0.54))


def test_heat_works_out_the_plate_and_what_stands_on_it(place, run):
    """With a process of heat the plate's temperature is the process's, and the pan on it becomes warm."""
    plate = {"box": [0.3, 0.3, 0.04], "position": [2, -2, 0.5], "states": {"temperature": 20.0}}
    pan = {"box": [0.2, 0.2, 0.05], "position": [2, -2, 0.546], "mass": 1.0, "states": {"temperature": 20.0}}
    bodies = {"plate": {"capacity": 100, "power": 1800, "level": "stove.level", "conductance": 50}}
    heat = {"kind": "heat", "bodies": {**bodies, "pan": {"capacity": 100, "conductance": 50}}}
    devices = {"stove": {"kind": "hotplate", "thing": "plate", "level": 1.0}}
    session = place(devices=devices, things={"plate": plate, "pan": pan}, processes={"heat": heat})
    run(session.wait(3.0))
    heated = session.probe({"signal": "plate.temperature"})
    assert heated > 45.0 and session.probe({"signal": "stove.temperature"}) == pytest.approx(heated, abs=0.5)
    assert 25.0 < session.probe({"signal": "pan.temperature"}) < heated


def test_an_oven_works_for_its_time_and_behind_its_door(place, run):
    """It needs a time and a closed door to start, and stops when the time is over or the door opens."""
    session = place(devices={"oven": OVEN})
    set_signal = session.simulation.set_signal
    with pytest.raises(Unsettable, match="seconds"):
        set_signal("oven.on", True, "test")
    set_signal("oven.seconds", 0.4, "test")
    set_signal("oven.on", True, "test")
    assert session.probe({"signal": "oven.power"}) == 600.0
    assert told(run(session.wait(0.6)), "on") == [(False, "time is over")]
    set_signal("oven.seconds", 60, "test")
    set_signal("oven.on", True, "test")
    set_signal("oven.open", 1.0, "test")
    assert told(run(session.wait(0.6)), "on") == [(False, "door opened")]
    with pytest.raises(Unsettable, match="door open"):
        set_signal("oven.on", True, "test")
