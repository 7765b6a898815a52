"""The walker: it really walks, turns and stops, on a flat floor and up a slope, and does not fall."""

import math

import pytest

from hiyari.physics.geometry import rotate, subtract
from hiyari.physics.machines.drive import Velocity

pytestmark = pytest.mark.physics

SLOPE = math.radians(5.0)


def tilt(machine):
    """Return the angle of the body's upward axis from the vertical, radians."""
    return math.acos(min(1.0, rotate(machine.motion.orientation, (0.0, 0.0, 1.0))[2]))


@pytest.mark.parametrize("slope", [0.0, SLOPE], ids=["flat", "uphill"])
def test_it_walks_turns_and_stops_without_falling(on_floor, run, slope):
    """0.3 m/s for 4 s make a metre at least, half a rad/s turns it, and it stands still after each."""
    floor = {"box": [20.0, 20.0, 0.2], "position": [0.0, 0.0, -0.1], "tilt": [0.0, -slope]}
    place = {"it": {"use": "walker", "position": [0.0, 0.0, 0.02 if slope else 0.0]}}
    session, machine = on_floor("walker", things={"floor": floor}, robots=place)
    run(session, 0.8)
    start, most = machine.motion.position, 0.0
    machine.drive.move(Velocity(0.3))
    for _ in range(40):
        run(session, 0.1)
        most = max(most, tilt(machine))
    x, y, z = subtract(machine.motion.position, start)
    assert 0.9 < x < 1.4 and abs(y) < 0.2
    assert z == pytest.approx(x * math.tan(slope), abs=0.03)
    machine.drive.move(Velocity(0.0, 0.5))
    run(session, 0.5)
    begun = machine.yaw
    for _ in range(20):
        run(session, 0.1)
        most = max(most, tilt(machine))
    assert 0.6 < machine.yaw - begun < 1.2
    machine.drive.cancel()
    run(session, 1.5)
    still = machine.motion.position
    run(session, 0.5)
    assert math.dist(still, machine.motion.position) < 0.004
    assert most < 0.25


def test_a_foot_in_the_air_is_lifted_and_the_others_stand(on_floor, run):
    """While it trots each foot is off the ground at some time, and one and a half are on it on average at least."""
    session, machine = on_floor("walker")
    run(session, 0.5)
    machine.drive.move(Velocity(0.3))
    run(session, 1.0)
    shanks = {
        session.engine.links(machine.body)[f"{end}_{side}_shank"]
        for end in ("front", "rear")
        for side in ("left", "right")
    }
    seen, down = set(), []
    for _ in range(60):
        run(session, 0.016)
        touching = {touch.link for touch in session.engine.contacts(machine.body)} & shanks
        seen |= shanks - touching
        down.append(len(touching))
    assert seen == shanks
    assert sum(down) / len(down) > 1.5


def test_without_power_its_legs_give_way(on_floor, run):
    """Power cut, the body sinks by more than 10 cm."""
    session, machine = on_floor("walker")
    run(session, 0.5)
    high = machine.motion.position[2]
    session.simulation.set_signal("it.powered", False, "test")
    run(session, 1.0)
    assert machine.motion.position[2] < high - 0.1
