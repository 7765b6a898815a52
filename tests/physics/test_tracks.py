"""What rows hold of everything that moves: a reader that puts bodies there sees the scene as it was."""

import struct

import pytest

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.physics.scene.building import build
from hiyari.physics.scene.stage import load_stage, merge_place
from hiyari.physics.session import Session
from hiyari.physics.tracks import tracks
from hiyari.scenario.model import Operator

from .conftest import ROBOTS

FINE = 2e-4
"""Metres by which a body may be elsewhere: its pose is rounded."""

DOOR = {"kind": "door", "position": [-2.0, -2.0, 0.02], "size": [0.8, 0.04, 1.8]}
LAMP = {"kind": "lamp", "position": [-2.0, 2.0, 1.0]}


def played(name, place, seconds, seed=3):
    """Let seconds pass in a scene; returns its stage, its engine, what was built, columns and the last row."""
    stage = load_stage(ROBOTS / "scenes" / name, lambda robot: ROBOTS / robot, merge_place(place))
    engine = BulletEngine()
    session = Session(stage, engine, Operator(), "en")
    started = session.reset(seed).events[-1].event
    rows = b"".join(batch.rows for batch in session.wait(seconds))
    width = 8 * len(started.columns)
    last = dict(zip(started.columns, struct.unpack(f"<{width // 8}d", rows[-width:]), strict=True))
    return stage, engine, session.simulation.built, last


def put_back(stage, row, seed=3):
    """Build the stage in an engine of its own and put everything where a row says."""
    engine = BulletEngine()
    built = build(stage, engine, seed, lambda event: None)
    for track in tracks(engine, built):
        track.put([row[column] for column in track.columns])
    return engine, built


def frames(engine, built):
    """Return the frames of all bodies and links."""
    found = {}
    for name, body in built.things.items():
        found[name] = engine.motion(body)[:2]
    for body, device in built.moving.items():
        found[f"{device}.{body}"] = engine.motion(body)[:2]
    for name, machine in built.machines.items():
        for link in (-1, *engine.links(machine.body).values()):
            motion = engine.link_motions(machine.body, [link])[0] if link >= 0 else engine.motion(machine.body)
            found[f"{name}.{link}"] = (motion.position, motion.orientation)
    for name, behaviour in built.people.items():
        for body in behaviour.person.bodies:
            found[f"{name}.{body}"] = engine.motion(body)[:2]
    return found


@pytest.mark.parametrize(
    ("scene", "place", "moved"),
    [
        (
            "cell",
            {"events": [{"kind": "reach", "person": "worker", "target": [0.17, 0.28, 0.74], "at": 0.1}]},
            "worker",
        ),
        (
            "cell",
            {
                "people": {"worker": {"dynamic": True}},
                "events": [
                    {"kind": "behave", "person": "worker", "behaviour": {"kind": "fall", "limp": True}, "at": 0.2}
                ],
            },
            "worker",
        ),
        ("warehouse", {}, "sato"),
        (
            "cell",
            {
                "devices": {"door": DOOR, "lamp": LAMP},
                "events": [
                    {"kind": "set", "signal": "door.open", "value": 1.0, "at": 0.1},
                    {"kind": "set", "signal": "lamp.on", "value": True, "at": 0.3},
                ],
            },
            "door",
        ),
        (
            "cell",
            {
                "things": {"post": {"box": [0.1, 0.1, 1.0], "position": [-2.0, -2.0, 0.5]}},
                "events": [{"kind": "put", "thing": "post", "position": [-2.0, 2.0, 0.5], "at": 0.2}],
            },
            "post",
        ),
    ],
)
def test_a_row_puts_everything_back(scene, place, moved):
    """Robots, things and people stand where they stood, those that reach, walk or lie limp too."""
    stage, engine, built, row = played(scene, place, 0.8)
    again, rebuilt = put_back(stage, row)
    start = BulletEngine()
    still = frames(start, build(stage, start, 3, lambda event: None))
    there, here = frames(engine, built), frames(again, rebuilt)
    assert there.keys() == here.keys()
    for name, where in there.items():
        for a, b in zip(where, here[name], strict=True):
            assert a == pytest.approx(b, abs=FINE), name
    shifted = [name for name, where in still.items() if name.startswith(moved) and where != there[name]]
    assert shifted
    for each in (engine, again, start):
        each.close()
