"""What an arm holds things with: one module for each kind, named in ``AnyGripper``."""

from __future__ import annotations

from typing import Annotated, Protocol

from pydantic import Field

from .fingers import Fingers
from .suction import Suction

AnyGripper = Annotated[Fingers | Suction, Field(discriminator="kind")]
"""Any gripper, told apart by its ``kind``."""


class Hand(Protocol):
    """A gripper at work."""

    def begin(self) -> None:
        """Let go of everything; called once, before the first step."""
        ...

    def grip(self, opening: float) -> None:
        """Open to the gripper's ``open``, or close with 0."""
        ...

    def command(self) -> None:
        """Command the motors again."""
        ...

    def touches(self, body: int) -> bool:
        """Return whether it touches a body so that it can hold it."""
        ...


__all__ = ["AnyGripper", "Fingers", "Hand", "Suction"]
