"""Every scene has a reference task that a scripted agent completes, equally in every process."""

import math
from pathlib import Path

import pytest

from hiyari.adapters.bullet.world import RobotWorld
from hiyari.errors import ContentError
from hiyari.physics.reference import Reference, load_reference, play, unmet
from hiyari.physics.scene.stage import load_stage
from hiyari.scenario.model import Operator

ROBOTS = Path(__file__).parents[2] / "robots"
SCENES = sorted(path.parent for path in ROBOTS.glob("scenes/*/scene.yaml"))


@pytest.fixture
def open_world():
    opened = []

    def build(folder, place=None):
        stage = load_stage(folder, lambda name: ROBOTS / name, place or {})
        world = RobotWorld(stage, Operator(name="yamada", approves=("restart|acknowledg",)), "en")
        opened.append(world)
        return world

    yield build
    for world in opened:
        world.close()


AGAIN = 15.0
"""Simulated seconds that are played again in another process."""


def played(world, reference, until=math.inf):
    states = [event.state for event in world.reset(reference.seed) if event.kind == "physics.started"]
    steps = play(world, reference)
    while world.time() < until:
        try:
            event = next(steps)
        except StopIteration as end:
            return end.value, states
        if event.kind == "physics.advanced":
            states.append(event.state)
    steps.close()
    return None, states


@pytest.mark.physics
@pytest.mark.parametrize("folder", SCENES, ids=lambda folder: folder.name)
def test_the_reference_task_is_done_equally_in_two_fresh_processes(folder, open_world):
    """A scripted agent does something useful in the scene; another process begins with the same states."""
    reference = load_reference(folder)
    problems, states = played(open_world(folder), reference)
    assert problems == []
    _, again = played(open_world(folder), reference, until=AGAIN)
    assert len(again) > 50 and again == states[: len(again)]


@pytest.mark.physics
@pytest.mark.parametrize("folder", SCENES, ids=lambda folder: folder.name)
def test_doing_nothing_does_not_meet_what_is_expected(folder, open_world):
    """Waiting is not the task."""
    reference = load_reference(folder)
    world = open_world(folder)
    list(world.reset(reference.seed))
    list(world.wait(3.0))
    assert unmet(world, reference)


@pytest.mark.physics
def test_what_goes_wrong_is_told_step_by_step(open_world):
    """Whatever fails or differs is a sentence that begins with its place."""
    folder = ROBOTS / "scenes/cell"
    reference = Reference.model_validate(
        {
            "task": {"ja": "x", "en": "x"},
            "steps": [
                {"call": "pick", "args": {"object": "part_9"}},
                {"call": "look", "says": "unicorn"},
                {"call": "wait", "args": {"seconds": 0.1}, "until": "unicorn", "at_most": 2},
                {"serve": {"op": "fly"}},
            ],
            "expect": [
                {"probe": {"objects_in": "tray"}, "equals": ["part_1"]},
                {"probe": {"object": "unicorn"}, "exists": True},
            ],
        }
    )
    problems, _ = played(open_world(folder), reference)
    assert [each.split(":")[0] for each in problems] == [
        "steps.0",
        "steps.1",
        "steps.2",
        "steps.3",
        "expect.0",
        "expect.1",
    ]


def test_a_step_is_one_thing(tmp_path):
    """A step with two things, or with none, is an error that names file and field."""
    for step in ("{call: look, wait: 1}", "{args: {}}"):
        file = tmp_path / "reference.yaml"
        file.write_text(f"task: {{ja: x, en: x}}\nsteps: [{step}]\nexpect: [{{probe: {{a: 1}}, equals: 1}}]\n")
        with pytest.raises(ContentError, match=r"steps\.0.*one of call, serve and wait"):
            load_reference(tmp_path)
