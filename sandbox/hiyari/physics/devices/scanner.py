"""A safety laser scanner: a plane of light with a protective field that stops robots and a warning field that slows.

It sees, at the height of its plane, what is at least as thick as its resolution (70 mm detects a leg, ISO 13855:2010;
IEC 61496-3) and not hidden behind something that stands: one ray to each candidate. A limb is taken as continuous
between its spheres. Resolution does not change with distance here, as a scanner's does. With ``anything`` it also casts
rays so close that something of the resolution cannot slip between them at the far end of its fields.
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

MOST_RAYS = 300
"""Rays that are cast to each field at every control tick when anything is detected."""
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
    detects: Literal["people", "anything"] = "people"
    """``anything`` also means robots, things and walls."""
    response: Positive = 0.08
    """From the intrusion to the demand for a stop, seconds."""
    muted: bool = False
    """Whether it is muted at first."""

    @model_validator(mode="after")
    def _fields_have_area(self) -> Scanner:
        for name, corners in (("protective", self.protective), ("warning", self.warning)):
            if corners and (len(corners) < 3 or abs(_area(corners)) < 1e-4):
                raise ValueError(f"{name}: at least three corners around an area are needed")
        if self.detects == "anything" and len(self.directions()) > MOST_RAYS:
            raise ValueError(f"resolution: the fields need more than {MOST_RAYS} rays; make them smaller or it coarser")
        return self

    def directions(self) -> list[float]:
        """Return the directions of the rays, radians from its heading."""
        corners = [corner for corner in (*self.protective, *self.warning) if math.hypot(*corner) > 1e-6]
        angles = [math.atan2(y, x) for x, y in corners]
        reach = max(math.hypot(*corner) for corner in corners)
        count = max(2, math.ceil((max(angles) - min(angles)) * reach / self.resolution) + 1)
        return [min(angles) + (max(angles) - min(angles)) * index / (count - 1) for index in range(count)]

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
        self._rays: list[tuple[str, Vector]] = []
        if scanner.detects == "anything":
            for name, corners in (("protective", scanner.protective), ("warning", scanner.warning)):
                self._rays += [(name, end) for angle in scanner.directions() for end in _edge(corners, angle)]
        self._own = {built.machines[robot].body for robot in scanner.stops} if scanner.robot else set()

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        scanner, time = self._scanner, simulation.time
        found: dict[str, str] = {}
        frame = self._frame()
        for who, x, y, radius in self._seen(frame):
            for name, corners in (("protective", scanner.protective), ("warning", scanner.warning)):
                if name not in found and corners and _reaches(corners, x, y, radius):
                    found[name] = who
        for name, end in self._rays:
            if name not in found and (what := self._met(frame, end)) is not None:
                found[name] = what
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

    def _seen(self, frame: Frame) -> Iterator[tuple[str, float, float, float]]:
        """Yield who is in the plane, and where in the scanner's frame, with the radius there."""
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

    def _met(self, frame: Frame, end: Vector) -> str | None:
        """Return what a ray to an edge of a field meets; the scanner's own robot is no obstacle."""
        body = self.engine.ray(frame.origin, frame.to_world(end))
        if body is None or body in self._own:
            return None
        return self.built.name_of(body)

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


def _edge(corners: Sequence[Flat], angle: float) -> list[Vector]:
    """Return where a ray from the scanner leaves a field, if it goes through it."""
    along = (math.cos(angle), math.sin(angle))
    farthest = 0.0
    for (ax, ay), (bx, by) in zip(corners, (*corners[1:], corners[0]), strict=True):
        across = along[0] * (by - ay) - along[1] * (bx - ax)
        if abs(across) < 1e-12:
            continue
        far = (ax * (by - ay) - ay * (bx - ax)) / across
        share = (ax * along[1] - ay * along[0]) / across
        if -1e-9 <= share <= 1.0 + 1e-9:
            farthest = max(farthest, far)
    return [(farthest * along[0], farthest * along[1], 0.0)] if farthest > 0.01 else []


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
