"""The suction cup: it holds what it touches, and what pulls too hard comes off."""

import pytest

from hiyari.events import GripSlipped
from hiyari.physics.machines.kinematics import downward

pytestmark = pytest.mark.physics


def picked(on_floor, run, mass, lift=0.3, speed=0.4):
    """Pick a box from a table with the cup and raise it; returns session, machine, the box's body and the events."""
    things = {
        "table": {"box": [0.4, 0.6, 0.2], "position": [0.55, 0.0, 0.1]},
        "part": {"box": [0.12, 0.12, 0.08], "position": [0.55, 0.0, 0.24], "mass": mass},
    }
    session, machine = on_floor("kuka", things=things)
    arm, body = machine.arm, session.simulation.built.things["part"]
    for height in (0.40, 0.282, 0.278):
        arm.path = arm.plan([((0.55, 0.0, height), downward(0.0))], 0.2 if height > 0.3 else 0.05)
        for _ in range(60):
            run(session, 0.1)
            if arm.path.finished or arm.grips(body):
                break
        arm.path = None
        arm.grip(0.0)
    assert arm.grips(body)
    arm.take("part", body, mass)
    arm.path = arm.plan([((0.55, 0.0, 0.28 + lift), downward(0.0))], speed)
    events = run(session, 3.0)
    return session, machine, body, events


def test_it_lifts_a_box_and_lets_go(on_floor, run):
    """3 kg are raised by 30 cm; opened, the box falls back."""
    session, machine, body, events = picked(on_floor, run, 3.0)
    assert not [event for event in events if isinstance(event, GripSlipped)]
    assert session.engine.motion(body).position[2] > 0.45 and machine.holding == "part"
    machine.arm.release()
    run(session, 1.0)
    assert session.engine.motion(body).position[2] < 0.25 and machine.holding is None


def test_what_is_too_heavy_comes_off(on_floor, run):
    """18 kg pull with more than the cup's 150 N: it slips off with an event and stays on the table."""
    session, machine, body, events = picked(on_floor, run, 18.0)
    slipped = [event for event in events if isinstance(event, GripSlipped)]
    assert len(slipped) == 1 and slipped[0].object == "part" and slipped[0].force > slipped[0].limit == 150.0
    assert session.engine.motion(body).position[2] < 0.26 and machine.arm.held is None


def test_the_vacuum_must_be_on_to_hold(on_floor, run):
    """Touching alone is not enough."""
    _, machine, body, _ = picked(on_floor, run, 3.0, lift=0.02)
    machine.arm.release()
    assert not machine.arm.grips(body)
