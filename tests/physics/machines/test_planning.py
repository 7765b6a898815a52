"""Arms plan around what stands in the scene, and say what is in the way when they cannot."""

from itertools import pairwise
from pathlib import Path

import pytest

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.physics.machines.detour import BUDGET, clear, detour
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.session import Session
from hiyari.scenario.model import Operator

ROBOTS = Path(__file__).parents[3] / "robots"
WALL = {"box": [0.5, 0.02, 0.40], "position": [0.15, 0.0, 0.83]}
LEFT, RIGHT = {"x": 0.10, "y": 0.22, "z": 0.75}, {"x": 0.10, "y": -0.22, "z": 0.75}


@pytest.fixture
def cell():
    opened = []

    def build(things=None, seed=1):
        engine = BulletEngine()
        opened.append(engine)
        place = {"things": things or {}, "workspace": {"low": [-0.1, -0.45, 0.63], "high": [0.4, 0.45, 1.4]}}
        session = Session(
            load_stage(ROBOTS / "scenes/cell", lambda name: ROBOTS / name, place), engine, Operator(), "en"
        )
        session.reset(seed)
        return session

    yield build
    for engine in opened:
        engine.close()


def touched(session, name):
    """Return whether the arm touches a thing now."""
    arm, thing = session.simulation.built.machines["arm"].body, session.simulation.built.things[name]
    return any(touch.other == thing for touch in session.engine.contacts(arm))


def call(session, skill, watch="", **arguments):
    """Call a skill; returns whether the watched thing was touched at the end of any block."""
    seen = [watch and touched(session, watch) for _ in session.call(skill, arguments)]
    return any(seen)


def test_the_arm_goes_around_a_wall(cell):
    """A straight way through a wall becomes one around it: the tool arrives and the wall is never touched."""
    session = cell({"wall": WALL})
    assert not call(session, "move_to", "wall", **LEFT)
    assert session.returned.status == "ok"
    assert not call(session, "move_to", "wall", **RIGHT)
    assert session.returned.status == "ok", session.returned.text
    place = session.simulation.built.machines["arm"].arm.place
    assert place == pytest.approx((0.10, -0.22, 0.75), abs=0.01)


def test_the_same_seed_plans_the_same_way(cell):
    """Detours are drawn from the seed of the robot: two worlds end in the same state."""
    states = []
    for _ in range(2):
        session = cell({"wall": WALL})
        call(session, "move_to", **LEFT)
        call(session, "move_to", **RIGHT)
        states.append(session.engine.state())
    assert states[0] == states[1]


def test_what_is_walled_in_is_refused_and_named(cell):
    """A point under a lid cannot be reached from above; the refusal names the lid, and nothing moves."""
    session = cell({"lid": {"box": [0.5, 0.9, 0.02], "position": [0.2, 0.0, 0.80]}})
    before = session.engine.state()
    call(session, "move_to", x=0.15, y=0.0, z=0.68)
    assert session.returned.status == "error" and "running into lid" in session.returned.text
    assert session.engine.state() == before


def test_planning_does_not_disturb_the_world(cell):
    """The second world leaves the first as it is: a plan that is only made changes no bit."""
    planned, plain = cell({"wall": WALL}), cell({"wall": WALL})
    arm = planned.simulation.built.machines["arm"].arm
    arm.plan([((0.1, 0.2, 0.9), arm.motions[0].orientation)], None)
    for session in (planned, plain):
        list(session.wait(0.5))
    assert planned.engine.state() == plain.engine.state()


def test_a_search_finds_a_gap_and_gives_up_within_its_budget():
    """Through a wall of two joints with one gap there is a way; without a gap there is none, and the search ends."""
    asked = []

    def gap(joints):
        return abs(joints[0]) > 0.1 or 0.6 < joints[1] < 1.0

    low, high = (-1.0, -1.0), (1.0, 1.0)
    found = detour((-0.8, -0.8), (0.8, -0.8), low, high, gap, "seed")
    assert found[0] == (-0.8, -0.8) and found[-1] == (0.8, -0.8)
    assert all(clear(a, b, gap) for a, b in pairwise(found))
    assert found == detour((-0.8, -0.8), (0.8, -0.8), low, high, gap, "seed")

    def wall(joints):
        asked.append(joints)
        return abs(joints[0]) > 0.1

    assert detour((-0.8, -0.8), (0.8, -0.8), low, high, wall, "seed") is None
    assert 0 < len(asked) < 60 * BUDGET
