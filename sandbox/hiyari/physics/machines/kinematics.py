"""Kinematics of a serial arm, read from its URDF: our own, so that every engine gets the same motion."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy
from numpy.typing import NDArray

from hiyari.physics.geometry import (
    Quaternion,
    Vector,
    about_x,
    about_y,
    about_z,
    add,
    cross,
    multiply,
    scale,
    subtract,
    unit,
)

Array = NDArray[numpy.float64]
Matrix = tuple[float, float, float, float, float, float, float, float, float]
"""3 x 3, row by row."""

STRAIGHT: Matrix = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

ITERATIONS = 120
PATIENCE = 15
"""Iterations in which the error must fall by a fifth."""
CLOSE = 1e-4
"""Metres and radians within which a target counts as reached."""


@dataclass(frozen=True)
class Joint:
    """One revolute, sliding or fixed joint of the chain."""

    name: str
    offset: Vector
    """From the parent link, metres."""
    tilt: Matrix
    """Rotation from the parent link."""
    axis: Vector | None
    """Unit axis; none when fixed."""
    slides: bool
    """True when it moves along its axis, in metres, instead of turning about it."""
    low: float
    high: float
    speed: float
    force: float


@dataclass(frozen=True)
class Chain:
    """Joints from the base to the tool link."""

    joints: tuple[Joint, ...]

    @cached_property
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


def links_below(urdf: Path, joint: str) -> frozenset[str]:
    """Return the names of all links of a URDF that a joint moves."""
    root = ElementTree.parse(urdf).getroot()
    children: dict[str, list[str]] = {}
    moved: list[str] = []
    for element in root.iter("joint"):
        parent = element.find("parent")
        if parent is not None:
            children.setdefault(parent.get("link", ""), []).append(_child(element))
        if element.get("name") == joint:
            moved.append(_child(element))
    found: set[str] = set()
    while moved:
        link = moved.pop()
        found.add(link)
        moved += children.get(link, [])
    return frozenset(found)


def forward(chain: Chain, positions: Sequence[float]) -> tuple[Array, Array]:
    """Return the tool's 4 x 4 transform in the base frame and its 6 x n Jacobian (linear rows first)."""
    turn, tool, points, axes = _walk(chain, positions)
    transform = numpy.eye(4)
    transform[:3, :3] = numpy.array(turn).reshape(3, 3)
    transform[:3, 3] = tool
    columns = [
        (*axis, 0.0, 0.0, 0.0) if joint.slides else (*cross(axis, subtract(tool, point)), *axis)
        for joint, axis, point in zip(chain.moving, axes, points, strict=True)
    ]
    return transform, numpy.array(columns).T


def points(chain: Chain, positions: Sequence[float]) -> Array:
    """Return where the moving joints and the tool are in the base frame, n + 1 rows."""
    _, tool, found, _ = _walk(chain, positions)
    return numpy.array([*found, tool])


def _walk(chain: Chain, positions: Sequence[float]) -> tuple[Matrix, Vector, list[Vector], list[Vector]]:
    """Return the tool's rotation and position, and the places and axes of the moving joints.

    In plain Python: for 3 x 3 matrices numpy took some five times as long.
    """
    turn, place = STRAIGHT, (0.0, 0.0, 0.0)
    places: list[Vector] = []
    axes: list[Vector] = []
    for joint in chain.joints:
        place = add(place, _turned(turn, joint.offset))
        turn = _product(turn, joint.tilt)
        if joint.axis is not None:
            places.append(place)
            axes.append(_turned(turn, joint.axis))
            position = positions[len(places) - 1]
            if joint.slides:
                place = add(place, scale(axes[-1], position))
            else:
                turn = _product(turn, rotation(joint.axis, position))
    return turn, place, places, axes


def inverse(chain: Chain, target: Array, start: Sequence[float], rest: Sequence[float]) -> list[float] | None:
    """Return joint positions that bring the tool to a transform, or none within the iteration budget.

    Damped least squares from ``start``, drawn towards ``rest`` in the null space and kept within joint limits:
    a joint that would leave its range stays where it is, and the others make up for it.
    """
    joints = chain.moving
    low = numpy.array([joint.low for joint in joints]) + 0.01
    high = numpy.array([joint.high for joint in joints]) - 0.01
    q = numpy.clip(numpy.array(start, dtype=float), low, high)
    home = numpy.array(rest, dtype=float)
    before = math.inf
    for iteration in range(ITERATIONS):
        transform, jacobian = forward(chain, [float(value) for value in q])
        error = numpy.concatenate([target[:3, 3] - transform[:3, 3], _turn(transform[:3, :3], target[:3, :3])])
        if float(numpy.abs(error).max()) < CLOSE:
            return [float(value) for value in q]
        if iteration % PATIENCE == PATIENCE - 1:
            left = float(numpy.linalg.norm(error))
            if left > 0.8 * before:
                return None
            before = left
        error = error * min(1.0, 0.2 / float(numpy.linalg.norm(error[:3]) + 1e-12))
        step = _step(jacobian, error, 0.05 * (home - q))
        for _ in joints:
            stuck = ((q <= low) & (step < 0.0)) | ((q >= high) & (step > 0.0))
            if not (stuck & (jacobian != 0.0).any(axis=0)).any():
                break
            jacobian = numpy.where(stuck, 0.0, jacobian)
            step = numpy.where((jacobian != 0.0).any(axis=0), _step(jacobian, error, 0.05 * (home - q)), 0.0)
        largest = float(numpy.abs(step).max())
        q = numpy.clip(q + step * min(1.0, 0.3 / (largest + 1e-12)), low, high)
    return None


def _step(jacobian: Array, error: Array, pull: Array) -> Array:
    """Return the change of the joints that lessens an error, with a pull on what is free of it."""
    damped = jacobian @ jacobian.T + 1e-4 * numpy.eye(6)
    step: Array = jacobian.T @ numpy.linalg.solve(damped, error)
    return step + pull - jacobian.T @ numpy.linalg.solve(damped, jacobian @ pull)


def pose(position: Sequence[float], turn: Quaternion) -> Array:
    """Return the 4 x 4 transform of a position and a rotation."""
    x, y, z, w = turn
    transform = numpy.eye(4)
    transform[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    transform[:3, 3] = position
    return transform


def downward(yaw: float, tilt: float = 0.0) -> Quaternion:
    """Return the turn of a tool that points straight down with its fingers closing along ``yaw`` + 90 degrees.

    Args:
        yaw: Heading, radians.
        tilt: How far the tool is raised from straight down towards the heading, radians.
    """
    return multiply(about_z(yaw), multiply(about_y(-tilt), about_x(math.pi)))


def ahead(yaw: float, down: float = 0.0) -> Quaternion:
    """Return the turn of a tool that points along ``yaw``, some radians below level, its fingers closing sideways."""
    return multiply(about_z(yaw), about_y(math.pi / 2.0 + down))


def rotation(axis: Vector, angle: float) -> Matrix:
    """Return the matrix of a turn about a unit axis."""
    x, y, z = axis
    c, s = math.cos(angle), math.sin(angle)
    d = 1.0 - c
    return (
        *(c + x * x * d, x * y * d - z * s, x * z * d + y * s),
        *(y * x * d + z * s, c + y * y * d, y * z * d - x * s),
        *(z * x * d - y * s, z * y * d + x * s, c + z * z * d),
    )


def _product(a: Matrix, b: Matrix) -> Matrix:
    a0, a1, a2, a3, a4, a5, a6, a7, a8 = a
    b0, b1, b2, b3, b4, b5, b6, b7, b8 = b
    return (
        *(a0 * b0 + a1 * b3 + a2 * b6, a0 * b1 + a1 * b4 + a2 * b7, a0 * b2 + a1 * b5 + a2 * b8),
        *(a3 * b0 + a4 * b3 + a5 * b6, a3 * b1 + a4 * b4 + a5 * b7, a3 * b2 + a4 * b5 + a5 * b8),
        *(a6 * b0 + a7 * b3 + a8 * b6, a6 * b1 + a7 * b4 + a8 * b7, a6 * b2 + a7 * b5 + a8 * b8),
    )


def _turned(a: Matrix, v: Vector) -> Vector:
    x, y, z = v
    return (a[0] * x + a[1] * y + a[2] * z, a[3] * x + a[4] * y + a[5] * z, a[6] * x + a[7] * y + a[8] * z)


def _turn(now: Array, wanted: Array) -> Array:
    turn: Array = 0.5 * numpy.cross(now.T, wanted.T).sum(axis=0)
    return turn


def _joint(element: ElementTree.Element) -> Joint:
    kind, name = element.get("type", ""), element.get("name", "")
    if kind not in ("revolute", "fixed", "continuous", "prismatic"):
        raise ValueError(f"joint {name!r} on the way to the tool is {kind}; revolute, prismatic or fixed is needed")
    offset, tilt = (0.0, 0.0, 0.0), STRAIGHT
    placed = element.find("origin")
    if placed is not None:
        offset = _numbers(placed.get("xyz", "0 0 0"))
        roll, pitch, yaw = _numbers(placed.get("rpy", "0 0 0"))
        tilt = _product(rotation((0.0, 0.0, 1.0), yaw), rotation((0.0, 1.0, 0.0), pitch))
        tilt = _product(tilt, rotation((1.0, 0.0, 0.0), roll))
    axis: Vector | None = None
    if kind != "fixed":
        found = element.find("axis")
        axis = unit(_numbers(found.get("xyz", "1 0 0") if found is not None else "1 0 0"))
    limit = element.find("limit")
    values = {} if limit is None else limit.attrib
    return Joint(
        name=name,
        offset=offset,
        tilt=tilt,
        axis=axis,
        slides=kind == "prismatic",
        low=float(values.get("lower", -math.pi)),
        high=float(values.get("upper", math.pi)),
        speed=float(values.get("velocity", 1.0)),
        force=float(values.get("effort", 10.0)),
    )


def _child(element: ElementTree.Element) -> str:
    child = element.find("child")
    return child.get("link", "") if child is not None else ""


def _numbers(text: str) -> Vector:
    x, y, z = (float(part) for part in text.split())
    return (x, y, z)
