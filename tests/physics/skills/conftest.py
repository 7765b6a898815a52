from pathlib import Path

import pytest

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.session import Session
from hiyari.scenario.model import Operator

ROBOTS = Path(__file__).parents[3] / "robots"


class Caller:
    """A session with short-hand for calls; keeps every event."""

    def __init__(self, session):
        self.session, self.simulation = session, session.simulation
        self.events = []

    def _take(self, batches):
        for batch in batches:
            self.events += [timed.event for timed in batch.events]

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


@pytest.fixture
def scene():
    """Build a scene with changes; returns what calls its skills."""
    opened = []

    def build(name, place=None, seed=1, language="en"):
        engine = BulletEngine()
        opened.append(engine)
        stage = load_stage(ROBOTS / "scenes" / name, lambda robot: ROBOTS / robot, place or {})
        session = Session(stage, engine, Operator(name="yamada"), language)
        session.reset(seed)
        return Caller(session)

    yield build
    for engine in opened:
        engine.close()
