"""What is known of each body, from which the model is made again whenever it changes.

MuJoCo compiles a whole model at once. So a body is a record of what was asked for and how it moves now; loading,
holding, freezing and ignoring change records, and the next question or step compiles them, which takes milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy
from numpy.typing import NDArray

from hiyari.physics.geometry import Quaternion, Vector
from hiyari.physics.protocol.values import Ball, Shape

Array = NDArray[numpy.float64]
ZERO: Vector = (0.0, 0.0, 0.0)
STILL_FORCE = 250.0
"""N or N m with which joints stand still until they are commanded, as they do in the other engine."""


@dataclass
class Motor:
    """How a joint is driven: towards a speed, or by way of one towards a position."""

    force: float = STILL_FORCE
    rate: float = 0.0
    target: float | None = None
    limit: float = 0.0


@dataclass(frozen=True)
class Jointed:
    """A joint of a URDF file, in its order."""

    name: str
    child: str
    moves: bool


@dataclass(frozen=True)
class Urdf:
    """A URDF file, made ready for MuJoCo."""

    text: str
    root: str
    fixed: bool
    joints: tuple[Jointed, ...]
    parents: dict[str, str]
    """Of each link but the root."""
    colours: dict[str, tuple[float, float, float, float]]
    friction: dict[str, float]


@dataclass(frozen=True)
class Cluster:
    """A rigid cluster of spheres."""

    balls: tuple[Ball, ...]


@dataclass(frozen=True)
class Panel:
    """A board with a picture."""

    size: tuple[float, float]


@dataclass
class Part:
    """A body."""

    what: Shape | Cluster | Panel | Urdf
    position: Vector
    orientation: Quaternion
    linear: Vector = ZERO
    angular: Vector = ZERO
    """Of the world, rad/s."""
    mass: float = 0.0
    """Of the base, kg; of a URDF only if it was changed."""
    stands: bool = False
    """Loaded to stand still."""
    colour: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    spring: float = 0.0
    """Contact stiffness of a cluster, N/m."""
    surface: tuple[Vector, Vector] | None = None
    """Velocity of a belt's surface."""
    friction: dict[int, float] = field(default_factory=dict)
    """By link."""
    places: dict[int, float] = field(default_factory=dict)
    speeds: dict[int, float] = field(default_factory=dict)
    """Of moving joints."""
    motors: dict[int, Motor] = field(default_factory=dict)
    image: Any = None
    """(height, width, 3) bytes of a painted body."""

    @property
    def free(self) -> bool:
        """Whether its base moves by itself."""
        if isinstance(self.what, Urdf):
            return not self.what.fixed
        return self.mass > 0.0

    @property
    def moving(self) -> list[int]:
        """Indices of the joints that are not fixed."""
        if not isinstance(self.what, Urdf):
            return []
        return [index for index, joint in enumerate(self.what.joints) if joint.moves]

    def links(self, number: int) -> dict[int, str]:
        """Return the names of the links in the model, by index."""
        if isinstance(self.what, Urdf):
            names = {index: joint.child for index, joint in enumerate(self.what.joints)}
            return {index: f"{number}/{name}" for index, name in ({-1: self.what.root} | names).items()}
        return {-1: f"{number}"}


@dataclass(frozen=True)
class Bond:
    """A hold or a joint between links."""

    body: int
    link: int
    other: int
    data: tuple[float, ...]
    """The relative pose of a hold, or the joint's point in both frames."""
    rigid: bool


@dataclass
class World:
    """Everything the model is made of."""

    parts: list[Part] = field(default_factory=list)
    bonds: dict[int, Bond] = field(default_factory=dict)
    ignored: set[tuple[int, int]] = field(default_factory=set)
    next_handle: int = 1


def turned(q: Any) -> Quaternion:
    """Return MuJoCo's quaternion, w first, as ours."""
    return (float(q[1]), float(q[2]), float(q[3]), float(q[0]))


def w_first(q: Quaternion) -> tuple[float, float, float, float]:
    """Return our quaternion as MuJoCo's."""
    return (q[3], q[0], q[1], q[2])


def vector(values: Any) -> Vector:
    """Return three numbers of an array."""
    return (float(values[0]), float(values[1]), float(values[2]))
