"""What is special about a person for a detector."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hiyari.physics.people.behaviour import Behaviour

CHILD = 1.35
"""Metres of height below which a person counts as a child: the median at nine (WHO growth reference 2007)."""


def attributes(behaviour: Behaviour) -> frozenset[str]:
    """Return a person's attributes: the kind, the clothes as ``<kind of clothes>_clothing``, what is worn and carried,
    and what the person is doing, such as ``fallen``.
    """
    worn = behaviour.person.worn
    found = {behaviour.someone.kind, f"{worn.clothing}_clothing", behaviour.doing}
    if behaviour.someone.stature < CHILD:
        found.add("child")
    if worn.helmet:
        found.add("helmet")
    if worn.carries != "none":
        found.add("carrying")
    return frozenset(found)
