"""Light curtains: what interrupts them, how soon they stop a robot, and how they are bypassed."""

import pytest

from hiyari.events import DeviceChanged, SafetyStateChanged, SignalSet

CURTAIN = {
    "kind": "light_curtain",
    "position": [0.1, 0.6, 1.1],
    "size": [0.05, 2.0, 1.0],
    "yaw": 1.5708,
    "stops": ["arm"],
    "response": 0.02,
}
REACH = [{"kind": "reach", "person": "worker", "target": [0.17, 0.28, 0.74], "at": 0.2, "stay": 0.5}]
ALONE = {"stop_distance": 0.0}
"""Separation monitoring is off, so that only the curtain stops the arm."""


def timed(generator, kind):
    return [(t.time, t.event) for batch in generator for t in batch.events if isinstance(t.event, kind)]


def test_a_hand_stops_the_arm_within_the_response_time(place):
    """A hand that reaches through stops the arm within the response time and a tick; nothing leaves the stop before."""
    belt = {"kind": "conveyor", "position": [2.5, -2, 0.5], "size": [1, 0.4, 0.1], "speed": 0.3}
    devices = {"curtain": {**CURTAIN, "sets": {"belt.running": False}}, "belt": belt}
    session = place(devices=devices, controller=ALONE, events=REACH)
    simulation = session.simulation
    safety = simulation.built.machines["arm"].safety
    found = timed(session.wait(0.8), (DeviceChanged, SafetyStateChanged, SignalSet))
    (seen, interrupted), (stopped, stop), (_, belt_off) = found
    assert (interrupted.quantity, interrupted.after, interrupted.cause) == ("interrupted", True, "worker")
    assert (stop.after, stop.cause) == ("protective_stop", "light_curtain")
    assert stopped - seen <= 0.02 + simulation.tick_seconds
    assert (belt_off.signal, belt_off.after, belt_off.cause) == ("belt.running", False, "device curtain")
    assert safety.acknowledge(simulation.time) is None and safety.restart(simulation.time) is None
    for _ in session.wait(3.5):
        pass
    assert session.probe({"signal": "curtain.interrupted"}) is False
    assert session.probe({"signal": "arm.mode"}) == "protective_stop"
    assert simulation.changed(safety.acknowledge(simulation.time))


@pytest.mark.parametrize(
    "bypass",
    [
        {"muted": True},
        {"position": [0.1, 0.6, 0.8], "size": [0.05, 2.0, 0.4], "blanked": [0.0, 0.4]},
        {"mutes_with": ["button.on", "lamp.on"]},
    ],
)
def test_a_bypass_lets_the_hand_through(place, bypass):
    """Muted by its signal, by muting sensors, or blanked, the curtain stops nothing."""
    devices = {
        "curtain": {**CURTAIN, **bypass},
        "button": {"kind": "switch", "title": {"ja": "x", "en": "x"}, "on": True},
        "lamp": {"kind": "switch", "title": {"ja": "x", "en": "x"}, "on": True},
    }
    session = place(devices=devices, controller=ALONE, events=REACH)
    assert timed(session.wait(1.0), SafetyStateChanged) == []


def test_unmuting_while_a_hand_is_in_stops(place):
    """The end of a bypass while somebody is in the beams stops the arm at once."""
    session = place(devices={"curtain": {**CURTAIN, "muted": True}}, controller=ALONE, events=REACH)
    assert timed(session.wait(0.8), SafetyStateChanged) == []
    session.simulation.set_signal("curtain.muted", False, "test")
    assert len(timed(session.wait(0.1), SafetyStateChanged)) == 1
    session.simulation.set_signal("curtain.muted", True, "test")
    for _ in session.wait(0.1):
        pass
    assert session.simulation.built.machines["arm"].safety.demands == set()


def test_anything_means_robots_and_parts_too(place, block, run):
    """With ``anything`` a falling box interrupts, and with ``people`` it does not."""
    here = {**CURTAIN, "position": [1.5, -2.0, 0.6], "size": [0.05, 1.0, 0.6], "yaw": 0.0, "resolution": 0.05}
    devices = {"both": {**here, "detects": "anything"}, "people": here}
    session = place(devices=devices, things={"box": block([1.5, -2, 1.2])})
    events = [e for e in run(session.wait(1.0)) if isinstance(e, DeviceChanged)]
    assert [(e.device, e.after, e.cause) for e in events] == [("both", True, "box"), ("both", False, "clear")]
    assert session.probe({"signal": "arm.mode"}) == "protective_stop"
