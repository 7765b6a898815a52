"""What an act is: a posture for every moment, until it is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from hiyari.physics.people.posture import Posture
from hiyari.physics.people.surroundings import Surroundings

Doing = Literal["standing", "walking", "sitting", "slumped", "fallen", "pushed", "left"]


class Impossible(Exception):
    """A person cannot do this now; says why."""


class Act(Protocol):
    """Something a person does."""

    @property
    def doing(self) -> Doing:
        """What others see the person do."""
        ...

    def posture(self, time: float) -> Posture:
        """Return the posture at a moment of this control tick or its end."""
        ...

    def over(self, time: float) -> bool:
        """Return whether the act has ended; its last posture is kept then."""
        ...

    def tick(self, around: Surroundings, time: float, seconds: float) -> None:
        """Look around and decide the way of the control tick that begins now."""
        ...


@dataclass(frozen=True)
class Rest:
    """Stay as one is."""

    still: Posture
    doing: Doing

    def posture(self, time: float) -> Posture:
        """See Act."""
        return self.still

    def over(self, time: float) -> bool:
        """See Act."""
        return False

    def tick(self, around: Surroundings, time: float, seconds: float) -> None:
        """See Act."""


def resting(posture: Posture) -> Doing:
    """Return what a person who rests in a posture is seen to do."""
    if posture.tilt > 0.7:
        return "fallen"
    if posture.sit > 0.5:
        return "slumped" if posture.slump > 0.5 else "sitting"
    return "standing"
