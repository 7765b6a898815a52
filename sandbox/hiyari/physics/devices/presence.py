"""Where people's bodies are, for devices that sense or stop for them: the spheres themselves, without the engine."""

from __future__ import annotations

from collections.abc import Iterator
from math import dist
from typing import TYPE_CHECKING, NamedTuple

from hiyari.physics.geometry import Vector

from .region import Region

if TYPE_CHECKING:
    from hiyari.physics.people.person import Person
    from hiyari.physics.scene.building import Built

SPAN = 1.7
"""Metres from where a person stands within which every sphere is, also with an arm stretched out."""


class Sphere(NamedTuple):
    """One sphere of a person."""

    region: str
    """Body region."""
    centre: Vector
    """In the world."""
    radius: float


def spheres(person: Person) -> Iterator[Sphere]:
    """Yield the spheres of a person."""
    for segment in person.segments.values():
        for ball, (region, radius) in enumerate(zip(segment.regions, segment.radii, strict=True)):
            yield Sphere(region, segment.sphere(ball), radius)


def people_near(built: Built, point: Vector, within: float) -> Iterator[tuple[str, Person]]:
    """Yield the people of whom a part may be within a distance of a point, by name."""
    for name, behaviour in built.people.items():
        if dist(behaviour.person.posture.feet, point[:2]) <= within + SPAN:
            yield name, behaviour.person


def person_in(built: Built, region: Region, *, only: str = "", margin: float = 0.0) -> str | None:
    """Return the first person who reaches into a region.

    Args:
        built: The scene.
        region: The region.
        only: Body region that counts; all when empty.
        margin: Metres from the region that still count.
    """
    half = sum(side * side for side in region.size) ** 0.5 / 2.0
    for name, person in people_near(built, region.frame.origin, half + margin):
        for sphere in spheres(person):
            if only in ("", sphere.region) and region.gap(sphere.centre) < sphere.radius + margin:
                return name
    return None
