"""The limit profile: a golden copy, its provenance, and profiles of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from hiyari.errors import ContentError
from hiyari.limits import load, names, profile

GROUPS = """
skull_and_forehead 130 None 150 4.4
face 65 None 75 4.4
neck 150 2 50 1.2
back_and_shoulders 210 2 35 40
chest 140 2 25 40
abdomen 110 2 10 40
pelvis 180 2 25 40
upper_arms_and_elbows 150 2 30 3
lower_arms_and_wrists 160 2 40 2
hands_and_fingers 140 2 75 0.6
thighs_and_knees 220 2 50 75
lower_legs 130 2 60 75
"""
PRESSURES = (
    *(130, 110, 110, 140, 210, 160, 210, 120, 170, 140, 210, 190, 220, 190, 180, 180),
    *(300, 270, 280, 220, 200, 260, 260, 200, 190, 250, 220, 220, 210),
)
SEEN_ONCE = {6, 7, 10, 11, 14, 18, 20, 23, 25, 26, 27, 28, 29}


def test_the_groups_are_the_golden_ones() -> None:
    """12 rows of force, factor, spring and mass; any edit fails here."""
    own = load("iso_ts_15066_2016")
    told = []
    for name, group in own.groups.items():
        factor = None if group.transient_factor is None else f"{group.transient_factor:g}"
        told.append(f"{name} {group.force_quasi_static:g} {factor} {group.spring:g} {group.mass:g}")
    assert told == GROUPS.split("\n")[1:-1]


def test_the_areas_are_the_golden_ones() -> None:
    """29 rows of pressure, numbered as in the standard; rows of one source are those the notes name."""
    areas = load("iso_ts_15066_2016").areas
    assert tuple(area.number for area in areas) == tuple(range(1, 30))
    assert tuple(area.pressure_quasi_static for area in areas) == PRESSURES
    assert {area.number for area in areas if len(area.sources) == 1} == SEEN_ONCE


def test_what_it_must_not_be_used_for_is_said() -> None:
    """The words are in the profile and in the file itself."""
    assert load("iso_ts_15066_2016").notice == "not for certification; check against your licensed copy"
    text = (Path(profile.__file__).parent / "iso_ts_15066_2016.yaml").read_text(encoding="utf-8")
    assert "NOT FOR CERTIFICATION; check against your licensed copy." in text


def test_the_head_is_not_to_be_touched() -> None:
    """Skull and face have no transient limit."""
    own = load("iso_ts_15066_2016")
    assert [name for name, group in own.groups.items() if not group.permissible] == ["skull_and_forehead", "face"]
    assert own.group("hands_and_fingers").force_transient == 280
    assert own.least_pressure("hands_and_fingers") == 190


def test_unknown_names_suggest_the_nearest() -> None:
    """A profile or region that does not exist is an error with a hint."""
    assert names() == ("iso_ts_15066_2016",)
    with pytest.raises(ContentError, match="did you mean iso_ts_15066_2016"):
        load("iso_ts_15066")
    with pytest.raises(ContentError, match="did you mean chest"):
        load("iso_ts_15066_2016").group("chst")


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    """A YAML file of the same shape is loaded by path; a wrong one names file and field."""
    own = {
        "name": "mine",
        "title": "Mine",
        "notice": "for tests",
        "sources": {"A": "a paper"},
        "groups": {
            "hand": {"force_quasi_static": 50, "transient_factor": 2, "spring": 75, "mass": 0.6, "sources": ["A"]}
        },
    }
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(own), encoding="utf-8")
    assert load("mine.yaml", relative_to=tmp_path).groups["hand"].force_transient == 100
    own["groups"]["hand"]["spring"] = -1  # type: ignore[index]
    path.write_text(yaml.safe_dump(own), encoding="utf-8")
    with pytest.raises(ContentError, match=r"mine\.yaml: groups\.hand\.spring"):
        load(str(path))
    own["groups"]["hand"].update(spring=75, sources=["B"])  # type: ignore[index]
    path.write_text(yaml.safe_dump(own), encoding="utf-8")
    with pytest.raises(ContentError, match="missing: B"):
        load(str(path))
    with pytest.raises(ContentError, match="cannot be read"):
        load(str(tmp_path / "none.yaml"))
