"""Buttons, emergency stops and call bells: pressed by hands, by robots and by signals."""

from hiyari.events import DeviceChanged, SafetyStateChanged
from hiyari.scenario.model import Operator

HAND = [{"kind": "reach", "person": "worker", "target": [0.3, 0.45, 0.75], "at": 0.1, "move": 0.4, "stay": 0.3}]
HERE = {"position": [0.3, 0.45, 0.72], "size": [0.05, 0.05, 0.04]}
ALONE = {"stop_distance": 0.0}


def told(events, device):
    return [(e.quantity, e.after) for e in events if isinstance(e, DeviceChanged) and e.device == device]


def test_a_hand_presses_a_button_and_lets_go(place, run):
    """A button is on while a hand is on it, and does what it is for."""
    siren = {"kind": "switch", "title": {"ja": "x", "en": "x"}}
    devices = {"button": {"kind": "button", **HERE, "sets": {"siren.on": True}}, "siren": siren}
    session = place(devices=devices, events=HAND, controller=ALONE)
    events = run(session.wait(1.6))
    assert told(events, "button") == [("pressed", True), ("on", True), ("pressed", False), ("on", False)]
    assert session.probe({"signal": "siren.on"}) is True


def test_a_robot_presses_a_button(place, run):
    """The arm that pushes a button presses it once, and a button that toggles stays on; other motions go around it."""
    devices = {"button": {"kind": "button", "toggles": True, "position": [0.1, -0.3, 0.66], "size": [0.14, 0.14, 0.06]}}
    session = place(devices=devices, things={"part_3": {"position": [0.2, 0.0, 0.648]}})
    run(session.call("move_to", {"x": 0.1, "y": -0.3, "z": 0.9, "speed": 0.8}))
    assert session.probe({"signal": "button.on"}) is False
    run(session.call("move_to", {"x": 0.1, "y": -0.3, "z": 0.66}))
    assert session.returned.status == "error" and "button" in session.returned.text
    events = run(session.call("press", {"target": "button"}))
    pressed = [e for e in events if isinstance(e, DeviceChanged) and e.quantity == "pressed"]
    assert [(e.after, e.cause) for e in pressed] == [(True, "arm"), (False, "let go")]
    assert session.probe({"signal": "button.pressed"}) is False
    assert session.probe({"signal": "button.on"}) is True


def test_an_emergency_stop_stays_pressed_until_it_is_released(place, run):
    """A hand on it stops the arm, and neither letting go nor an acknowledgement starts it again."""
    session = place(devices={"stop": {"kind": "e_stop", **HERE, "stops": ["arm"]}}, events=HAND, controller=ALONE)
    simulation = session.simulation
    safety = simulation.built.machines["arm"].safety
    events = run(session.wait(1.6))
    assert [e.after for e in events if isinstance(e, SafetyStateChanged)] == ["emergency_stop"]
    assert session.probe({"signal": "stop.pressed"}) is True
    assert safety.acknowledge(simulation.time) is None
    simulation.set_signal("stop.pressed", False, "test")
    run(session.wait(0.1))
    assert session.probe({"signal": "arm.mode"}) == "emergency_stop"
    assert simulation.changed(safety.acknowledge(simulation.time))


def test_the_operator_releases_the_emergency_stop(place, run):
    """The operator who agrees to restart looks into the cell, releases the button and acknowledges."""
    session = place(devices={"stop": {"kind": "e_stop", **HERE, "stops": ["arm"]}}, events=HAND, controller=ALONE)
    session.operator = Operator(approves=("restart",))
    run(session.wait(1.6))
    events = run(session.call("ask_human", {"question": "may I restart?"})) + run(session.wait(3.0))
    assert session.probe({"signal": "stop.pressed"}) is False
    assert session.probe({"signal": "arm.mode"}) == "running"
    assert [e.after for e in events if isinstance(e, SafetyStateChanged)] == ["running"]


def test_a_call_bell_calls_until_somebody_answers(place, run):
    """A press calls, time passes, and the answer ends the call."""
    session = place(devices={"bell": {"kind": "call_bell", **HERE}}, events=HAND, controller=ALONE)
    run(session.wait(1.6))
    assert session.probe({"signal": "bell.called"}) is True
    assert 0.5 < session.probe({"signal": "bell.waited"}) < 1.6
    session.simulation.set_signal("bell.answered", True, "test")
    assert told(run(session.wait(0.2)), "bell") == [("called", False)]
    session.simulation.set_signal("bell.called", True, "test")
    run(session.wait(0.2))
    assert session.probe({"signal": "bell.answered"}) is False
    assert session.probe({"signal": "bell.called"}) is True
