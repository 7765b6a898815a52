"""Loading bodies into PyBullet.

What only stands or is put somewhere is a plain rigid body (``useMaximalCoordinates``): a multibody of as many links
costs several times as much at every step and whenever it is put. A person of 29 links took 22 microseconds a step, and
its links counted as moving, so that they were tested against the floor and one another; the same spheres as 12 clusters
take about 4 and are tested against robots and loose parts alone. As multibodies without links, which mass can be given
to and taken from, clusters take about 30 % longer at every step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hiyari.physics.geometry import UPRIGHT, Quaternion, Vector
from hiyari.physics.protocol.values import Ball, Shape, check_shape, finite

from .base import ZERO, BulletBase, Loaded
from .picture import BOX, PANEL, THICK, texture

STANDING, MOVING = 2, 1
"""Collision groups of the engine."""
BOUNCE = 0.5
"""Damping ratio of the contacts of a cluster that moves by itself: a body that falls does not spring back."""


class BulletLoading(BulletBase):
    """See Loading."""

    def load_urdf(self, file: Path, position: Vector, orientation: Quaternion, *, fixed: bool) -> int:
        """See Loading."""
        finite("pose", position, orientation)
        bullet, client = self._bullet, self._client
        # Without this flag the engine makes up inertias from the collision shapes, whatever the file says.
        told = {"useFixedBase": fixed, "flags": bullet.URDF_USE_INERTIA_FROM_FILE}
        try:
            body = bullet.loadURDF(str(file), position, orientation, **told, physicsClientId=client)
        except bullet.error as error:
            raise ValueError(f"PyBullet cannot load {file.name}: {error}") from None
        # Only people yield: two stiffnesses in series would read lower forces than the tissue alone.
        for link in range(-1, bullet.getNumJoints(body, physicsClientId=client)):
            if bullet.getDynamicsInfo(body, link, physicsClientId=client)[9] > 0.0:
                bullet.changeDynamics(body, link, contactStiffness=1e18, contactDamping=0.1, physicsClientId=client)
        return self._added(int(body), Loaded())

    def load_shape(self, shape: Shape, position: Vector, orientation: Quaternion) -> int:
        """See Loading."""
        check_shape(shape)
        finite("pose", position, orientation)
        bullet, client = self._bullet, self._client
        outline, seen = self._forms(shape)
        collision = bullet.createCollisionShape(**outline, physicsClientId=client) if shape.solid else -1
        visual = bullet.createVisualShape(**seen, rgbaColor=shape.colour, physicsClientId=client)
        stands = shape.mass == 0.0 and not shape.belt
        body = self._body(shape.mass, collision, visual, (position, orientation), stands=stands)
        if shape.solid:
            bullet.changeDynamics(body, -1, lateralFriction=shape.friction, physicsClientId=client)
        known = Loaded(stands=stands, paintable=shape.form == "box")
        if shape.belt:
            known.belt = (ZERO, ZERO)
            self._belts.append(body)
        return self._added(body, known)

    def load_balls(
        self,
        balls: Sequence[Ball],
        position: Vector,
        orientation: Quaternion,
        *,
        stiffness: float,
        colour: Vector,
        mass: float = 0.0,
    ) -> int:
        """See Loading."""
        finite("cluster", position, orientation, (stiffness, mass), colour, *(ball.centre for ball in balls))
        bullet, client = self._bullet, self._client
        kinds, radii = [bullet.GEOM_SPHERE] * len(balls), [ball.radius for ball in balls]
        finite("cluster", radii)
        middle = _middle(balls) if mass > 0.0 else ZERO
        centres = [ball.centre for ball in balls]
        collision = bullet.createCollisionShapeArray(
            kinds, radii=radii, collisionFramePositions=centres, physicsClientId=client
        )
        visual = bullet.createVisualShapeArray(
            kinds,
            radii=radii,
            visualFramePositions=centres,
            rgbaColors=[(*colour, 1.0)] * len(balls),
            physicsClientId=client,
        )
        body = self._body(mass, collision, visual, (position, orientation), middle, stands=mass == 0.0)
        self._added(body, Loaded(stands=mass == 0.0, spring=stiffness))
        self._give_mass(body, mass)
        return body

    def load_panel(self, size: tuple[float, float], image: bytes, position: Vector, orientation: Quaternion) -> int:
        """See Loading."""
        finite("panel", size, position, orientation)
        if min(size) <= 0.0:
            raise ValueError("a panel needs sizes above 0")
        visual = self._bullet.createVisualShape(
            self._bullet.GEOM_MESH, fileName=PANEL, meshScale=(THICK, *size), physicsClientId=self._client
        )
        body = self._body(0.0, -1, visual, (position, orientation), stands=True)
        self._added(body, Loaded(stands=True, paintable=True))
        self.paint(body, image)
        return body

    def paint(self, body: int, image: bytes) -> None:
        """See Loading."""
        if not self._bodies[body].paintable:
            raise ValueError("only panels and boxes can be painted")
        painted = texture(self._client, image)
        self._bullet.changeVisualShape(body, -1, textureUniqueId=painted, physicsClientId=self._client)

    def joints(self, body: int) -> dict[str, int]:
        """See Loading."""
        return {info[1].decode(): info[0] for info in self._infos(body)}

    def links(self, body: int) -> dict[str, int]:
        """See Loading."""
        base = self._bullet.getBodyInfo(body, physicsClientId=self._client)[0].decode()
        return {base: -1} | {info[12].decode(): info[0] for info in self._infos(body)}

    def moving_joints(self, body: int) -> list[int]:
        """See Loading."""
        return self._bodies[body].moving

    def mass(self, body: int) -> float:
        """See Loading."""
        count = self._bullet.getNumJoints(body, physicsClientId=self._client)
        return float(
            sum(self._bullet.getDynamicsInfo(body, link, physicsClientId=self._client)[0] for link in range(-1, count))
        )

    def friction(self, body: int, link: int = -1) -> float:
        """See Loading."""
        return float(self._bullet.getDynamicsInfo(body, link, physicsClientId=self._client)[1])

    def _give_mass(self, body: int, mass: float) -> None:
        """Set the mass of a base, and what it touches."""
        bullet, client, known = self._bullet, self._client, self._bodies[body]
        if not known.stands:
            bullet.changeDynamics(body, -1, mass=mass, physicsClientId=client)
            group, mask = (MOVING, -1) if mass > 0.0 else (STANDING, ~STANDING)
            bullet.setCollisionFilterGroupMask(body, -1, group, mask, physicsClientId=client)
        if known.spring:
            damping = 2.0 * BOUNCE * math.sqrt(known.spring * mass)
            bullet.changeDynamics(
                body, -1, contactStiffness=known.spring, contactDamping=damping, physicsClientId=client
            )

    def _body(
        self,
        mass: float,
        collision: int,
        visual: int,
        pose: tuple[Vector, Quaternion],
        centre: Vector = ZERO,
        *,
        stands: bool,
    ) -> int:
        body = self._bullet.createMultiBody(
            mass,
            collision,
            visual,
            *pose,
            baseInertialFramePosition=centre,
            baseInertialFrameOrientation=UPRIGHT,
            useMaximalCoordinates=stands,
            physicsClientId=self._client,
        )
        return int(body)

    def _forms(self, shape: Shape) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a shape touches with and what it looks like."""
        bullet, (x, _, height) = self._bullet, shape.size
        if shape.form == "box":
            solid = {"shapeType": bullet.GEOM_BOX, "halfExtents": [side / 2.0 for side in shape.size]}
            return solid, {"shapeType": bullet.GEOM_MESH, "fileName": BOX, "meshScale": shape.size}
        if shape.form == "sphere":
            ball = {"shapeType": bullet.GEOM_SPHERE, "radius": x / 2.0}
            return ball, ball
        kind = bullet.GEOM_CYLINDER if shape.form == "cylinder" else bullet.GEOM_CAPSULE
        inner = height if shape.form == "cylinder" else max(height - x, 1e-6)
        round_one = {"shapeType": kind, "radius": x / 2.0}
        return round_one | {"height": inner}, round_one | {"length": inner}


def _middle(balls: Sequence[Ball]) -> Vector:
    """Return the centre of mass of spheres of one density that do not overlap."""
    volumes = [ball.radius**3 for ball in balls]
    x, y, z = (
        sum(volume * ball.centre[axis] for volume, ball in zip(volumes, balls, strict=True)) / sum(volumes)
        for axis in range(3)
    )
    return (x, y, z)
