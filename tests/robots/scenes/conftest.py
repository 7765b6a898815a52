"""A scene that ships, with what a test places in it."""

from pathlib import Path

import pytest

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.session import Session
from hiyari.scenario.model import Operator

ROBOTS = Path(__file__).parents[3] / "robots"


@pytest.fixture
def open_scene():
    """Return a function that builds a scene of ours with changes and returns the session."""
    engines = []

    def build(name, seed=1, **changes):
        engine = BulletEngine()
        engines.append(engine)
        stage = load_stage(ROBOTS / "scenes" / name, lambda robot: ROBOTS / robot, changes)
        session = Session(stage, engine, Operator(), "en")
        session.reset(seed)
        return session

    yield build
    for engine in engines:
        engine.close()


@pytest.fixture
def call():
    """Return a function that carries out a skill and returns how it ended and the events."""

    def carry_out(session, skill, **arguments):
        events = [timed.event for batch in session.call(skill, arguments) for timed in batch.events]
        return session.returned, events

    return carry_out


@pytest.fixture
def of():
    """Return a function that picks the events of one kind."""

    def pick(kind, events):
        return [event for event in events if isinstance(event, kind)]

    return pick
