"""What is special about a person for a detector."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hiyari.physics.people.behaviour import Behaviour

CHILD = 1.35
"""Metres of height below which a person counts as a child: the median at nine (WHO growth reference 2007)."""


def attributes(behaviour: Behaviour) -> frozenset[str]:
    """Return a person's attributes."""
    return frozenset({"child"}) if behaviour.someone.height < CHILD else frozenset()
