"""Two fingers that close on an object."""

from __future__ import annotations

from typing import Literal

from hiyari.events import Data
from hiyari.physics.engine import Engine
from hiyari.physics.values import Positive

CLOSING = 0.1
"""Speed of a finger, m/s."""


class Fingers(Data):
    """Two fingers that slide towards each other."""

    kind: Literal["fingers"]
    """``fingers``."""
    joints: tuple[str, str]
    """Finger joints."""
    links: tuple[str, str]
    """Finger links, which must both touch an object to hold it."""
    open: Positive
    """Position of each joint when open, metres."""
    force: Positive
    """Force of each finger, N."""
    widest: Positive
    """Widest object it can take, metres."""
    holds: Positive | None = None
    """Force beyond which the object slips out, N; none when slipping is left out."""

    def build(self, engine: Engine, body: int) -> FingersAtWork:
        """Return it at work."""
        return FingersAtWork(self, engine, body)


class FingersAtWork:
    """Opens and closes the fingers."""

    def __init__(self, fingers: Fingers, engine: Engine, body: int) -> None:
        joints, links = engine.joints(body), engine.links(body)
        self._fingers, self._engine, self._body = fingers, engine, body
        self._joints = [joints[name] for name in fingers.joints]
        self._links = {links[name] for name in fingers.links}
        self._opening = fingers.open

    def begin(self) -> None:
        """See Hand."""
        for joint in self._joints:
            self._engine.put_joint(self._body, joint, self._fingers.open)
        self.grip(self._fingers.open)

    def grip(self, opening: float) -> None:
        """See Hand; metres of each finger."""
        self._opening = opening
        self.command()

    def command(self) -> None:
        """See Hand."""
        targets, forces = [self._opening] * 2, [self._fingers.force] * 2
        self._engine.command_positions(self._body, self._joints, targets, forces, [CLOSING] * 2)

    def touches(self, body: int) -> bool:
        """See Hand: both fingers do."""
        return self._links <= {touch.link for touch in self._engine.contacts(self._body) if touch.other == body}
