"""Four legs of three joints each, walking at a crawl or a trot.

A stated gait, not a controller of balance: each foot is on the ground for a share of the cycle, during which it is
moved back by the velocity wanted of the body, then swung ahead on half a sine to where half of its next stance is
behind it (the neutral point of M. Raibert, Legged Robots That Balance, 1986, without his feedback of speed). Diagonal
feet swing together. Joint positions follow from the foot's place in closed form.
"""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field

from hiyari.events import Data
from hiyari.physics.engine import Engine
from hiyari.physics.geometry import Vector
from hiyari.physics.signals import Signals
from hiyari.physics.values import Positive

EASE = 4.0
"""1/s at which the height of a step follows whether it walks."""
SPEED = 12.0
"""Largest speed of a joint, rad/s."""


class Leg(Data):
    """Joints of one leg, and where its hip is."""

    joints: tuple[str, str, str]
    """Sideways at the hip, forward at the hip, knee; all zero when the leg hangs straight down."""
    hip: tuple[float, float]
    """In the robot's frame, metres."""


class Legs(Data):
    """Four legs."""

    kind: Literal["legs"]
    """``legs``."""
    legs: tuple[Leg, Leg, Leg, Leg]
    """Front left, front right, rear left, rear right."""
    thigh: Positive
    """Metres from hip to knee."""
    shank: Positive
    """Metres from knee to foot."""
    height: Positive
    """Of the hips above the ground, metres."""
    step: Positive
    """How high feet are lifted, metres."""
    cycle: Positive
    """Seconds of a cycle."""
    stance: float = Field(gt=0.5, lt=0.95)
    """Share of it for which a foot is on the ground."""
    pace: Positive = 1.0
    """Metres a foot is moved back for a metre the body goes ahead, measured on a flat floor."""
    torque: Positive
    """Largest torque of a joint, N m."""
    turn_speed: Positive
    """Largest turning speed, rad/s."""
    stand: Positive
    """Height of the base's origin above the floor at the start, metres."""

    @property
    def joints(self) -> tuple[str, ...]:
        """Joints it needs."""
        return tuple(joint for leg in self.legs for joint in leg.joints)

    def build(self, engine: Engine, body: int) -> LegsAtWork:
        """Return them at work."""
        return LegsAtWork(self, engine, body)


class LegsAtWork:
    """Walks while there is a speed to walk at, and stands on all four otherwise."""

    steps = True
    aloft = None
    drawn = None

    def __init__(self, legs: Legs, engine: Engine, body: int) -> None:
        self._legs, self._engine, self._body = legs, engine, body
        joints = engine.joints(body)
        self._joints = [joints[name] for name in legs.joints]
        self._wanted = (0.0, 0.0)
        self._phase = 0.0
        self._lift = 0.0
        self._powered = True
        self._feet: list[tuple[float, float]] = [(0.0, 0.0)] * 4
        """Where each foot is from below its hip, metres."""
        self._from: list[tuple[float, float] | None] = [None] * 4
        for joint, angle in zip(self._joints, self._angles([0.0] * 4), strict=True):
            engine.put_joint(body, joint, angle)
        self._targets = self._angles([0.0] * 4)
        self._send([0.0] * 12)

    def listen(self, signals: Signals) -> None:
        """See Locomotor."""

    def power(self, on: bool) -> None:
        """See Locomotor: without power the legs give way."""
        if on != self._powered:
            self._powered = on
            self._send([0.0] * 12)

    def apply(self, forward: float, turn: float, climb: float) -> None:
        """See Locomotor."""
        self._wanted = (forward, turn)

    def step(self, seconds: float) -> None:
        """See Locomotor."""
        legs = self._legs
        forward, turn = self._wanted
        walks = forward != 0.0 or turn != 0.0
        wanted = legs.step if walks else 0.0
        if not walks and self._lift < 1e-4 and self._from == [None] * 4:
            return
        self._lift += (wanted - self._lift) * min(1.0, EASE * 3.0 * seconds)
        self._phase = (self._phase + seconds / legs.cycle) % 1.0
        heights = []
        for index, leg in enumerate(legs.legs):
            x, y = leg.hip
            moves = (legs.pace * forward - turn * y, turn * x)
            phase = (self._phase + PHASES[index]) % 1.0
            heights.append(self._move_foot(index, phase, moves, seconds))
        before, self._targets = self._targets, self._angles(heights)
        self._send([(b - a) / seconds for a, b in zip(before, self._targets, strict=True)])

    def _move_foot(self, index: int, phase: float, moves: tuple[float, float], seconds: float) -> float:
        """Move a foot for one step; returns its height."""
        legs = self._legs
        x, y = self._feet[index]
        if phase < legs.stance:
            self._from[index] = None
            self._feet[index] = (x - moves[0] * seconds, y - moves[1] * seconds)
            return 0.0
        begun = self._from[index]
        if begun is None:
            begun = self._from[index] = (x, y)
        share = (phase - legs.stance) / (1.0 - legs.stance)
        ahead = legs.stance * legs.cycle / 2.0
        smooth = 0.5 - 0.5 * math.cos(math.pi * share)
        self._feet[index] = (
            begun[0] + (moves[0] * ahead - begun[0]) * smooth,
            begun[1] + (moves[1] * ahead - begun[1]) * smooth,
        )
        return self._lift * math.sin(math.pi * share)

    def _angles(self, heights: list[float]) -> list[float]:
        found: list[float] = []
        for (x, y), height in zip(self._feet, heights, strict=True):
            found += bent((x, y, height - self._legs.height), self._legs.thigh, self._legs.shank)
        return found

    def _send(self, rates: list[float]) -> None:
        force = self._legs.torque if self._powered else 0.0
        self._engine.command_positions(self._body, self._joints, self._targets, [force] * 12, [SPEED] * 12, rates)


PHASES = (0.0, 0.5, 0.5, 0.0)


def bent(foot: Vector, thigh: float, shank: float) -> tuple[float, float, float]:
    """Return the joint positions that bring a foot to a place in the frame of its hip, knee backwards.

    Args:
        foot: Metres, z upward; brought into reach when it is not.
        thigh: Metres.
        shank: Metres.
    """
    x, y, z = foot
    roll = math.atan2(y, -z)
    down = math.hypot(y, z)
    far = min(thigh + shank - 1e-4, math.hypot(x, down))
    inner = math.acos(max(-1.0, min(1.0, (thigh**2 + shank**2 - far**2) / (2.0 * thigh * shank))))
    knee = math.pi - inner
    lean = math.acos(max(-1.0, min(1.0, (thigh**2 + far**2 - shank**2) / (2.0 * thigh * far))))
    pitch = math.atan2(-x, down)
    return roll, pitch - lean, knee
