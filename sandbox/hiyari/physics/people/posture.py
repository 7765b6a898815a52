"""How a person stands, sits, bends, reaches, lies: a posture, and where it puts every segment of the body."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from hiyari.physics.geometry import (
    UPRIGHT,
    Quaternion,
    Vector,
    about_y,
    about_z,
    add,
    blend,
    cross,
    distance,
    dot,
    from_down_to,
    length,
    multiply,
    rotate,
    scale,
    subtract,
    unit,
)

from .kinds import Kind, Proportions

Frame = tuple[Vector, Quaternion]

SEATED = math.radians(83)
"""Of the thighs from hanging when seated: hips a little above the knees, so that the seat is at 0.24 of the stature."""
MOST_LEAN = math.radians(65)
SAG_TRUNK, SAG_HEAD = math.radians(35), math.radians(45)
"""How far trunk and head of somebody slumped hang forward; approximations."""
FOOTREST = 0.06
"""Metres that a wheelchair lifts its user's feet."""
TO_MIDDLE_OF_HAND = 0.5
"""Share of the hand's length up to which an arm reaches."""


@dataclass(frozen=True)
class Posture:
    """How a person stands, sits or lies."""

    feet: tuple[float, float]
    """On the floor, metres; in a wheelchair, and for who lies limp, the point below the hips."""
    yaw: float
    lean: float = 0.0
    """Of the upper body forward, radians."""
    hand: tuple[str, Vector] | None = None
    """``left`` or ``right`` and where it is; both rest when none."""
    sit: float = 0.0
    """0 standing to 1 sitting, with the feet where they are."""
    slump: float = 0.0
    """0 to 1: trunk and head hang forward."""
    tilt: float = 0.0
    """Of the whole body about the feet, radians; a quarter turn lies on the floor."""
    tilt_towards: float = 0.0
    """Direction of the tilt from straight ahead, radians, counter-clockwise."""


@dataclass(frozen=True)
class Skeleton:
    """Lengths of one person, metres."""

    stature: float
    kind: Kind
    carries: str = "none"
    """``box`` when both hands hold one in front."""

    @cached_property
    def proportions(self) -> Proportions:
        """Shares of the stature."""
        return self.kind.proportions

    @cached_property
    def knee(self) -> float:
        """Height of the knee."""
        return self.stature * self.proportions.knee

    @cached_property
    def thigh(self) -> float:
        """From hip to knee."""
        return self.stature * (self.proportions.hip - self.proportions.knee)

    @cached_property
    def trunk(self) -> float:
        """From the hips to the line of the shoulders."""
        return self.stature * (self.proportions.shoulder - self.proportions.hip)

    @cached_property
    def upper_arm(self) -> float:
        """From shoulder to elbow."""
        return self.stature * self.proportions.upper_arm

    @cached_property
    def lower_arm(self) -> float:
        """From the elbow to the middle of the hand."""
        return self.stature * (self.proportions.forearm + TO_MIDDLE_OF_HAND * self.proportions.hand)

    def hip(self, posture: Posture) -> Vector:
        """Return the middle of the hips in the frame of the person: on the floor, x straight ahead."""
        angle = posture.sit * SEATED
        back = 0.0 if self.kind.sits else self.thigh * math.sin(angle)
        return (-back, 0.0, self.knee + self.thigh * math.cos(angle) + (FOOTREST if self.kind.sits else 0.0))

    def shoulder(self, posture: Posture, side: str) -> Vector:
        """Return a shoulder joint in the frame of the person."""
        out = self.stature * self.proportions.shoulder_out * (1.0 if side == "left" else -1.0)
        return add(self.hip(posture), rotate(about_y(self._bend(posture)), (0.0, out, self.trunk)))

    def resting_hand(self, posture: Posture, side: str) -> Vector:
        """Return where a hand rests, in the frame of the person: hanging, on the thigh, or at what it holds."""
        sign, size = (1.0 if side == "left" else -1.0), self.stature
        if self.carries == "box":
            return (0.32, sign * 0.19, 0.58 * size)
        if self.kind.aid == "pram":
            return (0.42, sign * 0.2, 0.60 * size)
        if self.kind.aid == "stick" and side == "right":
            return (0.16, -0.16 * size, 0.50 * size)
        down = (self.upper_arm + self.lower_arm) * 0.99
        hanging = add(self.shoulder(posture, side), (0.04, 0.0, -down))
        if posture.sit == 0.0 or posture.slump > 0.5:
            return hanging
        on_thigh = add(self.hip(posture), (0.16 * size, sign * 0.075 * size, 0.06 * size))
        return blend(hanging, on_thigh, posture.sit)

    def lean_for(self, posture: Posture, side: str, target: Vector) -> float | None:
        """Return the least lean from which a hand gets to a target in the world, or none when it cannot."""
        arm = (self.upper_arm + self.lower_arm) * 0.98
        here = self.inside(posture, target)
        for degrees in range(66):
            leant = Posture(posture.feet, posture.yaw, math.radians(degrees), sit=posture.sit)
            if distance(self.shoulder(leant, side), here) <= arm:
                return math.radians(degrees)
        return None

    def outside(self, posture: Posture, point: Vector) -> Vector:
        """Return a point of the frame of the person in the world."""
        return add((*posture.feet, 0.0), rotate(about_z(posture.yaw), point))

    def inside(self, posture: Posture, point: Vector) -> Vector:
        """Return a point of the world in the frame of the person."""
        return rotate(about_z(-posture.yaw), subtract(point, (*posture.feet, 0.0)))

    def segments(self, posture: Posture) -> dict[str, Frame]:
        """Return the frame of every segment in the frame of the person."""
        hip, size = self.hip(posture), self.stature
        trunk = about_y(self._bend(posture))
        top = add(hip, rotate(trunk, (0.0, 0.0, self.trunk)))
        frames: dict[str, Frame] = {
            "pelvis": (hip, UPRIGHT),
            "trunk": (hip, trunk),
            "head": (top, multiply(trunk, about_y(SAG_HEAD * posture.slump))),
        }
        for side, sign in (("left", 1.0), ("right", -1.0)):
            shoulder = self.shoulder(posture, side)
            hand = self.resting_hand(posture, side)
            if posture.hand is not None and posture.hand[0] == side:
                hand = self.inside(posture, posture.hand[1])
            elbow = _elbow(shoulder, hand, self.upper_arm, self.lower_arm, (-0.3, 0.5 * sign, -0.8))
            frames[f"{side}_upper_arm"] = (shoulder, from_down_to(unit(subtract(elbow, shoulder))))
            frames[f"{side}_lower_arm"] = (elbow, from_down_to(unit(subtract(hand, elbow))))
            joint = add(hip, (0.0, sign * size * self.proportions.hip_out, 0.0))
            forward = about_y(-posture.sit * SEATED)
            frames[f"{side}_thigh"] = (joint, forward)
            frames[f"{side}_shank"] = (add(joint, rotate(forward, (0.0, 0.0, -self.thigh))), UPRIGHT)
        return self._tilted(frames, posture) if posture.tilt else frames

    def _bend(self, posture: Posture) -> float:
        rest = self.kind.stoop * (1.0 - posture.sit)
        return min(MOST_LEAN, max(rest, posture.lean) + SAG_TRUNK * posture.slump)

    def _tilted(self, frames: dict[str, Frame], posture: Posture) -> dict[str, Frame]:
        """Turn all about the feet, and lift what lies by the thickness of the body (approximation)."""
        ahead = posture.tilt_towards
        half = posture.tilt / 2.0
        turn: Quaternion = (-math.sin(ahead) * math.sin(half), math.cos(ahead) * math.sin(half), 0.0, math.cos(half))
        thick = self.stature * (0.09 * abs(math.cos(ahead)) + 0.15 * abs(math.sin(ahead)))
        up = (0.0, 0.0, thick * math.sin(posture.tilt))
        return {name: (add(rotate(turn, at), up), multiply(turn, how)) for name, (at, how) in frames.items()}


def reach(start: Vector, target: Vector, share: float) -> Vector:
    """Return where a hand is after a share of its way: over a low arc, smooth at both ends."""
    smooth = eased(share)
    point = blend(start, target, smooth)
    return (point[0], point[1], point[2] + 0.5 * smooth * (1.0 - smooth))


def eased(share: float) -> float:
    """Return a share from 0 to 1 that begins and ends slowly."""
    return share * share * (3.0 - 2.0 * share)


def _elbow(shoulder: Vector, hand: Vector, upper: float, lower: float, towards: Vector) -> Vector:
    line = subtract(hand, shoulder)
    span = min(max(length(line), abs(upper - lower) + 1e-6), upper + lower - 1e-6)
    along = unit(line, (0.0, 0.0, -1.0))
    part = (upper * upper - lower * lower + span * span) / (2.0 * span)
    off = math.sqrt(max(0.0, upper * upper - part * part))
    side = subtract(towards, scale(along, dot(towards, along)))
    bend = unit(side, unit(cross(along, (1.0, 0.0, 0.0))))
    return add(shoulder, add(scale(along, part), scale(bend, off)))
