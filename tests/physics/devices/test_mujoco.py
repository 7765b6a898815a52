"""Devices in the other engine: belts, leaves and beams are what the engine protocol says, not PyBullet's."""

import pytest

from hiyari.events import DeviceChanged

pytest.importorskip("mujoco")


def test_a_belt_a_drawer_and_beams_work_in_mujoco(place, block, run):
    """A box travels and falls off, a drawer takes its contents along, and the photo-eye sees the box come."""
    devices = {
        "belt": {"kind": "conveyor", "position": [1.5, -2, 0.5], "size": [1.2, 0.4, 0.1], "speed": 0.4},
        "drawer": {"kind": "drawer", "position": [3, 3, 0.5], "size": [0.3, 0.3, 0.15], "seconds": 1.0},
        "eye": {"kind": "photo_eye", "start": [1.8, -3, 0.55], "end": [1.8, -1, 0.55]},
    }
    things = {"box": block([1.2, -2, 0.551]), "inside": block([3, 3, 0.552], (0.05, 0.05, 0.05))}
    session = place(engine="mujoco", devices=devices, things=things)
    run(session.wait(0.3))
    box, inside = session.probe({"signal": "box.x"}), session.probe({"signal": "inside.x"})
    session.simulation.set_signal("drawer.open", 1.0, "test")
    run(session.wait(1.2))
    assert session.probe({"signal": "box.x"}) - box == pytest.approx(0.48, abs=0.02)
    assert session.probe({"signal": "inside.x"}) - inside == pytest.approx(0.24, abs=0.02)
    events = run(session.wait(1.5))
    assert session.probe({"signal": "box.z"}) < 0.1
    assert ("eye", False) in [(e.device, e.after) for e in events if isinstance(e, DeviceChanged)]
