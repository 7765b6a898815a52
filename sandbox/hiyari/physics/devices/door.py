"""A door, a gate or an exit: one leaf that swings or slides, with a lock and an interlock.

An interlock (ISO 14119) demands a protective stop of its robots while the door is not closed. It can be defeated: with
``bypassed`` set, as by a tag of the PLC, the door opens and nothing stops.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from hiyari.physics.engine import Shape
from hiyari.physics.geometry import about_z
from hiyari.physics.signals import Signal
from hiyari.physics.values import Colour, Name, Point

from .opening import Leaf, Opening, OpeningAtWork, Travel
from .reaction import Reacting
from .region import Frame

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class Door(Opening):
    """A door."""

    kind: Literal["door"]
    """``door``."""
    position: Point
    """Lower end of the hinge; of a sliding door, of the edge on the side it slides to, metres."""
    yaw: float = 0.0
    """Direction from there along the closed door, radians."""
    size: Point
    """Width, thickness and height, metres."""
    moves: Literal["swing", "slide"] = "swing"
    """How it opens."""
    angle: float = Field(default=1.5708, ge=-3.15, le=3.15)
    """How far it swings, radians; positive to the left, seen from the hinge."""
    interlock: tuple[Name, ...] = ()
    """Robots that get a protective stop, and cannot leave it, while it is not closed."""
    bypassed: bool = False
    """Whether its interlock is defeated at first."""
    sets: dict[str, bool | float | str] = {}
    """Signals that are set when it is no longer closed."""
    colour: Colour = (0.75, 0.72, 0.66, 1.0)
    """Red, green, blue, opacity; 0 to 1."""

    @model_validator(mode="after")
    def _has_volume(self) -> Door:
        if min(self.size) <= 0.0:
            raise ValueError("all sizes must be above 0")
        return self

    def build(self, name: str, built: Built, seed: int) -> DoorAtWork:
        """Return it at work."""
        reaction = Reacting(stops=self.interlock, sets=self.sets)
        reaction.prepare(name, built, stops="interlock")
        return DoorAtWork(self, reaction, name, built)


class DoorAtWork(OpeningAtWork):
    """Signals of an opening, and ``bypassed``, which can be set."""

    def __init__(self, door: Door, reaction: Reacting, name: str, built: Built) -> None:
        wide, thick, high = door.size
        hinge = Frame(door.position, about_z(door.yaw))
        travel = Travel(hinge, angle=door.angle)
        if door.moves == "slide":
            travel = Travel(hinge, slide=(-wide, 0.0, 0.0))
        leaf = Leaf(Shape("box", (wide, thick, high), colour=door.colour), (wide / 2.0, 0.0, high / 2.0))
        super().__init__(door, name, built, travel, [leaf])
        self._reaction, self._triggered = reaction, False
        self.values["bypassed"] = door.bypassed

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        super().tick(simulation, seconds)
        triggered = not self.is_on("closed") and not self.is_on("bypassed")
        if triggered:
            self._reaction.trigger(simulation, self.name, "door")
            if not self._triggered:
                self._reaction.set_signals(simulation, self.name)
        elif self._triggered:
            self._reaction.release(simulation, self.name)
        self._triggered = triggered

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {**super().signals(), "bypassed": self.switch("bypassed", self.setter("bypassed"))}
