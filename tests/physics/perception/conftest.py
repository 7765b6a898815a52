import io
from pathlib import Path

import numpy
import pytest
import yaml
from PIL import Image

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.session import Session
from hiyari.scenario.model import Operator

ROBOTS = Path(__file__).parents[3] / "robots"

ROOM = {
    "name": "room",
    "title": {"ja": "部屋", "en": "Room"},
    "about": {"ja": "部屋", "en": "A room"},
    "rates": {"step": 250, "control": 50, "rows": 25, "blocks": 10},
    "skills": ["look", "describe", "read_sensor", "wait"],
    "operates": "amr",
    "robots": {"amr": {"use": "amr", "position": [-2.0, 0.0, 0.0]}},
    "things": {
        "floor": {"box": [12, 12, 0.1], "position": [0, 0, -0.05]},
        "crate": {
            "title": {"ja": "木箱", "en": "crate"},
            "box": [0.4, 0.4, 0.4],
            "position": [1.0, 0.0, 0.2],
            "category": "box",
            "colour": [0.5, 0.35, 0.2, 1],
        },
    },
    "camera": {"eye": [-1.0, 0.0, 0.5], "target": [1.0, 0.0, 0.3]},
    "light": [-1.0, -0.5, 2.0],
}
"""A camera two metres in front of a crate, with a transport robot behind it."""


class Room:
    """A session in a changed room."""

    def __init__(self, session):
        self.session = session
        self.events = []

    def call(self, tool, **arguments):
        for batch in self.session.call(tool, arguments):
            self.events += [timed.event for timed in batch.events]
        return self.session.returned

    def wait(self, seconds):
        for batch in self.session.wait(seconds):
            self.events += [timed.event for timed in batch.events]

    def of(self, kind):
        return [event for event in self.events if event.kind == kind]

    @property
    def senses(self):
        return self.session.simulation.built.senses

    def image(self, **arguments):
        """The first image of a look, as an array."""
        returned = self.call("look", **{"image": "rgb", **arguments})
        assert returned.status == "ok", returned.text
        return numpy.array(Image.open(io.BytesIO(returned.images[0])))


@pytest.fixture
def write_room(tmp_path):
    """Write a room changed by a mapping that is merged into it; returns its folder."""
    from hiyari.physics.scene.stage import merge_place

    def write(**change):
        folder = tmp_path / "room"
        folder.mkdir(exist_ok=True)
        data = merge_place(ROOM, change)
        (folder / "scene.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return folder

    return write


@pytest.fixture
def open_room(write_room):
    """Build rooms; their engines are closed at the end."""
    engines = []

    def build(seed=1, language="en", **change):
        engine = BulletEngine()
        engines.append(engine)
        stage = load_stage(write_room(**change), lambda name: ROBOTS / name)
        session = Session(stage, engine, Operator(), language)
        session.reset(seed)
        return Room(session)

    yield build
    for engine in engines:
        engine.close()
