"""A person as clusters of spheres with body regions.

Kinematic: a person moves as scripted and never yields, and contact is a spring of the region's stiffness, which was
measured to give the same force as a driven dynamic body. Spheres, because a spring contact with several points counts
each point.
Regions are the 12 groups of ISO/TS 15066:2016 Table A.3; stiffnesses are its effective spring constants.
Proportions are a plain standing adult scaled by height, not an anthropometric data set.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from hiyari.physics.engine import Ball, Engine
from hiyari.physics.geometry import (
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

from .segment import Segment

STIFFNESS = {
    "skull_and_forehead": 150e3,
    "face": 75e3,
    "neck": 50e3,
    "back_and_shoulders": 35e3,
    "chest": 25e3,
    "abdomen": 10e3,
    "pelvis": 25e3,
    "upper_arms_and_elbows": 30e3,
    "lower_arms_and_wrists": 40e3,
    "hands_and_fingers": 75e3,
    "thighs_and_knees": 50e3,
    "lower_legs": 60e3,
}
"""N/m. ISO/TS 15066:2016 Table A.3 as cited in public code and papers; not for certification."""

HIP, SHOULDER_UP, SHOULDER_OUT = 0.93, 0.47, 0.19
UPPER_ARM, LOWER_ARM = 0.30, 0.36
"""Metres at a height of 1.70 m; the lower arm reaches to the middle of the hand."""
MOST_LEAN = math.radians(65)

SKIN: Vector = (0.93, 0.76, 0.62)
SHIRT: Vector = (0.95, 0.55, 0.15)
TROUSERS: Vector = (0.25, 0.30, 0.42)
HELMET: Vector = (0.95, 0.85, 0.20)
BARE = {"face": SKIN, "neck": SKIN, "hands_and_fingers": SKIN, "skull_and_forehead": HELMET}

Sphere = tuple[str, Vector, float]
"""Region, centre in the frame of its segment, radius."""


def _lower_body() -> list[Sphere]:
    balls: list[Sphere] = [("pelvis", (0.0, y, 0.0), 0.12) for y in (-0.06, 0.06)]
    for y in (-0.10, 0.10):
        balls += [("thighs_and_knees", (0.0, y, z), 0.075) for z in (-0.15, -0.29, -0.43)]
        balls += [("lower_legs", (0.0, y, z), 0.055) for z in (-0.55, -0.69, -0.85)]
    return balls


def _upper_body() -> list[Sphere]:
    return [
        ("abdomen", (0.0, 0.0, 0.16), 0.13),
        ("chest", (0.03, -0.07, 0.35), 0.11),
        ("chest", (0.03, 0.07, 0.35), 0.11),
        ("back_and_shoulders", (-0.05, 0.0, 0.35), 0.12),
        ("back_and_shoulders", (0.0, -SHOULDER_OUT, SHOULDER_UP), 0.075),
        ("back_and_shoulders", (0.0, SHOULDER_OUT, SHOULDER_UP), 0.075),
        ("neck", (0.0, 0.0, 0.55), 0.06),
        ("skull_and_forehead", (0.0, 0.0, 0.69), 0.10),
        ("face", (0.05, 0.0, 0.64), 0.07),
    ]


def _upper_arm() -> list[Sphere]:
    return [("upper_arms_and_elbows", (0.0, 0.0, -z), 0.045) for z in (0.09, 0.18, 0.29)]


def _lower_arm() -> list[Sphere]:
    arm: list[Sphere] = [("lower_arms_and_wrists", (0.0, 0.0, -z), 0.038) for z in (0.08, 0.16, 0.25)]
    return [*arm, *(("hands_and_fingers", (0.0, 0.0, -z), 0.035) for z in (0.32, 0.38))]


@dataclass(frozen=True)
class Posture:
    """How a person stands."""

    feet: tuple[float, float]
    yaw: float
    lean: float = 0.0
    """Of the upper body forward, radians."""
    hand: tuple[str, Vector] | None = None
    """``left`` or ``right`` and where it is; both hang when none."""


@dataclass
class Person:
    """A person in the engine."""

    name: str
    size: float
    """Height over 1.70 m."""
    posture: Posture
    walks: bool = False
    """True for a person who walks upright and never reaches: one rigid segment, which is cheaper to move."""
    segments: dict[str, Segment] = field(default_factory=dict)
    bodies: dict[int, Segment] = field(default_factory=dict)
    speed: float = 0.0
    """Of the fastest sphere in the last step, of the middle when walking, m/s."""
    step: float = 1.0
    """Seconds over which the last posture was taken."""
    _spots: dict[str, tuple[Segment | None, int]] = field(default_factory=dict)

    def build(self, engine: Engine) -> None:
        """Load the clusters."""
        shapes = {
            "lower": (_lower_body(), TROUSERS),
            "upper": (_upper_body(), SHIRT),
            "left_upper": (_upper_arm(), SHIRT),
            "left_lower": (_lower_arm(), SHIRT),
            "right_upper": (_upper_arm(), SHIRT),
            "right_lower": (_lower_arm(), SHIRT),
        }
        hip, heading = self._hip(self.posture), about_z(self.posture.yaw)
        back = about_z(-self.posture.yaw)
        whole: list[tuple[str, Ball, Vector]] = []
        for name, pose in self._poses(self.posture).items():
            spheres, colour = shapes[name]
            balls = [
                (region, Ball(scale(c, self.size), r * self.size), BARE.get(region, colour)) for region, c, r in spheres
            ]
            if not self.walks:
                self._spots[name] = (self._load(engine, name, balls, pose), len(balls) - 1)
                continue
            for region, ball, paint in balls:
                centre = rotate(back, subtract(add(pose[0], rotate(pose[1], ball.centre)), hip))
                whole.append((region, ball._replace(centre=centre), paint))
            self._spots[name] = (None, len(whole) - 1)
        if self.walks:
            self._load(engine, "whole", whole, (hip, heading))

    def spot(self, name: str) -> Vector:
        """Return where the ``face``, the ``left_hand`` or the ``right_hand`` is."""
        part = {"face": "upper", "left_hand": "left_lower", "right_hand": "right_lower"}[name]
        segment, ball = self._spots[part]
        return (segment or self.segments["whole"]).sphere(ball)

    def _load(
        self,
        engine: Engine,
        name: str,
        balls: Sequence[tuple[str, Ball, Vector]],
        pose: tuple[Vector, Quaternion],
    ) -> Segment:
        loaded: dict[str, int] = {}
        for region, _, paint in balls:
            if region not in loaded:
                cluster = [ball for other, ball, _ in balls if other == region]
                loaded[region] = engine.load_balls(cluster, *pose, stiffness=STIFFNESS[region], colour=paint)
        segment = Segment(
            bodies=tuple(loaded.values()),
            regions=tuple(region for region, _, _ in balls),
            centres=tuple(ball.centre for _, ball, _ in balls),
            radii=tuple(ball.radius for _, ball, _ in balls),
            owners=tuple(loaded[region] for region, _, _ in balls),
            pose=pose,
            before=pose,
        )
        self.segments[name] = segment
        self.bodies |= dict.fromkeys(segment.bodies, segment)
        return segment

    def take(self, engine: Engine, posture: Posture, step: float) -> None:
        """Take a posture at this step of so many seconds."""
        if posture == self.posture and self.speed == 0.0:
            return
        last, self.posture, self.step = self.posture, posture, step
        if self.walks:
            whole = self.segments["whole"]
            turn = whole.pose[1] if posture.yaw == last.yaw else about_z(posture.yaw)
            whole.place(engine, (self._hip(posture), turn))
            self.speed = math.dist(posture.feet, last.feet) / step
            return
        fastest = 0.0
        for name, pose in self._poses(posture).items():
            segment = self.segments[name]
            if segment.place(engine, pose):
                for ball in (0, len(segment.centres) - 1):
                    fastest = max(fastest, distance(segment.sphere(ball), segment.sphere(ball, earlier=True)) / step)
        self.speed = fastest

    def shoulder(self, posture: Posture, side: str) -> Vector:
        """Return where a shoulder is."""
        out = SHOULDER_OUT if side == "left" else -SHOULDER_OUT
        turn = multiply(about_z(posture.yaw), about_y(posture.lean))
        return add(self._hip(posture), rotate(turn, scale((0.0, out, SHOULDER_UP), self.size)))

    def lean_for(self, posture: Posture, side: str, target: Vector) -> float | None:
        """Return the least lean from which a hand gets to a target, or none when it cannot."""
        arm = (UPPER_ARM + LOWER_ARM) * self.size * 0.98
        for tenth in range(66):
            lean = math.radians(tenth)
            leant = Posture(posture.feet, posture.yaw, lean)
            if lean <= MOST_LEAN and distance(self.shoulder(leant, side), target) <= arm:
                return lean
        return None

    def resting_hand(self, posture: Posture, side: str) -> Vector:
        """Return where a hand hangs."""
        down = (0.04, 0.0, -(UPPER_ARM + LOWER_ARM) * 0.99 * self.size)
        return add(self.shoulder(posture, side), rotate(about_z(posture.yaw), down))

    def _hip(self, posture: Posture) -> Vector:
        return (posture.feet[0], posture.feet[1], HIP * self.size)

    def _poses(self, posture: Posture) -> dict[str, tuple[Vector, Quaternion]]:
        hip = self._hip(posture)
        heading = about_z(posture.yaw)
        poses = {"lower": (hip, heading), "upper": (hip, multiply(heading, about_y(posture.lean)))}
        for side in ("left", "right"):
            shoulder = self.shoulder(posture, side)
            reaching = posture.hand is not None and posture.hand[0] == side
            hand = posture.hand[1] if posture.hand and reaching else self.resting_hand(posture, side)
            out = rotate(heading, (-0.3, 0.5 if side == "left" else -0.5, -0.8))
            elbow = _elbow(shoulder, hand, UPPER_ARM * self.size, LOWER_ARM * self.size, out)
            poses[f"{side}_upper"] = (shoulder, from_down_to(unit(subtract(elbow, shoulder))))
            poses[f"{side}_lower"] = (elbow, from_down_to(unit(subtract(hand, elbow))))
        return poses


def reach(start: Vector, target: Vector, share: float) -> Vector:
    """Return where a hand is after a share of its way: over a low arc, smooth at both ends."""
    smooth = share * share * (3.0 - 2.0 * share)
    point = blend(start, target, smooth)
    return (point[0], point[1], point[2] + 0.5 * smooth * (1.0 - smooth))


def _elbow(shoulder: Vector, hand: Vector, upper: float, lower: float, towards: Vector) -> Vector:
    line = subtract(hand, shoulder)
    span = min(max(length(line), abs(upper - lower) + 1e-6), upper + lower - 1e-6)
    along = unit(line, (0.0, 0.0, -1.0))
    part = (upper * upper - lower * lower + span * span) / (2.0 * span)
    off = math.sqrt(max(0.0, upper * upper - part * part))
    side = subtract(towards, scale(along, dot(towards, along)))
    bend = unit(side, unit(cross(along, (1.0, 0.0, 0.0))))
    return add(shoulder, add(scale(along, part), scale(bend, off)))
