"""The small protocol every physics engine implements; all else in this package knows nothing of the engine.

Bodies are numbers given in load order, links are indices with -1 for the base, all quantities are SI in the world
frame. There is no snapshot: a state is reached again by building the scene again and repeating the steps, which is
bit-identical, while restoring saved states was measured to lose contact order (docs/robots.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from .geometry import Quaternion, Vector


class Motion(NamedTuple):
    """Where a body or link is and how it moves."""

    position: Vector
    orientation: Quaternion
    linear: Vector
    angular: Vector


class Touch(NamedTuple):
    """A contact point of a body with another that bears force."""

    link: int
    other: int
    other_link: int
    point: Vector
    normal: Vector
    """Unit vector from the other body towards this one."""
    force: float


class Near(NamedTuple):
    """The closest points of two bodies."""

    distance: float
    link_a: int
    link_b: int
    point_a: Vector
    point_b: Vector


class Ball(NamedTuple):
    """A sphere of a rigid cluster."""

    centre: Vector
    """In the frame of the cluster."""
    radius: float


@dataclass(frozen=True)
class Shape:
    """A simple body."""

    form: str
    """``box``, or an upright ``cylinder``."""
    size: Vector
    """Full sizes of a box; diameter, diameter and height of a cylinder, metres."""
    mass: float = 0.0
    """kg; 0 stands still."""
    friction: float = 0.8
    colour: tuple[float, float, float, float] = (0.6, 0.6, 0.6, 1.0)
    """Red, green, blue, opacity; 0 to 1."""
    solid: bool = True
    """False for paint, which nothing touches."""


@dataclass(frozen=True)
class Parameters:
    """Everything that is set again after every reset."""

    step_hz: float
    """Steps a second after the reset."""
    gravity: Vector = (0.0, 0.0, -9.81)
    solver_iterations: int = 50


@dataclass(frozen=True)
class View:
    """A camera."""

    eye: Vector
    target: Vector
    width: int = 320
    height: int = 240
    field_of_view: float = 55.0
    """Vertical, degrees."""
    light: Vector = (1.0, -1.0, 2.0)
    """Direction towards the light."""


class Engine(Protocol):
    """A physics engine with one world in it."""

    def reset(self, parameters: Parameters) -> None:
        """Remove everything and set every parameter again."""
        ...

    def load_urdf(self, file: Path, position: Vector, orientation: Quaternion, *, fixed: bool) -> int:
        """Load a body from a URDF file.

        Raises:
            ValueError: If the engine cannot read it.
        """
        ...

    def load_shape(self, shape: Shape, position: Vector, orientation: Quaternion) -> int:
        """Add a simple body."""
        ...

    def load_balls(
        self, balls: Sequence[Ball], position: Vector, orientation: Quaternion, *, stiffness: float, colour: Vector
    ) -> int:
        """Add a rigid cluster of at most 16 spheres that moves only when it is put somewhere, with one contact
        stiffness, N/m. It touches what moves by itself, not what stands still and no other cluster.
        """
        ...

    def joints(self, body: int) -> dict[str, int]:
        """Return joint names and their indices, which are also those of the links they move."""
        ...

    def links(self, body: int) -> dict[str, int]:
        """Return link names and their indices."""
        ...

    def mass(self, body: int) -> float:
        """Return the mass of all moving links, kg."""
        ...

    def put(self, body: int, position: Vector, orientation: Quaternion) -> None:
        """Put a body somewhere at once."""
        ...

    def put_joint(self, body: int, joint: int, position: float) -> None:
        """Put a joint somewhere at once."""
        ...

    def command_positions(
        self,
        body: int,
        joints: Sequence[int],
        targets: Sequence[float],
        forces: Sequence[float],
        speeds: Sequence[float],
        rates: Sequence[float] | None = None,
    ) -> None:
        """Drive joints towards positions with at most these forces and, enforced, at most these speeds.

        Args:
            body: The body.
            joints: Its joints.
            targets: Positions, for each joint.
            forces: Largest forces or torques.
            speeds: Largest speeds.
            rates: Speeds at which the targets move, for smooth following; standing targets when left out.
        """
        ...

    def command_speeds(self, body: int, joints: Sequence[int], speeds: Sequence[float], force: float) -> None:
        """Drive joints at speeds with at most this force each."""
        ...

    def set_rate(self, step_hz: float) -> None:
        """Change the steps a second. Motors keep the gains of the old rate until they are commanded again."""
        ...

    def step(self) -> None:
        """Make one step."""
        ...

    def motion(self, body: int) -> Motion:
        """Return the motion of a base."""
        ...

    def link_motions(self, body: int, links: Sequence[int]) -> list[Motion]:
        """Return the motions of link frames."""
        ...

    def joint_states(self, body: int, joints: Sequence[int]) -> tuple[list[float], list[float]]:
        """Return positions and speeds."""
        ...

    def contacts(self, body: int) -> list[Touch]:
        """Return the force-bearing contact points of a body in the last step."""
        ...

    def closest(
        self, a: int, b: int, within: float, link_a: int | None = None, link_b: int | None = None
    ) -> Near | None:
        """Return the closest points of two bodies or links that are nearer than ``within``."""
        ...

    def bounds(self, body: int, link: int) -> tuple[Vector, Vector]:
        """Return the axis-aligned box around a link."""
        ...

    def ray(self, start: Vector, end: Vector) -> int | None:
        """Return the first body a ray meets."""
        ...

    def reflected_mass(self, body: int, link: int, point: Vector, normal: Vector) -> float:
        """Return 1/(J M^-1 J^T) of a point of a link along a normal, kg."""
        ...

    def point_speed(self, body: int, link: int, point: Vector, speeds: Sequence[float]) -> Vector:
        """Return the velocity that joint speeds (of all moving joints, in order) give a point of a link."""
        ...

    def moving_joints(self, body: int) -> list[int]:
        """Return the indices of all joints that are not fixed."""
        ...

    def hold(self, body: int, link: int, other: int) -> int:
        """Fix another body to a link as it is now; returns a handle."""
        ...

    def release(self, handle: int) -> None:
        """End a hold."""
        ...

    def camera(self, view: View) -> bytes:
        """Return an image as rows of RGB bytes, rendered in software and the same on every run."""
        ...

    def state(self) -> bytes:
        """Return the full state of all bodies as little-endian float64."""
        ...

    def describe(self) -> dict[str, Any]:
        """Return name, version and parameters in force, read back from the engine where it can be."""
        ...

    def close(self) -> None:
        """Release the engine; may be called more than once."""
        ...
