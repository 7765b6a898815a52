"""A person reaches somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

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
    def lasts(self) -> float:
        """See Timing."""
        return 2 * self.move + self.stay

    def check(self, scene: Scene) -> None:
        """See Timing."""
        if self.person not in scene.people:
            raise ValueError(f"person: there is no person {self.person!r}")
        if scene.people[self.person].walk is not None:
            raise ValueError(f"person: {self.person!r} walks and does not reach")

    def check_built(self, built: Built) -> None:
        """See Timing."""
        if not built.people[self.person].can_reach(self):
            raise ValueError(f"target: {self.person} cannot reach {self.target} from there")

    def happen(self, simulation: Simulation, time: float) -> None:
        """See Timing."""
        simulation.built.people[self.person].start(self, time)
