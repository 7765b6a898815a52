"""Pictures by casting a ray through every pixel: no graphics library, and the same bytes on every run.

What is seen is what is touched, and paint and panels; surfaces are lit by one lamp, and cast no shadows.
"""

from __future__ import annotations

import math
from typing import Any

import mujoco
import numpy

from hiyari.physics.geometry import unit
from hiyari.physics.protocol.values import FARTHEST, NEAREST, Picture, View, finite

from .parts import Panel, World

AMBIENT = 0.45
_PNG = b"\x89PNG\r\n\x1a\n"
_RIGHT = numpy.array([[1, 1.0], [1, -1.0], [0, -1.0], [0, 1.0], [1, 1.0], [1, 1.0]])
_UP = numpy.array([[2, 1.0], [2, 1.0], [2, 1.0], [2, 1.0], [0, -1.0], [0, 1.0]])
"""Of each side of a box, +x, -x, +y, -y, +z, -z: the axis to the right of who looks at it, or up, and its sign."""


def read_image(image: bytes) -> Any:
    """Return the rows of a PNG as (height, width, 3) bytes.

    Raises:
        ValueError: If it is none.
    """
    if not image.startswith(_PNG):
        raise ValueError("the image is no PNG")
    spec = mujoco.MjSpec()
    spec.assets = {"image.png": image}
    spec.add_texture(name="image", type=mujoco.mjtTexture.mjTEXTURE_2D, file="image.png")
    try:
        model = spec.compile()
    except ValueError as error:
        raise ValueError(f"MuJoCo cannot read the image: {error}") from None
    rows = (int(model.tex_height[0]), int(model.tex_width[0]), int(model.tex_nchannel[0]))
    return numpy.array(model.tex_data, dtype=numpy.uint8).reshape(rows)[:, :, :3]


def picture(model: Any, data: Any, owner: Any, world: World, view: View) -> Picture:
    """See Sensing's camera."""
    finite("view", view.eye, view.target, view.light, (view.field_of_view,))
    rays = _rays(view)
    count = len(rays)
    geoms, far = numpy.full(count, -1, dtype=numpy.int32), numpy.zeros(count)
    normals, eye = numpy.zeros(count * 3), numpy.array(view.eye, dtype=float)
    longest = FARTHEST * float(numpy.sqrt((rays**2).sum(axis=1).max()))
    mujoco.mj_multiRay(model, data, eye, rays.ravel(), None, True, -1, geoms, far, normals, count, longest)
    hit = (geoms >= 0) & (far >= NEAREST) & (far <= FARTHEST)
    seen = numpy.where(hit, geoms, -1)
    colours = numpy.full((count, 3), 255.0)
    colours[hit] = model.geom_rgba[seen[hit], :3] * 255.0
    points = eye + rays * far[:, None]
    for geom in numpy.unique(seen[hit]):
        part = world.parts[owner[geom]]
        if part.image is not None:
            there = numpy.flatnonzero(seen == geom)
            local = (points[there] - data.geom_xpos[geom]) @ data.geom_xmat[geom].reshape(3, 3)
            flat = isinstance(part.what, Panel)
            colours[there] = _painted(part.image, local / model.geom_size[geom], front_only=flat)
    lamp = numpy.array(unit(view.light))
    lit = AMBIENT + (1.0 - AMBIENT) * numpy.clip(normals.reshape(count, 3)[hit] @ lamp, 0.0, 1.0)
    colours[hit] *= lit[:, None]
    rows = (view.height, view.width)
    depth = numpy.where(hit, far, FARTHEST).astype(numpy.float32).reshape(rows)
    bodies = numpy.where(hit, owner[seen], -1).astype(numpy.int32).reshape(rows)
    return Picture(colours.round().astype(numpy.uint8).tobytes(), depth, bodies)


def _rays(view: View) -> Any:
    """Return the direction of each pixel's ray; each goes one metre along the axis of view."""
    ahead, right, up = view.axes
    half = math.tan(math.radians(view.field_of_view) / 2.0)
    across = (2.0 * (numpy.arange(view.width) + 0.5) / view.width - 1.0) * half * view.width / view.height
    along = (1.0 - 2.0 * (numpy.arange(view.height) + 0.5) / view.height) * half
    grid = along[:, None, None] * numpy.array(up) + across[None, :, None] * numpy.array(right)
    return (grid + numpy.array(ahead)).reshape(-1, 3)


def _painted(image: Any, local: Any, *, front_only: bool) -> Any:
    """Return the colours of points on a box of half sizes 1."""
    axis = numpy.abs(local).argmax(axis=1)
    index = numpy.arange(len(local))
    side = 2 * axis + (local[index, axis] < 0.0)
    across = local[index, _RIGHT[side, 0].astype(int)] * _RIGHT[side, 1]
    along = local[index, _UP[side, 0].astype(int)] * _UP[side, 1]
    if front_only:
        across, along = numpy.where(side == 0, across, -1.0), numpy.where(side == 0, along, -1.0)
    height, width, _ = image.shape
    column = numpy.clip(((across + 1.0) / 2.0 * width).astype(int), 0, width - 1)
    row = numpy.clip(((1.0 - along) / 2.0 * height).astype(int), 0, height - 1)
    return image[row, column].astype(float)
