"""Loading bodies, and what is asked of them once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from hiyari.physics.geometry import Quaternion, Vector

from .values import Ball, Shape


class Loading(Protocol):
    """How bodies get into the world; every call returns a body's number, counted up in load order."""

    def load_urdf(self, file: Path, position: Vector, orientation: Quaternion, *, fixed: bool) -> int:
        """Load a body from a URDF file.

        Raises:
            ValueError: If the engine cannot read it.
        """
        ...

    def load_shape(self, shape: Shape, position: Vector, orientation: Quaternion) -> int:
        """Add a simple body.

        Raises:
            ValueError: If there is no such shape.
        """
        ...

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
        """Add a rigid cluster of at most 16 spheres with one contact stiffness, N/m.

        Without mass it moves only when it is put somewhere, and touches what moves by itself, not what stands still
        and no other cluster. With mass, kg, it moves by itself and touches everything; its centre of mass is that of
        the spheres by volume. ``set_mass`` switches such a cluster to and fro.
        """
        ...

    def load_panel(self, size: tuple[float, float], image: bytes, position: Vector, orientation: Quaternion) -> int:
        """Add a thin board that stands still, that nothing touches, and whose +x face shows a picture upright.

        Args:
            size: Width along y and height along z, metres; the board is 4 mm thick.
            image: A PNG file's bytes. Back and edges have the colour of its lower left corner.
            position: Of the centre.
            orientation: Of the board.

        Raises:
            ValueError: If the image is no PNG.
        """
        ...

    def paint(self, body: int, image: bytes) -> None:
        """Show a picture, a PNG file's bytes, on a panel, or on each face of a box upright and unmirrored.

        Raises:
            ValueError: If the image is no PNG, or the body is neither panel nor box.
        """
        ...

    def joints(self, body: int) -> dict[str, int]:
        """Return joint names and their indices, which are also those of the links they move."""
        ...

    def links(self, body: int) -> dict[str, int]:
        """Return link names and their indices."""
        ...

    def moving_joints(self, body: int) -> list[int]:
        """Return the indices of all joints that are not fixed."""
        ...

    def mass(self, body: int) -> float:
        """Return the mass of all moving links, kg."""
        ...

    def friction(self, body: int, link: int = -1) -> float:
        """Return the sliding friction of a link."""
        ...
