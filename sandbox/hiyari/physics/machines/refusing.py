"""Commands of an arm that are refused before anything moves."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from hiyari.physics.geometry import Vector
from hiyari.physics.refusal import Refusal

from .kinematics import Chain
from .model import Reach


def refuse_positions(chain: Chain, positions: Sequence[float]) -> None:
    """Refuse joint positions that are not as many finite numbers as joints, or outside a joint's range.

    Raises:
        Refusal: If they are.
    """
    joints = chain.moving
    if len(positions) != len(joints) or not all(isfinite(value) for value in positions):
        raise Refusal(
            f"関節位置は {len(joints)} 個の有限の数（rad、直動は m）でなければなりません。",
            f"{len(joints)} finite joint positions are needed, in radians (of sliding joints metres).",
        )
    for joint, value in zip(joints, positions, strict=True):
        if not joint.low <= value <= joint.high:
            raise Refusal(
                f"{joint.name}={value:.3f} は可動範囲 {joint.low:.3f}〜{joint.high:.3f} の外です。",
                f"{joint.name}={value:.3f} is outside its range, {joint.low:.3f} to {joint.high:.3f}.",
            )


def refuse_velocity(linear: Vector, angular: Vector) -> None:
    """Refuse a velocity of the tool that is not finite, m/s and rad/s.

    Raises:
        Refusal: If it is not.
    """
    if len(linear) != 3 or len(angular) != 3 or not all(isfinite(value) for value in (*linear, *angular)):
        raise Refusal(
            "速度は有限の数（m/s と rad/s、3 個ずつ）でなければなりません。",
            "Velocities are finite numbers, three in m/s and three in rad/s.",
        )


def refuse_outside(space: Reach | None, point: Vector) -> None:
    """Refuse a point of the robot's frame that is outside its workspace.

    Raises:
        Refusal: If it is.
    """
    if space is not None and space.outside(point) > 0.0:
        x, y, z = (round(value, 3) for value in point)
        raise Refusal(
            f"({x}, {y}, {z})（ロボット座標系）は作業範囲 {space.low}〜{space.high} の外です。",
            f"({x}, {y}, {z}) in the robot's frame is outside its workspace, {space.low} to {space.high}.",
        )
