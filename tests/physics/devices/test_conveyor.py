"""Conveyors: carrying, stopping, jamming, bringing parts in, and sensing them."""

import pytest

from hiyari.events import DeviceChanged

BELT = {"kind": "conveyor", "position": [1.5, -2, 0.5], "size": [1.2, 0.4, 0.1], "speed": 0.4}


def changes(events, quantity):
    return [(e.after, e.cause) for e in events if isinstance(e, DeviceChanged) and e.quantity == quantity]


def test_a_box_travels_to_the_end_and_falls_off(place, block, run):
    """A box on the belt moves at the belt's speed, is seen at its end and falls to the floor."""
    session = place(devices={"belt": BELT}, things={"box": block([1.1, -2, 0.551])})
    run(session.wait(0.5))
    start = session.probe({"signal": "box.x"})
    run(session.wait(1.0))
    assert session.probe({"signal": "box.x"}) - start == pytest.approx(0.4, abs=0.005)
    assert session.probe({"signal": "box.z"}) == pytest.approx(0.55, abs=0.002)
    events = run(session.wait(2.0))
    assert changes(events, "part_at_end") == [(True, "box"), (False, "free")]
    assert session.probe({"signal": "box.z"}) < 0.1


def test_the_speed_signal_is_the_belt(place, block, run):
    """Setting speed or the drive changes how the box moves, at the belt's acceleration, also backwards."""
    session = place(devices={"belt": {**BELT, "speed": 0.0}}, things={"box": block([1.5, -2, 0.551])})
    run(session.wait(0.4))
    assert session.probe({"signal": "box.x"}) == pytest.approx(1.5, abs=0.001)
    session.simulation.set_signal("belt.speed", -0.3, "test")
    run(session.wait(0.2))
    assert session.probe({"signal": "belt.moving"}) == pytest.approx(-0.1, abs=0.005)
    run(session.wait(1.0))
    assert session.probe({"signal": "box.x"}) < 1.3
    session.simulation.set_signal("belt.running", False, "test")
    run(session.wait(1.0))
    stands = session.probe({"signal": "box.x"})
    run(session.wait(0.4))
    assert session.probe({"signal": "box.x"}) == pytest.approx(stands, abs=0.001)


def test_a_box_against_a_stop_is_a_jam(place, block, run):
    """What is held up on the running belt slips and is a jam, until the belt stops."""
    gate = {"box": [0.05, 0.4, 0.3], "position": [1.9, -2, 0.65]}
    devices = {"belt": {**BELT, "jam_seconds": 0.5}}
    session = place(devices=devices, things={"box": block([1.7, -2, 0.551]), "gate": gate})
    events = run(session.wait(2.0))
    assert changes(events, "jammed") == [(True, "box")]
    assert session.probe({"signal": "box.x"}) == pytest.approx(1.825, abs=0.03)
    session.simulation.set_signal("belt.running", False, "test")
    assert changes(run(session.wait(1.5)), "jammed") == [(False, "free")]


def test_the_infeed_brings_parts_by_seed(place, block, run):
    """Parked things come onto the belt at times and places of the seed; two runs of a seed agree bit for bit."""
    infeed = {"things": ["b1", "b2"], "begin": 0.5, "every": 1.0, "vary": 0.4, "offset": 0.08, "turn": 0.5}
    things = {name: block([3, -3 - index, 0.05]) for index, name in enumerate(("b1", "b2"))}

    def result(seed):
        session = place(devices={"belt": {**BELT, "infeed": infeed}}, things=things, seed=seed)
        assert session.simulation.built.objects["b1"].away and session.probe({"signal": "b1.z"}) < -5.0
        events = run(session.wait(2.6))
        assert changes(events, "fed") == [(1.0, "b1"), (2.0, "b2")]
        assert session.probe({"signal": "belt.waiting"}) == 0.0
        assert not session.simulation.built.objects["b1"].away
        return session.engine.state(), session.probe({"signal": "b1.y"})

    first, again, other = result(3), result(3), result(4)
    assert first == again and first[1] != other[1]


def test_what_waits_out_of_sight_is_not_told_of(place, run):
    """A part that is still to come is neither looked up nor picked."""
    infeed = {"things": ["part_1"], "begin": 20.0}
    session = place(devices={"belt": {**BELT, "infeed": infeed}})
    run(session.call("look", {}))
    assert "part_2" in session.returned.text and "part_1" not in session.returned.text
    run(session.call("pick", {"object": "part_1"}))
    assert session.returned.status == "error" and "no part" in session.returned.text


def test_the_infeed_waits_for_room(place, block, run):
    """Nothing is put where a part lies already."""
    infeed = {"things": ["b1"], "begin": 0.2}
    blocking = {"in_the_way": block([0.97, -2, 0.551], mass=0.5), "b1": block([3, -3, 0.05])}
    session = place(devices={"belt": {**BELT, "speed": 0.05, "infeed": infeed}}, things=blocking)
    run(session.wait(1.0))
    assert session.probe({"signal": "belt.fed"}) == 0.0
    run(session.wait(3.0))
    assert session.probe({"signal": "belt.fed"}) == 1.0
