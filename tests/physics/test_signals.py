"""The table of signals, and what happens in a scene through it."""

import pytest

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.errors import ContentError
from hiyari.events import LocalText, ObjectChanged, SignalSet, Spoken
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.session import Session
from hiyari.physics.signals import Signal, Signals, Unsettable
from hiyari.scenario.model import Operator

from .conftest import ROBOTS

PLACE = {
    "things": {"tray": {"states": {"full": 0.0, "open": False}, "tags": ["heavy"]}},
    "devices": {"siren": {"kind": "switch", "title": {"ja": "サイレン", "en": "siren"}}},
    "processes": {"weather": {"kind": "weather", "wind": 3.0, "gusts": 1.0}},
    "events": [
        {"kind": "set", "signal": "siren.on", "value": True, "at": 0.2},
        {"kind": "set", "signal": "tray.full", "value": 0.5, "at": 0.2},
        {"kind": "say", "speaker": "worker", "text": {"ja": "止めて", "en": "stop it"}, "at": 0.1},
    ],
}


@pytest.fixture
def session():
    engine = BulletEngine()
    stage = load_stage(ROBOTS / "scenes/cell", lambda name: ROBOTS / name, PLACE)
    session = Session(stage, engine, Operator(), "en")
    session.reset(3)
    yield session
    engine.close()


def events_of(generator):
    return [timed.event for batch in generator for timed in batch.events]


def test_happenings_set_signals_and_speak(session):
    """A signal that is set, a state that changes and words that are said are events and facts of the scene."""
    events = events_of(session.wait(0.5))
    set_ones = [event for event in events if isinstance(event, SignalSet)]
    assert [(event.signal, event.after) for event in set_ones] == [("siren.on", True), ("tray.full", 0.5)]
    assert ObjectChanged(object="tray", state="full", before=0.0, after=0.5, cause="signal") in events
    assert Spoken(speaker="worker", text="止めて / stop it") in events
    assert session.simulation.heard[0][1:] == ("worker", LocalText(ja="止めて", en="stop it"))
    assert session.probe({"signal": "siren.on"}) is True
    assert session.probe({"signal": "arm.mode"}) == "running"
    assert session.probe({"signal": "worker.y"}) == pytest.approx(0.98)


def test_gusts_come_from_the_seed(session):
    """The wind varies about its mean, and equally in two resets of one seed."""
    winds = []
    for _ in range(2):
        session.reset(3)
        winds.append([session.probe({"signal": "weather.wind"}) for _ in session.wait(3.0)])
    assert winds[0] == winds[1] and len(set(winds[0])) > 10
    assert min(winds[0]) > 0.0 and max(winds[0]) < 8.0
    with pytest.raises(LookupError, match="did you mean"):
        session.probe({"signal": "weather.wnd"})


def test_what_cannot_be_set_is_said():
    """A signal takes its kind, within its range, and only if it can be set at all."""
    held = {"value": 1.0}
    table = Signals(
        speed=Signal(lambda: held["value"], lambda value: held.update(value=value), unit="m/s", low=0.0, high=2.0),
        lamp=Signal(lambda: True, lambda value: None, kind="switch"),
        fixed=Signal(lambda: 1.0),
    )
    assert table.set_value("speed", 2) == 2.0 and held["value"] == 2.0
    for name, value, words in [
        ("speed", 2.5, "0 to 2 in m/s"),
        ("speed", float("nan"), "finite"),
        ("speed", True, "finite number"),
        ("lamp", 1, "true or false"),
        ("fixed", 1.0, "only be read"),
    ]:
        with pytest.raises(Unsettable, match=words):
            table.set_value(name, value)


@pytest.mark.parametrize(
    "place, words",
    [
        ({"events": [{"kind": "set", "signal": "siren.of", "value": True, "at": 1}]}, "events.0.signal: .*siren.on"),
        (
            {"events": [{"kind": "set", "signal": "siren.on", "value": "yes", "at": 1}]},
            "events.0.value: .*true or false",
        ),
        ({"events": [{"kind": "set", "signal": "arm.speed", "value": 1.0, "at": 1}]}, "can only be read"),
        ({"devices": {"tray": {"kind": "switch", "title": {"ja": "x", "en": "x"}}}}, "'tray' names two"),
        ({"things": {"tray": {"tags": ["sharpe"]}}}, "tags"),
    ],
)
def test_mistakes_in_the_file_name_their_field(place, words):
    """Unknown signals, tags and doubled names are errors of the file."""
    devices = {"siren": {"kind": "switch", "title": {"ja": "サイレン", "en": "siren"}}}
    engine = BulletEngine()
    try:
        with pytest.raises(ContentError, match=words):
            place = {**place, "devices": {**devices, **place.get("devices", {})}}
            stage = load_stage(ROBOTS / "scenes/cell", lambda name: ROBOTS / name, place)
            Session(stage, engine, Operator(), "en").reset(1)
    finally:
        engine.close()
