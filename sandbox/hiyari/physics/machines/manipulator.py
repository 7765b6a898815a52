"""The manipulator of a robot: its path, its gripper, what it carries and how fast it moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, inf, pi
from operator import mul

from hiyari.physics.engine import Engine, Motion
from hiyari.physics.geometry import (
    Quaternion,
    Vector,
    about_z,
    angle_between,
    blend,
    distance,
    multiply,
    rotate,
    slerp,
    subtract,
    yaw_of,
)
from hiyari.physics.refusal import Refusal
from hiyari.physics.signals import Signal

from .footing import Footing
from .kinematics import Chain, inverse, pose
from .kinematics import points as spots
from .model import Arm, RobotLimits
from .path import JointPath, joint_limited

WAYPOINT = 0.03
"""Metres between the points for which joint positions are computed."""
TURN_LENGTH = 0.15
"""Metres that one radian of the fastest joint counts at least, so that turning on the spot takes time."""
SPEED_SHARE = 0.9
"""Share of the speed asked for that paths use, so that it is not passed at corners."""
JOINT_SHARE = 0.8
"""Share of the joints' speed limits that paths use."""


@dataclass
class Held:
    """An object in the gripper."""

    name: str
    body: int
    mass: float
    handle: int


@dataclass
class Manipulator:
    """The arm of one robot."""

    steps = False

    arm: Arm
    limits: RobotLimits
    engine: Engine
    body: int
    chain: Chain
    footing: Footing
    """Where its robot stands."""
    pace: float = 0.0
    """Speed of paths that are given none, m/s."""
    held: Held | None = None
    path: JointPath | None = None
    halted: bool = False
    """True while an ordinary stop is asked for."""
    joint_ratio: float = 0.0
    motions: list[Motion] = field(default_factory=list)
    _positions: list[float] = field(default_factory=list)
    _speeds: list[float] = field(default_factory=list)
    speeds_before: list[float] = field(default_factory=list)
    """Speeds of all joints of the body one step before the last."""

    def __post_init__(self) -> None:
        self.pace = self.limits.usual_speed

    def begin(self) -> None:
        """Take the rest posture with an open gripper."""
        joints, links = self.engine.joints(self.body), self.engine.links(self.body)
        self._joints = [joints[name] for name in self.arm.joints]
        self._fingers = [joints[name] for name in self.arm.gripper.joints]
        self._finger_links = [links[name] for name in self.arm.gripper.links]
        self.tool_link = links[self.arm.tool]
        """Index of the link that holds things."""
        self._watched = [self.tool_link, *(links[name] for name in self.arm.hazards)]
        self._all = self.engine.moving_joints(self.body)
        self._order = [self._all.index(joint) for joint in self._joints]
        self.limits_of_joints = [joint.speed for joint in self.chain.moving]
        limits = dict(zip(self._joints, self.limits_of_joints, strict=True))
        self._per_limit = [1.0 / limits[joint] if joint in limits else 0.0 for joint in self._all]
        self._forces = [joint.force for joint in self.chain.moving]
        self.target = list(self.arm.rest)
        self._rates = [0.0] * len(self.target)
        for joint, value in zip(self._joints, self.arm.rest, strict=True):
            self.engine.put_joint(self.body, joint, value)
        for joint in self._fingers:
            self.engine.put_joint(self.body, joint, self.arm.gripper.open)
        self.grip(self.arm.gripper.open)
        self._command()
        self.sense()
        self.speeds_before = self._speeds

    @property
    def positions(self) -> list[float]:
        """Positions of its joints, radians."""
        return [self._positions[index] for index in self._order]

    @property
    def place(self) -> Vector:
        """Where the tool centre point is."""
        return self.motions[0].position

    @property
    def still(self) -> bool:
        """True when no path is being followed."""
        return self.path is None or self.path.rate == 0.0

    def signals(self) -> dict[str, Signal]:
        """See Part."""
        return {"holding": Signal(read=lambda: "" if self.held is None else self.held.name, kind="text")}

    def step(self, seconds: float) -> None:
        """See Part."""

    def control(self, time: float, seconds: float, braking: float | None) -> None:
        """Follow the path for one control tick."""
        if self.path is None:
            return
        if braking is None and self.halted:
            braking = self.limits.acceleration
        before, self.target = self.target, self.path.advance(seconds, braking)
        self._rates = [(b - a) / seconds for a, b in zip(before, self.target, strict=True)]
        if self.path.finished or (braking is not None and self.path.rate == 0.0):
            self._rates = [0.0] * len(self.target)
        if braking is not None and self.path.rate == 0.0:
            self.path = None
            self.halted = False
        self._command()

    def sense(self) -> None:
        """Read speeds after a step."""
        self._positions, speeds = self.engine.joint_states(self.body, self._all)
        self.speeds_before, self._speeds = self._speeds, speeds
        self.joint_ratio = max(map(abs, map(mul, speeds, self._per_limit)))
        self.motions = self.engine.link_motions(self.body, self._watched)

    def plan(self, ways: Sequence[tuple[Vector, Quaternion]], speed: float | None) -> JointPath:
        """Return a path through poses of the tool, each a position and a turn in the world frame, on straight lines.

        Raises:
            Refusal: If a point on the way cannot be reached.
        """
        origin, base_yaw = self.footing.origin
        turn = about_z(-base_yaw)
        points: list[list[float]] = [list(self.target)]
        lengths: list[float] = []
        here, heading = self.place, self._facing(ways[0][1])
        spots_before = spots(self.chain, self.target)
        back = about_z(-base_yaw)
        for there, facing in ways:
            pieces = max(1, ceil(distance(here, there) / WAYPOINT), ceil(angle_between(heading, facing) / 0.2))
            for piece in range(1, pieces + 1):
                share = piece / pieces
                goal = rotate(turn, subtract(blend(here, there, share), origin))
                wanted_pose = pose(goal, multiply(back, slerp(heading, facing, share)))
                found = inverse(self.chain, wanted_pose, points[-1], self.arm.rest)
                if found is None:
                    x, y, z = (round(value, 3) for value in there)
                    raise Refusal(
                        f"({x}, {y}, {z}) には腕が届きません。作業範囲の中の、もっと近い点を指定してください。",
                        f"The arm cannot reach ({x}, {y}, {z}); give a nearer point inside the workspace.",
                    )
                spots_now = spots(self.chain, found)
                farthest = float(((spots_now - spots_before) ** 2).sum(axis=1).max()) ** 0.5
                widest = max(abs(b - a) for a, b in zip(points[-1], found, strict=True))
                lengths.append(max(farthest, TURN_LENGTH * widest, 1e-6))
                points.append(found)
                spots_before = spots_now
            here, heading = there, facing
        limits = [JOINT_SHARE * limit for limit in self.limits_of_joints]
        wanted = SPEED_SHARE * min(speed or self.limits.usual_speed, self.limits.speed)
        return JointPath(points, lengths, min(wanted, joint_limited(points, lengths, limits)), self.limits.acceleration)

    def plan_joints(self, goal: Sequence[float], speed: float | None = None) -> JointPath | None:
        """Return a path straight in joint space to joint positions, radians; none when the arm is there already."""
        start = list(self.target)
        widest = max(abs(b - a) for a, b in zip(start, goal, strict=True))
        if widest < 0.01:
            return None
        pieces = max(1, ceil(widest / 0.2))
        points = [
            [a + (b - a) * piece / pieces for a, b in zip(start, goal, strict=True)] for piece in range(pieces + 1)
        ]
        places = [spots(self.chain, point) for point in points]
        lengths = [
            max(float(((b - a) ** 2).sum(axis=1).max()) ** 0.5, TURN_LENGTH * widest / pieces)
            for a, b in pairwise(places)
        ]
        return self._paced(points, lengths, speed)

    def _paced(self, points: list[list[float]], lengths: list[float], speed: float | None) -> JointPath:
        limits = [JOINT_SHARE * limit for limit in self.limits_of_joints]
        wanted = SPEED_SHARE * min(speed or self.pace, self.limits.speed)
        return JointPath(points, lengths, min(wanted, joint_limited(points, lengths, limits)), self.limits.acceleration)

    def _facing(self, first: Quaternion) -> Quaternion:
        """Return how the tool is turned now, or the first turn when both point down: the wrist then turns at once."""
        now = self.motions[0].orientation
        ahead, wanted = rotate(now, (0.0, 0.0, 1.0)), rotate(first, (0.0, 0.0, 1.0))
        return first if ahead[2] < -0.99 and wanted[2] < -0.99 else now

    def command(self) -> None:
        """Command the motors again, as after a change of the step rate."""
        self._command()
        self.grip(self._opening)

    def grip(self, opening: float) -> None:
        """Move the fingers to an opening each, metres."""
        self._opening = opening
        force = self.arm.gripper.force
        self.engine.command_positions(self.body, self._fingers, [opening] * 2, [force] * 2, [0.1] * 2)

    def fingers_touch(self, body: int) -> bool:
        """Return whether both fingers touch a body."""
        links = {touch.link for touch in self.engine.contacts(self.body) if touch.other == body}
        return set(self._finger_links) <= links

    def take(self, name: str, body: int, mass: float) -> None:
        """Hold an object that both fingers touch."""
        self.held = Held(name, body, mass, self.engine.hold(self.body, self.tool_link, body))

    def release(self) -> None:
        """Open the gripper and let go."""
        if self.held is not None:
            self.engine.release(self.held.handle)
            self.held = None
        self.grip(self.arm.gripper.open)

    def _command(self) -> None:
        self.engine.command_positions(
            self.body, self._joints, self.target, self._forces, self.limits_of_joints, self._rates
        )


def grasp_yaw(orientation: Quaternion, near: float) -> float:
    """Return the yaw, nearest to another, at which the fingers meet two faces of a box."""
    yaw = yaw_of(orientation)
    best, gap = yaw, inf
    for quarter in range(-4, 5):
        turned = yaw + quarter * pi / 2.0
        if abs(turned - near) < gap:
            best, gap = turned, abs(turned - near)
    return best
