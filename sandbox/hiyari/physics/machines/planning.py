"""Paths of an arm through poses of its tool: straight where they can be, clear of what stands in the scene.

A leg between two poses is a straight line of the tool, computed every ``WAYPOINT``; where the tool turns by more than
``TURNS`` or the line cannot be followed it is a straight line of the joints; where that would go through something, a
detour is searched within a budget.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import ceil

from hiyari.physics.geometry import Quaternion, Vector, about_z, angle_between, blend, distance, multiply, slerp
from hiyari.physics.refusal import Refusal

from .clearance import Clearance
from .detour import detour
from .footing import Footing
from .kinematics import Array, Chain, inverse, pose
from .kinematics import points as spots

WAYPOINT = 0.03
"""Metres between the points of a straight line for which joint positions are computed."""
TURNS = 0.6
"""Radians of turning from which a leg goes straight in the joints."""
DEEP = -0.004
"""Metres from what stands in which a posture at the end of a way counts as clear: meshes are rounded."""
KEPT = 0.005
"""Metres that are kept on the way."""
RESTARTS, ENOUGH = 24, 3
"""Most postures from which the inverse kinematics is begun again, and solutions of which the nearest is taken."""
PIECE = 0.2
"""Radians between the points of a straight line of the joints, and of turning on a straight line of the tool."""

Pose = tuple[Vector, Quaternion]
Postures = list[list[float]]


@dataclass
class Planner:
    """Plans for one arm."""

    chain: Chain
    rest: Sequence[float]
    """Joint positions of rest, radians."""
    footing: Footing
    look: Callable[[], Clearance] | None = None
    """Gives where postures are checked, when it is first needed; none to check nothing."""
    seed: str = ""
    """For detours."""
    _plans: int = 0
    _clearance: Clearance | None = None

    def through(
        self, start: Sequence[float], here: Pose, ways: Sequence[Pose], touching: Iterable[str] = ()
    ) -> Postures:
        """Return joint positions from the present ones through poses in the world frame.

        Raises:
            Refusal: If a pose cannot be reached, or only through something.
        """
        self._begin(touching)
        found: Postures = [list(start)]
        for number, way in enumerate(ways):
            found += self._leg(found[-1], here, way, f"{self.seed}:{self._plans}:{number}")
            here = way
        return found

    def across(self, start: Sequence[float], goal: Sequence[float], touching: Iterable[str] = ()) -> Postures:
        """Return joint positions straight to others, or around what is in the way.

        Raises:
            Refusal: If there is no way.
        """
        self._begin(touching)
        along = _pieces(start, goal)
        if not self._clear(along):
            found = self._around(start, goal, f"{self.seed}:{self._plans}")
            if found is None:
                met = self._met(along)
                raise Refusal(
                    f"{met} にぶつからずに腕をそこへ動かせません。",
                    f"The arm cannot get there without running into {met}.",
                )
            along = found
        return [list(start), *along]

    def posture(self, wanted: Pose, near: Sequence[float]) -> list[float] | None:
        """Return joint positions for a pose in the world frame, near to others if there are several, or none."""
        target = self._local(wanted)
        for start in (near, self.rest):
            found = inverse(self.chain, target, start, self.rest)
            if found is not None and not self._meets(found):
                return found
        draw = random.Random(f"{self.seed}:{self._plans}")
        others: Postures = []
        for _ in range(RESTARTS):
            start = [draw.uniform(joint.low, joint.high) for joint in self.chain.moving]
            found = inverse(self.chain, target, start, self.rest)
            if found is not None and not self._meets(found):
                others.append(found)
                if len(others) == ENOUGH:
                    break
        return min(others, key=lambda each: _widest(each, near), default=None)

    def _begin(self, touching: Iterable[str]) -> None:
        self._plans += 1
        if self._clearance is None and self.look is not None:
            self._clearance = self.look()
        if self._clearance is not None:
            self._clearance.touched = set(touching)
            self._clearance.refresh()

    def _leg(self, start: list[float], here: Pose, there: Pose, seed: str) -> Postures:
        straight = None if angle_between(here[1], there[1]) > TURNS else self._straight(start, here, there)
        if straight is not None and self._clear(straight):
            return straight
        goal = self.posture(there, start)
        if goal is None:
            raise self.why(there, straight)
        along = _pieces(start, goal)
        if self._clear(along):
            return along
        around = self._around(start, goal, seed)
        if around is None:
            raise self.why(there, along)
        return around

    def _around(self, start: Sequence[float], goal: Sequence[float], seed: str) -> Postures | None:
        low, high = ([getattr(joint, side) for joint in self.chain.moving] for side in ("low", "high"))
        free = partial(self._free, tuple(start), tuple(goal))
        found = detour(start, goal, low, high, free, seed)
        return None if found is None else [each for a, b in pairwise(found) for each in _pieces(a, b)]

    def _straight(self, start: list[float], here: Pose, there: Pose) -> Postures | None:
        pieces = max(1, ceil(distance(here[0], there[0]) / WAYPOINT), ceil(angle_between(here[1], there[1]) / PIECE))
        found: Postures = [start]
        for piece in range(1, pieces + 1):
            share = piece / pieces
            target = self._local((blend(here[0], there[0], share), slerp(here[1], there[1], share)))
            posture = inverse(self.chain, target, found[-1], self.rest)
            if posture is None:
                return None
            found.append(posture)
        return found[1:]

    def _local(self, wanted: Pose) -> Array:
        _, yaw = self.footing.origin
        return pose(self.footing.local(wanted[0]), multiply(about_z(-yaw), wanted[1]))

    def _meets(self, posture: Sequence[float], keep: float = DEEP) -> str:
        return "" if self._clearance is None else self._clearance.meets(posture, keep)

    def _clear(self, along: Postures) -> bool:
        """Return whether a way is clear: its end as it must be, what is before with room."""
        return not self._met(along)

    def _met(self, along: Postures) -> str:
        ends = (self._meets(along[-1]), *(self._meets(each, KEPT) for each in along[1:-2]))
        return next((name for name in ends if name), "")

    def _free(self, start: tuple[float, ...], goal: tuple[float, ...], posture: tuple[float, ...]) -> bool:
        near = min(_widest(posture, start), _widest(posture, goal)) < PIECE
        return not self._meets(posture, DEEP if near else KEPT)

    def why(self, there: Pose, tried: Postures | None) -> Refusal:
        """Return why a pose cannot be reached, given the postures of a way that was tried, if there were any."""
        x, y, z = (round(value, 3) for value in there[0])
        met = "" if tried is None else self._met(tried)
        if met:
            return Refusal(
                f"({x}, {y}, {z}) へは {met} にぶつからずに腕を動かせません。別の向きや位置を試してください。",
                f"The arm cannot get to ({x}, {y}, {z}) without running into {met}; try another way or place.",
            )
        return Refusal(
            f"({x}, {y}, {z}) には腕が届きません。作業範囲の中の、もっと近い点を指定してください。",
            f"The arm cannot reach ({x}, {y}, {z}); give a nearer point inside the workspace.",
        )


def _widest(a: Sequence[float], b: Sequence[float]) -> float:
    return max(abs(y - x) for x, y in zip(a, b, strict=True))


def _pieces(start: Sequence[float], goal: Sequence[float]) -> Postures:
    widest = _widest(start, goal)
    pieces = max(1, ceil(widest / PIECE))
    return [[a + (b - a) * piece / pieces for a, b in zip(start, goal, strict=True)] for piece in range(1, pieces + 1)]


def lengths_of(chain: Chain, postures: Postures, least: float) -> list[float]:
    """Return how far the fastest spot of the arm moves from posture to posture, metres.

    Args:
        chain: The arm.
        postures: Joint positions.
        least: Metres that one radian of the fastest joint counts at least, so that turning on the spot takes time.
    """
    places = [spots(chain, posture) for posture in postures]
    found = []
    for (a, before), (b, after) in pairwise(zip(postures, places, strict=True)):
        farthest = float(((after - before) ** 2).sum(axis=1).max()) ** 0.5
        widest = max(abs(y - x) for x, y in zip(a, b, strict=True))
        found.append(max(farthest, least * widest, 1e-6))
    return found
