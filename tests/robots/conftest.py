"""One robot on a plain floor, for tests of every robot."""

from pathlib import Path

import pytest
import yaml

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.session import Session
from hiyari.scenario.model import Operator

ROBOTS = Path(__file__).parents[2] / "robots"


def scene(robot, things=None, **changes):
    """Return a scene with a robot on a floor of 20 m."""
    floor = {"box": [20.0, 20.0, 0.2], "position": [0.0, 0.0, -0.1]}
    return {
        "name": "plain",
        "title": {"ja": "床", "en": "Floor"},
        "about": {"ja": "床。", "en": "A floor."},
        "rates": {"step": 250, "control": 125, "rows": 50, "blocks": 10},
        "skills": ["wait"],
        "robots": {"it": {"use": robot, "position": [0.0, 0.0, 0.0]}},
        "things": {"floor": floor, **(things or {})},
        "camera": {"eye": [2.0, -2.0, 1.5], "target": [0.0, 0.0, 0.4]},
        "controller": {"command_timeout": None},
        **changes,
    }


@pytest.fixture
def on_floor(tmp_path):
    """Return a function that puts a robot on a floor and returns the session and the machine."""
    engines = []

    def build(robot, things=None, home=lambda name: ROBOTS / name, seed=1, **changes):
        place = tmp_path / "plain"
        place.mkdir(exist_ok=True)
        (place / "scene.yaml").write_text(yaml.safe_dump(scene(robot, things, **changes)), encoding="utf-8")
        engine = BulletEngine()
        engines.append(engine)
        session = Session(load_stage(place, home), engine, Operator(), "en")
        session.reset(seed)
        return session, session.simulation.built.machines["it"]

    yield build
    for engine in engines:
        engine.close()


@pytest.fixture
def run():
    """Return a function that lets time pass and returns the events."""

    def wait(session, seconds):
        return [timed.event for batch in session.wait(seconds) for timed in batch.events]

    return wait
