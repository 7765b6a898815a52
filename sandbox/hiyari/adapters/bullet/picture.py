"""Pictures by PyBullet's software renderer, which gives the same bytes for the same scene, and pictures on bodies.

The engine's own boxes have no usable texture coordinates: every side shows a corner of the picture. So boxes are drawn
as a mesh file of ours; a mesh given as arrays leaks 5 kB at every reset, a file does not. A texture file that is loaded
twice is the one of the first time, whatever it holds by then, so each is loaded under the hash of its content.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy
import pybullet

from hiyari.physics.protocol.values import FARTHEST, NEAREST, Picture, View, finite

_BULLET: Any = pybullet
_PNG = b"\x89PNG\r\n\x1a\n"
BOX, PANEL = (str(Path(__file__).with_name(name)) for name in ("box.obj", "panel.obj"))
"""Cubes of 1 m with texture coordinates: all sides show the whole picture, or the +x side alone."""
THICK = 0.004
"""Metres of a panel."""


def picture(client: int, view: View) -> Picture:
    """See Sensing's camera."""
    finite("view", view.eye, view.target, view.light, (view.field_of_view,))
    look = _BULLET.computeViewMatrix(view.eye, view.target, view.axes[2])
    lens = _BULLET.computeProjectionMatrixFOV(view.field_of_view, view.width / view.height, NEAREST, FARTHEST)
    _, _, pixels, buffer, bodies = _BULLET.getCameraImage(
        view.width,
        view.height,
        look,
        lens,
        lightDirection=view.light,
        shadow=1,
        renderer=_BULLET.ER_TINY_RENDERER,
        physicsClientId=client,
    )
    rows = (view.height, view.width)
    image = numpy.asarray(pixels, dtype=numpy.uint8).reshape(*rows, 4)
    nearness = numpy.asarray(buffer, dtype=numpy.float64).reshape(rows)
    depth = FARTHEST * NEAREST / (FARTHEST - (FARTHEST - NEAREST) * nearness)
    seen = numpy.asarray(bodies, dtype=numpy.int32).reshape(rows)
    return Picture(image[:, :, :3].tobytes(), depth.astype(numpy.float32), seen.copy())


def texture(client: int, image: bytes) -> int:
    """Return the number of a texture of a PNG.

    Raises:
        ValueError: If it is none.
    """
    if not image.startswith(_PNG):
        raise ValueError("the image is no PNG")
    with tempfile.TemporaryDirectory(prefix="hiyari-texture-") as folder:
        file = Path(folder) / f"{hashlib.sha256(image).hexdigest()}.png"
        file.write_bytes(image)
        try:
            return int(_BULLET.loadTexture(str(file), physicsClientId=client))
        except _BULLET.error as error:
            raise ValueError(f"PyBullet cannot read the image: {error}") from None
