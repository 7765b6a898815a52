"""The mobile manipulator: it reaches where kitchens need it, does not tip, and its contacts are measured right."""

import math

import numpy
import pytest

from hiyari.events import Contact
from hiyari.physics.geometry import about_z, add, distance, rotate, scale, subtract
from hiyari.physics.machines.drive import Velocity
from hiyari.physics.machines.kinematics import downward, forward, points
from hiyari.physics.machines.steering import NUDGE

pytestmark = pytest.mark.physics


@pytest.mark.parametrize(
    ("there", "tilt"),
    [((0.6, 0.0, 0.9), 0.0), ((0.65, 0.0, 0.4), math.pi / 2), ((0.6, 0.0, 1.3), 0.0), ((0.6, 0.0, 0.06), 0.0)],
    ids=["counter", "drawer", "shelf", "floor"],
)
def test_it_reaches_counters_drawers_shelves_and_the_floor(on_floor, run, there, tilt):
    """The tool gets there, tilted as asked, in the robot's turned frame too; the base stays."""
    place = {"it": {"use": "mobile_arm", "position": [1.0, -2.0, 0.0], "yaw": 2.0}}
    session, machine = on_floor("mobile_arm", robots=place)
    run(session, 0.2)
    base = machine.motion.position
    goal = add((1.0, -2.0, 0.0), rotate(about_z(2.0), there))
    arm = machine.arm
    arm.aim(arm.posture(goal, downward(2.0, tilt)), 0.8)
    for _ in range(40):
        if not arm.busy:
            break
        run(session, 0.2)
    run(session, 0.3)
    assert distance(arm.place, goal) < 0.012
    towards = rotate(arm.motions[0].orientation, (0.0, 0.0, 1.0))
    wanted = rotate(about_z(2.0), (math.sin(tilt), 0.0, -math.cos(tilt)))
    assert distance(towards, wanted) < 0.02
    assert distance(machine.motion.position, base) < 0.004


def test_it_does_not_tip_with_three_kilograms_at_full_reach(on_floor, run):
    """Held out to the side and swung to the front at full speed, the load lifts no wheel by more than 3 mm."""
    session, machine = on_floor(
        "mobile_arm", things={"weight": {"box": [0.06, 0.06, 0.1], "position": [0.9, 0.0, 0.05], "mass": 3.0}}
    )
    arm = machine.arm
    body = session.simulation.built.things["weight"]
    reaching = [0.5, 0.0, -0.1, 0.2, 0.0, 0.5, 0.0]
    arm.aim(reaching, 0.8)
    run(session, 5.0)
    session.engine.put(body, add(arm.place, (0.0, 0.0, -0.05)), (0.0, 0.0, 0.0, 1.0))
    arm.take("weight", body, 3.0)
    for yaw in (1.5, -1.5):
        arm.aim([0.5, yaw, *reaching[2:]], 0.8)
        for _ in range(6):
            run(session, 0.5)
            x, y, *_ = machine.motion.orientation
            assert math.hypot(x, y) < 0.006 and abs(machine.motion.position[2]) < 0.003
    assert arm.held is not None
    assert distance(machine.motion.position, (0.0, 0.0, 0.0)) < 0.02


def test_the_speed_of_a_point_is_what_the_arm_adds_to_its_base(on_floor, run):
    """The Jacobian of a free base, turned and moving, agrees with how the point moves when joints move."""
    place = {"it": {"use": "mobile_arm", "position": [0.0, 0.0, 0.0], "yaw": 0.7}}
    session, machine = on_floor("mobile_arm", robots=place)
    engine, body, arm = session.engine, machine.body, machine.arm
    link = engine.links(body)["hand"]
    moving = engine.moving_joints(body)
    rates = {joint: 0.1 * (1 + index) for index, joint in enumerate(arm.arm.joints)}
    names = {index: name for name, index in engine.joints(body).items()}
    speeds = [rates.get(names[joint], 0.0) for joint in moving]
    point = engine.link_motions(body, [link])[0].position
    told = engine.point_speed(body, link, point, speeds)
    places = []
    for sign in (1.0, -1.0):
        for name, value in zip(arm.arm.joints, arm.target, strict=True):
            engine.put_joint(body, engine.joints(body)[name], value + sign * 0.01 * rates[name])
        places.append(engine.link_motions(body, [link])[0].position)
    assert told == pytest.approx(scale(subtract(places[0], places[1]), 50.0), abs=2e-3)


def test_the_reflected_mass_of_a_free_base_is_that_of_a_push(on_floor):
    """Pushing a point of the hand in free fall accelerates it as 1/(J M^-1 J^T) says, whatever way the base faces."""
    found = []
    for yaw in (0.0, 1.1):
        place = {"it": {"use": "mobile_arm", "position": [0.0, 0.0, 0.0], "yaw": yaw}}
        session, machine = on_floor("mobile_arm", robots=place)
        engine, body = session.engine, machine.body
        link = engine.links(body)["hand"]
        engine.put(body, (0.0, 0.0, 5.0), about_z(yaw))
        point = engine.link_motions(body, [link])[0].position
        normal = rotate(about_z(yaw), (0.6, 0.0, 0.8))
        mass = engine.reflected_mass(body, link, point, normal)
        assert 0.5 < mass < engine.mass(body)
        velocities = []
        for push in (0.0, 50.0):
            engine.put(body, (0.0, 0.0, 5.0), about_z(yaw))
            engine.set_velocity(body, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
            moving = engine.moving_joints(body)
            for name, value in zip(machine.arm.arm.joints, machine.arm.target, strict=True):
                engine.put_joint(body, engine.joints(body)[name], value)
            engine.command_torques(body, moving, [0.0] * len(moving))
            engine.push(body, link, scale(normal, push), point)
            engine.step()
            velocities.append(engine.link_motions(body, [link])[0].linear)
        gained = sum(a * b for a, b in zip(subtract(velocities[1], velocities[0]), normal, strict=True))
        assert mass == pytest.approx(50.0 / 250.0 / gained, rel=0.03)
        found.append(mass)
    assert found[0] == pytest.approx(found[1], rel=1e-3)


def test_prismatic_joints_have_the_jacobian_of_their_motion(on_floor):
    """Finite differences of the tool's position agree with the Jacobian, the column's too."""
    _, machine = on_floor("mobile_arm")
    chain, start = machine.arm.chain, list(machine.arm.arm.rest)
    _, jacobian = forward(chain, start)
    for joint in range(len(start)):
        moved = list(start)
        moved[joint] += NUDGE**2
        change = (points(chain, moved)[-1] - points(chain, start)[-1]) / NUDGE**2
        assert numpy.allclose(change, jacobian[:3, joint], atol=1e-5)


def test_a_contact_of_the_hand_counts_the_speed_of_the_base_and_of_the_arm(on_floor, run):
    """Driven and jogged into a standing person, the closing speed is both together and the mass less than the whole."""
    found = {}
    for jogs in (False, True):
        title = {"ja": "人", "en": "person"}
        person = {"anna": {"title": title, "position": [1.15, 0.0], "yaw": 3.14, "height": 1.7}}
        session, machine = on_floor(
            "mobile_arm", people=person, controller={"stop_distance": 0.0, "stop_force": 400.0, "command_timeout": None}
        )
        arm = machine.arm
        arm.aim(arm.posture((0.75, 0.0, 1.0), downward(0.0, math.pi / 2)), 0.8)
        run(session, 4.0)
        machine.drive.move(Velocity(0.2))
        if jogs:
            arm.jog((0.1, 0.0, 0.0), (0.0, 0.0, 0.0), session.simulation.time)
        contacts = []
        for _ in range(30):
            contacts += [event for event in run(session, 0.2) if isinstance(event, Contact)]
            if contacts or machine.safety.mode != "running":
                break
        machine.halt()
        contacts += [event for event in run(session, 2.0) if isinstance(event, Contact)]
        contacts += [timed.event for timed in session.finish().events if isinstance(timed.event, Contact)]
        found[jogs] = min(contacts, key=lambda contact: contact.began)
    assert found[False].closing_speed == pytest.approx(0.2, abs=0.04)
    assert found[True].closing_speed > found[False].closing_speed + 0.04
    for contact in found.values():
        assert 0.0 < contact.reflected_mass < 0.6 * contact.moving_mass
