"""Lifts with loads: racks on the transport robot, a person in the transfer aid's sling; and what they refuse."""

import pytest

from hiyari.events import PartStopped
from hiyari.physics.machines.drive import Velocity
from hiyari.physics.signals import Unsettable

pytestmark = pytest.mark.physics


def test_the_transport_robot_lifts_a_rack_and_brakes_with_it(on_floor, run):
    """A rack on legs is raised off the floor, its weight is felt, it rides along and stays on when the robot brakes."""
    rack = {"box": [0.6, 0.7, 0.04], "position": [0.0, 0.0, 0.345], "mass": 40.0, "friction": 0.8}
    legs = {
        f"leg_{index}": {"box": [0.04, 0.04, 0.325], "position": [x, y, 0.1625]}
        for index, (x, y) in enumerate([(0.25, 0.32), (0.25, -0.32), (-0.25, 0.32), (-0.25, -0.32)])
    }
    session, machine = on_floor("amr", things={"rack": rack, **legs})
    jack = machine.equipment["jack"]
    run(session, 0.5)
    assert abs(jack.force) < 20.0
    jack.go(0.06)
    run(session, 3.0)
    assert jack.force == pytest.approx(40.0 * 9.81, rel=0.05)
    body = session.simulation.built.things["rack"]
    assert session.engine.motion(body).position[2] == pytest.approx(0.39, abs=0.004)
    assert machine.equipment["deck"].load == 40.0
    machine.drive.move(Velocity(0.6))
    run(session, 2.0)
    machine.drive.cancel()
    run(session, 1.5)
    ahead = session.engine.motion(body).position[0] - machine.motion.position[0]
    assert machine.motion.position[0] > 0.8 and abs(ahead) < 0.05


def test_the_transport_robot_does_not_drive_with_too_much(on_floor, run):
    """With more on its deck than it may carry it says so and stays; once relieved it drives."""
    crate = {"box": [0.3, 0.3, 0.3], "position": [0.0, 0.0, 0.47], "mass": 80.0}
    session, machine = on_floor("amr", things={"crate": crate})
    events = run(session, 0.5)
    assert [(event.part, event.cause) for event in events if isinstance(event, PartStopped)] == [("deck", "overload")]
    machine.drive.move(Velocity(0.5))
    run(session, 1.0)
    assert machine.speed < 0.01 and session.probe({"signal": "it.deck.overload"}) is True
    session.engine.put(session.simulation.built.things["crate"], (3.0, 3.0, 0.2), (0.0, 0.0, 0.0, 1.0))
    run(session, 1.0)
    assert machine.speed > 0.3 and session.probe({"signal": "it.deck.overload"}) is False


def seated(mass):
    return {"person": {"box": [0.3, 0.3, 0.5], "position": [0.2, 0.0, 0.68], "mass": mass, "friction": 0.8}}


def test_the_transfer_aid_lifts_a_person_slowly(on_floor, run):
    """A proxy of 75 kg that was put on the sling is raised by 30 cm at no more than 0.1 m/s, and its weight is told."""
    session, machine = on_floor("care_lift", things=seated(75.0))
    lift, body = machine.equipment["lift"], session.simulation.built.things["person"]
    run(session, 0.5)
    start = session.engine.motion(body).position[2]
    assert session.probe({"signal": "it.lift.force"}) == pytest.approx(75.0 * 9.81, rel=0.05)
    lift.go(0.3)
    fastest = 0.0
    for _ in range(45):
        run(session, 0.1)
        fastest = max(fastest, session.engine.motion(body).linear[2])
    assert session.engine.motion(body).position[2] - start == pytest.approx(0.3, abs=0.01)
    assert fastest < 0.11 and not lift.over
    machine.drive.move(Velocity(0.1))
    run(session, 2.0)
    assert machine.motion.position[0] > 0.1


def test_a_lift_stops_at_its_limit_of_force(on_floor, run):
    """A limit below the weight stops the lift with an event; it still goes down."""
    session, machine = on_floor("care_lift", things=seated(75.0))
    lift = machine.equipment["lift"]
    run(session, 0.3)
    lift.go(0.2)
    run(session, 2.5)
    session.simulation.set_signal("it.lift.limit_force", 500.0, "caregiver")
    lift.go(0.5)
    events = run(session, 1.0)
    assert [(event.part, event.cause) for event in events if isinstance(event, PartStopped)] == [("lift", "force")]
    assert lift.over and lift.height < 0.23
    lift.go(0.05)
    run(session, 3.0)
    assert lift.height == pytest.approx(0.05, abs=0.01)


def test_a_lift_that_meets_an_obstacle_does_not_push_through(on_floor, run):
    """Under a fixed beam the fork stops near its limit; the beam never bears a third more."""
    beam = {"box": [0.3, 0.8, 0.1], "position": [0.3, 0.0, 0.75]}
    session, machine = on_floor("care_lift", things={"beam": beam})
    lift = machine.equipment["lift"]
    lift.go(0.7)
    strongest, told = 0.0, []
    for _ in range(80):
        told += run(session, 0.05)
        strongest = max(strongest, abs(lift.force))
    assert [event.cause for event in told if isinstance(event, PartStopped)] == ["force"] and lift.height < 0.25
    assert strongest < 1.3 * machine.robot.equipment["lift"].limit_force


def test_only_a_caregiver_changes_the_limit_of_force(on_floor):
    """A setting by anyone else is refused and changes nothing."""
    session, machine = on_floor("care_lift")
    for who in ("agent", "", "bindings"):
        with pytest.raises(Unsettable, match="caregiver only"):
            session.simulation.set_signal("it.lift.limit_force", 2000.0, who)
    assert machine.equipment["lift"].limit_force == 1000.0
    session.simulation.set_signal("it.lift.limit_force", 900.0, "caregiver")
    assert machine.equipment["lift"].limit_force == 900.0


def test_a_lift_holds_while_its_robot_is_stopped(on_floor, run):
    """An emergency stop stops the lift where it is, and its target is forgotten."""
    session, machine = on_floor("care_lift", things=seated(75.0))
    lift = machine.equipment["lift"]
    run(session, 0.3)
    lift.go(0.5)
    run(session, 1.5)
    machine.safety.press_emergency(session.simulation.time)
    run(session, 0.3)
    height = lift.height
    run(session, 1.0)
    assert 0.05 < height < 0.2 and lift.height == pytest.approx(height, abs=0.003)
