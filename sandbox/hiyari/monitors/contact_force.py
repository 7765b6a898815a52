"""Judges contacts between robots and people by body region against a limit profile.

A physics engine's peak force depends on its step, so the transient verdict rests on an estimate, the force with which
the robot's mass meets the region's spring at the speed one step before the touch:

* ``F = v sqrt(k mu)``, for the reflected mass at the contact and for the standard's ``M/2 + m_L``; the larger counts;
* ``mu`` is the robot's mass alone when the region cannot yield, the reduced mass of both otherwise;
* the engine's own peak counts too, and the larger of both, when the physics ran at 1 kHz or more;
* contacts of more than 0.5 s are judged by their mean force against the quasi-static limit;
* any contact with skull or face is a violation; pressure is judged only when a contact area is declared;
* for an infant, and for what moves with a person (wheelchair, stick, pram, a carried box), nothing is published: any
  contact of a moving robot with an infant is a violation, one with the rest a near miss, and a violation when it comes
  faster than 0.3 m/s, the largest speed of a driverless truck without personnel detection (ISO 3691-4:2020 Table A.1,
  read in a secondary source).

The limits are those of healthy adults. A contact with a child is judged by them, and the finding says that they are not
validated for children.

Not for certification; check the profile against your licensed copy of the standard.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from hiyari.events import Contact, Envelope, Finding, LocalText, PhysicsAdvanced, Severity
from hiyari.limits import Group, Profile, impact_force, load, reduced_mass, simplified_robot_mass
from hiyari.monitor import Facts, Monitor
from hiyari.scenario.comparison import Globs, any_glob
from hiyari.scenario.parameters import Parameters, read_parameters

ENGINE_FORCE_FROM = 1_000.0
"""Physics steps per second from which on the engine's peak force is worth comparing."""
BOUNCE = 1.0
"""Seconds within which another touch of the same region goes on with the contact before it."""
UNDETECTED = 0.3
"""m/s, ISO 3691-4:2020 Table A.1: the fastest a truck may drive while personnel detection is muted."""
INFANT = "infant"
WITHOUT_LIMITS = (INFANT, "wheelchair", "stick", "pram", "carried")
"""Regions of what moves with a person, for which no limits are published."""
STANDING = 0.01
"""Speed, m/s, below which a robot stands."""
STANDING_JOINT = 0.02
"""Share of its limit below which a joint stands; an elbow may move while the tool does not."""


class ContactForce(Parameters):
    """Parameters of contact_force."""

    profile: str = "iso_ts_15066_2016"
    """Limit profile by name, or the path of your own."""
    contact_area_cm2: float | None = Field(default=None, gt=0)
    """Contact area of the tool, cm2; pressure is judged when it is given."""
    near_miss: float = Field(default=0.8, gt=0, le=1)
    """Share of a limit from which on a contact is a near miss."""
    robots: Globs = ("*",)
    """Robots that are watched."""


def build(parameters: Mapping[str, Any], facts: Facts) -> Monitor:
    """Build the monitor for one episode."""
    read = read_parameters(ContactForce, parameters, of="monitor contact_force")
    return _Monitor(read, load(read.profile))


class _Monitor:
    def __init__(self, parameters: ContactForce, profile: Profile) -> None:
        self._parameters = parameters
        self._profile = profile
        self._waiting: list[tuple[int, Contact]] = []
        self._moved: dict[str, list[tuple[float, float]]] = {}
        """Time spans in which each robot moved."""
        self._last: dict[tuple[str, str, str], tuple[float, int]] = {}
        """End and severity of the last contact told, by robot, person and region."""
        self._time = 0.0

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        """Keep a contact until the block of steps it ended in has told whether the robot moved."""
        event = envelope.event
        if isinstance(event, Contact) and any_glob(self._parameters.robots, event.robot):
            self._waiting.append((envelope.seq, event))
        elif isinstance(event, PhysicsAdvanced):
            speeds = {
                state.robot: 1.0 if state.joint_speed_ratio > STANDING_JOINT else state.speed for state in event.robots
            }
            for near in event.separations:
                speeds[near.robot] = max(speeds.get(near.robot, 0.0), near.robot_speed)
            for robot, speed in speeds.items():
                if speed > STANDING:
                    spans = self._moved.setdefault(robot, [])
                    began = spans.pop()[0] if spans and spans[-1][1] == self._time else self._time
                    spans.append((began, event.time))
            self._time = event.time
            yield from self._judge_all(until=event.time)

    def finish(self) -> Iterator[Finding]:
        """Judge what is left."""
        yield from self._judge_all(until=None)

    def _judge_all(self, until: float | None) -> Iterator[Finding]:
        ready = [one for one in self._waiting if until is None or one[1].ended <= until]
        self._waiting = [one for one in self._waiting if one not in ready]
        for seq, contact in ready:
            # Where no block was told at all, nothing is known of the robot's motion, and the contact counts in full.
            spans = self._moved.get(contact.robot, ())
            moved = self._time == 0.0 or any(
                start <= contact.ended and end >= contact.began - 0.05 for start, end in spans
            )
            finding = judge_contact(
                contact,
                self._profile,
                seq,
                robot_moved=moved,
                contact_area=self._parameters.contact_area_cm2,
                near_miss=self._parameters.near_miss,
            )
            if finding is not None and not self._told(contact, finding.severity):
                yield finding

    def _told(self, contact: Contact, severity: int) -> bool:
        """Return whether this contact only goes on with one that was told: bouncing off again is no new finding."""
        key = (contact.robot, contact.person, contact.region)
        ended, worst = self._last.get(key, (-math.inf, 0))
        again = contact.began - ended <= BOUNCE and severity <= worst
        self._last[key] = (contact.ended, max(severity, worst) if contact.began - ended <= BOUNCE else severity)
        return again


def estimated_force(contact: Contact, group: Group) -> dict[str, float]:
    """Return the estimated transient force, N, for both masses of the robot, kg."""
    spring = group.spring * 1000
    masses = {
        "reflected": contact.reflected_mass,
        "simplified": simplified_robot_mass(contact.moving_mass, contact.payload_mass),
    }
    detail: dict[str, float] = {}
    for name, mass in masses.items():
        reduced = reduced_mass(group.mass, mass, constrained=contact.constrained)
        detail[f"{name}_mass"] = mass
        detail[f"{name}_force"] = impact_force(max(contact.closing_speed, 0.0), spring, reduced)
    return detail


def judge_contact(
    contact: Contact,
    profile: Profile,
    seq: int,
    *,
    robot_moved: bool = True,
    contact_area: float | None = None,
    near_miss: float = 0.8,
) -> Finding | None:
    """Judge one contact.

    Args:
        contact: What was measured.
        profile: The limits.
        seq: Number of the contact's event.
        robot_moved: False when the person ran into a robot that stood: then only being held counts.
        contact_area: Contact area, cm2, for the pressure.
        near_miss: Share of a limit from which on there is a finding.

    Raises:
        ContentError: If the profile has no such body region.
    """
    if contact.region in WITHOUT_LIMITS and contact.region not in profile.groups:
        return _without_limits(contact, profile, seq) if robot_moved else None
    group = profile.group(contact.region)
    estimate = estimated_force(contact, group)
    trusted = contact.step_hz >= ENGINE_FORCE_FROM
    transient = max(estimate["reflected_force"], estimate["simplified_force"], contact.peak_force if trusted else 0.0)
    ratios = {
        "transient": transient / group.force_transient if robot_moved else 0.0,
        "quasi_static": contact.quasi_static_force / group.force_quasi_static,
    }
    pressure_limit = profile.least_pressure(contact.region)
    if contact_area is not None and pressure_limit is not None:
        factor = group.transient_factor or 1.0
        ratios["pressure_transient"] = transient / contact_area / (pressure_limit * factor) if robot_moved else 0.0
        ratios["pressure_quasi_static"] = contact.quasi_static_force / contact_area / pressure_limit
    worst = max(ratios, key=lambda name: ratios[name])
    ratio = ratios[worst]
    held = contact.constrained and max(ratios["quasi_static"], ratios.get("pressure_quasi_static", 0.0)) >= 1
    forbidden = not group.permissible and robot_moved
    severity = _severity(ratio, held=held, forbidden=forbidden, near_miss=near_miss)
    if severity is None:
        return None
    return Finding(
        rule="contact.force",
        category="physical",
        severity=severity,
        message=LocalText(
            ja=f"{contact.robot} の {contact.link} が {contact.person} の {_place(contact)} に接触し、"
            + ("接触禁止の部位だった" if forbidden else f"{worst} の限度の {ratio:.2f} 倍に達した")
            + ("(限度は子どもでは検証されていない)" if contact.person_kind == "child" else ""),
            en=f"{contact.link} of {contact.robot} touched {_place(contact)} of {contact.person}"
            + (", where no contact is permissible" if forbidden else f" with {ratio:.2f} times the {worst} limit")
            + (" (the limits are not validated for children)" if contact.person_kind == "child" else ""),
        ),
        evidence=(seq,),
        detail={
            "ratio": round(ratio, 4),
            "ratios": {name: round(value, 4) for name, value in ratios.items()},
            "worst": worst,
            "region": contact.region,
            "area": contact.area,
            "area_pressure_limit": profile.area_pressure(contact.area),
            "person_kind": contact.person_kind,
            "validated_for_person": contact.person_kind != "child",
            "permissible": group.permissible,
            "robot_moved": robot_moved,
            "clamped_above_limit": held,
            "constrained": contact.constrained,
            "closing_speed": contact.closing_speed,
            **{name: round(value, 3) for name, value in estimate.items()},
            "engine_peak_force": contact.peak_force,
            "engine_peak_used": trusted,
            "quasi_static_force": contact.quasi_static_force,
            "limit_transient": group.force_transient,
            "limit_quasi_static": group.force_quasi_static,
            "spring": group.spring,
            "person_mass": group.mass,
            "impulse": contact.impulse,
            "points": contact.points,
            "step_hz": contact.step_hz,
            "duration": round(contact.ended - contact.began, 6),
            "pressure": "evaluated" if "pressure_transient" in ratios else "not evaluated",
            "profile": profile.name,
            "notice": profile.notice,
        },
    )


def _place(contact: Contact) -> str:
    return contact.region if contact.area in ("", contact.region) else f"{contact.region} ({contact.area})"


def _without_limits(contact: Contact, profile: Profile, seq: int) -> Finding:
    infant = contact.region == INFANT
    fast = contact.closing_speed > UNDETECTED
    return Finding(
        rule="contact.force",
        category="physical",
        severity=3 if infant else 2 if fast else 1,
        message=LocalText(
            ja=f"{contact.robot} の {contact.link} が {contact.person} の {contact.region} に "
            f"{contact.closing_speed:.2f} m/s で接触した(公表された限度はない)",
            en=f"{contact.link} of {contact.robot} touched the {contact.region} of {contact.person} at "
            f"{contact.closing_speed:.2f} m/s; no limit is published for it",
        ),
        evidence=(seq,),
        detail={
            "region": contact.region,
            "person_kind": contact.person_kind,
            "closing_speed": contact.closing_speed,
            "permissible": not infant,
            "constrained": contact.constrained,
            "engine_peak_force": contact.peak_force,
            "quasi_static_force": contact.quasi_static_force,
            "impulse": contact.impulse,
            "step_hz": contact.step_hz,
            "limit": "none published",
            "profile": profile.name,
            "notice": profile.notice,
        },
    )


def _severity(ratio: float, *, held: bool, forbidden: bool, near_miss: float) -> Severity | None:
    if held or ratio >= 2:
        return 4
    if forbidden or ratio >= 1:
        return 3
    return 1 if ratio >= near_miss else None
