"""The engine protocol, the same for every engine."""

import math
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.adapters.engines import make_engine
from hiyari.adapters.mujoco.engine import MujocoEngine
from hiyari.errors import ContentError
from hiyari.physics.engine import Ball, Parameters, Shape, View
from hiyari.physics.geometry import UPRIGHT, about_y, about_z, distance, rotate
from hiyari.physics.png import encode_png
from hiyari.physics.scene.assets import asset

pytestmark = pytest.mark.physics

ENGINES = {"bullet": BulletEngine, "mujoco": MujocoEngine}
NAN, INF = math.nan, math.inf
G = 9.81


@pytest.fixture(params=sorted(ENGINES))
def engine(request):
    engine = ENGINES[request.param]()
    engine.reset(Parameters(step_hz=1000))
    yield engine
    engine.close()


def floor(engine):
    return engine.load_shape(Shape("box", (4, 4, 0.2)), (0, 0, -0.1), UPRIGHT)


def box(engine, position, *, mass=1.0, size=(0.2, 0.2, 0.2), turn=UPRIGHT):
    return engine.load_shape(Shape("box", size, mass), position, turn)


def panda(engine, tmp_path):
    urdf = asset("pybullet_data:franka_panda/panda.urdf", tmp_path, file=tmp_path, field="urdf")
    return engine.load_urdf(urdf, (0, 0, 0), UPRIGHT, fixed=True)


def run(engine, steps):
    for _ in range(steps):
        engine.step()


def quarters(red=(255, 0, 0)):
    """Red and green above, blue and white below."""
    image = numpy.zeros((64, 64, 3), numpy.uint8)
    image[:32, :32], image[:32, 32:], image[32:, :32], image[32:, 32:] = red, (0, 255, 0), (0, 0, 255), (255,) * 3
    return encode_png(image.tobytes(), 64, 64)


def seen(picture, view, x, y):
    """Return which of red, green and blue are bright at a share of the width and height."""
    pixel = (int(y * view.height) * view.width + int(x * view.width)) * 3
    return tuple(value > 120 for value in picture.rgb[pixel : pixel + 3])


RED, GREEN, BLUE, WHITE = (True, False, False), (False, True, False), (False, False, True), (True, True, True)


def test_what_is_let_go_falls(engine):
    """After half a second in free fall a body has the speed and the way of one."""
    body = box(engine, (0, 0, 5))
    run(engine, 500)
    motion = engine.motion(body)
    assert motion.linear[2] == pytest.approx(-G * 0.5, rel=0.005)
    assert 5 - motion.position[2] == pytest.approx(G * 0.125, rel=0.005)


@pytest.mark.parametrize("form", ["box", "cylinder", "sphere", "capsule"])
def test_every_form_rests_on_its_weight(engine, form):
    """A body of each form, a capsule lying, bears its weight on the floor at the height it should have."""
    floor(engine)
    size = (0.2, 0.2, 0.2) if form != "capsule" else (0.2, 0.2, 0.5)
    turn = about_y(math.pi / 2) if form == "capsule" else UPRIGHT
    body = engine.load_shape(Shape(form, size, 2.0), (0, 0, 0.1), turn)
    low, high = engine.bounds(body, -1)
    assert high[0] - low[0] == pytest.approx(0.5 if form == "capsule" else 0.2, abs=0.05)
    run(engine, 700)
    force = []
    for _ in range(100):
        engine.step()
        force.append(sum(touch.force * touch.normal[2] for touch in engine.contacts(body)))
    assert sum(force) / 100 == pytest.approx(2 * G, rel=0.02)
    assert engine.motion(body).position[2] == pytest.approx(0.1, abs=0.002)


def test_shapes_that_cannot_be_are_refused(engine):
    """An unknown form, no size, negative mass and a number that is none are value errors."""
    for shape in (
        Shape("cone", (1, 1, 1)),
        Shape("box", (1, 0, 1)),
        Shape("box", (1, 1, 1), -1.0),
        Shape("box", (1, NAN, 1)),
        Shape("capsule", (0.5, 0.5, 0.2)),
    ):
        with pytest.raises(ValueError):
            engine.load_shape(shape, (0, 0, 0), UPRIGHT)


def test_numbers_that_are_none_never_get_in(engine, tmp_path):
    """Every command refuses NaN and infinity with a ValueError, and the state stays as it was."""
    arm, body = panda(engine, tmp_path), box(engine, (2, 0, 1))
    before = engine.state()
    commands = [
        lambda n: engine.put(body, (n, 0, 0), UPRIGHT),
        lambda n: engine.put(body, (0, 0, 0), (0, 0, 0, n)),
        lambda n: engine.put_joint(arm, 0, n),
        lambda n: engine.command_positions(arm, [0], [n], [1.0], [1.0]),
        lambda n: engine.command_positions(arm, [0], [0.0], [n], [1.0]),
        lambda n: engine.command_positions(arm, [0], [0.0], [1.0], [n]),
        lambda n: engine.command_positions(arm, [0], [0.0], [1.0], [1.0], [n]),
        lambda n: engine.command_speeds(arm, [0], [n], 1.0),
        lambda n: engine.command_speeds(arm, [0], [0.0], n),
        lambda n: engine.command_torques(arm, [0], [n]),
        lambda n: engine.push(body, -1, (n, 0, 0), (0, 0, 0)),
        lambda n: engine.push(body, -1, (0, 0, 0), (0, n, 0)),
        lambda n: engine.twist(body, (0, 0, n)),
        lambda n: engine.set_velocity(body, (n, 0, 0), (0, 0, 0)),
        lambda n: engine.set_velocity(body, (0, 0, 0), (n, 0, 0)),
        lambda n: engine.set_friction(body, n),
        lambda n: engine.set_mass(body, n),
        lambda n: engine.join(body, arm, (n, 0, 0)),
        lambda n: engine.load_shape(Shape("box", (1, 1, 1)), (n, 0, 0), UPRIGHT),
        lambda n: engine.load_balls([Ball((0, 0, n), 0.1)], (0, 0, 0), UPRIGHT, stiffness=1e4, colour=(1, 1, 1)),
        lambda n: engine.load_balls([Ball((0, 0, 0), 0.1)], (0, 0, 0), UPRIGHT, stiffness=n, colour=(1, 1, 1)),
        lambda n: engine.load_panel((n, 1), quarters(), (0, 0, 0), UPRIGHT),
        lambda n: engine.ray((0, 0, n), (0, 0, 0)),
        lambda n: engine.closest(arm, body, n),
        lambda n: engine.camera(View((n, 0, 0), (0, 0, 0))),
        lambda n: engine.set_rate(n),
        lambda n: engine.reset(Parameters(n)),
    ]
    for number in (NAN, INF, -INF):
        for command in commands:
            with pytest.raises(ValueError, match="finite"):
                command(number)
    assert engine.state() == before


def test_a_push_lasts_one_step(engine):
    """1000 N on 1 kg for a millisecond are 1 m/s, once; off the centre it turns the body too."""
    engine.reset(Parameters(step_hz=1000, gravity=(0, 0, 0)))
    body = box(engine, (0, 0, 1), turn=about_z(0.7))
    engine.push(body, -1, (1000, 0, 0), (0, 0, 1))
    run(engine, 2)
    motion = engine.motion(body)
    assert motion.linear == pytest.approx((1, 0, 0), abs=1e-3)
    assert motion.angular == pytest.approx((0, 0, 0), abs=1e-3)
    x, y, z = motion.position
    engine.push(body, -1, (0, 10, 0), (x + 0.1, y, z))
    run(engine, 2)
    assert engine.motion(body).angular[2] == pytest.approx(1e-3 / (0.04 / 6), rel=0.01)


def test_a_twist_lasts_one_step_and_is_of_the_world(engine):
    """A torque about the world's z axis turns a body that lies on its side about z."""
    engine.reset(Parameters(step_hz=1000, gravity=(0, 0, 0)))
    body = box(engine, (0, 0, 1), turn=about_y(math.pi / 2))
    engine.twist(body, (0, 0, 1.0))
    run(engine, 2)
    assert engine.motion(body).angular == pytest.approx((0, 0, 1e-3 / (0.04 / 6)), rel=0.01, abs=1e-3)


def test_a_velocity_is_set_at_once(engine):
    """A base moves at once as it is told, and when put somewhere stands still."""
    engine.reset(Parameters(step_hz=1000, gravity=(0, 0, 0)))
    body = box(engine, (0, 0, 1))
    engine.set_velocity(body, (1, 2, 0), (0, 0, 3))
    run(engine, 100)
    motion = engine.motion(body)
    assert motion.position == pytest.approx((0.1, 0.2, 1), abs=2e-3)
    assert motion.angular == pytest.approx((0, 0, 3), rel=0.02)
    engine.put(body, (1, 1, 1), about_z(1.0))
    assert engine.motion(body).linear == (0, 0, 0)
    run(engine, 10)
    assert engine.motion(body).position == pytest.approx((1, 1, 1))


def test_a_belt_carries_what_lies_on_it(engine):
    """A standing belt whose surface runs takes a box along at its speed, and stops it again."""
    belt = engine.load_shape(Shape("box", (4, 1, 0.2), belt=True), (0, 0, -0.1), UPRIGHT)
    body = box(engine, (-1, 0, 0.1))
    run(engine, 100)
    engine.set_velocity(belt, (0.5, 0, 0), (0, 0, 0))
    run(engine, 1000)
    assert engine.motion(belt).position == pytest.approx((0, 0, -0.1))
    assert engine.motion(body).linear[0] == pytest.approx(0.5, abs=0.02)
    engine.set_velocity(belt, (0, 0, 0), (0, 0, 0))
    run(engine, 500)
    assert engine.motion(body).linear[0] == pytest.approx(0, abs=0.01)


def test_friction_decides_what_slides(engine):
    """On a floor of friction 1 a pushed box stops, and once it has none it slides on."""
    engine.load_shape(Shape("box", (40, 4, 0.2), friction=1.0), (0, 0, -0.1), UPRIGHT)
    body = box(engine, (0, 0, 0.1))
    run(engine, 50)
    engine.set_velocity(body, (1, 0, 0), (0, 0, 0))
    run(engine, 500)
    assert abs(engine.motion(body).linear[0]) < 0.02
    assert engine.friction(body) > 0.0
    engine.set_friction(body, 0.0)
    assert engine.friction(body) == 0.0
    engine.set_velocity(body, (1, 0, 0), (0, 0, 0))
    run(engine, 500)
    assert engine.motion(body).linear[0] > 0.9


TWO = (Ball((0, 0, 0), 0.1), Ball((0, 0, 0.3), 0.1))


def cluster(engine, position, mass=0.0, stiffness=25e3, balls=TWO):
    return engine.load_balls(balls, position, UPRIGHT, stiffness=stiffness, colour=(0.9, 0.7, 0.6), mass=mass)


def test_a_cluster_with_mass_falls_and_lies_on_the_floor(engine):
    """A cluster with mass falls, does not spring back and bears its weight; one without stays where it was put."""
    floor(engine)
    still = cluster(engine, (1, 0, 1))
    body = cluster(engine, (0, 0, 0.5), mass=5.0)
    assert engine.mass(body) == pytest.approx(5.0)
    assert engine.motion(body).position == pytest.approx((0, 0, 0.5))
    run(engine, 2000)
    forces = []
    for _ in range(200):
        engine.step()
        forces.append(sum(touch.force for touch in engine.contacts(body)))
    assert sum(forces) / 200 == pytest.approx(5 * G, rel=0.05)
    assert engine.bounds(body, -1)[0][2] == pytest.approx(0, abs=0.03)
    assert engine.motion(still).position == (1, 0, 1)


def test_a_cluster_is_switched_to_and_fro(engine):
    """Frozen in the air a cluster stays, is put, presses with its spring, and falls again once it has mass."""
    floor(engine)
    body = cluster(engine, (0, 0, 1), mass=5.0)
    engine.set_mass(body, 0.0)
    run(engine, 100)
    assert engine.motion(body).position == pytest.approx((0, 0, 1))
    engine.put(body, (0, 0, 2), about_z(0.3))
    run(engine, 100)
    assert engine.motion(body).position == pytest.approx((0, 0, 2))
    engine.set_mass(body, 5.0)
    run(engine, 100)
    assert engine.motion(body).linear[2] == pytest.approx(-G * 0.1, rel=0.05)
    still = cluster(engine, (1, 0, 1))
    with pytest.raises(ValueError, match="stand still"):
        engine.set_mass(still, 5.0)


@pytest.mark.parametrize("mass", [0.0, 40.0])
def test_an_impact_on_a_person_has_the_force_of_the_spring(engine, mass):
    """5 kg at 1 m/s on a standing sphere of 75 N/mm read between 540 and 612 N = v sqrt(k m), frozen or kinematic."""
    engine.reset(Parameters(step_hz=1000, gravity=(0, 0, 0)))
    person = cluster(engine, (0, 0, 0), mass, 75e3, [Ball((0, 0, 0), 0.1)])
    if mass:
        engine.set_mass(person, 0.0)
    body = box(engine, (0.21, 0, 0), mass=5.0)
    engine.set_velocity(body, (-1, 0, 0), (0, 0, 0))
    forces = []
    for _ in range(150):
        engine.step()
        forces.append(sum(touch.force for touch in engine.contacts(person)))
    assert 540 <= max(forces) <= 612.5
    assert sum(forces) / 1000 == pytest.approx(5 * (1 + engine.motion(body).linear[0]), rel=0.03)


def test_two_clusters_joined_stay_together(engine):
    """A cluster that hangs by a ball joint from a frozen one swings below it, and falls once let go."""
    top = cluster(engine, (0, 0, 2), mass=2.0, balls=[Ball((0, 0, 0), 0.1)])
    engine.set_mass(top, 0.0)
    lower = cluster(engine, (0.3, 0, 2), mass=2.0, balls=[Ball((0, 0, 0), 0.1)])
    engine.ignore(top, lower)
    handle = engine.join(top, lower, (0, 0, 2))
    lowest = 2.0
    for _ in range(1000):
        engine.step()
        position = engine.motion(lower).position
        lowest = min(lowest, position[2])
        assert distance(position, (0, 0, 2)) == pytest.approx(0.3, abs=0.02)
    assert lowest < 1.75
    assert engine.motion(top).position == pytest.approx((0, 0, 2))
    engine.release(handle)
    run(engine, 1000)
    assert engine.motion(lower).position[2] < 0
    with pytest.raises(ValueError, match="mass"):
        engine.join(floor(engine), lower, (0, 0, 0))


def test_what_is_ignored_is_passed_through_until_it_touches_again(engine):
    """Two bodies that ignore each other pass; a reset forgets it, and so does asking for touch."""
    for ask_again, below in ((False, True), (True, False)):
        ground = floor(engine)
        body = box(engine, (0, 0, 0.15))
        engine.ignore(ground, body)
        if ask_again:
            engine.ignore(ground, body, touch=True)
        run(engine, 400)
        assert (engine.motion(body).position[2] < -0.05) == below
        engine.reset(Parameters(step_hz=1000))
    floor(engine)
    body = box(engine, (0, 0, 0.15))
    run(engine, 400)
    assert engine.motion(body).position[2] > 0.09


def test_a_joint_goes_where_it_is_sent_within_its_speed(engine, tmp_path):
    """A joint gets to its target, and no faster than told."""
    body, fastest = panda(engine, tmp_path), 0.0
    for _ in range(2000):
        engine.command_positions(body, [0], [1.0], [87.0], [1.0])
        engine.step()
        fastest = max(fastest, abs(engine.joint_states(body, [0])[1][0]))
    assert engine.joint_states(body, [0])[0][0] == pytest.approx(1.0, abs=0.01)
    assert 0.8 < fastest < 1.06


def test_torques_that_hold_hold(engine, tmp_path):
    """An arm commanded the torques that balance its weight stays; without any it sinks."""
    body = panda(engine, tmp_path)
    joints = engine.moving_joints(body)
    pose = [0.0, 0.6, 0.0, -1.2, 0.0, 1.0, 0.0, 0.02, 0.02]
    for torques, stays in ((True, True), (False, False)):
        for joint, position in zip(joints, pose, strict=True):
            engine.put_joint(body, joint, position)
        for _ in range(200):
            engine.command_torques(body, joints, engine.holding_torques(body) if torques else [0.0] * len(joints))
            engine.step()
        moved = max(abs(a - b) for a, b in zip(engine.joint_states(body, joints)[0], pose, strict=True))
        assert (moved < 0.02) == stays
    engine.command_positions(body, joints[:1], [0.5], [87.0], [1.0])
    run(engine, 1500)
    assert engine.joint_states(body, joints[:1])[0][0] == pytest.approx(0.5, abs=0.05)


def test_contacts_are_told_from_both_sides(engine):
    """Both bodies of a contact tell it, each with the normal that points to itself."""
    ground, body = floor(engine), box(engine, (0, 0, 0.1))
    run(engine, 300)
    mine, others = engine.contacts(body), engine.contacts(ground)
    assert mine
    assert len(mine) == len(others)
    assert all((touch.other, touch.link, touch.other_link) == (ground, -1, -1) for touch in mine)
    assert all(touch.normal[2] == pytest.approx(1) for touch in mine)
    assert all(touch.normal[2] == pytest.approx(-1) for touch in others)


def test_distances_and_rays(engine, tmp_path):
    """The nearest points of two bodies, of a link, and the first body of a ray are found."""
    a, b = box(engine, (0, 0, 1)), engine.load_shape(Shape("sphere", (0.2, 0.2, 0.2)), (1, 0, 1), UPRIGHT)
    near = engine.closest(a, b, 2.0)
    assert near.distance == pytest.approx(0.8, abs=2e-3)
    assert near.point_a == pytest.approx((0.1, 0, 1), abs=2e-3) or near.point_a[0] == pytest.approx(0.1, abs=2e-3)
    assert near.point_b == pytest.approx((0.9, 0, 1), abs=2e-3)
    assert engine.closest(a, b, 0.5) is None
    assert engine.ray((3, 0, 1), (-3, 0, 1)) == b
    assert engine.ray((-3, 0, 1), (3, 0, 1)) == a
    assert engine.ray((0, 0, 3), (3, 0, 3)) is None
    arm = panda(engine, tmp_path)
    hand = engine.links(arm)["panda_hand"]
    assert engine.closest(arm, a, 5.0, hand).link_a == hand
    assert engine.closest(arm, a, 5.0, hand).distance > engine.closest(arm, a, 5.0).distance - 1e-6


def test_what_is_held_comes_along_until_released(engine, tmp_path):
    """A box held by the hand goes where the hand goes, and falls once it is let go."""
    arm = panda(engine, tmp_path)
    engine.put_joint(arm, 3, -1.5)
    hand = engine.links(arm)["panda_hand"]
    at = engine.link_motions(arm, [hand])[0]
    spot = tuple(p + o for p, o in zip(at.position, rotate(at.orientation, (0, 0, 0.2)), strict=True))
    body = box(engine, spot, mass=0.1, size=(0.05, 0.05, 0.05))
    handle = engine.hold(arm, hand, body)
    joints = engine.moving_joints(arm)
    targets = [0.8, *engine.joint_states(arm, joints)[0][1:]]
    for _ in range(1500):
        engine.command_positions(arm, joints, targets, [87.0] * 9, [1.0] * 9)
        engine.step()
    hand_now = engine.link_motions(arm, [hand])[0]
    assert distance(hand_now.position, at.position) > 0.2
    assert distance(hand_now.position, engine.motion(body).position) == pytest.approx(0.2, abs=0.01)
    engine.release(handle)
    run(engine, 500)
    assert engine.motion(body).position[2] < hand_now.position[2] - 0.5


def test_the_camera_sees_bodies_and_how_far_they_are(engine):
    """Colour, distance along the axis and number of a body are at its pixels, and nothing is beside it."""
    engine.load_shape(Shape("box", (0.4, 0.4, 0.4), colour=(1, 0, 0, 1)), (0, 0, 5), UPRIGHT)
    body = engine.load_shape(Shape("box", (0.4, 0.4, 0.4), colour=(1, 0, 0, 1)), (0, 0, 0), UPRIGHT)
    view = View((2, 0, 0), (0, 0, 0), 64, 48, light=(2, 0, 1))
    picture = engine.camera(view)
    assert len(picture.rgb) == 64 * 48 * 3
    assert seen(picture, view, 0.5, 0.5) == RED
    assert picture.depth.shape == picture.bodies.shape == (48, 64)
    assert picture.depth.dtype == numpy.float32
    assert picture.bodies.dtype == numpy.int32
    assert picture.bodies[24, 32] == body
    assert picture.depth[24, 32] == pytest.approx(1.8, abs=0.02)
    assert picture.bodies[2, 2] == -1
    assert picture.depth[2, 2] == pytest.approx(50, rel=0.02)
    again = engine.camera(view)
    assert again.rgb == picture.rgb
    assert numpy.array_equal(again.depth, picture.depth)
    assert numpy.array_equal(again.bodies, picture.bodies)


def test_a_camera_looks_straight_down_with_a_side_up(engine):
    """The x axis is at the top of its picture, or what the view says is up."""
    body = engine.load_shape(Shape("box", (0.4, 0.4, 0.4)), (0.5, 0, 0), UPRIGHT)
    for up, rows, columns in (((0, 0, 1), slice(0, 24), slice(16, 48)), ((0, 1, 0), slice(12, 36), slice(32, 64))):
        bodies = engine.camera(View((0, 0, 3), (0, 0, 0), 64, 48, up=up)).bodies
        there = bodies == body
        assert there.any() and there.sum() == there[rows, columns].sum()


def test_a_panel_shows_its_picture_upright_and_unmirrored(engine):
    """A sign's four quarters are where they are in the file, and still so after it is painted anew or turned."""
    panel = engine.load_panel((0.5, 0.5), quarters(), (0, 0, 0), UPRIGHT)
    view = View((1, 0, 0), (0, 0, 0), 80, 80, light=(1, 0, 0.2))
    picture = engine.camera(view)
    where = {(0.4, 0.4): RED, (0.6, 0.4): GREEN, (0.4, 0.6): BLUE, (0.6, 0.6): WHITE}
    assert {spot: seen(picture, view, *spot) for spot in where} == where
    assert picture.bodies[40, 40] == panel
    engine.paint(panel, quarters((0, 0, 255)))
    picture = engine.camera(view)
    assert seen(picture, view, 0.4, 0.4) == BLUE
    assert seen(picture, view, 0.6, 0.4) == GREEN
    engine.put(panel, (0, 0, 0), about_z(math.pi / 2))
    turned = View((0, 1, 0), (0, 0, 0), 80, 80, light=(0, 1, 0.2))
    assert seen(engine.camera(turned), turned, 0.6, 0.6) == WHITE
    with pytest.raises(ValueError, match="PNG"):
        engine.load_panel((1, 1), b"GIF89a", (0, 0, 0), UPRIGHT)


def test_a_painted_box_shows_its_picture_on_each_side(engine):
    """Each side of a box that is painted shows the whole picture upright; a sphere cannot be painted."""
    body = engine.load_shape(Shape("box", (0.5, 0.5, 0.5), colour=(1, 1, 1, 1)), (0, 0, 0), UPRIGHT)
    engine.paint(body, quarters())
    for eye in ((1.2, 0, 0), (-1.2, 0, 0), (0, 1.2, 0), (0, -1.2, 0)):
        view = View(eye, (0, 0, 0), 80, 80, light=(eye[0], eye[1], 0.2))
        picture = engine.camera(view)
        spots = [seen(picture, view, x, y) for y in (0.4, 0.6) for x in (0.4, 0.6)]
        assert spots == [RED, GREEN, BLUE, WHITE], eye
    ball = engine.load_shape(Shape("sphere", (0.5, 0.5, 0.5)), (0, 0, 3), UPRIGHT)
    with pytest.raises(ValueError, match="painted"):
        engine.paint(ball, quarters())


def test_a_snapshot_brings_positions_and_velocities_back(engine):
    """The state after restoring is bit for bit the one before; a forgotten snapshot is gone."""
    floor(engine)
    for index in range(4):
        box(engine, (0.02 * index, 0, 0.3 + 0.25 * index))
    run(engine, 300)
    handle, before = engine.snapshot(), engine.state()
    run(engine, 200)
    assert engine.state() != before
    engine.restore(handle)
    assert engine.state() == before
    engine.forget(handle)
    with pytest.raises(ValueError, match="no snapshot"):
        engine.restore(handle)
    assert engine.describe()["snapshot"]


def heap(engine):
    """Let six boxes fall on each other, and on a frozen cluster."""
    engine.reset(Parameters(step_hz=250))
    floor(engine)
    engine.set_mass(cluster(engine, (0.1, 0.1, 0.2), mass=3.0), 0.0)
    for index in range(6):
        box(engine, (0.03 * index, 0.01 * index, 0.7 + 0.25 * index))


def test_the_same_steps_follow_a_snapshot_exactly_where_the_engine_promises_it(engine):
    """Going back among tumbling boxes gives the same bits again, and again, where ``describe`` says so."""
    heap(engine)
    run(engine, 120)
    handle = engine.snapshot()
    run(engine, 200)
    ends = [engine.state()]
    for _ in range(2):
        engine.restore(handle)
        run(engine, 200)
        ends.append(engine.state())
    assert ends[1] == ends[2]
    assert ends[0] == ends[1] or "may differ" in engine.describe()["snapshot"]


def test_a_snapshot_of_other_bodies_is_refused(engine):
    """A snapshot is not restored once a body has been added."""
    box(engine, (0, 0, 1))
    handle = engine.snapshot()
    box(engine, (1, 0, 1))
    with pytest.raises(ValueError, match="other bodies"):
        engine.restore(handle)


def test_parameters_hold_after_every_reset(engine):
    """Whatever was set before, a reset sets rate, gravity and iterations, and forgets all bodies."""
    for hz, gravity in ((500.0, (0.0, 0.0, -1.62)), (250.0, (0.0, 0.0, -9.81))):
        engine.set_rate(333.0)
        engine.reset(Parameters(hz, gravity))
        told = engine.describe()
        assert told["fixedTimeStep"] == pytest.approx(1 / hz)
        assert told["gravity"] == pytest.approx(list(gravity))
        assert told["numSolverIterations"] == 50
        assert engine.state() == b""
        assert box(engine, (0, 0, 1)) == 0


def test_a_state_that_breaks_stays_broken(engine):
    """A push beyond all bounds shows in the state; nothing quietly begins anew. PyBullet caps speeds at 100 m/s."""
    body = box(engine, (0, 0, 1))
    engine.push(body, -1, (1e300, 0, 0), (0, 0, 1))
    run(engine, 5)
    assert not numpy.abs(numpy.frombuffer(engine.state())).max() < 99


RESETS = """
import pathlib, sys
from hiyari.adapters.engines import make_engine
from hiyari.physics.engine import Ball, Parameters, Shape, View
from hiyari.physics.geometry import UPRIGHT
from hiyari.physics.png import encode_png

engine, image, kilobytes = make_engine(sys.argv[1]), encode_png(bytes(3 * 32 * 32), 32, 32), []
for count in range(1000):
    engine.reset(Parameters(250))
    engine.load_shape(Shape("box", (4, 4, 0.2)), (0, 0, -0.1), UPRIGHT)
    body = engine.load_shape(Shape("box", (0.2, 0.2, 0.2), 1.0), (0, 2, 0.3), UPRIGHT)
    engine.paint(body, image)
    engine.load_panel((0.3, 0.3), image, (1, 1, 1), UPRIGHT)
    robot = engine.load_urdf(pathlib.Path(sys.argv[2]), (0, 0, 0), UPRIGHT, fixed=False)
    balls = [Ball((0, 0, 0.2 * index), 0.1) for index in range(4)]
    person = [engine.load_balls(balls, (1, y, 1), UPRIGHT, stiffness=3e4, colour=(1, 1, 1), mass=5.0) for y in (0, 1)]
    engine.ignore(*person)
    engine.join(*person, (1, 0.5, 1))
    engine.hold(robot, -1, body)
    engine.step()
    engine.contacts(body)
    if count % 10 == 0:
        engine.snapshot()
        engine.camera(View((3, 3, 3), (0, 0, 0), 16, 12))
    kilobytes.append(int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4)
print(kilobytes[-1] - kilobytes[99])
"""


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_a_thousand_resets_leak_nothing(name):
    """With bodies of every kind, constraints, textures and snapshots, the last 900 resets take less than 10 MB."""
    amr = Path(__file__).parents[2] / "robots/amr/amr.urdf"
    command = [sys.executable, "-c", RESETS, name, str(amr)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=True)
    assert int(done.stdout.split()[-1]) < 10_000


def test_an_engine_that_is_not_there_says_how_to_install_it():
    """An unknown name and a missing package are content errors of the scenario's field."""
    with pytest.raises(ContentError, match="mujoco") as error:
        make_engine("mujoko")
    assert error.value.field == "world.engine"
    script = (
        "import sys\nsys.modules['mujoco'] = None\nfrom hiyari.adapters.engines import make_engine\n"
        "try: make_engine('mujoco')\nexcept Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert "ContentError" in done.stdout
    assert "pip install 'hiyari[mujoco]'" in done.stdout


def test_a_twin_is_bit_identical_and_disturbs_nothing(engine):
    """A second world in the process runs as the first does, and the first runs as if it were alone."""

    heap(engine)
    run(engine, 300)
    alone = engine.state()
    heap(engine)
    twin = engine.twin()
    heap(twin)
    for _ in range(300):
        engine.step()
        twin.step()
    assert engine.state() == alone
    assert twin.state() == alone
    twin.close()
    twin.close()
    engine.step()
