"""The field rover: what its sprayer uses, where its nozzles are, and what switches it off."""

import pytest

from hiyari.events import PartStopped
from hiyari.physics.geometry import distance
from hiyari.physics.machines.drive import Velocity

pytestmark = pytest.mark.physics


def test_spraying_uses_the_tank_at_the_flow_of_its_nozzles(on_floor, run):
    """Switched on for 6 s, six nozzles of 0.8 L/min use 0.48 L, and nothing once switched off."""
    session, machine = on_floor("sprayer")
    sprayer = machine.equipment["sprayer"]
    run(session, 0.2)
    assert session.probe({"signal": "it.sprayer.flow"}) == 0.0
    session.simulation.set_signal("it.sprayer.spraying", True, "test")
    machine.drive.move(Velocity(1.0))
    run(session, 6.0)
    assert session.probe({"signal": "it.sprayer.flow"}) == pytest.approx(4.8)
    session.simulation.set_signal("it.sprayer.spraying", False, "test")
    run(session, 1.0)
    assert session.probe({"signal": "it.sprayer.tank"}) == pytest.approx(60.0 - 0.48, abs=1e-6)
    assert sprayer.sprayed == pytest.approx(0.48, abs=1e-6)


def test_its_nozzles_go_with_boom_and_robot(on_floor, run):
    """They are under the boom, 50 cm apart across the way, and rise and drive with it."""
    session, machine = on_floor("sprayer")
    sprayer = machine.equipment["sprayer"]
    run(session, 0.2)
    before = sprayer.nozzles()
    assert len(before) == 6 and distance(before[0], before[1]) == pytest.approx(0.5, abs=1e-3)
    low = session.probe({"signal": "it.sprayer.boom_height"})
    machine.equipment["boom"].go(0.55)
    machine.drive.move(Velocity(0.5))
    run(session, 6.5)
    after = sprayer.nozzles()
    assert session.probe({"signal": "it.sprayer.boom_height"}) == pytest.approx(low + 0.5, abs=0.01)
    moved = machine.motion.position[0]
    assert after[0][0] - before[0][0] == pytest.approx(moved, abs=0.03)


def test_a_stop_switches_it_off_and_it_stays_off(on_floor, run):
    """An emergency stop ends the spraying, which cannot be switched on before it is acknowledged."""
    session, machine = on_floor("sprayer")
    sprayer = machine.equipment["sprayer"]
    sprayer.spray(True)
    run(session, 0.5)
    machine.safety.press_emergency(session.simulation.time)
    run(session, 0.5)
    assert not sprayer.spraying
    sprayer.spray(True)
    assert not sprayer.spraying
    machine.safety.acknowledge(session.simulation.time)
    run(session, 0.5)
    assert not sprayer.spraying


def test_an_empty_tank_ends_the_spraying(on_floor, run):
    """It stops with an event once the tank is empty, and the flow is zero."""
    session, machine = on_floor("sprayer")
    session.simulation.set_signal("it.sprayer.tank", 0.02, "test")
    session.simulation.set_signal("it.sprayer.spraying", True, "test")
    events = run(session, 1.0)
    assert [(event.part, event.cause) for event in events if isinstance(event, PartStopped)] == [("sprayer", "empty")]
    assert session.probe({"signal": "it.sprayer.flow"}) == 0.0 and machine.equipment["sprayer"].left == 0.0
