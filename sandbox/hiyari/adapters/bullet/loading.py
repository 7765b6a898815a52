"""Loading bodies into PyBullet.

What only stands or is put somewhere is a plain rigid body (``useMaximalCoordinates``): a multibody of as many links
costs several times as much at every step and whenever it is put. A person of 29 links took 22 microseconds a step, and
its links counted as moving, so that they were tested against the floor and one another; the same spheres as 12 clusters
take about 4 and are tested against robots and loose parts alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pybullet

from hiyari.physics.engine import Ball, Shape
from hiyari.physics.geometry import Quaternion, Vector

_BULLET: Any = pybullet


def load_urdf(client: int, file: Path, position: Vector, orientation: Quaternion, *, fixed: bool) -> int:
    """See Engine."""
    try:
        body = _BULLET.loadURDF(str(file), position, orientation, useFixedBase=fixed, physicsClientId=client)
    except _BULLET.error as error:
        raise ValueError(f"PyBullet cannot load {file.name}: {error}") from None
    _make_rigid(client, body)
    return int(body)


def load_shape(client: int, shape: Shape, position: Vector, orientation: Quaternion) -> int:
    """See Engine."""
    if shape.form == "box":
        half = [side / 2.0 for side in shape.size]
        outline: dict[str, Any] = {"shapeType": _BULLET.GEOM_BOX, "halfExtents": half}
        seen = outline
    else:
        outline = {"shapeType": _BULLET.GEOM_CYLINDER, "radius": shape.size[0] / 2.0, "height": shape.size[2]}
        seen = {"shapeType": _BULLET.GEOM_CYLINDER, "radius": shape.size[0] / 2.0, "length": shape.size[2]}
    collision = _BULLET.createCollisionShape(**outline, physicsClientId=client) if shape.solid else -1
    visual = _BULLET.createVisualShape(**seen, rgbaColor=shape.colour, physicsClientId=client)
    body = _BULLET.createMultiBody(
        shape.mass,
        collision,
        visual,
        position,
        orientation,
        useMaximalCoordinates=shape.mass == 0.0,
        physicsClientId=client,
    )
    if shape.solid:
        _BULLET.changeDynamics(body, -1, lateralFriction=shape.friction, physicsClientId=client)
    return int(body)


def load_balls(
    client: int, balls: Sequence[Ball], position: Vector, orientation: Quaternion, stiffness: float, colour: Vector
) -> int:
    """See Engine."""
    kinds, radii, centres = (
        [_BULLET.GEOM_SPHERE] * len(balls),
        [ball.radius for ball in balls],
        [ball.centre for ball in balls],
    )
    collision = _BULLET.createCollisionShapeArray(
        kinds, radii=radii, collisionFramePositions=centres, physicsClientId=client
    )
    visual = _BULLET.createVisualShapeArray(
        kinds,
        radii=radii,
        visualFramePositions=centres,
        rgbaColors=[(*colour, 1.0)] * len(balls),
        physicsClientId=client,
    )
    body = _BULLET.createMultiBody(
        0.0, collision, visual, position, orientation, useMaximalCoordinates=True, physicsClientId=client
    )
    _BULLET.changeDynamics(body, -1, contactStiffness=stiffness, contactDamping=0.0, physicsClientId=client)
    return int(body)


def _make_rigid(client: int, body: int) -> None:
    """Let only people yield: two stiffnesses in series would read lower forces than the tissue alone."""
    for link in range(-1, _BULLET.getNumJoints(body, physicsClientId=client)):
        if _BULLET.getDynamicsInfo(body, link, physicsClientId=client)[9] > 0.0:
            _BULLET.changeDynamics(body, link, contactStiffness=1e18, contactDamping=0.1, physicsClientId=client)
