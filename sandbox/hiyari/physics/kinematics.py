"""Kinematics of a serial arm, read from its URDF: our own, so that every engine gets the same motion."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

Array = NDArray[numpy.float64]

ITERATIONS = 120
CLOSE = 1e-4
"""Metres and radians within which a target counts as reached."""


@dataclass(frozen=True)
class Joint:
    """One revolute or fixed joint of the chain."""

    name: str
    origin: Array
    """4 x 4 transform from the parent link."""
    axis: Array | None
    """Unit axis; none when fixed."""
    low: float
    high: float
    speed: float
    force: float


@dataclass(frozen=True)
class Chain:
    """Joints from the base to the tool link."""

    joints: tuple[Joint, ...]

    @property
    def moving(self) -> tuple[Joint, ...]:
        """The joints that move."""
        return tuple(joint for joint in self.joints if joint.axis is not None)


def read_chain(urdf: Path, tool: str) -> Chain:
    """Return the chain from the root of a URDF to a link.

    Raises:
        ValueError: If the link is not there or the chain has another kind of joint.
    """
    root = ElementTree.parse(urdf).getroot()
    by_child = {_child(element): element for element in root.iter("joint") if element.find("child") is not None}
    joints: list[Joint] = []
    link = tool
    while link in by_child:
        element = by_child[link]
        joints.append(_joint(element))
        parent = element.find("parent")
        link = parent.get("link", "") if parent is not None else ""
    if not joints:
        raise ValueError(f"there is no link {tool!r} with a joint above it")
    return Chain(joints=tuple(reversed(joints)))


def forward(chain: Chain, positions: Sequence[float]) -> tuple[Array, Array]:
    """Return the tool's 4 x 4 transform in the base frame and its 6 x n Jacobian (linear rows first)."""
    transform = numpy.eye(4)
    axes, points = [], []
    index = 0
    for joint in chain.joints:
        transform = transform @ joint.origin
        if joint.axis is not None:
            axes.append(transform[:3, :3] @ joint.axis)
            points.append(transform[:3, 3].copy())
            turn = numpy.eye(4)
            turn[:3, :3] = rotation(joint.axis, positions[index])
            transform = transform @ turn
            index += 1
    tool = transform[:3, 3]
    turning = numpy.array(axes)
    jacobian = numpy.concatenate([numpy.cross(turning, tool - numpy.array(points)), turning], axis=1).T
    return transform, jacobian


def points(chain: Chain, positions: Sequence[float]) -> Array:
    """Return where the moving joints and the tool are in the base frame, n + 1 rows."""
    transform = numpy.eye(4)
    found = []
    index = 0
    for joint in chain.joints:
        transform = transform @ joint.origin
        if joint.axis is not None:
            found.append(transform[:3, 3])
            turn = numpy.eye(4)
            turn[:3, :3] = rotation(joint.axis, positions[index])
            transform = transform @ turn
            index += 1
    return numpy.array([*found, transform[:3, 3]])


def inverse(chain: Chain, target: Array, start: Sequence[float], rest: Sequence[float]) -> list[float] | None:
    """Return joint positions that bring the tool to a transform, or none within the iteration budget.

    Damped least squares from ``start``, drawn towards ``rest`` in the null space and kept within joint limits.
    """
    joints = chain.moving
    low = numpy.array([joint.low for joint in joints]) + 0.01
    high = numpy.array([joint.high for joint in joints]) - 0.01
    q = numpy.clip(numpy.array(start, dtype=float), low, high)
    home = numpy.array(rest, dtype=float)
    for _ in range(ITERATIONS):
        transform, jacobian = forward(chain, [float(value) for value in q])
        error = numpy.concatenate([target[:3, 3] - transform[:3, 3], _turn(transform[:3, :3], target[:3, :3])])
        if float(numpy.abs(error).max()) < CLOSE:
            return [float(value) for value in q]
        error = error * min(1.0, 0.2 / float(numpy.linalg.norm(error[:3]) + 1e-12))
        damped = jacobian @ jacobian.T + 1e-4 * numpy.eye(6)
        step = jacobian.T @ numpy.linalg.solve(damped, error)
        pull = 0.05 * (home - q)
        step += pull - jacobian.T @ numpy.linalg.solve(damped, jacobian @ pull)
        largest = float(numpy.abs(step).max())
        q = numpy.clip(q + step * min(1.0, 0.3 / (largest + 1e-12)), low, high)
    return None


def downward(position: Sequence[float], yaw: float) -> Array:
    """Return the transform of a tool that points straight down with its fingers closing along ``yaw`` + 90 degrees."""
    transform = numpy.eye(4)
    c, s = math.cos(yaw), math.sin(yaw)
    transform[:3, :3] = numpy.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]])
    transform[:3, 3] = position
    return transform


def rotation(axis: Array, angle: float) -> Array:
    """Return the 3 x 3 matrix of a turn about a unit axis."""
    x, y, z = (float(part) for part in axis)
    c, s = math.cos(angle), math.sin(angle)
    skew = numpy.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turned: Array = numpy.eye(3) + s * skew + (1.0 - c) * (skew @ skew)
    return turned


def _turn(now: Array, wanted: Array) -> Array:
    turn: Array = 0.5 * numpy.cross(now.T, wanted.T).sum(axis=0)
    return turn


def _joint(element: ElementTree.Element) -> Joint:
    kind, name = element.get("type", ""), element.get("name", "")
    if kind not in ("revolute", "fixed", "continuous"):
        raise ValueError(f"joint {name!r} on the way to the tool is {kind}; revolute or fixed is needed")
    origin = numpy.eye(4)
    placed = element.find("origin")
    if placed is not None:
        origin[:3, 3] = _numbers(placed.get("xyz", "0 0 0"))
        roll, pitch, yaw = _numbers(placed.get("rpy", "0 0 0"))
        x, y, z = numpy.eye(3)
        origin[:3, :3] = rotation(z, yaw) @ rotation(y, pitch) @ rotation(x, roll)
    axis: Any = None
    if kind != "fixed":
        found = element.find("axis")
        axis = numpy.array(_numbers(found.get("xyz", "1 0 0") if found is not None else "1 0 0"))
        axis = axis / numpy.linalg.norm(axis)
    limit = element.find("limit")
    values = {} if limit is None else limit.attrib
    return Joint(
        name=name,
        origin=origin,
        axis=axis,
        low=float(values.get("lower", -math.pi)),
        high=float(values.get("upper", math.pi)),
        speed=float(values.get("velocity", 1.0)),
        force=float(values.get("effort", 10.0)),
    )


def _child(element: ElementTree.Element) -> str:
    child = element.find("child")
    return child.get("link", "") if child is not None else ""


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split()]
