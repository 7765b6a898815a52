"""Things in people's hands: they follow the hand from the moment it closes on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from hiyari.physics.geometry import Quaternion, about_z

from .behaviour import Behaviour

if TYPE_CHECKING:
    from hiyari.physics.objects import ObjectState

Hand = Literal["left", "right"]
BELOW = 0.03
"""Metres of a thing's middle below that of the hand."""


@dataclass
class Hands:
    """Who holds what. A thing is put where the hand is at every control tick; it does not swing or slip."""

    held: dict[str, tuple[ObjectState, Behaviour, Hand]] = field(default_factory=dict)

    def close(self, thing: ObjectState, behaviour: Behaviour, hand: Hand, cause: str) -> None:
        """Let a hand close on a thing."""
        self.held[thing.name] = (thing, behaviour, hand)
        thing.change("held_by", behaviour.person.name, cause)

    def open(self, name: str, cause: str) -> None:
        """Let go of a thing, which falls from there."""
        thing, _, _ = self.held.pop(name)
        thing.change("held_by", "", cause)

    def tick(self) -> None:
        """Put everything where its hand is."""
        for thing, behaviour, hand in self.held.values():
            x, y, z = behaviour.person.spot(f"{hand}_hand")
            turn: Quaternion = about_z(behaviour.person.posture.yaw)
            thing.engine.put(thing.body, (x, y, z - BELOW), turn)
            thing.engine.set_velocity(thing.body, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
