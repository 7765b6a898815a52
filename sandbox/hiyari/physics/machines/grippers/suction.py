"""A suction cup: it holds what its cup touches, until the pull on it is stronger than the vacuum."""

from __future__ import annotations

from math import inf
from typing import Literal

from hiyari.events import Data
from hiyari.physics.engine import Engine
from hiyari.physics.values import Positive


class Suction(Data):
    """A cup with a vacuum."""

    kind: Literal["suction"]
    """``suction``."""
    cup: str
    """Link of the cup, which must touch an object to hold it."""
    holds: Positive
    """Force beyond which the object comes off, N: area of the cup times pressure difference."""

    @property
    def joints(self) -> tuple[str, ...]:
        """Joints it needs."""
        return ()

    @property
    def links(self) -> tuple[str, ...]:
        """Links it needs."""
        return (self.cup,)

    @property
    def open(self) -> float:
        """What switches the vacuum off."""
        return 1.0

    @property
    def widest(self) -> float:
        """Widest object it can take, metres: it takes all from above."""
        return inf

    def build(self, engine: Engine, body: int) -> SuctionAtWork:
        """Return it at work."""
        return SuctionAtWork(self, engine, body)


class SuctionAtWork:
    """Knows whether the vacuum is on."""

    def __init__(self, suction: Suction, engine: Engine, body: int) -> None:
        self._engine, self._body, self._cup = engine, body, engine.links(body)[suction.cup]
        self.on = False
        """Whether the vacuum is on."""

    def begin(self) -> None:
        """See Hand."""
        self.on = False

    def grip(self, opening: float) -> None:
        """See Hand: closing switches the vacuum on."""
        self.on = opening <= 0.0

    def command(self) -> None:
        """See Hand; there is no motor."""

    def touches(self, body: int) -> bool:
        """See Hand: the cup does, and the vacuum is on."""
        touching = (touch.other == body and touch.link == self._cup for touch in self._engine.contacts(self._body))
        return self.on and any(touching)
