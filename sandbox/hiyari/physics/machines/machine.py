"""A robot in the engine: an arm, a drive, equipment, whichever it has, under one safety controller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from hiyari.events import Event
from hiyari.physics.engine import Engine, Motion
from hiyari.physics.geometry import Vector, length, yaw_of
from hiyari.physics.signals import Signal, named
from hiyari.physics.watching.nearness import Link
from hiyari.physics.watching.touching import Load

from .drive import Drive
from .footing import Footing
from .manipulator import Manipulator
from .model import Robot
from .part import Equipment, Part
from .safety import SafetyController

SEIZED = 1e4
"""Torque or force with which a stuck joint holds, N m or N."""


@dataclass
class Machine:
    """One robot. ``begin`` must be called once before the first step."""

    name: str
    robot: Robot
    engine: Engine
    body: int
    footing: Footing
    """Where its own frame is."""
    owner: str
    safety: SafetyController
    tell: Callable[[Event], None] = field(repr=False)
    arm: Manipulator | None = None
    drive: Drive | None = None
    equipment: dict[str, Equipment] = field(default_factory=dict)
    arm_links: frozenset[int] = frozenset()
    """Links that move with the arm."""
    motion: Motion = field(init=False)
    """Where its base is and how it moves, since the last step."""
    motions: list[Motion] = field(default_factory=list)
    """Of its watched points; the first is the tool of a robot that stands, else the base."""
    tick_seconds: float = 0.02
    """Length of a control tick."""
    speed: float = 0.0
    """Of the first watched point, m/s."""
    fastest: float = 0.0
    """Of the fastest watched point, m/s."""
    stuck: dict[int, float] = field(default_factory=dict)
    """Joints that hold whatever they are commanded, and where."""
    _before: Motion = field(init=False)

    def begin(self) -> None:
        """Take its first posture."""
        self._link_names = {index: name for name, index in self.engine.links(self.body).items()}
        self.moving_mass = self.engine.mass(self.body)
        self.motion = self._before = self.engine.motion(self.body)
        for part in self.parts:
            part.begin()
        self._stepping = [part for part in self.parts if part.steps]
        self._links: list[Link] = [
            (self.body, index)
            for index in self._link_names
            if (index >= 0 or self.drive is not None) and self._has_shape(index)
        ]
        self.sense()

    @property
    def parts(self) -> list[Part]:
        """Everything that works, in a fixed order."""
        main: list[Part] = [part for part in (self.drive, self.arm) if part is not None]
        return [*main, *self.equipment.values()]

    @property
    def place(self) -> Vector:
        """Where it is: the tool of a robot that stands, else its base."""
        return self.motions[0].position

    @property
    def yaw(self) -> float:
        """Heading of its base, radians."""
        return yaw_of(self.motion.orientation)

    @property
    def joint_ratio(self) -> float:
        """Largest joint speed of the arm as a share of its limit."""
        return 0.0 if self.arm is None else self.arm.joint_ratio

    @property
    def payload(self) -> float:
        """Mass its arm holds, kg."""
        return 0.0 if self.arm is None or self.arm.held is None else self.arm.held.mass

    @property
    def holding(self) -> str | None:
        """Name of what its arm holds."""
        return None if self.arm is None or self.arm.held is None else self.arm.held.name

    def hazards(self) -> list[Link]:
        """Return every part that can hurt."""
        held = None if self.arm is None else self.arm.held
        return self._links if held is None else [*self._links, (held.body, -1)]

    def control(self, time: float, seconds: float) -> None:
        """Work for one control tick."""
        braking = self.safety.braking(time)
        if self.drive is not None:
            self.drive.ceiling = self.safety.speed_limit
        if self.arm is not None and self.arm.path is not None:
            self.arm.path.ceiling = self.safety.speed_limit
        for part in self.parts:
            part.control(time, seconds, braking)
        self._hold_stuck()

    def step(self, seconds: float) -> None:
        """Work before one physics step."""
        for part in self._stepping:
            part.step(seconds)
        if self._stepping:
            self._hold_stuck()

    def command(self) -> None:
        """Command the motors again, as after a change of the step rate."""
        for part in self.parts:
            part.command()
        self._hold_stuck()

    @property
    def moving(self) -> bool:
        """Whether its arm follows a path or a command, its drive does anything, or its equipment moves."""
        going = (self.arm is not None and self.arm.busy) or (self.drive is not None and not self.drive.still)
        return going or any(piece.busy for piece in self.equipment.values())

    def set_pace(self, speed: float) -> None:
        """Set the usual speed of arm and drive, m/s."""
        for part in (self.arm, self.drive):
            if part is not None:
                part.pace = speed

    def halt(self) -> None:
        """Stop what is going on, as an ordinary stop."""
        if self.arm is not None:
            self.arm.halted = self.arm.busy
        if self.drive is not None:
            self.drive.cancel()
        for piece in self.equipment.values():
            piece.halt()

    def sense(self) -> None:
        """Read the motion after a step."""
        self._before = self.motion
        if self.drive is not None:
            self.motion = self.engine.motion(self.body)
        self.motions = [self.motion] if self.drive is not None else []
        if self.arm is not None:
            self.arm.sense()
            self.motions += self.arm.motions
        if not self.motions:
            self.motions = [self.motion]
        speeds = [length(motion.linear) for motion in self.motions]
        self.speed, self.fastest = speeds[0], max(speeds)

    def load(self) -> Load:
        """Return its numbers for a contact."""
        arm = self.arm
        carried = None
        if arm is not None and arm.held is not None:
            carried = (arm.held.body, arm.held.name, arm.tool_link)
        return Load(
            robot=self.name,
            body=self.body,
            arm_links=self.arm_links,
            speeds=[] if arm is None else arm.speeds_before,
            base=self._before,
            moving_mass=self.moving_mass,
            payload=self.payload,
            link_names=self._link_names,
            carried=carried,
        )

    def signals(self) -> dict[str, Signal]:
        """Return where it is, metres, its speed, m/s, its safety controller's state, and its parts' signals."""
        found = {axis: Signal(partial(self._coordinate, index), unit="m") for index, axis in enumerate("xyz")}
        found["speed"] = Signal(read=lambda: self.speed, unit="m/s")
        found["mode"] = Signal(read=lambda: self.safety.mode, kind="text")
        for part in (self.drive, self.arm):
            found |= {} if part is None else part.signals()
        for name, piece in self.equipment.items():
            found |= named(name, piece.signals())
        return found

    def _hold_stuck(self) -> None:
        if self.stuck:
            joints, count = list(self.stuck), len(self.stuck)
            positions, forces = list(self.stuck.values()), [SEIZED] * count
            self.engine.command_positions(self.body, joints, positions, forces, [1.0] * count)

    def _coordinate(self, index: int) -> float:
        return self.place[index]

    def _has_shape(self, link: int) -> bool:
        low, high = self.engine.bounds(self.body, link)
        return self.drive is not None or max(b - a for a, b in zip(low, high, strict=True)) > 0.005
