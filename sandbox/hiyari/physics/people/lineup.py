"""All kinds of people side by side, for pictures."""

from __future__ import annotations

from hiyari.events import LocalText
from hiyari.physics.engine import Engine, Shape, View
from hiyari.physics.geometry import UPRIGHT

from .appearance import Appearance
from .behaviour import Behaviour
from .kinds import KINDS
from .model import Someone

BETWEEN = 1.1
"""Metres from one person to the next."""


def line_up(engine: Engine, *, regions: bool) -> View:
    """Load a floor and one person of each kind in a row into a world that was just reset.

    Args:
        engine: The engine.
        regions: Paint body regions instead of clothes.

    Returns:
        A camera that sees all of them from the front.
    """
    width = BETWEEN * len(KINDS)
    engine.load_shape(Shape("box", (8.0, 2.0 * width, 0.1), colour=(0.8, 0.81, 0.82, 1.0)), (0.0, 0.0, -0.05), UPRIGHT)
    for index, kind in enumerate(KINDS):
        someone = Someone(
            title=LocalText(ja=kind, en=kind),
            position=(0.0, BETWEEN * (len(KINDS) - 1) / 2.0 - BETWEEN * index),
            yaw=0.25,
            kind=kind,
            appearance=Appearance(clothing="regions" if regions else "bright"),
        )
        Behaviour.of(kind, someone, index).person.build(engine)
    return View(eye=(5.2, 0.4, 1.9), target=(0.2, 0.0, 0.8), width=900, height=420, field_of_view=34.0)
