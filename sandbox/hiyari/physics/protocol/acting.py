"""Acting on bodies. What is not a finite number is refused with a ValueError and does not reach the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hiyari.physics.geometry import Quaternion, Vector


class Acting(Protocol):
    """Commands; those that name a point or direction mean the world frame."""

    def put(self, body: int, position: Vector, orientation: Quaternion) -> None:
        """Put a body's frame somewhere at once; a body that moves by itself stands still there."""
        ...

    def put_joint(self, body: int, joint: int, position: float) -> None:
        """Put a joint somewhere at once, standing still."""
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

    def command_torques(self, body: int, joints: Sequence[int], torques: Sequence[float]) -> None:
        """Apply torques (forces on sliding joints) in the next step. The joints' motors are off until commanded."""
        ...

    def push(self, body: int, link: int, force: Vector, point: Vector) -> None:
        """Apply a force, N, at a point of a link in the next step."""
        ...

    def twist(self, body: int, torque: Vector) -> None:
        """Apply a torque, N m, to a base in the next step."""
        ...

    def set_velocity(self, body: int, linear: Vector, angular: Vector) -> None:
        """Set the velocity of a base at once, m/s of its frame's origin and rad/s.

        A ``belt`` stays where it is and carries what lies on it at this velocity until another is set.
        """
        ...

    def set_friction(self, body: int, friction: float, link: int = -1) -> None:
        """Set the sliding friction of a link."""
        ...

    def set_mass(self, body: int, mass: float) -> None:
        """Set the mass of a base that was loaded with mass, kg; 0 makes it stand still until it has mass again.

        Raises:
            ValueError: If the body was loaded to stand still, or the mass is negative.
        """
        ...

    def ignore(self, body: int, other: int, *, touch: bool = False) -> None:
        """Let two bodies pass through each other, or touch again."""
        ...

    def hold(self, body: int, link: int, other: int) -> int:
        """Fix another body to a link as it is now; returns a handle."""
        ...

    def join(self, body: int, other: int, point: Vector) -> int:
        """Join the bases of two bodies by a ball joint at a point; returns a handle. They may still touch.

        Raises:
            ValueError: If one of them was loaded without mass.
        """
        ...

    def release(self, handle: int) -> None:
        """End a hold or a joint."""
        ...
