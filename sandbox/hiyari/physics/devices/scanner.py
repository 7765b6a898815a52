"""A safety laser scanner: a plane of light with a protective field that stops robots and a warning field that slows.

It sees, at the height of its plane, what is at least as thick as its resolution (70 mm detects a leg, ISO 13855:2010;
IEC 61496-3) and not hidden behind something that stands: one ray to each candidate. A limb is taken as continuous
between its spheres. Resolution does not change with distance here, as a scanner's does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from hiyari.physics.geometry import Vector, about_z, distance, multiply
from hiyari.physics.signals import Signal
from hiyari.physics.values import Flat, Name, Point, Positive

from .device import DeviceAtWork
from .presence import people_near, spheres
from .reaction import Reacting, need_robot
from .region import Frame

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

LIMB = 0.1
"""Metres above and below a sphere's middle where its limb goes on."""


class Scanner(Reacting):
    """A scanner on a robot, or at a fixed place."""

    kind: Literal["scanner"]
    """``scanner``."""
    robot: Name | None = None
    """Robot it is mounted on, which it stops and slows beside those of ``stops``."""
    position: Point
    """In the frame of the robot's base, else in the world, metres; its height is that of the plane."""
    yaw: float = 0.0
    """Heading, radians."""
    protective: tuple[Flat, ...] = Field(min_length=3, max_length=50)
    """Corners of the protective field in the scanner's frame, x ahead, metres."""
    warning: tuple[Flat, ...] = Field(default=(), max_length=50)
    """Corners of the warning field; none when left out."""
    slow: Positive = 0.3
    """Speed robots may drive at while something is in the warning field, m/s."""
    resolution: float = Field(default=0.07, ge=0.02, le=0.15)
    """Smallest thickness that is detected, metres."""
    response: Positive = 0.08
    """From the intrusion to the demand for a stop, seconds."""
    muted: bool = False
    """Whether it is muted at first."""

    @model_validator(mode="after")
    def _fields_have_area(self) -> Scanner:
        for name, corners in (("protective", self.protective), ("warning", self.warning)):
            if corners and (len(corners) < 3 or abs(_area(corners)) < 1e-4):
                raise ValueError(f"{name}: at least three corners around an area are needed")
        return self

    def build(self, name: str, built: Built, seed: int) -> ScannerAtWork:
        """Return it at work."""
        if self.robot is not None:
            need_robot(built, "robot", self.robot)
        self.prepare(name, built)
        robots = tuple(dict.fromkeys((*([self.robot] if self.robot else []), *self.stops)))
        return ScannerAtWork(self.model_copy(update={"stops": robots}), name, built)


class ScannerAtWork(DeviceAtWork):
    """Signals ``protective`` and ``warning`` (something is in the field); ``muted`` can be set."""

    def __init__(self, scanner: Scanner, name: str, built: Built) -> None:
        super().__init__(name, built, protective=False, warning=False, muted=scanner.muted)
        self._scanner, self._since, self._demanding = scanner, math.inf, False
        self._reach = max(math.hypot(*corner) for corner in (*scanner.protective, *scanner.warning))
        self._own = {built.machines[robot].body for robot in scanner.stops} if scanner.robot else set()

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        scanner, time = self._scanner, simulation.time
        found: dict[str, str] = {}
        for who, x, y, radius in self._seen():
            for name, corners in (("protective", scanner.protective), ("warning", scanner.warning)):
                if name not in found and corners and _reaches(corners, x, y, radius):
                    found[name] = who
        for name in ("protective", "warning"):
            self.change(name, name in found, found.get(name, "clear"))
        self._since = min(self._since, time) if "protective" in found else math.inf
        active = not self.is_on("muted")
        stops = active and time + seconds - self._since > scanner.response
        if stops:
            scanner.trigger(simulation, self.name, "scanner")
            if not self._demanding:
                scanner.set_signals(simulation, self.name)
        elif self._demanding:
            scanner.release(simulation, self.name)
        self._demanding = stops
        for robot in scanner.stops:
            slowing = self.built.machines[robot].safety.slowing
            if active and found:
                slowing[self.name] = scanner.slow
            else:
                slowing.pop(self.name, None)

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {
            "protective": self.switch("protective"),
            "warning": self.switch("warning"),
            "muted": self.switch("muted", self.setter("muted")),
        }

    def _frame(self) -> Frame:
        scanner = self._scanner
        turn = about_z(scanner.yaw)
        if scanner.robot is None:
            return Frame(scanner.position, turn)
        base = self.engine.motion(self.built.machines[scanner.robot].body)
        return Frame(
            Frame(base.position, base.orientation).to_world(scanner.position), multiply(base.orientation, turn)
        )

    def _seen(self) -> Iterator[tuple[str, float, float, float]]:
        """Yield who is in the plane, and where in the scanner's frame, with the radius there."""
        frame = self._frame()
        for name, person in people_near(self.built, frame.origin, self._reach):
            bodies = person.bodies
            for sphere in spheres(person):
                if abs(sphere.centre[2] - frame.origin[2]) > max(LIMB, sphere.radius):
                    continue
                if 2.0 * sphere.radius < self._scanner.resolution:
                    continue
                x, y, _ = frame.to_own(sphere.centre)
                if math.hypot(x, y) <= self._reach + sphere.radius and self._is_visible(frame, sphere.centre, bodies):
                    yield name, x, y, sphere.radius

    def _is_visible(self, frame: Frame, point: Vector, person: Mapping[int, object]) -> bool:
        level = (point[0], point[1], frame.origin[2])
        if distance(level, frame.origin) < 1e-6:
            return True
        body = self.engine.ray(frame.origin, level)
        if body in self._own:
            body = self.engine.ray(level, frame.origin)
        return body is None or body in self._own or body in person


def _area(corners: Sequence[Flat]) -> float:
    pairs = zip(corners, (*corners[1:], corners[0]), strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs) / 2.0


def _reaches(corners: Sequence[Flat], x: float, y: float, radius: float) -> bool:
    """Return whether a disc reaches into a polygon."""
    inside = False
    for (ax, ay), (bx, by) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
        long = (bx - ax) ** 2 + (by - ay) ** 2
        share = 0.0 if long == 0.0 else max(0.0, min(1.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long))
        if math.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay)) < radius:
            return True
    return inside
