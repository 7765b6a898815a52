"""Following errors: joints that are not where they are commanded to be, as servo drives watch for them.

A drive that follows too badly is stopped and its place taken for its command, since what holds it (a seized joint, too
little torque, an obstacle, too heavy a load) would be fought with full torque otherwise. Limits of real drives are
settings; ours are far above the errors of healthy arms that were measured in our scenes (below 0.05 rad).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hiyari.events import LocalText

from .kinematics import Chain

TURN, SLIDE = 0.2, 0.05
"""Radians and metres of a joint beyond which it follows too badly."""
LONG = 0.06
"""Seconds for which it must."""
REACHED = 0.5
"""Share of these limits within which a joint must be at the end of a path."""


class Deviation(NamedTuple):
    """How far a joint is from its command."""

    joint: str
    error: float
    """Radians or metres."""
    share: float
    """Of the limit."""
    slides: bool

    def text(self) -> LocalText:
        """Return a sentence about it."""
        unit = "m" if self.slides else "rad"
        return LocalText(
            ja=f"関節 {self.joint} が指令に追従しません（偏差 {self.error:.2f} {unit}）。",
            en=f"Joint {self.joint} does not follow its command: it is {self.error:.2f} {unit} off.",
        )


@dataclass
class Tracking:
    """Watches the joints of an arm."""

    chain: Chain
    found: Deviation | None = None
    """Why the arm was stopped last; none once it is sent somewhere again."""
    presses: bool = False
    """True on a path that ends against something, which holds the joints back."""
    _seconds: float = 0.0

    def worst(self, target: Sequence[float], positions: Sequence[float]) -> Deviation:
        """Return the joint that is farthest off for its kind."""
        found = []
        for joint, wanted, there in zip(self.chain.moving, target, positions, strict=True):
            error = abs(wanted - there)
            found.append(Deviation(joint.name, error, error / (SLIDE if joint.slides else TURN), joint.slides))
        return max(found, key=lambda deviation: deviation.share)

    def see(self, target: Sequence[float], positions: Sequence[float], seconds: float) -> bool:
        """See a control tick; returns whether the arm must be stopped now."""
        if self.presses:
            return False
        worst = self.worst(target, positions)
        self._seconds = self._seconds + seconds if worst.share > 1.0 else 0.0
        if self._seconds < LONG:
            return False
        self._seconds, self.found = 0.0, worst
        return True
