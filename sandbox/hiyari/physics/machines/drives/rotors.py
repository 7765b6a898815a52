"""Four rotors: a small multicopter that holds its place, or moves at a velocity.

Two loops, one around the other, run before every physics step. The outer one leads velocity (proportional-integral; the
integral bears the wind and rests while the wanted velocity changes) and, where no velocity is wanted, place
(proportional) to a wanted force. The inner one is the geometric attitude controller of Lee, Leok and McClamroch (2010,
"Geometric tracking control of a quadrotor UAV on SE(3)"), equations (10), (11) and (16), without the feed-forward of
angular acceleration. Thrusts follow their commands with a lag and stay from 0 to the most a rotor can. Drag is
quadratic in the speed through the air. Ground effect, blade flapping and the wash of the rotors are left out. Power is
that of ideal actuator discs over a figure of merit.
"""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field

from hiyari.events import Data
from hiyari.physics.engine import Engine
from hiyari.physics.geometry import Vector, about_z, add, cross, dot, length, rotate, scale, subtract, unit, yaw_of
from hiyari.physics.signals import Signals
from hiyari.physics.values import Positive

GRAVITY = 9.81
AIR = 1.225
"""Density of air, kg/m3 (ISO 2533, sea level)."""
POSITION, VELOCITY, INTEGRAL = 1.5, 4.0, 2.0
"""Gains of the outer loop, 1/s, 1/s and 1/s2."""
ATTITUDE, DAMPING = 14.0, 0.9
"""Natural frequency of the attitude, rad/s, and damping ratio."""
AHEAD = 0.4
"""Metres that the place to hold may be away."""
MOST_INTEGRAL = 6.0
"""m/s2."""
GROUNDED = 0.3
"""Seconds of touching something while it sinks, after which its rotors stop."""
TOPPLED = 0.2
"""Cosine of the tilt beyond which the rotors stop."""


class Rotors(Data):
    """Four rotors at the corners of a square, x forward."""

    kind: Literal["rotors"]
    """``rotors``."""
    arm: Positive
    """Distance of each rotor from the middle along x and along y, metres."""
    thrust: Positive
    """Largest thrust of a rotor, N."""
    torque: Positive
    """Torque of a rotor for its thrust, metres."""
    radius: Positive
    """Of a rotor, metres."""
    inertia: tuple[Positive, Positive, Positive]
    """About the axes, kg m2, that the controller counts with."""
    drag: Positive
    """Drag coefficient times area, m2."""
    lag: Positive = 0.03
    """Time constant of the motors, seconds."""
    merit: float = Field(default=0.6, gt=0, le=1)
    """Figure of merit of the rotors."""
    tilt: Positive = 0.5
    """Largest tilt, radians."""
    turn_speed: Positive
    """Largest turning speed, rad/s."""
    cruise: Positive = 1.5
    """Height at which it flies when told none, metres."""
    ceiling: Positive = 120.0
    """Largest height above where it took off, metres."""
    stand: Positive = 0.02
    """Height of the base's origin above the floor at the start, metres."""

    @property
    def joints(self) -> tuple[str, ...]:
        """Joints it needs."""
        return ()

    def build(self, engine: Engine, body: int) -> RotorsAtWork:
        """Return them at work."""
        return RotorsAtWork(self, engine, body)


class RotorsAtWork:
    """Flies. It stands with rotors off until it is told to climb."""

    steps = True

    def __init__(self, rotors: Rotors, engine: Engine, body: int) -> None:
        self._rotors, self._engine, self._body = rotors, engine, body
        self._mass = engine.mass(body)
        self._wanted: tuple[float, float, float] = (0.0, 0.0, 0.0)
        self._steady = True
        self._hold: Vector = (0.0, 0.0, 0.0)
        self._yaw = 0.0
        self._integral: Vector = (0.0, 0.0, 0.0)
        self._thrusts = [0.0] * 4
        self._signals: Signals | None = None
        self._touching = 0.0
        self._powered = True
        self.aloft = False
        """Whether its rotors turn."""
        side = rotors.arm
        self._places = ((side, side, 1.0), (-side, side, -1.0), (-side, -side, 1.0), (side, -side, -1.0))

    def listen(self, signals: Signals) -> None:
        """See Locomotor."""
        self._signals = signals

    def power(self, on: bool) -> None:
        """See Locomotor: without power it falls."""
        self._powered = on
        if not on:
            self.aloft = False

    @property
    def drawn(self) -> float:
        """See Locomotor: P = T^1.5 / sqrt(2 rho A) for each rotor, over the figure of merit."""
        area = math.pi * self._rotors.radius**2
        ideal = sum(thrust * math.sqrt(thrust) for thrust in self._thrusts) / math.sqrt(2.0 * AIR * area)
        return ideal / self._rotors.merit

    def apply(self, forward: float, turn: float, climb: float) -> None:
        """See Locomotor."""
        self._steady = (forward, climb) == (self._wanted[0], self._wanted[2])
        self._wanted = (forward, turn, climb)
        if climb > 0.0 and not self.aloft and self._powered:
            motion = self._engine.motion(self._body)
            self.aloft, self._touching = True, 0.0
            self._hold, self._yaw, self._integral = motion.position, yaw_of(motion.orientation), (0.0, 0.0, 0.0)

    def step(self, seconds: float) -> None:
        """See Locomotor."""
        motion = self._engine.motion(self._body)
        self._blow(motion.linear, motion.position)
        up = rotate(motion.orientation, (0.0, 0.0, 1.0))
        if self.aloft:
            self._look_for_ground(seconds)
            self.aloft = self.aloft and up[2] > TOPPLED
        if not self.aloft:
            self._thrusts = [0.0] * 4
            return
        force = self._force(motion.position, motion.linear, seconds)
        lift = max(0.0, dot(force, up))
        moments = self._moments(force, motion.orientation, motion.angular)
        share = min(1.0, seconds / self._rotors.lag)
        for index, wanted in enumerate(self._mixed(lift, moments)):
            self._thrusts[index] += (wanted - self._thrusts[index]) * share
        total = sum(self._thrusts)
        pairs = list(zip(self._places, self._thrusts, strict=True))
        acting = (
            sum(y * thrust for (_, y, _), thrust in pairs),
            sum(-x * thrust for (x, _, _), thrust in pairs),
            sum(spin * self._rotors.torque * thrust for (_, _, spin), thrust in pairs),
        )
        self._engine.push(self._body, -1, scale(up, total), motion.position)
        self._engine.twist(self._body, rotate(motion.orientation, acting))

    def _force(self, place: Vector, velocity: Vector, seconds: float) -> Vector:
        forward, turn, climb = self._wanted
        self._yaw += turn * seconds
        going = add(rotate(about_z(self._yaw), (forward, 0.0, 0.0)), (0.0, 0.0, climb))
        hold = (*(place if forward else self._hold)[:2], (place if climb else self._hold)[2])
        off = subtract(hold, place)
        off = scale(off, min(1.0, AHEAD / max(1e-9, length(off))))
        self._hold = add(place, off)
        error = subtract(add(going, scale(off, POSITION)), velocity)
        if self._steady:
            self._integral = add(self._integral, scale(error, INTEGRAL * seconds))
        self._integral = scale(self._integral, min(1.0, MOST_INTEGRAL / max(1e-9, length(self._integral))))
        x, y, z = add(scale(error, VELOCITY), self._integral)
        rise = self._mass * max(0.3 * GRAVITY, z + GRAVITY)
        side = min(1.0, rise * math.tan(self._rotors.tilt) / max(1e-9, self._mass * math.hypot(x, y)))
        return (self._mass * x * side, self._mass * y * side, rise)

    def _moments(self, force: Vector, orientation: tuple[float, float, float, float], angular: Vector) -> Vector:
        b3 = unit(force)
        b2 = unit(cross(b3, (math.cos(self._yaw), math.sin(self._yaw), 0.0)))
        wanted = (cross(b2, b3), b2, b3)
        axes = [rotate(orientation, axis) for axis in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))]
        found = []
        for index in range(3):
            one, two = (index + 1) % 3, (index + 2) % 3
            error = 0.5 * (dot(wanted[two], axes[one]) - dot(wanted[one], axes[two]))
            rate = dot(angular, axes[index]) - (self._wanted[1] if index == 2 else 0.0)
            turned = ATTITUDE**2 * error + 2.0 * DAMPING * ATTITUDE * rate
            found.append(-self._rotors.inertia[index] * turned)
        return (found[0], found[1], found[2])

    def _mixed(self, lift: float, moments: Vector) -> list[float]:
        """Return the thrusts of the rotors that give a lift and moments, as far as they can."""
        side, torque, most = self._rotors.arm, self._rotors.torque, self._rotors.thrust
        roll, pitch, yaw = moments[0] / side, moments[1] / side, moments[2] / torque
        thrusts = []
        for x, y, spin in self._places:
            share = math.copysign(roll, roll * y) - math.copysign(pitch, pitch * x) + spin * yaw
            thrusts.append(min(most, max(0.0, (lift + share) / 4.0)))
        return thrusts

    def _blow(self, velocity: Vector, place: Vector) -> None:
        through = subtract(self._wind(), velocity)
        force = scale(through, 0.5 * AIR * self._rotors.drag * length(through))
        self._engine.push(self._body, -1, force, place)

    def _wind(self) -> Vector:
        signals = self._signals
        if signals is None or "weather.wind" not in signals:
            return (0.0, 0.0, 0.0)
        speed = float(signals.get_value("weather.wind"))
        direction = float(signals.get_value("weather.direction"))
        return (speed * math.cos(direction), speed * math.sin(direction), 0.0)

    def _look_for_ground(self, seconds: float) -> None:
        sinking = self._wanted[2] < 0.0
        touches = sinking and bool(self._engine.contacts(self._body))
        self._touching = self._touching + seconds if touches else 0.0
        if self._touching >= GROUNDED:
            self.aloft = False
