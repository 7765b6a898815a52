"""The manipulator of a robot: its path, its gripper, what it carries and how fast it moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import mul

from hiyari.events import CommandLapsed, CommandReplaced, Event, GripSlipped, PartStopped
from hiyari.physics.engine import Engine, Motion
from hiyari.physics.geometry import (
    Quaternion,
    Vector,
    rotate,
)
from hiyari.physics.signals import Signal

from .footing import Footing
from .grippers import Hand
from .grippers.holding import Held
from .kinematics import Chain
from .kinematics import points as spots
from .model import Arm, RobotLimits
from .path import JointPath, joint_limited
from .planning import Planner, lengths_of
from .refusing import refuse_outside, refuse_positions, refuse_velocity
from .steering import JOINT_SHARE, SPEED_SHARE, TURN_LENGTH, Aim, Jog, Steering
from .tracking import Tracking


@dataclass
class Manipulator:
    """The arm of one robot."""

    steps = False

    robot: str
    """Name of its robot."""
    arm: Arm
    limits: RobotLimits
    engine: Engine
    body: int
    chain: Chain
    footing: Footing
    """Where its robot stands."""
    timeout: float | None
    """Seconds after which a velocity command lapses; none when it holds until the next."""
    tell: Callable[[Event], None] = field(repr=False)
    pace: float = 0.0
    """Speed of paths and postures that are given none, m/s."""
    held: Held | None = None
    path: JointPath | None = None
    halted: bool = False
    """True while an ordinary stop is asked for."""
    strength: dict[str, float] = field(default_factory=dict)
    """Share of its torque that a joint has, of weak ones."""
    slips_at: float | None = None
    """Force beyond which things slip out although the gripper should hold them, N."""
    joint_ratio: float = 0.0
    motions: list[Motion] = field(default_factory=list)
    _edge: tuple[Vector, Vector] | None = None
    """Velocity at which the edge of the workspace was told of."""
    _positions: list[float] = field(default_factory=list)
    _speeds: list[float] = field(default_factory=list)
    speeds_before: list[float] = field(default_factory=list)
    """Speeds of all joints of the body one step before the last."""

    def __post_init__(self) -> None:
        self.pace = self.limits.usual_speed
        self.planner = Planner(self.chain, self.arm.rest, self.footing, seed=self.robot)
        """Plans its paths."""

    def begin(self) -> None:
        """Take the rest posture with an open gripper."""
        joints, links = self.engine.joints(self.body), self.engine.links(self.body)
        self._joints = [joints[name] for name in self.arm.joints]
        self.hand: Hand = self.arm.gripper.build(self.engine, self.body)
        self.steering = Steering(self.chain, self.limits)
        self.tracking = Tracking(self.chain)
        """Watches how well it follows."""
        self.tool_link = links[self.arm.tool]
        """Index of the link that holds things."""
        self._watched = [self.tool_link, *(links[name] for name in self.arm.hazards)]
        self._all = self.engine.moving_joints(self.body)
        self._order = [self._all.index(joint) for joint in self._joints]
        self.limits_of_joints = [joint.speed for joint in self.chain.moving]
        limits = dict(zip(self._joints, self.limits_of_joints, strict=True))
        self._per_limit = [1.0 / limits[joint] if joint in limits else 0.0 for joint in self._all]
        self._forces = [joint.force * self.limits.torque for joint in self.chain.moving]
        self.target = list(self.arm.rest)
        self._rates = [0.0] * len(self.target)
        for joint, value in zip(self._joints, self.arm.rest, strict=True):
            self.engine.put_joint(self.body, joint, value)
        self.hand.begin()
        self._command()
        self.sense()
        self.speeds_before = self._speeds

    @property
    def positions(self) -> list[float]:
        """Positions of its joints, radians, of sliding joints metres."""
        return [self._positions[index] for index in self._order]

    @property
    def place(self) -> Vector:
        """Where the tool centre point is."""
        return self.motions[0].position

    @property
    def still(self) -> bool:
        """True when no path and no command is being followed."""
        return (self.path is None or self.path.rate == 0.0) and not self.steering.rates

    @property
    def busy(self) -> bool:
        """True while it has a path or a command."""
        return self.path is not None or self.steering.command is not None or bool(self.steering.rates)

    def signals(self) -> dict[str, Signal]:
        """See Part."""
        return {"holding": Signal(read=lambda: "" if self.held is None else self.held.name, kind="text")}

    def step(self, seconds: float) -> None:
        """See Part."""

    def control(self, time: float, seconds: float, braking: float | None) -> None:
        """Follow the path or the command for one control tick."""
        if self.held is not None:
            self._mind_grip(self.held, seconds)
        if not self.busy:
            return
        if self.tracking.see(self.target, self.positions, seconds):
            self._stop_here()
            return
        if braking is None and self.halted:
            braking = self.limits.acceleration
        before = self.target
        if self.path is not None:
            self._replace(None, "path")
            self.target = self.path.advance(seconds, braking)
            ended = self.path.finished or (braking is not None and self.path.rate == 0.0)
        else:
            self._steer(time, seconds, braking)
            ended = not self.steering.rates
        self._rates = [0.0 if ended else (b - a) / seconds for a, b in zip(before, self.target, strict=True)]
        if braking is not None and ended:
            self.path = None
            self.halted = False
        self._command()

    def aim(self, positions: Sequence[float], speed: float | None = None) -> None:
        """Go to joint positions; ends what it did before.

        Args:
            positions: One for each joint, radians, of sliding joints metres.
            speed: Of the fastest point, m/s; the usual speed when left out.

        Raises:
            Refusal: If they are not as many finite numbers as joints, or outside a joint's range.
        """
        refuse_positions(self.chain, positions)
        tip = spots(self.chain, positions)[-1]
        refuse_outside(self.limits.workspace, (float(tip[0]), float(tip[1]), float(tip[2])))
        pace = min(speed or self.pace, self.limits.speed) * SPEED_SHARE
        self._replace(Aim(tuple(positions), pace), "joints")

    def jog(self, linear: Vector, angular: Vector, given: float) -> None:
        """Move the tool at a velocity in the robot's frame until the next command, or until it lapses.

        Args:
            linear: m/s.
            angular: rad/s.
            given: Simulated seconds now.

        Raises:
            Refusal: If a number is not finite.
        """
        refuse_velocity(linear, angular)
        self._replace(Jog(linear, angular, given), "velocity")

    def sense(self) -> None:
        """Read speeds after a step."""
        self._positions, speeds = self.engine.joint_states(self.body, self._all)
        self.speeds_before, self._speeds = self._speeds, speeds
        self.joint_ratio = max(map(abs, map(mul, speeds, self._per_limit)))
        self.motions = self.engine.link_motions(self.body, self._watched)

    def posture(self, there: Vector, facing: Quaternion) -> list[float]:
        """Return joint positions that bring the tool to a pose of the world, for ``aim``.

        Raises:
            Refusal: If it cannot be reached.
        """
        refuse_outside(self.limits.workspace, self.footing.local(there))
        found = self.planner.posture((there, facing), self.target)
        if found is None:
            raise self.planner.why((there, facing), None)
        return found

    def plan(
        self, ways: Sequence[tuple[Vector, Quaternion]], speed: float | None, touching: Iterable[str] = ()
    ) -> JointPath:
        """Return a path through poses of the tool, each a position and a turn in the world frame.

        Args:
            ways: The poses.
            speed: m/s; the usual speed when none.
            touching: Names of what stands in the scene and may be touched on the way.

        Raises:
            Refusal: If a point on the way cannot be reached, or only through something.
        """
        for there, _ in ways:
            refuse_outside(self.limits.workspace, self.footing.local(there))
        here = (self.place, self._facing(ways[0][1]))
        points = self.planner.through(self.target, here, ways, touching)
        return self._paced(points, speed)

    def plan_joints(self, goal: Sequence[float], speed: float | None = None) -> JointPath | None:
        """Return a path straight in joint space to joint positions, radians; none when the arm is there already.

        Raises:
            Refusal: If it leads through something and no way around is found.
        """
        if max(abs(b - a) for a, b in zip(self.target, goal, strict=True)) < 0.01:
            return None
        return self._paced(self.planner.across(self.target, goal), speed)

    def along(self, postures: Sequence[Sequence[float]], speed: float | None = None) -> JointPath:
        """Return a path from the present joint positions through others that are known to be clear."""
        return self._paced([list(self.target), *(list(each) for each in postures)], speed)

    def _paced(self, points: list[list[float]], speed: float | None) -> JointPath:
        lengths = lengths_of(self.chain, points, TURN_LENGTH)
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
        self.hand.command()

    def grip(self, opening: float) -> None:
        """Open the gripper to an opening, or close it with 0."""
        self.hand.grip(opening)

    def grips(self, body: int) -> bool:
        """Return whether the gripper touches a body so that it can hold it."""
        return self.hand.touches(body)

    def take(self, name: str, body: int, mass: float) -> None:
        """Hold an object that the gripper touches."""
        self.held = Held(name, body, mass, self.engine.hold(self.body, self.tool_link, body))

    def release(self) -> None:
        """Open the gripper and let go."""
        if self.held is not None:
            self.engine.release(self.held.handle)
            self.held = None
        self.grip(self.arm.gripper.open)

    def _mind_grip(self, held: Held, seconds: float) -> None:
        most = self.arm.gripper.holds if self.slips_at is None else self.slips_at
        if most is None:
            return
        ahead = rotate(self.motions[0].orientation, (0.0, 0.0, 1.0))
        pull = held.pull(self.engine, self.body, ahead, seconds)
        held.strained = held.strained + 1 if pull > most else 0
        if held.strained >= 3:
            self.tell(GripSlipped(robot=self.robot, object=held.name, force=pull, limit=most))
            self.release()

    def _stop_here(self) -> None:
        """Stop where the joints are, which is not where they are commanded to be."""
        self.path, self.halted = None, False
        self.steering.command, self.steering.rates = None, []
        self.target, self._rates = self.positions, [0.0] * len(self.target)
        self.tell(PartStopped(robot=self.robot, part="arm", cause="deviation"))
        self._command()

    def _steer(self, time: float, seconds: float, braking: float | None) -> None:
        blocked, command = self.steering.blocked, self.steering.command
        if isinstance(command, Jog) and self.timeout is not None and time - command.given > self.timeout:
            self.steering.command = None
            self.tell(CommandLapsed(robot=self.robot, age=time - command.given))
        towards = (command.linear, command.angular) if isinstance(command, Jog) else None
        idle = self.steering.command is None and braking is None
        self.target = self.steering.advance(self.target, seconds, self.limits.braking if idle else braking)
        if self.steering.blocked and not blocked and self._edge != towards:
            self._edge = towards
            self.tell(PartStopped(robot=self.robot, part="arm", cause="workspace"))

    def _replace(self, command: Aim | Jog | None, by: str) -> None:
        before = self.steering.command
        if self.path is not None and command is not None:
            self.tell(CommandReplaced(robot=self.robot, part="arm", before="path", after=by))
            self.path = None
        elif before is not None and type(before) is not type(command):
            kind = "joints" if isinstance(before, Aim) else "velocity"
            self.tell(CommandReplaced(robot=self.robot, part="arm", before=kind, after=by))
        self.steering.command = command
        self.steering.blocked = self.steering.blocked and command is not None
        if command is None:
            self.steering.rates = []

    def _command(self) -> None:
        forces = self._forces
        if self.strength:
            shares = [self.strength.get(name, 1.0) for name in self.arm.joints]
            forces = [force * share for force, share in zip(forces, shares, strict=True)]
        self.engine.command_positions(self.body, self._joints, self.target, forces, self.limits_of_joints, self._rates)
