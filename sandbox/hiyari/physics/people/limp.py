"""A limp body: from now on the engine moves a person, as segments of their own masses joined by balls.

The segments are those of the skeleton; what has several regions is held together rigidly. Joints have neither limits
nor muscles, and the parts of one body pass through each other: a limp body is looser than a person.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import combinations

from hiyari.physics.engine import Engine
from hiyari.physics.geometry import Vector, cross, length, subtract

from .acts.act import Doing
from .person import AID, Person
from .posture import Posture
from .surroundings import Surroundings

JOINTS = (
    ("trunk", "abdomen", "pelvis"),
    ("head", "neck", "trunk"),
    ("left_upper_arm", "upper_arms_and_elbows", "trunk"),
    ("right_upper_arm", "upper_arms_and_elbows", "trunk"),
    ("left_lower_arm", "lower_arms_and_wrists", "left_upper_arm"),
    ("right_lower_arm", "lower_arms_and_wrists", "right_upper_arm"),
    ("left_thigh", "thighs_and_knees", "pelvis"),
    ("right_thigh", "thighs_and_knees", "pelvis"),
    ("left_shank", "lower_legs", "left_thigh"),
    ("right_shank", "lower_legs", "right_thigh"),
)
"""Segment, its region at the joint, which is at the origin of the segment, and the segment it hangs on."""
BALANCE = 50.0
"""N: a contact that presses harder makes somebody dynamic lose balance; an approximation, 8 % of a body's weight."""
TOPPLING = 0.6
"""rad/s about the feet with which a limp fall begins; an approximation."""
DOWN = 0.5
"""Share of the hips' height below which somebody limp counts as fallen."""


@dataclass
class Limp:
    """The act of a person whom the engine moves; ends never."""

    person: Person
    doing: Doing = "pushed"

    def posture(self, time: float) -> Posture:
        """See Act."""
        return self.person.posture

    def over(self, time: float) -> bool:
        """See Act."""
        return False

    def tick(self, around: Surroundings, time: float, seconds: float) -> None:
        """See Act; whoever has fallen stays fallen."""
        high = self.person.segments["pelvis"].pose[0][2]
        if high < DOWN * self.person.skeleton.hip(Posture((0.0, 0.0), 0.0))[2]:
            self.doing = "fallen"


def let_go(engine: Engine, person: Person, towards: float | None = None) -> Limp:
    """Make a person limp, with the speed the segments have, and joints where they are now.

    Args:
        engine: The engine.
        person: Built with mass and not limp yet.
        towards: Direction of a fall from straight ahead, radians; none for the motion there is.
    """
    parts = {name: segment for name, segment in person.segments.items() if name != AID}
    yaw = person.posture.yaw + (towards or 0.0)
    axis: Vector = (-math.sin(yaw) * TOPPLING, math.cos(yaw) * TOPPLING, 0.0)
    feet = (*person.posture.feet, 0.0)
    for segment in parts.values():
        origin, before = segment.pose[0], segment.before[0]
        speed = subtract(origin, before)
        speed = (speed[0] / person.step, speed[1] / person.step, speed[2] / person.step)
        turn: Vector = (0.0, 0.0, 0.0)
        if towards is not None:
            speed, turn = cross(axis, subtract(origin, feet)), axis
        for body in segment.bodies:
            engine.set_mass(body, person.weights[body])
            engine.set_velocity(body, speed, turn)
    bodies = [body for segment in parts.values() for body in segment.bodies]
    for one, other in combinations(bodies, 2):
        engine.ignore(one, other)
    for segment in parts.values():
        heaviest = max(segment.bodies, key=lambda body: person.weights[body])
        for body in segment.bodies:
            if body != heaviest:
                engine.hold(heaviest, -1, body)
    for name, region, on in JOINTS:
        segment = parts[name]
        joint = next(body for body in segment.bodies if segment.region_of(body) == region)
        heaviest = max(parts[on].bodies, key=lambda body: person.weights[body])
        engine.join(joint, heaviest, segment.pose[0])
    person.limp = True
    return Limp(person)


def follow(engine: Engine, person: Person, step: float) -> None:
    """Take in where the engine has moved a limp person in a step of so many seconds."""
    fastest = 0.0
    for name, segment in person.segments.items():
        if name == AID:
            continue
        motion = engine.motion(segment.bodies[0])
        segment.before, segment.pose = segment.pose, (motion.position, motion.orientation)
        fastest = max(fastest, length(motion.linear))
    x, y, _ = person.segments["pelvis"].pose[0]
    person.posture = replace(person.posture, feet=(x, y), hand=None)
    person.speed, person.step = fastest, step
