"""Pictures by PyBullet's software renderer, which gives the same bytes for the same scene, and pictures on bodies.

The engine's own boxes have no usable texture coordinates: every face shows a corner of the picture. So boxes are drawn
as meshes of ours. A texture file that is loaded twice is the one of the first time, whatever it holds by then, so each
is loaded under the hash of its content.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy
import pybullet

from hiyari.physics.geometry import Vector, add, scale
from hiyari.physics.protocol.values import FARTHEST, NEAREST, Picture, View, finite

_BULLET: Any = pybullet
_PNG = b"\x89PNG\r\n\x1a\n"
_SIDES: tuple[tuple[Vector, Vector, Vector], ...] = (
    ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    ((-1, 0, 0), (0, -1, 0), (0, 0, 1)),
    ((0, 1, 0), (-1, 0, 0), (0, 0, 1)),
    ((0, -1, 0), (1, 0, 0), (0, 0, 1)),
    ((0, 0, 1), (0, 1, 0), (-1, 0, 0)),
    ((0, 0, -1), (0, 1, 0), (1, 0, 0)),
)
"""Of each face: outwards, to the right as it is seen, and up."""
_CORNERS = ((-1, -1), (1, -1), (1, 1), (-1, 1))


def picture(client: int, view: View) -> Picture:
    """See Sensing's camera."""
    finite("view", view.eye, view.target, view.light, (view.field_of_view,))
    look = _BULLET.computeViewMatrix(view.eye, view.target, (0.0, 0.0, 1.0))
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


def box_faces(size: Vector) -> dict[str, Any]:
    """Return the mesh of a box whose every face shows a picture upright."""
    return _mesh(size, front_only=False)


def panel_faces(size: tuple[float, float]) -> dict[str, Any]:
    """Return the mesh of a board whose +x face shows a picture upright."""
    return _mesh((0.004, *size), front_only=True)


def _mesh(size: Vector, *, front_only: bool) -> dict[str, Any]:
    vertices: list[Vector] = []
    normals: list[Vector] = []
    places: list[tuple[float, float]] = []
    indices: list[int] = []
    for side, (outwards, right, up) in enumerate(_SIDES):
        first = len(vertices)
        for across, along in _CORNERS:
            x, y, z = add(outwards, add(scale(right, across), scale(up, along)))
            vertices.append((x * size[0] / 2.0, y * size[1] / 2.0, z * size[2] / 2.0))
            normals.append(outwards)
            places.append((0.0, 0.0) if front_only and side else ((across + 1) / 2.0, (along + 1) / 2.0))
        indices += [first, first + 1, first + 2, first, first + 2, first + 3]
    return {"vertices": vertices, "normals": normals, "uvs": places, "indices": indices}
