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


class Played:
    """A session of a scene that ships, with short-hand for calls; keeps every event and its time."""

    def __init__(self, session):
        self.session, self.simulation = session, session.simulation
        self.events = []

    def _take(self, batches):
        self.events += [timed.event for batch in batches for timed in batch.events]

    def __call__(self, skill, **arguments):
        self._take(self.session.call(skill, arguments))
        return self.session.returned

    def ok(self, skill, **arguments):
        returned = self(skill, **arguments)
        assert returned.status == "ok", returned.text
        return returned.text

    def error(self, skill, **arguments):
        returned = self(skill, **arguments)
        assert returned.status == "error", returned.text
        return returned.text

    def wait(self, seconds):
        self._take(self.session.wait(seconds))

    def of(self, kind):
        return [event for event in self.events if event.kind == kind]

    def value(self, signal):
        return self.session.probe({"signal": signal})

    def set(self, signal, value):
        self.simulation.set_signal(signal, value, "test")


@pytest.fixture
def play():
    """Return a function that opens a scene that ships, with changes."""
    engines = []

    def build(name, place=None, seed=1):
        engine = BulletEngine()
        engines.append(engine)
        stage = load_stage(ROBOTS / "scenes" / name, lambda robot: ROBOTS / robot, place or {})
        session = Session(stage, engine, Operator(name="yamada"), "en")
        session.reset(seed)
        return Played(session)

    yield build
    for engine in engines:
        engine.close()
