"""A scene of one arm, or of one driverless truck, with what a test adds."""

import pytest

from hiyari.adapters.engines import make_engine
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.session import Session
from hiyari.scenario.model import Operator

from ..conftest import ROBOTS


@pytest.fixture
def place():
    """Build a scene with changes and return its session."""
    engines = {}

    def build(scene="cell", seed=3, engine="bullet", **changes):
        if engine not in engines:
            engines[engine] = make_engine(engine)
        stage = load_stage(ROBOTS / "scenes" / scene, lambda name: ROBOTS / name, changes)
        session = Session(stage, engines[engine], Operator(), "en")
        session.reset(seed)
        return session

    yield build
    for engine in engines.values():
        engine.close()


@pytest.fixture
def block():
    """Return a loose box of the scene."""

    def make(position, size=(0.1, 0.1, 0.1), mass=0.5, **more):
        return {"box": list(size), "position": list(position), "mass": mass, **more}

    return make


@pytest.fixture
def run():
    """Let time pass, or a skill run, and return the events."""

    def go(generator):
        return [timed.event for batch in generator for timed in batch.events]

    return go
