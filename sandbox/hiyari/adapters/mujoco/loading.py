"""Loading bodies into MuJoCo: notes what is wanted; the model is made at the next question."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hiyari.physics.geometry import Quaternion, Vector
from hiyari.physics.protocol.values import Ball, Shape, check_shape, finite

from .base import MujocoBase
from .building import check_part
from .parts import Cluster, Motor, Panel, Part, Urdf
from .picture import read_image
from .urdf import read_urdf

CLUSTER_FRICTION = 0.5


class MujocoLoading(MujocoBase):
    """See Loading."""

    def load_urdf(self, file: Path, position: Vector, orientation: Quaternion, *, fixed: bool) -> int:
        """See Loading."""
        finite("pose", position, orientation)
        urdf = read_urdf(file, fixed=fixed)
        part = Part(urdf, position, orientation, stands=fixed)
        for index, name in {-1: urdf.root, **{i: joint.child for i, joint in enumerate(urdf.joints)}}.items():
            part.friction[index] = urdf.friction[name]
        part.motors = {joint: Motor() for joint in part.moving}
        try:
            check_part(part)
        except ValueError as error:
            raise ValueError(f"MuJoCo cannot load {file.name}: {error}") from None
        return self._added(part)

    def load_shape(self, shape: Shape, position: Vector, orientation: Quaternion) -> int:
        """See Loading."""
        check_shape(shape)
        finite("pose", position, orientation)
        part = Part(shape, position, orientation, mass=shape.mass, stands=shape.mass == 0.0, colour=shape.colour)
        part.friction[-1] = shape.friction
        if shape.belt:
            part.surface = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
        return self._added(part)

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
        finite("cluster", [ball.radius for ball in balls])
        paint = (colour[0], colour[1], colour[2], 1.0)
        part = Part(Cluster(tuple(balls)), position, orientation, mass=mass, stands=mass == 0.0, colour=paint)
        part.spring = stiffness
        part.friction[-1] = CLUSTER_FRICTION
        return self._added(part)

    def load_panel(self, size: tuple[float, float], image: bytes, position: Vector, orientation: Quaternion) -> int:
        """See Loading."""
        finite("panel", size, position, orientation)
        if min(size) <= 0.0:
            raise ValueError("a panel needs sizes above 0")
        part = Part(Panel(size), position, orientation, stands=True, image=read_image(image))
        part.friction[-1] = 0.0
        return self._added(part)

    def paint(self, body: int, image: bytes) -> None:
        """See Loading."""
        part = self._world.parts[body]
        if not isinstance(part.what, Panel) and not (isinstance(part.what, Shape) and part.what.form == "box"):
            raise ValueError("only panels and boxes can be painted")
        part.image = read_image(image)

    def joints(self, body: int) -> dict[str, int]:
        """See Loading."""
        what = self._world.parts[body].what
        return {joint.name: index for index, joint in enumerate(what.joints)} if isinstance(what, Urdf) else {}

    def links(self, body: int) -> dict[str, int]:
        """See Loading."""
        part = self._world.parts[body]
        return {name.split("/", 1)[-1]: index for index, name in part.links(body).items()}

    def moving_joints(self, body: int) -> list[int]:
        """See Loading."""
        return self._world.parts[body].moving

    def mass(self, body: int) -> float:
        """See Loading."""
        part = self._world.parts[body]
        if not isinstance(part.what, Urdf):
            return part.mass
        model, _, tables = self._fresh()
        return float(sum(model.body_mass[link] for link in tables.links[body].values()))

    def friction(self, body: int, link: int = -1) -> float:
        """See Loading."""
        return self._world.parts[body].friction[link]

    def _added(self, part: Part) -> int:
        self._change()
        self._world.parts.append(part)
        return len(self._world.parts) - 1
