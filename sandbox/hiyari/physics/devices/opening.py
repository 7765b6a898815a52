"""What opens and closes: leaves that swing about a hinge or slide, driven at a speed, blocked by what is in the way.

A leaf is put along its way before every physics step, so it pushes what moves by itself and stops what drives into it.
It waits when it presses harder than its force, and for a second after; and it does not move into a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from hiyari.events import Data
from hiyari.physics.engine import Shape
from hiyari.physics.geometry import Vector, about_y, about_z, add, cross, dot, multiply, rotate, scale, subtract, unit
from hiyari.physics.signals import Signal, Unsettable, Value
from hiyari.physics.values import Positive, Share

from .device import DeviceAtWork
from .presence import Lookout
from .region import Frame, Region

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

CLOSED = 0.02
"""Share up to which it counts as closed."""
EDGE = 1.85
"""Place of a handle as a multiple of the way from the hinge to the middle of a leaf."""
WAITS = 1.0
"""Seconds it waits when it is blocked."""


class Opening(Data):
    """The part of a section that says how something opens."""

    open: Share = 0.0
    """How far it is open at first: 0 closed, 1 open."""
    locked: bool = False
    """Whether it is locked at first. A lock keeps closed what is closed."""
    seconds: Positive = 2.0
    """From closed to open."""
    force: Positive = 150.0
    """Force at which it waits, N."""
    closes_after: Positive | None = None
    """Closes by itself after so many seconds."""


class Travel(NamedTuple):
    """Where leaves go."""

    hinge: Frame
    """Their frame while closed; its origin is on the hinge."""
    axis: Literal["y", "z"] = "z"
    """What they swing about."""
    angle: float = 0.0
    """How far they swing, radians."""
    slide: Vector = (0.0, 0.0, 0.0)
    """How far they slide, metres in their frame."""

    def frame(self, share: float) -> Frame:
        """Return their frame at a share of the way."""
        turn = (about_z if self.axis == "z" else about_y)(self.angle * share)
        return Frame(self.hinge.to_world(scale(self.slide, share)), multiply(self.hinge.orientation, turn))

    def heading(self, point: Vector) -> Vector:
        """Return the direction in which a point of a leaf goes while it opens, in the world."""
        if self.angle == 0.0:
            return unit(rotate(self.hinge.orientation, self.slide))
        axis = rotate(self.hinge.orientation, (0.0, 0.0, 1.0) if self.axis == "z" else (0.0, 1.0, 0.0))
        return unit(cross(scale(axis, self.angle), subtract(point, self.hinge.origin)))


class Leaf(NamedTuple):
    """One moving box."""

    shape: Shape
    middle: Vector
    """In the frame of the travel."""


class OpeningAtWork(DeviceAtWork):
    """Signals ``open`` (0 to 1; set, it moves there), ``locked`` (can be set), ``closed``, ``blocked``."""

    steps = True

    def __init__(
        self,
        opening: Opening,
        name: str,
        built: Built,
        travel: Travel,
        leaves: Sequence[Leaf],
        inside: Region | None = None,
    ) -> None:
        super().__init__(
            name, built, open=opening.open, locked=opening.locked, closed=opening.open <= CLOSED, blocked=False
        )
        self.opening, self.target = opening, opening.open
        self._travel, self._waits, self._stands_open = travel, 0.0, 0.0
        frame = travel.frame(opening.open)
        self._leaves = [
            (built.add(name, leaf.shape, frame.to_world(leaf.middle), frame.orientation), leaf) for leaf in leaves
        ]
        self._rate, self._inside = 0.0, inside
        built.leaves.update(body for body, _ in self._leaves)
        built.moving.update((body, name) for body, _ in self._leaves)

    @property
    def share(self) -> float:
        """How far it is open."""
        return self.number("open")

    def hides(self, point: Vector) -> bool:
        """Return whether a point of the world is behind its closed door."""
        return self._inside is not None and self.is_on("closed") and self._inside.has(point)

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        if self._waits > 0.0:
            self._waits -= seconds
        elif self.share != self.target:
            self._look_ahead(seconds)
        after = self.opening.closes_after
        if after is not None and self.share == self.target > 0.0:
            self._stands_open += seconds
            if self._stands_open >= after:
                self.target = 0.0
        else:
            self._stands_open = 0.0

    def step(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        if self.share == self.target or self._waits > 0.0:
            self._move(self.share, 0.0)
            return
        if self._resistance() > self.opening.force:
            self._wait("pressed")
            return
        most = seconds / self.opening.seconds
        moved = max(-most, min(most, self.target - self.share))
        self._move(self.share + moved, moved / seconds)

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {
            "open": self.measure("open", "share", 0.0, 1.0, self.go),
            "locked": self.switch("locked", self.setter("locked")),
            "closed": self.switch("closed"),
            "blocked": self.switch("blocked"),
        }

    def handle(self) -> Vector:
        """Return where it is gripped: the free edge of what swings, the front of what slides."""
        frame = self._travel.frame(self.share)
        if self._travel.angle != 0.0:
            x, y, z = self._leaves[0][1].middle
            edge = (EDGE * x, y, EDGE * z) if self._travel.axis == "y" else (EDGE * x, EDGE * y, z)
            return frame.to_world(edge)
        front = max(self._leaves, key=lambda each: dot(each[1].middle, self._travel.slide))[1]
        out = scale(unit(self._travel.slide), min(front.shape.size) / 2.0)
        return frame.to_world(add(front.middle, out))

    def go(self, value: Value) -> None:
        """Open or close so far.

        Raises:
            Unsettable: If it is locked.
        """
        share = float(value)
        if share > CLOSED and self.is_on("closed") and self.is_on("locked"):
            raise Unsettable(f"{self.name} is locked")
        self.target = share

    def _move(self, share: float, rate: float) -> None:
        """Put the leaves at a share of their way, moving so many shares a second."""
        if share == self.share and rate == self._rate:
            return
        self.values["open"], self._rate = share, rate
        frame = self._travel.frame(share)
        for body, leaf in self._leaves:
            self.engine.put(body, frame.to_world(leaf.middle), frame.orientation)
            if leaf.shape.belt:
                slide = rotate(frame.orientation, scale(self._travel.slide, rate))
                self.engine.set_velocity(body, slide, (0.0, 0.0, 0.0))
        self.change("closed", share <= CLOSED, "moved")
        if rate != 0.0:
            self.change("blocked", False, "moves")

    def _resistance(self) -> float:
        """Return the largest force on a leaf against its way, N."""
        sign = 1.0 if self.target > self.share else -1.0
        return max(
            sum(
                touch.force * max(0.0, -sign * dot(touch.normal, self._travel.heading(touch.point)))
                for touch in self.engine.contacts(body)
            )
            for body, _ in self._leaves
        )

    def _look_ahead(self, seconds: float) -> None:
        """Wait when a person is where a leaf would be after this tick."""
        most = seconds / self.opening.seconds
        frame = self._travel.frame(self.share + max(-most, min(most, self.target - self.share)))
        for _, leaf in self._leaves:
            place = Region(Frame(frame.to_world(leaf.middle), frame.orientation), leaf.shape.size)
            person = Lookout(self.built).person_in(place)
            if person is not None:
                self._wait(person)
                return

    def _wait(self, cause: str) -> None:
        self._waits = WAITS
        self._move(self.share, 0.0)
        self.change("blocked", True, cause)


def walls(
    name: str, built: Built, frame: Frame, size: Vector, thick: float, sides: str, colour: tuple[float, ...]
) -> None:
    """Load the walls of a case.

    Args:
        name: The device.
        built: The scene.
        frame: Of the middle of the case.
        size: Outer sizes, metres.
        thick: Thickness of a wall, metres.
        sides: Which: ``front`` is at +x, ``back`` at -x, ``left`` at +y, ``right`` at -y, ``top``, ``bottom``.
        colour: Red, green, blue, opacity.
    """
    for shape, middle in boxes(size, thick, sides, colour):
        built.add(name, shape, frame.to_world(middle), frame.orientation)


def boxes(size: Vector, thick: float, sides: str, colour: tuple[float, ...]) -> list[Leaf]:
    """Return the walls of a case as boxes around its middle; see ``walls``."""
    x, y, z = size
    found = []
    for side in sides.split():
        axis, sign = {
            "front": (0, 1.0),
            "back": (0, -1.0),
            "left": (1, 1.0),
            "right": (1, -1.0),
            "top": (2, 1.0),
            "bottom": (2, -1.0),
        }[side]
        full, middle = [x, y, z], [0.0, 0.0, 0.0]
        full[axis], middle[axis] = thick, sign * (size[axis] - thick) / 2.0
        if axis != 2:
            full[2] -= 2.0 * thick
        if axis == 0:
            full[1] -= 2.0 * thick
        shape = Shape("box", (full[0], full[1], full[2]), colour=(colour[0], colour[1], colour[2], colour[3]))
        found.append(Leaf(shape, (middle[0], middle[1], middle[2])))
    return found
