"""Taking a picture of a scene with one of its cameras, whatever faults it has: people see what is there."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy
from PIL import Image

from hiyari.errors import ContentError, unknown_name
from hiyari.physics.engine import Engine, Picture, View
from hiyari.physics.perception.checks import OVERVIEW
from hiyari.physics.perception.eye import view_of
from hiyari.physics.perception.pictures import dimmed, shrunk
from hiyari.physics.scene.building import Built

from .sizes import Size

DIMMEST = 0.35
"""Brightness below which people would see nothing; a scene in the dark is shown in this much light."""


class Shot(NamedTuple):
    """A picture, where it was taken from, and what each pixel of it shows."""

    image: Image.Image
    view: View
    seen: Picture


def view_in(built: Built, camera: str, size: Size) -> View:
    """Return what a camera of a built scene looks at now, in another size.

    Raises:
        ContentError: If there is no such camera.
    """
    eyes = built.senses.eyes
    name = camera or OVERVIEW
    if name not in eyes:
        raise unknown_name("camera", name, eyes)
    view = view_of(built.engine, eyes[name].camera, eyes[name].mount, built.light)
    return replace(view, width=size.width, height=size.height)


def shoot(engine: Engine, built: Built, view: View, samples: int = 1) -> Shot:
    """Return a picture of a built scene."""
    for panel in built.senses.panels:
        panel.follow(engine)
    return shoot_world(engine, view, samples, max(DIMMEST, built.senses.brightness))


def shoot_world(engine: Engine, view: View, samples: int = 1, brightness: float = 1.0) -> Shot:
    """Return a picture of whatever there is in an engine."""
    fine = replace(view, width=view.width * samples, height=view.height * samples)
    seen = shrunk(engine.camera(fine), samples)
    pixels = numpy.frombuffer(dimmed(seen.rgb, brightness), dtype=numpy.uint8).reshape(view.height, view.width, 3)
    return Shot(Image.fromarray(pixels), view, seen)


def unwritable(path: object, error: OSError) -> ContentError:
    """Return what to say of a file that cannot be written."""
    return ContentError(f"cannot write {path}: {error.strerror or error}")
