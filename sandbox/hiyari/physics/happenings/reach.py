"""A person reaches somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hiyari.physics.people.model import Reach
from hiyari.physics.values import Name, Point, Positive

from .timing import Timing

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.scene.model import Scene
    from hiyari.physics.simulation import Simulation


class PersonReaches(Timing):
    """A hand goes to a place, stays there, and goes back."""

    kind: Literal["reach"]
    """``reach``."""
    person: Name
    """Who reaches."""
    target: Point
    """Where the hand goes."""
    hand: Literal["left", "right"] = "right"
    """Which hand."""
    move: Positive = 1.0
    """How long the hand moves there, and back, seconds."""
    stay: float = Field(default=4.0, ge=0)
    """How long it stays, seconds."""

    @property
    def takes(self) -> float:
        """See Timing."""
        return 2 * self.move + self.stay

    def check(self, scene: Scene) -> None:
        """See Timing."""
        scene.known("person", self.person, scene.people, "person")
        if scene.people[self.person].walk is not None:
            raise ValueError(f"person: {self.person!r} walks and does not reach")

    def check_built(self, built: Built) -> None:
        """See Timing."""
        why = built.people[self.person].can(self._deed(), built.around)
        if why:
            raise ValueError(f"target: {why}")

    def happen(self, simulation: Simulation, time: float) -> None:
        """See Timing."""
        simulation.people.behave(self.person, self._deed(), simulation.time)

    def _deed(self) -> Reach:
        return Reach(target=self.target, hand=self.hand, move=self.move, stay=self.stay)
