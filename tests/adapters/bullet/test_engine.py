import math
import re
from pathlib import Path

import pybullet
import pytest

import hiyari
from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.physics.engine import Ball, Parameters, Shape, View
from hiyari.physics.geometry import UPRIGHT, about_z

pytestmark = pytest.mark.physics

WHITE = (1.0, 1.0, 1.0, 1.0)
HAND = 75e3


@pytest.fixture
def engine():
    engine = BulletEngine()
    engine.reset(Parameters(step_hz=1000, gravity=(0, 0, 0)))
    yield engine
    engine.close()


def person_of(engine, *centres, position=(0, 0, 0)):
    """Load spheres of a hand."""
    balls = [Ball(centre, 0.1) for centre in centres]
    return engine.load_balls(balls, position, UPRIGHT, stiffness=HAND, colour=(1.0, 0.8, 0.6))


def box(size, mass=0.0, friction=0.0, form="box"):
    return Shape(form, size, mass, friction, WHITE)


def impact(engine, shape):
    """Let 5 kg hit a standing sphere, or a sphere the face of a standing box, at 1 m/s."""
    person = person_of(engine, (0, 0, 0))
    body = engine.load_shape(box((0.2, 0.2, 0.2), mass=5, form=shape), (0.21, 0, 0), UPRIGHT)
    pybullet.resetBaseVelocity(body, (-1, 0, 0), physicsClientId=engine._client)
    forces = []
    for _ in range(150):
        engine.step()
        forces.append([touch.force for touch in engine.contacts(person)])
    return max(forces, key=sum), engine.motion(body).linear[0], sum(map(sum, forces)) / 1000


def test_an_impact_of_a_person_sphere_has_the_force_of_its_spring(engine):
    """5 kg at 1 m/s on 75 N/mm read between 540 and the analytic v sqrt(k m) = 612 N at 1 kHz, with one point."""
    forces, rebound, impulse = impact(engine, "box")
    assert len(forces) == 1
    assert 540 <= sum(forces) <= math.sqrt(HAND * 5) + 0.5
    assert impulse == pytest.approx(5 * (1 + rebound), rel=0.02)


def test_a_box_on_springs_counts_every_point(engine):
    """A face that is the spring bears on four points; over sqrt(4) the force is within 10 % of the sphere's 556 N."""
    floor = engine.load_shape(box((1, 1, 1)), (-0.5, 0, 0), UPRIGHT)
    pybullet.changeDynamics(floor, -1, contactStiffness=HAND, contactDamping=0, physicsClientId=engine._client)
    body = engine.load_shape(box((0.2, 0.2, 0.2), mass=5), (0.11, 0, 0), UPRIGHT)
    pybullet.resetBaseVelocity(body, (-1, 0, 0), physicsClientId=engine._client)
    most = []
    for _ in range(60):
        engine.step()
        touches = engine.contacts(floor)
        most = max(most, touches, key=lambda found: sum(touch.force for touch in found))
    total = sum(touch.force for touch in most)
    assert len(most) == 4
    assert total / math.sqrt(4) == pytest.approx(556, rel=0.1)


def test_contacts_name_both_sides_whoever_is_asked(engine):
    """The normal points towards the body that is asked, whichever the engine names first."""
    person = person_of(engine, (-1.0, 0, 0), (0, 0, 0))
    body = engine.load_shape(box((0.1, 0.1, 0.1), mass=1), (0.149, 0, 0), UPRIGHT)
    engine.step()
    (mine,) = engine.contacts(person)
    (others,) = engine.contacts(body)
    assert (mine.link, mine.other, mine.other_link) == (-1, body, -1)
    assert (others.link, others.other, others.other_link) == (-1, person, -1)
    assert mine.normal == pytest.approx((-1, 0, 0))
    assert others.normal == pytest.approx((1, 0, 0))


def test_a_cluster_moves_as_one(engine):
    """Putting the body somewhere moves all its spheres, and distances follow at once."""
    person = person_of(engine, (0, 0, 0), (0, 0.5, 0))
    target = engine.load_shape(box((0.1, 0.1, 0.1)), (3, 0, 0), UPRIGHT)
    assert engine.closest(person, target, 5).distance == pytest.approx(2.85, abs=1e-3)
    engine.put(person, (2.0, -0.5, 0), about_z(0.0))
    near = engine.closest(person, target, 5)
    assert near.distance == pytest.approx(0.85, abs=1e-3)
    assert engine.closest(person, target, 0.5) is None


def test_every_parameter_is_set_again_after_a_reset(engine):
    """Engine parameters equal the scene's after the second reset too, whatever the first set."""
    pybullet.setPhysicsEngineParameter(numSolverIterations=3, numSubSteps=2, physicsClientId=engine._client)
    engine.reset(Parameters(step_hz=500))
    told = engine.describe()
    assert told["fixedTimeStep"] == pytest.approx(0.002)
    assert told["numSolverIterations"] == 50
    assert told["numSubSteps"] == 0
    assert told["gravity"] == [0, 0, -9.81]


def test_a_broken_urdf_is_a_value_error(engine, tmp_path):
    """What the engine cannot load is an exception and not a body number below 0."""
    file = tmp_path / "broken.urdf"
    file.write_text("<robot", encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.urdf"):
        engine.load_urdf(file, (0, 0, 0), UPRIGHT, fixed=True)


def test_velocity_limits_are_enforced(engine):
    """A joint that is sent far away at once keeps its speed limit."""
    from hiyari.physics.scene.assets import asset

    urdf = asset("pybullet_data:franka_panda/panda.urdf", Path(), file=Path("x"), field="urdf")
    body = engine.load_urdf(urdf, (0, 0, 0), UPRIGHT, fixed=True)
    fastest = 0.0
    for _ in range(600):
        engine.command_positions(body, [0], [2.5], [87.0], [1.0])
        engine.step()
        fastest = max(fastest, abs(engine.joint_states(body, [0])[1][0]))
    assert 0.9 < fastest < 1.05


def test_the_reflected_mass_of_an_arm_is_less_than_its_mass(engine):
    """1/(J M^-1 J^T) of the hand is some kilograms, and a fixed base counts whole."""
    from hiyari.physics.scene.assets import asset

    urdf = asset("pybullet_data:franka_panda/panda.urdf", Path(), file=Path("x"), field="urdf")
    body = engine.load_urdf(urdf, (0, 0, 0), UPRIGHT, fixed=True)
    hand = engine.links(body)["panda_hand"]
    point = engine.link_motions(body, [hand])[0].position
    assert 0.5 < engine.reflected_mass(body, hand, point, (1.0, 0.0, 0.0)) < engine.mass(body)
    assert engine.reflected_mass(body, -1, point, (1.0, 0.0, 0.0)) == engine.mass(body)
    speeds = [1.0, *[0.0] * 8]
    velocity = engine.point_speed(body, hand, point, speeds)
    assert velocity == pytest.approx((-point[1], point[0], 0.0), abs=1e-6)


def test_images_are_equal_on_every_call(engine):
    """The software renderer gives the same bytes for the same scene."""
    engine.load_shape(box((0.5, 0.5, 0.5)), (0, 0, 0), UPRIGHT)
    view = View((2, 2, 2), (0, 0, 0), 64, 48)
    first = engine.camera(view)
    assert len(first.rgb) == 64 * 48 * 3
    assert len(set(first.rgb)) > 3
    again = engine.camera(view)
    assert (again.rgb, again.depth.tobytes(), again.bodies.tobytes()) == (
        first.rgb,
        first.depth.tobytes(),
        first.bodies.tobytes(),
    )


FORBIDDEN = re.compile(
    r"performCollisionDetection|setRealTimeSimulation|numSubSteps\s*=\s*[1-9]|restoreBullet|enableSleeping|setTimeStep"
)


def test_calls_that_break_determinism_or_forces_are_nowhere():
    """Calls that were measured to change results, or to lose contacts, are used nowhere in the package."""
    for file in Path(hiyari.__file__).parent.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        assert not FORBIDDEN.search(source), file
        assert "restoreState" not in source or file.parts[-2:] == ("bullet", "engine.py"), file
        assert not re.search(r"engine\.(restore|snapshot)\(", source), f"{file}: only twins may go back"


def test_every_bullet_call_names_its_client():
    """No call falls back to client 0: each passes physicsClientId, but for pure functions and the connection."""
    pure = {
        "connect",
        "error",
        "multiplyTransforms",
        "invertTransform",
        "getMatrixFromQuaternion",
        "computeViewMatrix",
        "computeProjectionMatrixFOV",
        "getAPIVersion",
    }
    files = ("base.py", "loading.py", "acting.py", "sensing.py", "engine.py", "picture.py")
    for file in files:
        source = (Path(hiyari.__file__).parent / "adapters/bullet" / file).read_text(encoding="utf-8")
        calls = re.findall(r"(?:bullet|BULLET)\.([a-z]\w+)\(", source)
        named = source.count("physicsClientId=")
        assert calls
        assert named >= sum(call not in pure for call in calls), file
        assert set(re.findall(r"\bpybullet\.(\w+)", source)) <= {"connect", "DIRECT"}
