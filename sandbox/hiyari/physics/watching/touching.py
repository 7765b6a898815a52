"""Contacts of a robot, or of what it carries, with people: accumulated over every step, told when they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from hiyari.events import Contact
from hiyari.physics.engine import Engine, Motion, Touch
from hiyari.physics.geometry import add, cross, dot, scale, subtract
from hiyari.physics.people.person import Person

GAP = 0.02
"""A contact that bears no force for so many seconds has ended."""
TRANSIENT = 0.5
"""Seconds after which a contact is quasi-static."""
YIELD = 0.10
"""Free metres behind a region that count as room to yield into."""


@dataclass(frozen=True)
class Load:
    """What touches: the robot's own numbers at that moment."""

    robot: str
    body: int
    arm_links: frozenset[int]
    """Links that move with the arm."""
    speeds: Sequence[float]
    """Joint speeds one step before, of all moving joints; of a robot without arm none."""
    base: Motion
    """Where the base was and how it moved one step before."""
    moving_mass: float
    payload: float
    link_names: Mapping[int, str]
    carried: tuple[int, str, int] | None = None
    """Body and name of the carried object, and the link that holds it."""


@dataclass
class Touching:
    """A contact that goes on."""

    robot: str
    link: str
    person: str
    region: str
    area: str
    person_kind: str
    began: float
    last: float
    closing_speed: float
    reflected_mass: float
    moving_mass: float
    payload_mass: float
    constrained: bool
    peak: float = 0.0
    impulse: float = 0.0
    late: float = 0.0
    late_time: float = 0.0
    points: int = 0
    step_hz: float = inf

    def told(self) -> Contact:
        """Return the event of this contact."""
        return Contact(
            robot=self.robot,
            link=self.link,
            person=self.person,
            region=self.region,
            area=self.area,
            person_kind=self.person_kind,
            began=self.began,
            ended=self.last,
            closing_speed=self.closing_speed,
            reflected_mass=self.reflected_mass,
            moving_mass=self.moving_mass,
            payload_mass=self.payload_mass,
            constrained=self.constrained,
            peak_force=self.peak,
            quasi_static_force=self.late / self.late_time if self.late_time > 0.0 else 0.0,
            impulse=self.impulse,
            points=self.points,
            step_hz=self.step_hz,
        )


@dataclass
class Contacts:
    """All contacts of one robot."""

    engine: Engine
    people: Sequence[Person]
    going: dict[tuple[str, str, str], Touching] = field(default_factory=dict)
    pressed: dict[str, float] = field(default_factory=dict)
    """Force on each person who is touched in this step, N."""

    def see(self, time: float, load: Load, hz: int) -> float:
        """Take in one step at a rate; returns the largest force on a person now, N."""
        strongest = 0.0
        sums: dict[tuple[str, str, str], tuple[float, int]] = {}
        touches = [(load.body, touch) for touch in self.engine.contacts(load.body)]
        if load.carried is not None:
            touches += [(load.carried[0], touch) for touch in self.engine.contacts(load.carried[0])]
        for body, touch in touches:
            for person in self.people:
                segment = person.bodies.get(touch.other)
                if segment is None:
                    continue
                carried = load.carried is not None and body == load.carried[0]
                link = load.carried[1] if carried and load.carried else load.link_names.get(touch.link, str(touch.link))
                key = (link, person.name, segment.region_of(touch.other))
                force, points = sums.get(key, (0.0, 0))
                sums[key] = (force + touch.force, points + 1)
                if key not in self.going:
                    self.going[key] = self._begin(time, load, key, touch, person, carried)
        step = 1.0 / hz
        self.pressed = {}
        for key, (force, points) in sums.items():
            contact = self.going[key]
            self.pressed[contact.person] = self.pressed.get(contact.person, 0.0) + force
            contact.last = time
            contact.step_hz = min(contact.step_hz, float(hz))
            contact.impulse += force * step
            contact.points = max(contact.points, points)
            if time - contact.began <= TRANSIENT:
                contact.peak = max(contact.peak, force)
            else:
                contact.late += force * step
                contact.late_time += step
            strongest = max(strongest, force)
        return strongest

    def ended(self, time: float, *, all_of_them: bool = False) -> list[Contact]:
        """Return the contacts that have ended."""
        over = [key for key, contact in self.going.items() if all_of_them or time - contact.last > GAP]
        return [self.going.pop(key).told() for key in over]

    def _begin(
        self, time: float, load: Load, key: tuple[str, str, str], touch: Touch, person: Person, carried: bool
    ) -> Touching:
        segment = person.bodies[touch.other]
        towards = scale(touch.normal, -1.0)
        link = load.carried[2] if carried and load.carried else touch.link
        base = load.base
        velocity = add(base.linear, cross(base.angular, subtract(touch.point, base.position)))
        mass = load.moving_mass + load.payload
        if link in load.arm_links:
            velocity = add(velocity, self.engine.point_speed(load.body, link, touch.point, load.speeds))
            mass = self.engine.reflected_mass(load.body, link, touch.point, towards) + (
                load.payload if carried else 0.0
            )
        ball = segment.ball_at(touch.other, touch.point)
        now, before = (segment.sphere(ball, earlier=earlier) for earlier in (False, True))
        yielding = scale(subtract(now, before), 1.0 / person.step)
        behind = add(now, scale(towards, segment.depth(ball, towards) + 0.001))
        met = self.engine.ray(behind, add(behind, scale(towards, YIELD)))
        own = {load.body, *(body for somebody in self.people for body in somebody.bodies)}
        return Touching(
            robot=load.robot,
            link=key[0],
            person=key[1],
            region=key[2],
            area=segment.areas[ball],
            person_kind=person.kind,
            began=time,
            last=time,
            closing_speed=max(0.0, dot(subtract(velocity, yielding), towards)),
            reflected_mass=mass,
            moving_mass=load.moving_mass,
            payload_mass=load.payload,
            constrained=met is not None and met not in own,
        )
