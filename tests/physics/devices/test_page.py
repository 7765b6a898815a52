"""docs/devices.md: its table has every kind and signal, and its example does what the page says."""

import re
from typing import get_args

import yaml

from hiyari.events import DeviceChanged, SafetyStateChanged
from hiyari.physics.devices import AnyDevice

from ..conftest import ROBOTS

PAGE = (ROBOTS.parent / "docs/devices.md").read_text(encoding="utf-8")
EXAMPLE = yaml.safe_load(re.search(r"```yaml title=place.yaml\n(.*?)```", PAGE, re.S).group(1))
FRONT = {"position": [2, -2, 0.5], "size": [0.4, 0.4, 0.3]}
ONE_OF_EACH = {
    "button": {"position": [2, -2, 1]},
    "cabinet": FRONT,
    "call_bell": {"position": [2, -2, 1]},
    "conveyor": {**FRONT, "infeed": {"things": ["part_1"]}},
    "door": FRONT,
    "drawer": FRONT,
    "e_stop": {"position": [2, -2, 1]},
    "hotplate": FRONT,
    "lamp": {"position": [2, -2, 1]},
    "light_curtain": FRONT,
    "microwave": FRONT,
    "pallet": {"position": [2, -2, 0.15], "layers": 1},
    "photo_eye": {"start": [2, -3, 1], "end": [2, -1, 1]},
    "radio": {},
    "scanner": {"position": [2, -2, 1], "protective": [[0, 0], [1, 0], [1, 1]]},
    "switch": {"title": {"ja": "x", "en": "x"}},
}


def quoted(cell):
    return set(re.findall(r"`(\w+)`", cell))


def test_the_table_has_every_kind_with_its_signals(place):
    """Each kind has a row, and the row names the signals that can be set and those that can only be read."""
    rows = {
        kind: (quoted(writable), quoted(read))
        for kind, writable, read in re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|([^|]*)\|$", PAGE, re.M)
    }
    kinds = {get_args(model.model_fields["kind"].annotation)[0] for model in get_args(get_args(AnyDevice)[0])}
    assert set(rows) == kinds == set(ONE_OF_EACH)
    for kind, (writable, read) in rows.items():
        session = place(devices={"it": {"kind": kind, **ONE_OF_EACH[kind]}})
        signals = session.simulation.signals.of("it")
        assert {name for name, signal in signals.items() if signal.write is not None} == writable, kind
        assert {name for name, signal in signals.items() if signal.write is None} == read, kind


def test_the_example_does_what_it_says(place, run):
    """Blocks come on the belt, the hand stops arm and belt, and the lamp shows the muting."""
    session = place(**EXAMPLE)
    events = run(session.wait(5.5))
    told = [(e.device, e.quantity, e.after) for e in events if isinstance(e, DeviceChanged)]
    assert told[0] == ("belt", "fed", 1.0)
    assert ("curtain", "interrupted", True) in told and ("muting_lamp", "on", True) in told
    assert next(e.cause for e in events if isinstance(e, SafetyStateChanged)) in ("light_curtain", "separation")
    assert session.probe({"signal": "belt.running"}) is False
    assert session.probe({"signal": "belt.moving"}) == 0.0
