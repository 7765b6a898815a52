"""Every robot of ours on a plain floor: it loads, stands still, and each of its parts does what it is for."""

import hashlib
import math
from pathlib import Path

import pytest

from hiyari.physics.geometry import distance, subtract, wrapped
from hiyari.physics.machines.drive import Velocity
from hiyari.physics.machines.equipment import Lift
from hiyari.physics.machines.kinematics import downward
from hiyari.physics.machines.model import load_robot

ROBOTS = Path(__file__).parents[2] / "robots"
pytestmark = pytest.mark.physics

NAMES = sorted(path.parent.name for path in ROBOTS.glob("*/robot.yaml"))
MODELS = {name: load_robot(ROBOTS / name)[0] for name in NAMES}
ARMS = [name for name in NAMES if MODELS[name].arm is not None]
DRIVES = [name for name in NAMES if MODELS[name].drive is not None]

LIFTS = [(name, piece) for name in NAMES for piece, model in MODELS[name].equipment.items() if isinstance(model, Lift)]


def follow(run, session, machine, path, most=20.0):
    """Follow a path to its end; returns whether it was reached."""
    machine.arm.path = path
    while not path.finished and most > 0.0:
        run(session, 0.2)
        most -= 0.2
    machine.arm.path = None
    run(session, 0.4)
    return path.finished


def take_off(run, session, machine):
    """Bring what flies into the air."""
    run(session, 0.2)
    if machine.drive.locomotor.aloft is not None:
        machine.drive.move(Velocity(0.0, climb=0.5))
        run(session, 2.5)
        machine.drive.cancel()
        run(session, 1.0)
        assert machine.drive.locomotor.aloft and machine.motion.position[2] > 1.0


@pytest.mark.parametrize("name", NAMES)
def test_it_stands_still(on_floor, run, name):
    """Left alone for a second it moves by less than 4 mm, and so does its tool."""
    session, machine = on_floor(name)
    places = [machine.motion.position, *(motion.position for motion in machine.motions)]
    run(session, 1.0)
    after = [machine.motion.position, *(motion.position for motion in machine.motions)]
    for before, now in zip(places, after, strict=True):
        assert distance(before, now) < 0.004


@pytest.mark.parametrize("name", ARMS)
def test_its_arm_goes_to_points_and_its_base_stays(on_floor, run, name):
    """The tool comes within a centimetre of points in reach; a base that could roll away does not move."""
    session, machine = on_floor(name)
    run(session, 0.2)
    base = machine.motion.position
    for there in ((0.5, 0.1, 0.5), (0.45, -0.2, 0.3)):
        assert follow(run, session, machine, machine.arm.plan([(there, downward(0.0))], 0.5))
        assert distance(machine.arm.place, there) < 0.01
        assert machine.joint_ratio < 0.05
    assert distance(machine.motion.position, base) < 0.004


@pytest.mark.parametrize("name", DRIVES)
def test_its_drive_goes_half_a_metre_and_turns(on_floor, run, name):
    """It drives half a metre ahead and then turns, at the speeds asked for within 10 %."""
    session, machine = on_floor(name)
    take_off(run, session, machine)
    speed, turn = 0.6 * machine.robot.limits.usual_speed, 0.6 * machine.robot.drive.turn_speed
    machine.drive.move(Velocity(speed))
    run(session, speed / machine.robot.limits.acceleration + 0.2)
    start = machine.motion.position
    run(session, 0.5 / speed)
    x, y, _ = subtract(machine.motion.position, start)
    assert x == pytest.approx(0.5, rel=0.15 if machine.robot.drive.kind == "legs" else 0.1) and abs(y) < 0.03
    machine.drive.cancel()
    run(session, 1.0)
    machine.drive.move(Velocity(0.0, turn))
    run(session, 1.5)
    begun = machine.yaw
    run(session, 1.5)
    assert wrapped(machine.yaw - begun) / 1.5 == pytest.approx(turn, rel=0.1)
    machine.drive.cancel()
    run(session, 1.5)
    still = machine.motion.position
    run(session, 0.5)
    assert distance(still, machine.motion.position) < (0.004 if machine.drive.locomotor.aloft is None else 0.02)


@pytest.mark.parametrize("name", DRIVES)
def test_it_drives_to_a_point(on_floor, run, name):
    """It reaches a waypoint at its side."""
    session, machine = on_floor(name)
    goal = (0.8, 0.8)
    machine.drive.go([goal], "there", "")
    for _ in range(40):
        if machine.drive.visited:
            break
        run(session, 0.5)
    assert machine.drive.visited == ["there"]
    assert math.dist(machine.motion.position[:2], goal) < 0.25


@pytest.mark.parametrize(("name", "piece"), LIFTS)
def test_its_lift_rises_and_sinks(on_floor, run, name, piece):
    """It reaches top and bottom within 2 mm at its speed, tells where it is, and bears nothing."""
    session, machine = on_floor(name)
    lift, model = machine.equipment[piece], machine.robot.equipment[piece]
    run(session, 0.2)
    for goal in (model.high, model.low):
        session.simulation.set_signal(f"it.{piece}.target", goal, "test")
        fastest = 0.0
        for _ in range(200):
            before = lift.height
            run(session, 0.1)
            fastest = max(fastest, abs(lift.height - before) / 0.1)
            if not lift.busy:
                break
        assert lift.height == pytest.approx(goal, abs=0.002)
        assert 0.5 * model.speed < fastest < 1.02 * model.speed
        assert session.probe({"signal": f"it.{piece}.height"}) == pytest.approx(goal, abs=0.002)
    assert abs(lift.force) < 1.0 and not lift.over


@pytest.mark.parametrize("name", NAMES)
def test_it_moves_the_same_twice(on_floor, run, name):
    """Two fresh engines end in the same bits after the same commands."""
    states = []
    for _ in range(2):
        session, machine = on_floor(name)
        if machine.drive is not None:
            machine.drive.move(Velocity(0.3, 0.3, 0.2))
        if machine.arm is not None:
            machine.arm.aim([value + 0.1 for value in machine.arm.target])
        run(session, 0.8)
        states.append(hashlib.sha256(session.engine.state()).hexdigest())
    assert states[0] == states[1]
