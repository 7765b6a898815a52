"""The social force model of Helbing and Molnar, *Social force model for pedestrian dynamics*, Phys. Rev. E 51 (1995).

Accelerations are the forces, per unit of mass. Parameters are the paper's. What is ours is said where it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy
from numpy.typing import NDArray

from .surroundings import Wall

Array = NDArray[numpy.float64]

RELAXATION = 0.5
"""Seconds, tau: how fast the wanted velocity is taken up."""
PEOPLE_STRENGTH, PEOPLE_RANGE = 2.1, 0.3
"""V0, m2/s2, and sigma, m."""
WALL_STRENGTH, WALL_RANGE = 10.0, 0.2
"""U0, m2/s2, and R, m."""
STEP_AHEAD = 2.0
"""Delta t, seconds of the other's way that the ellipse covers."""
SIGHT, UNSEEN = math.cos(math.radians(100.0)), 0.5
"""Cosine of the effective angle phi, and the weight c of what is outside."""
FASTEST = 1.3
"""Largest speed as a multiple of the wanted one."""


def towards_aim(wanted: Array, velocities: Array) -> Array:
    """Return the accelerations towards the wanted velocities, m/s2."""
    pull: Array = (wanted - velocities) / RELAXATION
    return pull


def from_others(positions: Array, aims: Array, others: Array, velocities: Array, *, strength: float = 1.0) -> Array:
    """Return the repulsion of each person by others, m/s2.

    Args:
        positions: Of the people, shape (people, 2).
        aims: Unit vectors they want to go, same shape.
        others: Positions of the others, shape (others, 2); who is at the same place is left out.
        velocities: Of the others, same shape.
        strength: Multiple of the paper's strength.
    """
    if not len(others) or strength == 0.0:
        return numpy.zeros_like(positions)
    apart = positions[:, None] - others[None]
    ahead = apart - STEP_AHEAD * velocities[None]
    near, far = numpy.linalg.norm(apart, axis=2), numpy.linalg.norm(ahead, axis=2)
    stride = STEP_AHEAD * numpy.linalg.norm(velocities, axis=1)[None]
    half = 0.5 * numpy.sqrt(numpy.maximum((near + far) ** 2 - stride**2, 1e-8))
    around = apart / numpy.maximum(near, 1e-6)[:, :, None] + ahead / numpy.maximum(far, 1e-6)[:, :, None]
    gradient = ((near + far) / (4.0 * half))[:, :, None] * around
    push = strength * PEOPLE_STRENGTH / PEOPLE_RANGE * numpy.exp(-half / PEOPLE_RANGE)[:, :, None] * gradient
    push[near < 1e-6] = 0.0
    cosine = -(aims[:, None] * push).sum(axis=2)
    seen = cosine >= numpy.linalg.norm(push, axis=2) * SIGHT
    weighted: Array = (push * numpy.where(seen, 1.0, UNSEEN)[:, :, None]).sum(axis=1)
    return weighted


def from_walls(positions: Array, walls: Sequence[Wall]) -> Array:
    """Return the repulsion of each person by the nearest point of each wall, m/s2."""
    if not walls:
        return numpy.zeros_like(positions)
    gaps, away = to_walls(positions, walls)
    size = WALL_STRENGTH / WALL_RANGE * numpy.exp(-numpy.maximum(gaps, 0.0) / WALL_RANGE)
    push: Array = (size[:, :, None] * away).sum(axis=1)
    return push


def to_walls(positions: Array, walls: Sequence[Wall]) -> tuple[Array, Array]:
    """Return the distances of people to the outlines of walls, metres, negative inside, and the directions away.

    Returns:
        Arrays of shape (people, walls) and (people, walls, 2); the same as ``Wall.nearest`` for each.
    """
    turn = numpy.array([(math.cos(wall.yaw), math.sin(wall.yaw)) for wall in walls])
    offset = positions[:, None] - numpy.array([wall.centre for wall in walls])[None]
    along = turn[None, :, 0] * offset[:, :, 0] + turn[None, :, 1] * offset[:, :, 1]
    across = turn[None, :, 0] * offset[:, :, 1] - turn[None, :, 1] * offset[:, :, 0]
    local = numpy.stack([along, across], axis=2)
    over = numpy.abs(local) - numpy.array([wall.half for wall in walls])[None]
    sign = numpy.where(local < 0.0, -1.0, 1.0)
    outside = numpy.maximum(over, 0.0) * sign
    gap = numpy.linalg.norm(outside, axis=2)
    inside = gap < 1e-9
    nearer = over.argmax(axis=2)
    inward = sign * numpy.stack([nearer == 0, nearer == 1], axis=2)
    away = numpy.where(inside[:, :, None], inward, outside / numpy.maximum(gap, 1e-9)[:, :, None])
    back = numpy.stack(
        [
            turn[None, :, 0] * away[:, :, 0] - turn[None, :, 1] * away[:, :, 1],
            turn[None, :, 1] * away[:, :, 0] + turn[None, :, 0] * away[:, :, 1],
        ],
        axis=2,
    )
    return numpy.where(inside, over.max(axis=2), gap), back


def capped(velocities: Array, speeds: Array) -> Array:
    """Return velocities of at most ``FASTEST`` times the wanted speeds."""
    now = numpy.linalg.norm(velocities, axis=1)
    share = numpy.minimum(1.0, FASTEST * speeds / numpy.maximum(now, 1e-9))
    slower: Array = velocities * share[:, None]
    return slower


def kept_apart(positions: Array, radii: Array, walls: Sequence[Wall], rounds: int = 4) -> Array:
    """Move people who overlap apart, half the way each, and out of walls; the paper knows no bodies, this is ours."""
    spots = positions.copy()
    least = radii[:, None] + radii[None]
    for _ in range(rounds):
        apart = spots[:, None] - spots[None]
        gaps = numpy.linalg.norm(apart, axis=2)
        short = numpy.maximum(least - gaps, 0.0)
        numpy.fill_diagonal(short, 0.0)
        if short.max() > 0.0:
            way = apart / numpy.maximum(gaps, 1e-6)[:, :, None]
            spots = spots + (0.5 * short[:, :, None] * way).sum(axis=1)
        if walls:
            gap, away = to_walls(spots, walls)
            deep = numpy.maximum(radii[:, None] - gap, 0.0)
            spots = spots + (deep[:, :, None] * away).sum(axis=1)
        elif short.max() == 0.0:
            break
    return spots
