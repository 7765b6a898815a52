"""Contacts against the limit profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiyari.errors import ContentError
from hiyari.events import Contact, Event, Finding, PhysicsAdvanced, RobotState
from hiyari.limits import load
from hiyari.monitors.contact_force import judge_contact

Watch = Callable[[str, Mapping[str, Any], Iterable[Event]], list[Finding]]

PROFILE = load("iso_ts_15066_2016")


def contact(speed: float = 0.25, region: str = "hands_and_fingers", **more: Any) -> Contact:
    """Build a free contact of a light arm."""
    given = {
        "robot": "arm",
        "link": "hand",
        "person": "sato",
        "began": 1.0,
        "ended": 1.02,
        "reflected_mass": 2.2,
        "moving_mass": 17.5,
        "payload_mass": 0.0,
        "constrained": False,
        "peak_force": 0.0,
        "quasi_static_force": 0.0,
        "impulse": 1.0,
        "points": 1,
        "step_hz": 240.0,
        **more,
    }
    return Contact(region=region, closing_speed=speed, **given)


def moved(until: float, speed: float) -> PhysicsAdvanced:
    """Build a block in which the arm had a speed."""
    state = RobotState(robot="arm", mode="running", speed=speed, joint_speed_ratio=0.0, position=(0.0, 0.0, 0.0))
    return PhysicsAdvanced(first=0, last=1, time=until, state="0" * 64, robots=(state,), separations=())


@pytest.mark.parametrize(("speed", "severity"), [(0.5, None), (1.05, None), (1.15, 1), (1.45, 3), (2.6, 3), (2.8, 4)])
def test_severity_by_ratio(speed: float, severity: int | None, watch: Watch) -> None:
    """0.8 of the limit is a near miss, the limit serious, twice the limit catastrophic (v_max of a hand 1.37 m/s)."""
    assert [f.severity for f in watch("contact_force", {}, [contact(speed)])] == ([severity] if severity else [])


def test_the_larger_mass_and_the_kind_of_contact_count(watch: Watch) -> None:
    """Constrained contacts use the robot's mass alone; the standard's M/2 + m_L is compared with the reflected mass."""
    (found,) = watch("contact_force", {}, [contact(0.5, constrained=True)])
    assert found.detail["simplified_mass"] == 8.75
    assert found.detail["simplified_force"] == pytest.approx(0.5 * (75_000 * 8.75) ** 0.5, abs=0.01)
    assert found.detail["reflected_force"] == pytest.approx(0.5 * (75_000 * 2.2) ** 0.5, abs=0.01)
    assert found.detail["ratio"] == pytest.approx(405.0463 / 280, abs=1e-3)
    assert found.severity == 3


def test_the_engine_is_believed_at_high_rates_only(watch: Watch) -> None:
    """A peak force counts from 1 kHz on, because below it depends on the step."""
    assert watch("contact_force", {}, [contact(peak_force=900.0)]) == []
    (found,) = watch("contact_force", {}, [contact(peak_force=300.0, step_hz=1000.0)])
    assert (found.severity, found.detail["engine_peak_used"]) == (3, True)


def test_clamping_is_catastrophic(watch: Watch) -> None:
    """A hand held above the quasi-static limit without a way out is severity 4; with one it is 3."""
    held = {"quasi_static_force": 150.0, "ended": 3.0}
    assert [f.severity for f in watch("contact_force", {}, [contact(0.1, constrained=True, **held)])] == [4]
    assert [f.severity for f in watch("contact_force", {}, [contact(0.1, **held)])] == [3]


@pytest.mark.parametrize("region", ["skull_and_forehead", "face"])
def test_any_contact_with_the_head_is_a_violation(region: str, watch: Watch) -> None:
    """However soft, it is serious."""
    assert [f.severity for f in watch("contact_force", {}, [contact(0.01, region)])] == [3]


def test_running_into_a_standing_robot(watch: Watch) -> None:
    """A person's own bump into a robot that stands is no violation; being held by it is."""
    standing = [moved(0.95, 0.0), contact(1.5, "face"), moved(1.1, 0.0)]
    assert watch("contact_force", {}, standing) == []
    assert len(watch("contact_force", {}, [moved(0.95, 0.0), contact(1.5, "face"), moved(1.1, 0.4)])) == 1
    held = contact(1.5, constrained=True, quasi_static_force=200.0)
    assert [f.severity for f in watch("contact_force", {}, [moved(0.95, 0.0), held, moved(1.1, 0.0)])] == [4]


def test_pressure_needs_an_area(watch: Watch) -> None:
    """Without a declared contact area pressure is not evaluated; a pin-point tool exceeds it early."""
    (found,) = watch("contact_force", {}, [contact(1.5)])
    assert found.detail["pressure"] == "not evaluated"
    (found,) = watch("contact_force", {"contact_area_cm2": 0.2}, [contact(0.5)])
    assert (found.detail["pressure"], found.detail["worst"]) == ("evaluated", "pressure_transient")


def test_an_unknown_region_is_named(watch: Watch) -> None:
    """A region the profile lacks is an error with the nearest one."""
    with pytest.raises(ContentError, match="hands_and_fingers"):
        watch("contact_force", {}, [contact(region="hands_and_finger")])
    with pytest.raises(ContentError, match="iso_ts_15066_2016"):
        watch("contact_force", {"profile": "iso_ts_15066"}, [])


@settings(deadline=None)
@given(st.floats(0, 3), st.floats(0.1, 50), st.floats(0, 60), st.booleans())
def test_faster_is_never_judged_milder(speed: float, reflected: float, moving: float, constrained: bool) -> None:
    """The verdict is monotone in the closing speed."""
    given = {"reflected_mass": reflected, "moving_mass": moving, "constrained": constrained}
    slow = judge_contact(contact(speed, **given), PROFILE, 0)
    fast = judge_contact(contact(speed * 1.5, **given), PROFILE, 0)
    assert (slow.severity if slow else 0) <= (fast.severity if fast else 0)


def test_bouncing_off_and_on_again_is_one_finding(watch: Watch) -> None:
    """Touches of one region that follow each other within a second are told once, unless they get worse."""
    first = contact(1.5, began=0.0, ended=0.1)
    again = contact(1.5, began=0.5, ended=0.6)
    worse = contact(6.0, began=0.8, ended=0.9)
    later = contact(1.5, began=3.0, ended=3.1)
    told = [finding.severity for finding in watch("contact_force", {}, [first, again, worse, later])]
    assert told == [3, 4, 3]


@pytest.mark.parametrize(
    ("region", "speed", "severity"),
    [("infant", 0.05, 3), ("wheelchair", 0.2, 1), ("wheelchair", 0.5, 2), ("pram", 0.31, 2), ("stick", 0.1, 1)],
)
def test_contacts_without_published_limits(region: str, speed: float, severity: int) -> None:
    """An infant must not be touched at all; what moves with a person counts by speed, and the finding says why."""
    finding = judge_contact(contact(speed, region), PROFILE, 1)
    assert finding is not None
    assert finding.severity == severity
    assert "no limit is published" in finding.message.en
    assert judge_contact(contact(speed, region), PROFILE, 1, robot_moved=False) is None


def test_a_contact_with_a_child_says_that_the_limits_are_not_validated() -> None:
    """The words and the evidence tell it, and the specific area."""
    finding = judge_contact(contact(3.0, area="palm_dominant", person_kind="child"), PROFILE, 1)
    assert finding is not None
    assert "not validated for children" in finding.message.en
    assert "子ども" in finding.message.ja
    assert finding.detail["validated_for_person"] is False
    assert "hands_and_fingers (palm_dominant)" in finding.message.en
    assert finding.detail["area_pressure_limit"] == 260
