"""A lift: a platform, fork or boom that a motor raises, with a limit of its force.

The force is what rests on the lift, from the contacts of its links: it is compared with the limit at every control
tick, and a motor that raises has little more than that beside the lift's own weight. A lift beyond its limit stops
where it is, held by its brake, and goes on only downwards or when the load is less.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import model_validator

from hiyari.events import Data, PartStopped
from hiyari.physics.objects import ObjectState
from hiyari.physics.signals import Signal, Value
from hiyari.physics.values import Number, Positive

if TYPE_CHECKING:
    from hiyari.physics.machines.machine import Machine

GRAVITY = 9.81
AT = 1e-4
"""Metres from its target at which a lift counts as there."""
SMOOTH = 0.05
"""Seconds over which the force is averaged."""
ROOM = 1.1
"""What the motor can do as a multiple of lift and limit, for acceleration."""
BRAKE = 4.0
"""What the brake holds as a multiple of lift and limit."""


class Lift(Data):
    """A sliding joint that carries."""

    kind: Literal["lift"]
    """``lift``."""
    joint: str
    """The joint."""
    links: tuple[str, ...]
    """Links it raises."""
    mass: Positive
    """Mass of these links, kg."""
    low: Number = 0.0
    """Lowest position, metres."""
    high: Number
    """Highest position."""
    start: Number = 0.0
    """Position at the start."""
    speed: Positive
    """Largest speed, m/s."""
    acceleration: Positive = 0.2
    """m/s2."""
    limit_force: Positive
    """Force of a load beyond which it stops, N."""
    limit_setters: tuple[str, ...] | None = None
    """Who may change the limit, as the cause of a signal's setting; anyone when left out, nobody when empty."""

    @model_validator(mode="after")
    def _has_way(self) -> Lift:
        if not self.low < self.high:
            raise ValueError("low must be below high")
        if not self.low <= self.start <= self.high:
            raise ValueError("start must be from low to high")
        return self

    @property
    def joints(self) -> tuple[str, ...]:
        """Joints it needs."""
        return (self.joint,)

    def build(self, machine: Machine, name: str, objects: Mapping[str, ObjectState]) -> LiftAtWork:
        """Return it at work."""
        return LiftAtWork(self, machine, name)


class LiftAtWork:
    """Raises and lowers. Signals ``height``, ``target``, ``force``, ``limit_force``."""

    steps = False

    def __init__(self, lift: Lift, machine: Machine, name: str) -> None:
        self.lift, self._machine, self._name = lift, machine, name
        self._engine, self._body = machine.engine, machine.body
        links = self._engine.links(self._body)
        self._joint = self._engine.joints(self._body)[lift.joint]
        self._links = {links[link] for link in lift.links}
        self.target = self.commanded = lift.start
        self.limit_force = lift.limit_force
        self.force = 0.0
        """What rests on it, N, averaged over some ticks."""
        self.over = False
        """True while it bears more than its limit."""
        self._rate = 0.0

    @property
    def height(self) -> float:
        """Position now, metres."""
        return self._engine.joint_states(self._body, [self._joint])[0][0]

    @property
    def busy(self) -> bool:
        """True while it moves."""
        return self._rate != 0.0 or abs(self.target - self.commanded) > AT

    def go(self, target: float) -> None:
        """Go to a position, metres, within its range."""
        self.target = min(self.lift.high, max(self.lift.low, target))

    def halt(self) -> None:
        """See Equipment."""
        self.target = self.commanded

    def begin(self) -> None:
        """See Part."""
        self._engine.put_joint(self._body, self._joint, self.lift.start)
        self.command()

    def control(self, time: float, seconds: float, braking: float | None) -> None:
        """See Part."""
        self._feel(seconds)
        left = self.target - self.commanded
        if braking is not None or (self.over and left > 0.0):
            self.target, left = self.commanded, 0.0
        wanted = 0.0
        if abs(left) > AT:
            wanted = min(self.lift.speed, math.sqrt(2.0 * self.lift.acceleration * abs(left)), abs(left) / seconds)
            wanted = math.copysign(wanted, left)
        change = self.lift.acceleration * seconds
        stops = self.over or braking is not None
        self._rate = wanted if stops else self._rate + min(change, max(-change, wanted - self._rate))
        after = self.commanded + self._rate * seconds
        self.commanded = min(self.lift.high, max(self.lift.low, after))
        self.command()

    def step(self, seconds: float) -> None:
        """See Part."""

    def command(self) -> None:
        """See Part."""
        weight = self.lift.mass * GRAVITY
        rising = ROOM * (self.limit_force + weight)
        force = rising if self._rate > 0.0 else BRAKE * (self.lift.limit_force + weight)
        targets, forces, speeds = [self.commanded], [force], [2.0 * self.lift.speed]
        self._engine.command_positions(self._body, [self._joint], targets, forces, speeds, [self._rate])

    def signals(self) -> Mapping[str, Signal]:
        """See Part."""
        low, high = self.lift.low, self.lift.high
        return {
            "height": Signal(read=lambda: self.height, unit="m"),
            "target": Signal(read=lambda: self.target, write=self._aim, unit="m", low=low, high=high),
            "force": Signal(read=lambda: self.force, unit="N"),
            "over": Signal(read=lambda: self.over, kind="switch"),
            "limit_force": Signal(
                read=lambda: self.limit_force,
                write=self._limit,
                unit="N",
                low=0.0,
                high=3.0 * self.lift.limit_force,
                setters=self.lift.limit_setters,
            ),
        }

    def _feel(self, seconds: float) -> None:
        touches = self._engine.contacts(self._body)
        now = -sum(touch.force * touch.normal[2] for touch in touches if touch.link in self._links)
        self.force += (now - self.force) * min(1.0, seconds / SMOOTH)
        if abs(self.force) > self.limit_force and not self.over:
            self.over = True
            self.commanded = self.target = min(self.lift.high, max(self.lift.low, self.height))
            self._machine.tell(PartStopped(robot=self._machine.name, part=self._name, cause="force"))
        elif abs(self.force) < 0.95 * self.limit_force:
            self.over = False

    def _aim(self, value: Value) -> None:
        self.go(float(value))

    def _limit(self, value: Value) -> None:
        self.limit_force = float(value)
