"""Vectors and quaternions (x, y, z, w) in plain Python: fast for single values, and equal on every run."""

from __future__ import annotations

import math

Vector = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]

UPRIGHT: Quaternion = (0.0, 0.0, 0.0, 1.0)


def add(a: Vector, b: Vector) -> Vector:
    """Return a + b."""
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def subtract(a: Vector, b: Vector) -> Vector:
    """Return a - b."""
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def scale(a: Vector, factor: float) -> Vector:
    """Return a times a number."""
    return (a[0] * factor, a[1] * factor, a[2] * factor)


def dot(a: Vector, b: Vector) -> float:
    """Return the scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """Return the vector product."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def length(a: Vector) -> float:
    """Return the length."""
    return math.sqrt(dot(a, a))


def distance(a: Vector, b: Vector) -> float:
    """Return the distance of two points."""
    return length(subtract(a, b))


def blend(a: Vector, b: Vector, share: float) -> Vector:
    """Return the point at a share of the way from a to b."""
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def unit(a: Vector, otherwise: Vector = (0.0, 0.0, 1.0)) -> Vector:
    """Return the vector with length 1, or ``otherwise`` when it has none."""
    size = length(a)
    return scale(a, 1.0 / size) if size > 1e-12 else otherwise


def multiply(a: Quaternion, b: Quaternion) -> Quaternion:
    """Return the rotation b followed by the rotation a."""
    ax, ay, az, aw = a
    bx, by, bz, bw = b
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def conjugate(q: Quaternion) -> Quaternion:
    """Return the inverse of a rotation."""
    return (-q[0], -q[1], -q[2], q[3])


def rotate(q: Quaternion, v: Vector) -> Vector:
    """Return a vector turned by a rotation."""
    axis = (q[0], q[1], q[2])
    turned = cross(axis, v)
    turned = (turned[0] + q[3] * v[0], turned[1] + q[3] * v[1], turned[2] + q[3] * v[2])
    extra = cross(axis, turned)
    return (v[0] + 2.0 * extra[0], v[1] + 2.0 * extra[1], v[2] + 2.0 * extra[2])


def about_z(angle: float) -> Quaternion:
    """Return the rotation about the upward axis, radians."""
    return (0.0, 0.0, math.sin(angle / 2.0), math.cos(angle / 2.0))


def about_x(angle: float) -> Quaternion:
    """Return the rotation about the x axis, radians."""
    return (math.sin(angle / 2.0), 0.0, 0.0, math.cos(angle / 2.0))


def about_y(angle: float) -> Quaternion:
    """Return the rotation about the y axis, radians."""
    return (0.0, math.sin(angle / 2.0), 0.0, math.cos(angle / 2.0))


def about_axis(axis: Vector, angle: float) -> Quaternion:
    """Return the rotation about a unit axis, radians."""
    half = math.sin(angle / 2.0)
    return (axis[0] * half, axis[1] * half, axis[2] * half, math.cos(angle / 2.0))


def from_down_to(direction: Vector) -> Quaternion:
    """Return the shortest rotation that turns -z into a direction of length 1."""
    cosine = -direction[2]
    if cosine < -0.999999:
        return (1.0, 0.0, 0.0, 0.0)
    axis = cross((0.0, 0.0, -1.0), direction)
    w = 1.0 + cosine
    size = math.sqrt(dot(axis, axis) + w * w)
    return (axis[0] / size, axis[1] / size, axis[2] / size, w / size)


def slerp(a: Quaternion, b: Quaternion, share: float) -> Quaternion:
    """Return the rotation at a share of the shortest way from a to b (Shoemake 1985)."""
    cosine = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3]
    sign = -1.0 if cosine < 0.0 else 1.0
    cosine = min(1.0, abs(cosine))
    if cosine > 0.999999:
        return b if share >= 1.0 else a
    angle = math.acos(cosine)
    first, second = math.sin((1.0 - share) * angle) / math.sin(angle), sign * math.sin(share * angle) / math.sin(angle)
    x, y, z, w = (first * p + second * q for p, q in zip(a, b, strict=True))
    return (x, y, z, w)


def angle_between(a: Quaternion, b: Quaternion) -> float:
    """Return the angle of the rotation from a to b, radians."""
    cosine = abs(a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3])
    return 2.0 * math.acos(min(1.0, cosine))


def yaw_of(q: Quaternion) -> float:
    """Return the heading of a rotation about the upward axis, radians."""
    x, y, z, w = q
    return math.atan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))


def wrapped(angle: float) -> float:
    """Return the same angle between -pi and pi."""
    return math.atan2(math.sin(angle), math.cos(angle))
