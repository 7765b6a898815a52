"""Where people's bodies are, for devices that sense or stop for them: the spheres themselves, without the engine."""

from __future__ import annotations

from collections.abc import Iterator
from math import dist
from typing import TYPE_CHECKING, NamedTuple

from hiyari.physics.geometry import Quaternion, Vector

from .region import Region

if TYPE_CHECKING:
    from hiyari.physics.people.person import Person
    from hiyari.physics.scene.building import Built

SPAN = 1.7
"""Metres from where a person stands within which every sphere is, also with an arm stretched out."""

REMEMBERED = 256
"""Looks that are remembered."""

Poses = list[tuple[Vector, Quaternion]]


class Sphere(NamedTuple):
    """One sphere of a person."""

    region: str
    """Body region."""
    centre: Vector
    """In the world."""
    radius: float


def spheres(person: Person, within: Region | None = None, margin: float = 0.0) -> Iterator[Sphere]:
    """Yield the spheres of a person, without parts of the body that cannot reach into a region."""
    for segment in person.segments.values():
        if within is not None and within.gap(segment.pose[0]) > segment.reach + margin:
            continue
        for ball, (region, radius) in enumerate(zip(segment.regions, segment.radii, strict=True)):
            yield Sphere(region, segment.sphere(ball), radius)


def people_near(built: Built, point: Vector, within: float) -> Iterator[tuple[str, Person]]:
    """Yield the people of whom a part may be within a distance of a point, by name."""
    for name, behaviour in built.people.items():
        if dist(behaviour.person.posture.feet, point[:2]) <= within + SPAN:
            yield name, behaviour.person


class Lookout:
    """Looks who reaches into regions; who has not moved since the last look is not looked at again."""

    def __init__(self, built: Built, *, only: str = "", margin: float = 0.0) -> None:
        """Prepare to look.

        Args:
            built: The scene.
            only: Body region that counts; all when empty.
            margin: Metres from the region that still count.
        """
        self._built, self._only, self._margin = built, only, margin
        self._known: dict[tuple[str, Region], tuple[Poses, bool]] = {}

    def person_in(self, region: Region) -> str | None:
        """Return the first person who reaches into a region."""
        half = sum(side * side for side in region.size) ** 0.5 / 2.0
        for name, person in people_near(self._built, region.frame.origin, half + self._margin):
            poses = [segment.pose for segment in person.segments.values()]
            known = self._known.get((name, region))
            if known is None or known[0] != poses:
                if len(self._known) >= REMEMBERED:
                    self._known.clear()
                known = self._known[name, region] = (poses, self._reaches(person, region))
            if known[1]:
                return name
        return None

    def _reaches(self, person: Person, region: Region) -> bool:
        return any(
            self._only in ("", sphere.region) and region.gap(sphere.centre) < sphere.radius + self._margin
            for sphere in spheres(person, region, self._margin)
        )
