"""The spheres of a body, segment by segment, each with its region and its area.

Centres and radii are shares of stature, an approximation of our own over the joints of ``kinds``. A sphere is labelled
with the area of Table A.2 that lies nearest within its region: the upper spine is ``fifth_lumbar_vertebra``, the back
of the head ``temple``, and foot and ankle, which the table does not have, ``middle_of_shin``. Spheres, because a spring
contact with several points counts each point; they stand out one by one, so that a flat face meets one at a time.
"""

from __future__ import annotations

from typing import NamedTuple

from hiyari.physics.geometry import Vector

from .areas import AREAS
from .posture import Skeleton


class Sphere(NamedTuple):
    """One sphere of a body."""

    area: str
    centre: Vector
    """In the frame of its segment, metres."""
    radius: float

    @property
    def region(self) -> str:
        """Region of its area."""
        return AREAS[self.area]


def spheres(skeleton: Skeleton, dominant: str) -> dict[str, list[Sphere]]:
    """Return the spheres of every segment.

    Args:
        skeleton: The person's lengths.
        dominant: ``right`` or ``left`` hand.
    """
    size, shape = skeleton.stature, skeleton.proportions
    girth = shape.girth

    def made(*rows: tuple[str, Vector, float]) -> list[Sphere]:
        return [
            Sphere(area, (centre[0] * size * girth, centre[1] * size, centre[2] * size), radius * size * girth)
            for area, centre, radius in rows
        ]

    trunk, out = shape.shoulder - shape.hip, shape.shoulder_out
    found = {
        "pelvis": made(("pelvic_bone", (0.0, -0.035, 0.0), 0.070), ("pelvic_bone", (0.0, 0.035, 0.0), 0.070)),
        "trunk": made(
            ("abdominal_muscle", (0.012, 0.0, 0.33 * trunk), 0.072),
            ("fifth_lumbar_vertebra", (-0.030, 0.0, 0.33 * trunk), 0.058),
            ("fifth_lumbar_vertebra", (-0.030, 0.0, 0.72 * trunk), 0.070),
            ("sternum", (0.034, 0.0, 0.73 * trunk), 0.056),
            ("pectoral_muscle", (0.018, -0.045, 0.76 * trunk), 0.062),
            ("pectoral_muscle", (0.018, 0.045, 0.76 * trunk), 0.062),
            ("shoulder_joint", (0.0, -out, trunk), 0.044),
            ("shoulder_joint", (0.0, out, trunk), 0.044),
        ),
        "head": _head(size, shape.head, 1.0 - shape.shoulder),
    }
    fore, hand = shape.forearm, shape.hand
    for side, inward in (("left", -1.0), ("right", 1.0)):
        which = "dominant" if side == dominant else "non_dominant"
        upper = shape.upper_arm
        found[f"{side}_upper_arm"] = made(
            ("deltoid_muscle", (0.0, 0.0, -0.27 * upper), 0.030),
            ("humerus", (0.0, 0.0, -0.62 * upper), 0.026),
            ("humerus", (0.0, 0.0, -0.96 * upper), 0.026),
        )
        found[f"{side}_lower_arm"] = made(
            ("forearm_muscle", (0.0, 0.0, -0.27 * fore), 0.025),
            ("arm_nerve", (0.0, 0.0, -0.62 * fore), 0.022),
            ("radial_bone", (0.0, 0.0, -0.96 * fore), 0.019),
            ("thenar_eminence", (0.012, inward * 0.006, -fore - 0.20 * hand), 0.014),
            (f"palm_{which}", (0.0, inward * 0.008, -fore - 0.38 * hand), 0.015),
            (f"back_of_hand_{which}", (0.0, -inward * 0.006, -fore - 0.38 * hand), 0.015),
            (f"forefinger_end_joint_{which}", (0.002, -inward * 0.002, -fore - 0.70 * hand), 0.011),
            (f"forefinger_pad_{which}", (0.002, inward * 0.004, -fore - 0.90 * hand), 0.009),
        )
        thigh, knee = shape.hip - shape.knee, shape.knee
        found[f"{side}_thigh"] = made(
            ("thigh_muscle", (0.0, 0.0, -0.28 * thigh), 0.044),
            ("thigh_muscle", (0.0, 0.0, -0.52 * thigh), 0.042),
            ("thigh_muscle", (0.0, 0.0, -0.75 * thigh), 0.037),
            ("kneecap", (0.010, 0.0, -0.98 * thigh), 0.032),
        )
        found[f"{side}_shank"] = made(
            ("middle_of_shin", (0.010, 0.0, -0.25 * knee), 0.026),
            ("calf_muscle", (-0.014, 0.0, -0.28 * knee), 0.030),
            ("middle_of_shin", (0.004, 0.0, -0.52 * knee), 0.024),
            ("middle_of_shin", (0.0, 0.0, -0.74 * knee), 0.022),
            ("middle_of_shin", (0.0, 0.0, -knee + 0.030), 0.028),
            ("middle_of_shin", (0.070, 0.0, -knee + 0.021), 0.020),
        )
    return found


def _head(size: float, larger: float, room: float) -> list[Sphere]:
    """Return neck and head, which fill the room between the shoulders and the stature, as shares of it."""
    top, unit = room * size, 0.050 * size * larger

    def at(x: float, y: float, down: float) -> Vector:
        return (x * unit, y * unit, top - down * unit)

    return [
        Sphere("neck_muscle", (0.006 * size, 0.0, 0.20 * top), 0.66 * unit),
        Sphere("seventh_neck_muscle", (-0.020 * size, 0.0, 0.12 * top), 0.56 * unit),
        Sphere("middle_of_forehead", at(0.42, 0.0, 1.08), 1.04 * unit),
        Sphere("temple", at(-0.20, 0.26, 1.04), 1.04 * unit),
        Sphere("temple", at(-0.20, -0.26, 1.04), 1.04 * unit),
        Sphere("masticatory_muscle", at(0.66, 0.0, 1.95), 0.82 * unit),
    ]
