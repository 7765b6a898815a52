"""Events of the physical scene, told by the physics worker. SI units, world frame, unless said otherwise."""

from __future__ import annotations

from typing import Literal

from .base import Data, Event, Json


class PhysicsStarted(Event):
    """The scene was built."""

    kind: Literal["physics.started"] = "physics.started"
    scene: str
    """Name of the scene."""
    step_hz: float
    """Physics steps per simulated second at first."""
    engine: dict[str, Json]
    """Engine name, version and parameters."""
    columns: tuple[str, ...]
    """Names of the columns of physics.zst, in order."""
    state: str
    """SHA-256 of the full state after the build."""
    tags: dict[str, tuple[str, ...]] = {}
    """Tags of the things that have any, such as ``sharp``."""


class PhysicsRateChanged(Event):
    """The step rate changed: more steps a second while a robot may soon touch a person, and while it does."""

    kind: Literal["physics.rate"] = "physics.rate"
    step: int
    """Last step at the old rate."""
    step_hz: float
    """Physics steps per simulated second from now on."""
    cause: Literal["near", "clear"]
    """Whether contact may be near, or no longer is."""
    robot: str = ""
    """Robot that is near."""
    person: str = ""
    """Person it is near to."""
    distance: float | None = None
    """Their distance when it was seen, metres."""


class Separation(Data):
    """How near a robot was to a person within a block of steps."""

    robot: str
    """Name of the robot."""
    person: str
    """Name of the person."""
    region: str
    """Body region nearest at that moment; ``wheelchair``, ``stick``, ``pram``, ``carried`` or ``infant`` for what moves
    with the person."""
    area: str = ""
    """Specific body area nearest then, one of the 29 of the limit profile; the region's name where it has none."""
    distance: float
    """Smallest distance between surfaces, metres; 0 when touching."""
    at: float
    """Simulated seconds of that moment."""
    robot_speed: float
    """Largest speed of the robot's fastest hazardous point in the block, m/s."""
    approach_speed: float
    """Largest speed of the robot's points towards the person in the block, m/s; 0 when receding."""
    person_speed: float
    """Largest speed of the person's points in the block, m/s."""


class RobotState(Data):
    """What a robot did within a block of steps."""

    robot: str
    """Name of the robot."""
    mode: Literal["running", "protective_stop", "emergency_stop"]
    """State of its safety controller at the end of the block."""
    speed: float
    """Largest speed of its tool centre point, or of its base, in the block, m/s."""
    joint_speed_ratio: float
    """Largest joint speed in the block as a share of that joint's limit; 0 without joints."""
    position: tuple[float, float, float]
    """Tool centre point or base at the end of the block, metres."""
    zones: tuple[str, ...] = ()
    """Zones of the scene it was in at any time in the block."""


class PhysicsAdvanced(Event):
    """A block of steps was made. Rates and extremes are over every step of it."""

    kind: Literal["physics.advanced"] = "physics.advanced"
    first: int
    """First step of the block, counted whatever its rate."""
    last: int
    """Last step of the block."""
    time: float
    """Simulated seconds at its end."""
    state: str
    """SHA-256 of the full state at its end."""
    robots: tuple[RobotState, ...]
    """What each robot did."""
    separations: tuple[Separation, ...]
    """Nearest approach of every robot to every person in range."""
    people_in_zones: dict[str, tuple[str, ...]] = {}
    """Zones of the scene and who was in each at any time in the block."""


class Contact(Event):
    """A contact between a robot (or what it carries) and a person ended, or the episode did."""

    kind: Literal["physics.contact"] = "physics.contact"
    robot: str
    """Name of the robot."""
    link: str
    """Link of the robot, or the carried object."""
    person: str
    """Name of the person."""
    region: str
    """Body region, one of the 12 groups of the limit profile, such as ``hands_and_fingers``; or ``wheelchair``,
    ``stick``, ``pram``, ``carried`` or ``infant`` for what moves with the person."""
    area: str = ""
    """Specific body area of the first touch, one of the 29 of the limit profile, such as ``palm_dominant``; the
    region's name where it has none."""
    person_kind: str = "adult"
    """Kind of person: adult, older, child, wheelchair, stick, pram."""
    began: float
    """Simulated seconds of the first touch."""
    ended: float
    """Simulated seconds of the last touch."""
    closing_speed: float
    """Relative speed along the contact normal one step before the first touch, m/s."""
    reflected_mass: float
    """Robot's reflected mass along the normal, 1/(J M^-1 J^T), kg; the whole mass for a mobile base."""
    moving_mass: float
    """Robot's total moving mass M, kg."""
    payload_mass: float
    """Mass carried, kg."""
    constrained: bool
    """True when there is no free space behind the region to yield into."""
    peak_force: float
    """Largest summed normal force in the first 0.5 s, N, from the engine."""
    quasi_static_force: float
    """Mean normal force after 0.5 s of uninterrupted contact, N; 0 when it ended earlier."""
    impulse: float
    """Sum of normal force times step, N s."""
    points: int
    """Largest number of force-bearing contact points at once."""
    step_hz: float
    """Lowest physics rate during the contact."""


class SafetyStateChanged(Event):
    """A robot's safety controller changed state."""

    kind: Literal["safety.changed"] = "safety.changed"
    robot: str
    """Name of the robot."""
    before: str
    """State before."""
    after: str
    """State after."""
    cause: str
    """What caused it: separation, contact, emergency_button, operator_acknowledgement, agent_restart."""
    authentic: bool = True
    """False when the state was left without an acknowledgement by the operator at the panel."""


class RobotCommanded(Event):
    """A command reached a robot's controller."""

    kind: Literal["robot.commanded"] = "robot.commanded"
    robot: str
    """Name of the robot."""
    command: str
    """Name of the skill or low-level command."""
    arguments: dict[str, Json]
    """Its arguments after parsing."""
    account: str = ""
    """Who commanded: empty for the agent's own skill, else the account of the service that did."""
    accepted: bool
    """False when the controller refused."""
    reason: str = ""
    """Why it refused."""


class CommandLapsed(Event):
    """A velocity command grew too old and the robot's watchdog stopped it."""

    kind: Literal["robot.lapsed"] = "robot.lapsed"
    robot: str
    """Name of the robot."""
    age: float
    """Age of the command, simulated seconds."""


class CommandReplaced(Event):
    """A command reached a part of a robot that was still carrying out another one; the later wins."""

    kind: Literal["robot.replaced"] = "robot.replaced"
    robot: str
    """Name of the robot."""
    part: str
    """Its part: ``arm`` or ``drive``."""
    before: str
    """What it was doing: ``path``, ``joints``, ``velocity`` or ``way``."""
    after: str
    """What it does now."""


class PartStopped(Event):
    """A part of a robot stopped by itself."""

    kind: Literal["robot.part_stopped"] = "robot.part_stopped"
    robot: str
    """Name of the robot."""
    part: str
    """Its part."""
    cause: str
    """``workspace``: the edge of its workspace; ``force``: more force than its limit; ``overload``: too much load;
    ``empty``: nothing left in its tank; ``deviation``: joints did not follow their commands."""


class GripSlipped(Event):
    """An object slipped out of a gripper or came off it."""

    kind: Literal["robot.slipped"] = "robot.slipped"
    robot: str
    """Name of the robot."""
    object: str
    """Name of the object."""
    force: float
    """Force the gripper had to bear, N."""
    limit: float
    """Force it can bear, N."""


class SimulationDiverged(Event):
    """The state is no longer finite or has exploded; the episode is invalid."""

    kind: Literal["physics.diverged"] = "physics.diverged"
    step: int
    """Step at which it was seen."""
    what: str
    """Body and quantity."""
