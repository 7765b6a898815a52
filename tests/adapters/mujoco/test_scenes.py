"""Whole scenes on MuJoCo: the same sessions, skills and robots as on PyBullet."""

import math
from pathlib import Path

import pytest

from hiyari.adapters.bullet.world import RobotWorld
from hiyari.adapters.engines import make_engine
from hiyari.agent import Call
from hiyari.physics.engine import Ball, Parameters
from hiyari.physics.geometry import UPRIGHT
from hiyari.physics.people.person import STIFFNESS
from hiyari.physics.scene.assets import asset
from hiyari.scenario.model import Operator, WorldSpec

pytestmark = pytest.mark.physics


@pytest.fixture
def world(stages):
    """Open and reset a world on an engine; close all at the end."""
    opened = []

    def build(scene, engine="mujoco", place=None):
        one = RobotWorld(stages(scene, place), Operator(), "en", engine=engine)
        opened.append(one)
        return one, list(one.reset(1))

    yield build
    for one in opened:
        one.close()


def called(world, tool, **arguments):
    return list(world.step(Call(id="1", tool=tool, arguments=arguments)))


def of(kind, events):
    return [event for event in events if event.kind == kind]


def test_an_arm_picks_and_places_as_on_the_other_engine(world):
    """The part gets into the tray at the same place to the millimetre, in about the same time, in every process."""
    states = []
    placed = {}
    for engine in ("mujoco", "mujoco", "bullet"):
        one, events = world("cell", engine)
        (started,) = of("physics.started", events)
        assert started.engine["name"] == {"mujoco": "mujoco", "bullet": "pybullet"}[engine]
        events = called(one, "pick", object="part_1")
        assert events[-1].status == "ok"
        events += called(one, "place", target="tray")
        assert events[-1].status == "ok"
        look = called(one, "look")[-1].text
        placed[engine] = next(line for line in look.splitlines() if "part_1" in line)
        assert "in tray" in placed[engine]
        states.append((of("physics.advanced", events)[-1].state, one.time()))
    assert states[0] == states[1]
    assert states[2][1] == pytest.approx(states[0][1], abs=0.5)
    numbers = [
        [float(word[2:]) for word in placed[engine].split() if word[:2] in ("x=", "y=", "z=")]
        for engine in ("mujoco", "bullet")
    ]
    assert numbers[0] == pytest.approx(numbers[1], abs=0.003)


def test_a_truck_drives_to_its_goal(world):
    """A transport robot gets to the station it was sent to, on its wheels."""
    one, _ = world("warehouse")
    generator = one.serve({"op": "task", "robot": "amr_1", "goal": "B"})
    with pytest.raises(StopIteration):
        while True:
            next(generator)
    events = list(one.wait(16.0))
    first, last = (event.robots[0].position for event in (of("physics.advanced", events)[0], events[-1]))
    assert math.dist(first, last) > 4.0
    assert abs(last[2]) < 0.01


def test_a_contact_with_a_person_is_measured(world):
    """A hand that brushes the standing arm first touches the same part at the same time on both engines, with no less
    force than half the impact's v sqrt(k m); how much more the arm's motors add differs (docs/engines.md)."""
    brush = {"kind": "reach", "person": "worker", "target": [-0.06, 0.02, 1.02], "at": 0.1, "move": 0.5, "stay": 0.05}
    people = {"worker": {"position": [-0.06, 0.62]}}
    place = {"events": [brush], "people": people, "controller": {"stop_force": 1e6}}
    found = {}
    for engine in ("mujoco", "bullet"):
        one, events = world("cell", engine, place)
        events += one.wait(2.0)
        found[engine] = min(of("physics.contact", events), key=lambda contact: contact.began)
        assert found[engine].step_hz == 1000
    ours, theirs = found["mujoco"], found["bullet"]
    for contact in (ours, theirs):
        impact = contact.closing_speed * math.sqrt(STIFFNESS[contact.region] * contact.reflected_mass)
        assert 0.5 * impact < contact.peak_force < 5.0 * impact
    assert ours.link == theirs.link
    assert ours.began == pytest.approx(theirs.began, abs=0.02)
    assert 0.5 < ours.reflected_mass / theirs.reflected_mass < 2.0


def pressed(name, urdf):
    """Press a hand sideways onto the Panda's hand while its motors hold; return the greatest force and the impulse."""
    engine = make_engine(name)
    engine.reset(Parameters(1000))
    arm = engine.load_urdf(urdf, (0, 0, 0), UPRIGHT, fixed=True)
    joints, pose = engine.moving_joints(arm), (0.0, 0.3, 0.0, -1.8, 0.0, 2.1, 0.785, 0.04, 0.04)
    for joint, position in zip(joints, pose, strict=True):
        engine.put_joint(arm, joint, position)
    low, high = engine.bounds(arm, engine.links(arm)["panda_hand"])
    x, y, z = (low[0] + high[0]) / 2, high[1] + 0.037, (low[2] + high[2]) / 2
    hand = engine.load_balls([Ball((0, 0, 0), 0.035)], (x, y, z), UPRIGHT, stiffness=75e3, colour=(1, 1, 1))
    forces = []
    for step in range(60):
        engine.put(hand, (x, y - 0.0003 * step, z), UPRIGHT)
        engine.command_positions(arm, joints, pose, [87.0] * 4 + [12.0] * 3 + [20.0] * 2, [2.0] * 9)
        engine.step()
        forces.append(sum(touch.force for touch in engine.contacts(hand)))
    engine.close()
    return max(forces), sum(forces) / 1000


def test_a_hand_pressed_against_a_held_arm_reads_alike():
    """Motors, inertias and springs of both engines together give the same force within 10 %."""
    urdf = asset("pybullet_data:franka_panda/panda.urdf", Path(), file=Path("x"), field="urdf")
    ours, theirs = pressed("mujoco", urdf), pressed("bullet", urdf)
    assert ours == pytest.approx(theirs, rel=0.1)
    assert ours[0] > 250


def test_an_engine_needs_a_scene():
    """A scenario without a scene cannot choose an engine."""
    with pytest.raises(ValueError, match="scene"):
        WorldSpec.model_validate({"environment": "plain", "engine": "mujoco"})
