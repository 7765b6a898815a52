from pathlib import Path

import pytest
import yaml

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.simulation import Simulation

ROBOTS = Path(__file__).parents[3] / "robots"


@pytest.fixture
def engine():
    engine = BulletEngine()
    yield engine
    engine.close()


SCENE = {
    "name": "plain",
    "title": {"ja": "試験", "en": "plain"},
    "about": {"ja": "試験", "en": "plain"},
    "rates": {"step": 250, "near": 1000, "control": 125, "blocks": 10},
    "skills": ["wait"],
    "robots": {"amr": {"use": "amr", "position": [4.0, 0.0, 0.0]}},
    "things": {
        "floor": {"box": [60, 60, 0.1], "position": [0, 0, -0.05], "friction": 1.0},
        "bench": {"box": [1.2, 1.0, 0.6], "position": [0, 0, 0.3]},
    },
    "people": {"worker": {"title": {"ja": "作業者", "en": "worker"}, "position": [0.0, 2.0], "yaw": -1.5708}},
    "camera": {"eye": [1, 1, 1], "target": [0, 0, 0]},
}
"""A floor, a bench of 60 cm, a person, and a transport robot a few metres away."""


@pytest.fixture
def stage(tmp_path):
    """Return the plain scene with changes."""

    def write(place):
        (tmp_path / "plain").mkdir(exist_ok=True)
        (tmp_path / "plain/scene.yaml").write_text(yaml.safe_dump(SCENE, allow_unicode=True), encoding="utf-8")
        return load_stage(tmp_path / "plain", lambda name: ROBOTS / name, place)

    return write


@pytest.fixture
def simulate(engine, stage):
    """Build the plain scene with changes and return its simulation."""

    def build(place, seed=3):
        return Simulation(stage(place), engine, seed)

    return build


@pytest.fixture
def run():
    """Advance a simulation and return the events that it told."""

    def advance(simulation, seconds, each=None):
        told = []
        for _ in range(round(seconds / simulation.tick_seconds)):
            if each is not None:
                each(simulation)
            simulation.tick()
            if simulation.block_is_full():
                told += [timed.event for timed in simulation.flush()[0]]
        return told + [timed.event for timed in simulation.flush()[0]]

    return advance


def of(kind, events):
    """Return the events of one kind."""
    return [event for event in events if isinstance(event, kind)]
