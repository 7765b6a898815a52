"""Pictures by PyBullet's software renderer, which gives the same bytes for the same scene."""

from __future__ import annotations

from typing import Any

import numpy
import pybullet

from hiyari.physics.engine import View

_BULLET: Any = pybullet


def picture(client: int, view: View) -> bytes:
    """See Engine's camera."""
    look = _BULLET.computeViewMatrix(view.eye, view.target, (0.0, 0.0, 1.0))
    lens = _BULLET.computeProjectionMatrixFOV(view.field_of_view, view.width / view.height, 0.05, 50.0)
    _, _, pixels, _, _ = _BULLET.getCameraImage(
        view.width,
        view.height,
        look,
        lens,
        lightDirection=view.light,
        shadow=1,
        renderer=_BULLET.ER_TINY_RENDERER,
        physicsClientId=client,
    )
    image = numpy.asarray(pixels, dtype=numpy.uint8).reshape(view.height, view.width, 4)
    return image[:, :, :3].tobytes()
