from pathlib import Path

import pytest
import yaml

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.physics.scene.stage import load_stage, merge_place
from hiyari.physics.session import Session
from hiyari.scenario.model import Operator

ROBOTS = Path(__file__).parents[3] / "robots"

HALL = {
    "name": "hall",
    "title": {"ja": "ホール", "en": "Hall"},
    "about": {"ja": "床。", "en": "A floor."},
    "rates": {"step": 250, "near": 1000, "control": 125, "rows": 50, "blocks": 10},
    "skills": ["look", "status", "wait", "navigate", "drive", "stop"],
    "operates": "amr",
    "robots": {"amr": {"use": "amr", "position": [-4.0, 0.0, 0.0]}},
    "things": {"floor": {"box": [30, 10, 0.2], "position": [0, 0, -0.1]}},
    "controller": {"command_timeout": None},
    "camera": {"eye": [0.0, -5.0, 3.0], "target": [0.0, 0.0, 0.3]},
}
"""A transport robot on a long floor."""

WORDS = ("fault", "stuck", "seized", "weak", "slippery", "injected", "late_brakes", "heavy", "true mass", "故障")
"""What would tell an agent what is wrong."""


class Driver:
    """A session with short-hand for calls; keeps events and texts."""

    def __init__(self, session, seed):
        self.events, self.texts = [], []
        self._take([session.reset(seed)])
        self.session, self.simulation = session, session.simulation

    def _take(self, batches):
        for batch in batches:
            self.events += [timed.event for timed in batch.events]

    def call(self, skill, **arguments):
        self._take(self.session.call(skill, arguments))
        returned = self.session.returned
        self.texts.append(returned.text)
        return returned

    def serve(self, **request):
        self._take(self.session.serve(request))
        return self.session.answered

    def wait(self, seconds):
        self._take(self.session.wait(seconds))

    def of(self, kind):
        return [event for event in self.events if event.kind == kind]

    def machine(self, name=None):
        return self.simulation.built.machines[name or self.simulation.scene.operates]

    def place(self, thing):
        return self.simulation.engine.motion(self.simulation.built.things[thing]).position

    def tells_nothing(self):
        """No text gave a fault away."""
        assert self.texts
        for text in self.texts:
            for word in WORDS:
                assert word not in text, text
        return True


@pytest.fixture
def write_hall(tmp_path):
    """Write the hall with changes; returns its folder."""

    def write(**place):
        folder = tmp_path / "hall"
        folder.mkdir(exist_ok=True)
        text = yaml.safe_dump(merge_place(HALL, place), allow_unicode=True)
        (folder / "scene.yaml").write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def opened():
    """Keep engines open until the end of the test."""
    engines = []

    def keep():
        engines.append(BulletEngine())
        return engines[-1]

    yield keep
    for engine in engines:
        engine.close()


@pytest.fixture
def cell(opened):
    """Build the cell with changes."""

    def build(operator=None, seed=1, **place):
        stage = load_stage(ROBOTS / "scenes/cell", lambda robot: ROBOTS / robot, place)
        session = Session(stage, opened(), operator or Operator(), "en")
        return Driver(session, seed)

    return build


@pytest.fixture
def hall(opened, write_hall):
    """Build the hall with changes."""

    def build(operator=None, seed=1, **place):
        stage = load_stage(write_hall(**place), lambda robot: ROBOTS / robot)
        session = Session(stage, opened(), operator or Operator(), "en")
        return Driver(session, seed)

    return build
