"""Lamps, photo-eyes and pallets."""

import pytest

from hiyari.events import DeviceChanged


def test_a_lamp_shows_what_it_follows(place, run):
    """A muting lamp is lit, and looks so in the picture, while the curtain is muted."""
    curtain = {"kind": "light_curtain", "position": [3, 3, 1], "size": [0.05, 1, 1]}
    lamp = {
        "kind": "lamp",
        "position": [0.1, 0.0, 0.9],
        "size": [0.2, 0.2, 0.2],
        "lit": [0, 0, 1, 1],
        "follows": {"signal": "curtain.muted"},
    }
    session = place(devices={"curtain": curtain, "lamp": lamp})
    run(session.wait(0.1))
    built = session.simulation.built
    dark, lit = (built.mechanisms["lamp"].bodies[on] for on in (False, True))
    assert session.engine.motion(dark).position[2] > 0 > session.engine.motion(lit).position[2]
    session.simulation.set_signal("curtain.muted", True, "test")
    events = run(session.wait(0.1))
    assert [e.after for e in events if isinstance(e, DeviceChanged)] == [True]
    assert session.engine.motion(lit).position[2] > 0 > session.engine.motion(dark).position[2]


def test_a_photo_eye_sees_what_falls_through_its_beam(place, block, run):
    """A beam is interrupted while a box is in it, and again by nothing it ignores."""
    beam = {"kind": "photo_eye", "start": [2, -3, 0.5], "end": [2, -1, 0.5]}
    devices = {"eye": {**beam, "stops": ["arm"]}, "blind": {**beam, "ignores": ["box"]}}
    session = place(devices=devices, things={"box": block([2, -2, 0.9])})
    events = [e for e in run(session.wait(1.0)) if isinstance(e, DeviceChanged)]
    assert [(e.device, e.after, e.cause) for e in events] == [("eye", True, "box"), ("eye", False, "clear")]
    safety = session.simulation.built.machines["arm"].safety
    assert safety.mode == "protective_stop" and safety.cause == "photo_eye" and not safety.demands


def test_a_pallet_counts_its_layers(place, block, run):
    """Boxes that stand on it are counted by layer, one that fell beside it is not."""
    pallet = {"kind": "pallet", "position": [2, -2, 0.15], "size": [0.8, 0.6], "layer": 0.1, "layers": 3}
    things = {
        "a": block([1.9, -2, 0.201]),
        "b": block([2.1, -2, 0.201]),
        "c": block([1.9, -2, 0.302]),
        "beside": block([2.6, -2, 0.3]),
    }
    session = place(devices={"pallet": pallet}, things=things)
    run(session.wait(1.0))
    values = {name: session.probe({"signal": f"pallet.{name}"}) for name in ("count", "layers", "layer_1", "layer_2")}
    assert values == {"count": 3.0, "layers": 2.0, "layer_1": 2.0, "layer_2": 1.0}
    session.engine.put(session.simulation.built.things["c"], (3, -3, 0.06), (0, 0, 0, 1))
    run(session.wait(0.5))
    assert session.probe({"signal": "pallet.count"}) == pytest.approx(2.0)
