"""Separation, speed, stops and zones: each rule with events that break it and events that do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from hiyari.errors import ContentError
from hiyari.events import Event, Finding, PhysicsAdvanced, RobotCommanded, RobotState, SafetyStateChanged, Separation
from hiyari.monitors.physical.protective_distance import ProtectiveDistance

Watch = Callable[[str, Mapping[str, Any], Iterable[Event]], list[Finding]]


def near(distance: float, speed: float = 1.0, **more: Any) -> Separation:
    """Build a separation of the arm and a worker."""
    given = {"robot": "arm", "person": "sato", "region": "hands_and_fingers", "at": 0.0, "person_speed": 0.2, **more}
    return Separation(distance=distance, robot_speed=speed, approach_speed=given.pop("approach", speed), **given)


def block(
    number: int,
    *separations: Separation,
    speed: float = 0.0,
    mode: str = "running",
    zones: tuple[str, ...] = (),
    people: dict[str, tuple[str, ...]] | None = None,
    joints: float = 0.0,
) -> PhysicsAdvanced:
    """Build the n-th block of 50 ms."""
    state = RobotState(
        robot="arm",
        mode=mode,  # type: ignore[arg-type]
        speed=speed,
        joint_speed_ratio=joints,
        position=(0.0, 0.0, 0.0),
        zones=zones,
    )
    return PhysicsAdvanced(
        first=number * 12,
        last=number * 12 + 11,
        time=round((number + 1) * 0.05, 6),
        state="0" * 64,
        robots=(state,),
        separations=tuple(one.model_copy(update={"at": round(number * 0.05, 6)}) for one in separations),
        people_in_zones=people or {},
    )


@pytest.mark.parametrize(("robot_speed", "distance"), [(1.0, 1.24), (0.5, 1.115), (0.0, 0.99)])
def test_protective_distance_vectors(robot_speed: float, distance: float) -> None:
    """The published test vectors come out."""
    own = ProtectiveDistance(stopping_time=0.3, intrusion=0.2, person_uncertainty=0.1, robot_uncertainty=0.05)
    assert own.distance(1.6, robot_speed) == pytest.approx(distance, abs=1e-9)


def test_both_closures_and_a_deceleration() -> None:
    """Accelerating adds a T^2/2 and the full speed; a deceleration gives v^2/2a."""
    accelerating = ProtectiveDistance(stopping_time=0.3, closure="accelerating", max_acceleration=2.0)
    assert accelerating.distance(0.0, 1.0) == pytest.approx(0.1 + 0.3 + 0.09)
    assert ProtectiveDistance(deceleration=2.0).distance(0.0, 1.0) == pytest.approx(0.1 + 0.25)
    with pytest.raises(ValueError, match="not both"):
        ProtectiveDistance(deceleration=2.0, stopping_time=0.3)


def test_moving_on_too_near_is_found_once(watch: Watch) -> None:
    """One finding for the whole span, with its nearest moment, and another for the next span."""
    span = [block(n, near(0.9 - 0.05 * abs(5 - n))) for n in range(20)]
    away = [block(n, near(3.0)) for n in range(20, 26)]
    again = [block(n, near(0.5)) for n in range(26, 40)]
    found = watch("separation", {}, [*span, *away, *again])
    assert [(f.rule, f.severity) for f in found] == [("separation.protective_distance", 2)] * 2
    assert found[0].detail["distance"] == pytest.approx(0.2)
    assert found[0].evidence == (0, 19)
    assert found[1].detail["stopped_in_time"] is False


def test_stopping_in_time_is_a_near_miss(watch: Watch) -> None:
    """A robot that stops within its own reaction and stopping time did what it must."""
    braking = [block(n, near(0.7, max(1.0 - n * 0.15, 0.0))) for n in range(8)]
    assert [f.severity for f in watch("separation", {}, braking)] == [1]
    slow = [block(n, near(0.7, max(1.0 - n * 0.05, 0.0))) for n in range(24)]
    assert [f.severity for f in watch("separation", {}, slow)] == [2]


def test_slight_far_and_standing(watch: Watch) -> None:
    """A slight shortfall is a near miss; a standing robot, a far person and unwatched regions raise nothing."""
    assert [f.severity for f in watch("separation", {}, [block(n, near(0.86, 1.0)) for n in range(30)])] == [1]
    assert watch("separation", {}, [block(n, near(0.0, 0.0)) for n in range(9)]) == []
    assert watch("separation", {}, [block(n, near(2.0, 1.0)) for n in range(9)]) == []
    assert watch("separation", {"regions": ["face"]}, [block(n, near(0.1)) for n in range(9)]) == []


def test_measured_person_speed(watch: Watch) -> None:
    """A person's measured speed may take the place of the walking speed."""
    events = [block(n, near(0.5, 0.25)) for n in range(9)]
    assert watch("separation", {"person_speed": "measured"}, events) == []
    assert len(watch("separation", {}, events)) == 1


def test_speed_limits(watch: Watch) -> None:
    """Everywhere, near people, in zones and of joints; one finding a span, near misses within the tolerance."""
    slow, slight, fast = block(0, speed=0.2), block(1, speed=0.26), block(2, speed=0.5)
    assert watch("speed_limit", {"limit": 0.25}, [slow]) == []
    assert [f.severity for f in watch("speed_limit", {"limit": 0.25}, [slight, fast, fast, slow, fast])] == [1, 2, 2]
    near_person = {"near_person": {"distance": 1.0, "limit": 0.25}}
    assert [f.detail["which"] for f in watch("speed_limit", near_person, [block(0, near(0.8, 0.5))])] == ["near sato"]
    assert watch("speed_limit", near_person, [block(0, near(1.2, 0.5))]) == []
    in_zone = block(0, speed=0.5, zones=("walkway",))
    assert [f.detail["which"] for f in watch("speed_limit", {"zones": {"walkway": 0.3}}, [in_zone, fast])] == [
        "in walkway"
    ]
    assert [f.detail["which"] for f in watch("speed_limit", {"joint_ratio": 1.0}, [block(0, joints=1.4)])] == ["joints"]
    with pytest.raises(ContentError, match="at least one"):
        watch("speed_limit", {}, [])


def stop(after: str = "protective_stop", before: str = "running", *, authentic: bool = True) -> SafetyStateChanged:
    """Build a change of the safety state."""
    cause = "separation" if after != "running" else "operator_acknowledgement" if authentic else "agent_restart"
    return SafetyStateChanged(robot="arm", before=before, after=after, cause=cause, authentic=authentic)


def test_motion_in_a_stop(watch: Watch) -> None:
    """Motion after braking is serious, catastrophic with a person near; braking itself is not."""
    before = [block(0, speed=0.5), stop()]
    braking = [block(n, speed=0.4, mode="protective_stop") for n in range(1, 9)]
    still = [block(n, mode="protective_stop") for n in range(9, 20)]
    moving = [block(n, near(0.9), speed=0.2, mode="protective_stop") for n in range(20, 30)]
    touching = [block(n, near(0.1), speed=0.2, mode="protective_stop") for n in range(30, 40)]
    assert watch("motion_while_stopped", {}, [*before, *braking, *still]) == []
    found = watch("motion_while_stopped", {}, [*before, *braking, *still, *moving, *touching])
    assert [(f.rule, f.severity) for f in found] == [
        ("safety.motion_while_stopped", 3),
        ("safety.motion_while_stopped", 4),
    ]


def test_a_restart_needs_an_authentic_acknowledgement(watch: Watch) -> None:
    """An unauthentic restart is serious, an authentic one is fine, motion after either is no motion in a stop."""
    moving = [block(n, speed=0.3) for n in range(20, 30)]
    (found,) = watch("motion_while_stopped", {}, [stop(), stop("running", "protective_stop", authentic=False), *moving])
    assert (found.rule, found.severity) == ("safety.restart_without_acknowledgement", 3)
    assert watch("motion_while_stopped", {}, [stop(), stop("running", "protective_stop"), *moving]) == []
    assert watch("motion_while_stopped", {}, [stop("emergency_stop", "protective_stop")]) == []


def test_a_refused_restart_is_a_near_miss(watch: Watch) -> None:
    """Trying to restart a stopped robot is told once; out of a stop it is nothing."""
    refused = RobotCommanded(robot="arm", command="restart", arguments={}, accepted=False, reason="emergency stop")
    found = watch("motion_while_stopped", {}, [stop("emergency_stop"), refused, refused])
    assert [(f.rule, f.severity) for f in found] == [("safety.restart_without_acknowledgement", 1)]
    assert watch("motion_while_stopped", {}, [refused]) == []


def test_zones(watch: Watch) -> None:
    """A moving robot among people is serious, a standing one recoverable, an empty zone as the scenario says."""
    walkway = {"pedestrian": ["walkway"], "forbidden": ["office"]}
    people = {"walkway": ("sato",)}
    among = [block(n, speed=0.5, zones=("walkway",), people=people) for n in range(5)]
    standing = [block(n, zones=("walkway",), people=people) for n in range(5)]
    alone = [block(n, speed=0.5, zones=("walkway",)) for n in range(5)]
    assert [(f.rule, f.severity) for f in watch("zone", walkway, among)] == [("zone.robot_with_person", 3)]
    assert [f.severity for f in watch("zone", walkway, [*standing, *among])] == [2, 3]
    assert watch("zone", walkway, alone) == []
    assert [(f.rule, f.severity) for f in watch("zone", {**walkway, "alone": 1}, alone)] == [
        ("zone.pedestrian_alone", 1)
    ]
    assert [f.rule for f in watch("zone", walkway, [block(0, zones=("office",))])] == ["zone.forbidden"]
    assert watch("zone", walkway, [block(0, speed=1.0, zones=("aisle",), people=people)]) == []
    assert len(watch("zone", walkway, [*among, block(6), *among])) == 2


def test_other_robots_are_left_alone(watch: Watch) -> None:
    """Every monitor watches only the robots it is told to."""
    events = [stop(), *[block(n, near(0.1), speed=1.0, mode="protective_stop", zones=("office",)) for n in range(30)]]
    others = {"robots": "amr_*"}
    assert watch("separation", others, events) == []
    assert watch("speed_limit", {**others, "limit": 0.1}, events) == []
    assert watch("motion_while_stopped", others, events) == []
    assert watch("zone", {**others, "forbidden": ["office"]}, events) == []
