"""Short episodes in a scene, recorded as the workshop records them."""

from pathlib import Path

import pytest

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.events import Spoken
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.session import Session
from hiyari.recording import Manifest, Recorder, Recording, write_manifest
from hiyari.scenario.model import Operator

ROBOTS = Path(__file__).parents[2] / "robots"
SECONDS = 1.0
REACH = {"kind": "reach", "person": "worker", "target": [0.17, 0.28, 0.74], "at": 0.0, "move": 0.6, "stay": 9.0}
LOUD = {"kind": "say", "person": "worker", "text": {"ja": "止めて", "en": "Stop it"}, "at": 0.1}


def stage_of(scene="cell", place=None):
    """Return a scene that ships, with changes."""
    return load_stage(ROBOTS / "scenes" / scene, lambda robot: ROBOTS / robot, place)


@pytest.fixture
def engine():
    """An engine, closed at the end."""
    made = BulletEngine()
    yield made
    made.close()


@pytest.fixture(scope="session")
def episode(tmp_path_factory):
    """The folder of a recording of a second in the cell, in which the worker speaks and reaches in."""
    folder = tmp_path_factory.mktemp("episode") / "one"
    place = {"events": [REACH]}
    engine = BulletEngine()
    session = Session(stage_of(place=place), engine, Operator(), "en")
    recorder = Recorder(folder, lambda: "now")
    for batch in (session.reset(3), *session.wait(SECONDS)):
        for time, event in batch.events:
            recorder.append(event, t=time, actor="world")
            if event.kind == "physics.started":
                said = Spoken(speaker="worker", text="Stop \x1b[31mit")
                recorder.append(said, t=time, actor="world")
        recorder.rows.append(batch.rows)
    engine.close()
    recorder.close()
    manifest = Manifest(
        run="r",
        scenario="X-1",
        version=1,
        title={"en": "X"},
        area="robotics",
        taxonomy=(),
        arm="benign",
        agent="noop",
        seed=3,
        language="en",
        content={},
        images={},
        software={},
        machine={},
        scene="cell",
        place=place,
        started="now",
        ended="now",
        events=recorder.seq,
        head=recorder.head,
    )
    write_manifest(folder, manifest)
    return Recording(folder).folder
