"""Laser scanners: fields that slow and stop, muting, and what hides people."""

import pytest

from hiyari.events import DeviceChanged, SafetyStateChanged

SCANNER = {
    "kind": "scanner",
    "robot": "amr_1",
    "position": [0.45, 0.0, 0.18],
    "protective": [[0, -0.5], [0.8, -0.5], [0.8, 0.5], [0, 0.5]],
    "warning": [[0, -0.8], [2.2, -0.8], [2.2, 0.8], [0, 0.8]],
    "slow": 0.3,
}
STANDS = {"sato": {"position": [5.5, 1.2]}, "mori": {"position": [9.0, 7.5]}}
SLEEPS = {"stop_distance": 0.0}


@pytest.fixture
def drive(place, run):
    """Send the truck along the aisle towards a person who stands there; return events and session."""

    def go(seconds, things=None, **changes):
        people = {name: {**person, "walk": None} for name, person in STANDS.items()}
        scanner = {**SCANNER, **changes}
        session = place("warehouse", devices={"eye": scanner}, people=people, controller=SLEEPS, things=things or {})
        run(session.serve({"op": "task", "robot": "amr_1", "goal": [8.0, 1.2], "route": "direct"}))
        assert session.answered["ok"]
        return run(session.wait(seconds)), session

    return go


def test_the_truck_is_slowed_and_then_stopped(drive):
    """In the warning field the truck slows to the set speed, in the protective field it stops before the person."""
    events, session = drive(12.0)
    changed = [(e.quantity, e.after, e.cause) for e in events if isinstance(e, DeviceChanged)]
    assert changed[:2] == [("warning", True, "sato"), ("protective", True, "sato")]
    stops = [e for e in events if isinstance(e, SafetyStateChanged)]
    assert [(e.after, e.cause) for e in stops] == [("protective_stop", "scanner")]
    assert 4.0 < session.probe({"signal": "amr_1.x"}) < 4.6
    moving = [r.speed for e in events if e.kind == "physics.advanced" for r in e.robots if r.robot == "amr_1"]
    assert max(moving) > 0.8
    last = next(index for index, e in enumerate(events) if isinstance(e, SafetyStateChanged))
    before = [r.speed for e in events[:last] if e.kind == "physics.advanced" for r in e.robots if r.robot == "amr_1"]
    assert before[-2] < 0.33


def test_a_muted_scanner_stops_nothing(drive):
    """Muted, it still reports its fields but the truck drives on at full speed."""
    events, session = drive(5.0, muted=True)
    assert not [e for e in events if isinstance(e, SafetyStateChanged)]
    assert session.probe({"signal": "eye.protective"}) is True or session.probe({"signal": "amr_1.x"}) > 4.6


def test_nobody_is_seen_behind_a_wall(drive):
    """A person who stands behind a board is not in the field, and the truck is not slowed."""
    board = {"box": [0.05, 2.0, 1.5], "position": [5.0, 1.2, 0.75]}
    events, _ = drive(4.0, things={"board": board})
    assert not [e for e in events if isinstance(e, DeviceChanged)]


def test_anything_in_the_field_stops_the_truck(drive):
    """A scanner that detects anything stops before a board that stands in the way; else the truck drives into it."""
    board = {"box": [0.05, 1.0, 0.5], "position": [3.5, 1.2, 0.25]}
    events, session = drive(5.0, things={"board": board}, detects="anything")
    causes = [(e.quantity, e.cause) for e in events if isinstance(e, DeviceChanged)]
    assert causes[:2] == [("warning", "board"), ("protective", "board")]
    assert [e.cause for e in events if isinstance(e, SafetyStateChanged)] == ["scanner"]
    assert session.probe({"signal": "amr_1.x"}) < 2.9


def test_a_fixed_scanner_looks_at_its_own_area(place, run):
    """A scanner at a fixed place stops the robots it names when somebody stands in its field, and nobody sooner."""
    fixed = {"kind": "scanner", "position": [0.16, 1.6, 0.2], "yaw": -1.5708, "stops": ["arm"]}
    near, far = [[0, -0.3], [1, -0.3], [1, 0.3], [0, 0.3]], [[0, -0.3], [0.3, -0.3], [0.3, 0.3], [0, 0.3]]
    for corners, mode in ((near, "protective_stop"), (far, "running")):
        session = place(devices={"eye": {**fixed, "protective": corners}}, controller=SLEEPS)
        run(session.wait(0.3))
        assert session.probe({"signal": "arm.mode"}) == mode
