"""The drone: hovering, wind, limits, landing, and what happens without power."""

import pytest

from hiyari.physics.geometry import distance
from hiyari.physics.machines.drive import Velocity

pytestmark = pytest.mark.physics


def rise(run, session, machine, seconds=2.5):
    machine.drive.move(Velocity(0.0, climb=0.6))
    run(session, seconds)
    machine.drive.cancel()
    run(session, 1.5)


@pytest.mark.parametrize("wind", [0.0, 8.0])
def test_it_hovers_within_five_centimetres(on_floor, run, wind):
    """In still air and in a steady wind of 8 m/s it stays where it is for 4 s; wind costs tilt."""
    session, machine = on_floor("drone", processes={"weather": {"kind": "weather", "wind": wind}})
    rise(run, session, machine)
    run(session, 2.0)
    place = machine.motion.position
    for _ in range(20):
        run(session, 0.2)
        assert distance(machine.motion.position, place) < 0.05
    assert (abs(machine.motion.orientation[1]) > 0.01) == (wind > 0.0)


def test_a_gust_that_begins_pushes_it_and_it_comes_back(on_floor, run):
    """A wind of 10 m/s that begins moves it by less than half a metre, and the place is taken again."""
    session, machine = on_floor("drone", processes={"weather": {"kind": "weather"}})
    rise(run, session, machine)
    place = machine.motion.position
    session.simulation.set_signal("weather.mean_wind", 10.0, "test")
    farthest = 0.0
    for _ in range(30):
        run(session, 0.2)
        farthest = max(farthest, distance(machine.motion.position, place))
    assert 0.005 < farthest < 0.5 and distance(machine.motion.position, place) < 0.05


def test_it_keeps_its_speed_limit(on_floor, run):
    """Told 50 m/s it flies at its limit, within 2 %, and its acceleration stays below 1.5 times its limit."""
    session, machine = on_floor("drone")
    rise(run, session, machine)
    limits = machine.robot.limits
    machine.drive.move(Velocity(50.0))
    fastest, before, hardest = 0.0, machine.speed, 0.0
    for _ in range(30):
        run(session, 0.16)
        hardest, before = max(hardest, (machine.speed - before) / 0.16), machine.speed
        fastest = max(fastest, machine.speed)
    assert 0.95 * limits.speed < fastest < 1.02 * limits.speed
    assert hardest < 1.5 * limits.acceleration


def test_it_flies_to_a_point_at_a_height_and_lands(on_floor, run):
    """It climbs before it goes, arrives at the height, and its rotors stop on the ground."""
    session, machine = on_floor("drone")
    machine.drive.go([(2.0, 1.0)], "plot", "", 2.2)
    highest_on_ground = 0.0
    for _ in range(40):
        run(session, 0.25)
        x, y, z = machine.motion.position
        if z < 1.5:
            highest_on_ground = max(highest_on_ground, abs(x) + abs(y))
        if machine.drive.visited:
            break
    assert machine.drive.visited == ["plot"] and highest_on_ground < 0.1
    run(session, 1.0)
    assert distance(machine.motion.position, (2.0, 1.0, 2.2)) < 0.25
    machine.drive.move(Velocity(0.0, climb=-0.5))
    run(session, 6.0)
    assert session.probe({"signal": "it.aloft"}) is False
    assert machine.speed < 0.01 and machine.motion.position[2] < 0.05


def test_it_falls_when_the_power_is_cut_and_cannot_start(on_floor, run):
    """Without power it is on the ground after a second, and a command to climb does nothing."""
    session, machine = on_floor("drone")
    rise(run, session, machine)
    assert 80.0 < session.probe({"signal": "it.power"}) < 130.0
    session.simulation.set_signal("it.powered", False, "test")
    run(session, 1.5)
    assert machine.motion.position[2] < 0.1 and session.probe({"signal": "it.power"}) == 0.0
    machine.drive.move(Velocity(0.0, climb=0.5))
    run(session, 1.0)
    assert machine.motion.position[2] < 0.1


def test_a_protective_stop_ends_in_hovering(on_floor, run):
    """Stopped in flight it brakes within its distance and stays in the air."""
    session, machine = on_floor("drone")
    rise(run, session, machine)
    machine.drive.move(Velocity(3.0))
    run(session, 2.5)
    speed, start, limits = machine.speed, machine.motion.position, machine.robot.limits
    machine.safety.press_emergency(session.simulation.time)
    run(session, 3.0)
    allowed = speed * limits.reaction_time + speed**2 / (2.0 * limits.braking)
    assert machine.speed < 0.02 and machine.motion.position[2] > 1.0
    assert distance(machine.motion.position, start) < 1.6 * allowed


def test_navigate_takes_a_height_of_what_flies_only(on_floor, run):
    """The skill flies to a point at a height; too low is refused, and a height for what rolls too."""
    flying, machine = on_floor("drone", skills=["navigate"], operates="it")
    list(flying.call("navigate", {"x": 2.0, "y": 0.5, "z": 2.5}))
    assert flying.returned.status == "ok", flying.returned.text
    run(flying, 1.0)
    assert distance(machine.motion.position, (2.0, 0.5, 2.5)) < 0.25
    list(flying.call("navigate", {"x": 0.0, "y": 0.0, "z": 0.1}))
    assert flying.returned.status == "error" and "too low" in flying.returned.text
    rolling, _ = on_floor("husky", skills=["navigate"], operates="it")
    list(rolling.call("navigate", {"x": 1.0, "y": 0.0, "z": 1.0}))
    assert rolling.returned.status == "error" and "does not fly" in rolling.returned.text
