"""The body regions and the 29 specific body areas of ISO/TS 15066:2016, and a colour for each region.

Regions are the 12 groups of Table A.3, areas the rows of Table A.2; names are those of the limit profile
``iso_ts_15066_2016``, read in public secondary sources. Not for certification.
"""

from __future__ import annotations

from hiyari.physics.geometry import Vector

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

AREAS = {
    "middle_of_forehead": "skull_and_forehead",
    "temple": "skull_and_forehead",
    "masticatory_muscle": "face",
    "neck_muscle": "neck",
    "seventh_neck_muscle": "neck",
    "shoulder_joint": "back_and_shoulders",
    "fifth_lumbar_vertebra": "back_and_shoulders",
    "sternum": "chest",
    "pectoral_muscle": "chest",
    "abdominal_muscle": "abdomen",
    "pelvic_bone": "pelvis",
    "deltoid_muscle": "upper_arms_and_elbows",
    "humerus": "upper_arms_and_elbows",
    "radial_bone": "lower_arms_and_wrists",
    "forearm_muscle": "lower_arms_and_wrists",
    "arm_nerve": "lower_arms_and_wrists",
    "forefinger_pad_dominant": "hands_and_fingers",
    "forefinger_pad_non_dominant": "hands_and_fingers",
    "forefinger_end_joint_dominant": "hands_and_fingers",
    "forefinger_end_joint_non_dominant": "hands_and_fingers",
    "thenar_eminence": "hands_and_fingers",
    "palm_dominant": "hands_and_fingers",
    "palm_non_dominant": "hands_and_fingers",
    "back_of_hand_dominant": "hands_and_fingers",
    "back_of_hand_non_dominant": "hands_and_fingers",
    "thigh_muscle": "thighs_and_knees",
    "kneecap": "thighs_and_knees",
    "middle_of_shin": "lower_legs",
    "calf_muscle": "lower_legs",
}
"""Region of each area, in the standard's order."""

INFANT, AIDS = "infant", ("wheelchair", "stick", "pram", "carried")
"""Regions of what moves with a person and has no published limit: a baby in a pram, and things."""

PALETTE: dict[str, Vector] = {
    "skull_and_forehead": (0.84, 0.15, 0.16),
    "face": (1.00, 0.50, 0.05),
    "neck": (1.00, 0.73, 0.47),
    "back_and_shoulders": (0.55, 0.34, 0.29),
    "chest": (0.12, 0.47, 0.71),
    "abdomen": (0.68, 0.78, 0.91),
    "pelvis": (0.58, 0.40, 0.74),
    "upper_arms_and_elbows": (0.17, 0.63, 0.17),
    "lower_arms_and_wrists": (0.60, 0.87, 0.54),
    "hands_and_fingers": (0.89, 0.47, 0.76),
    "thighs_and_knees": (0.09, 0.75, 0.81),
    "lower_legs": (0.74, 0.74, 0.13),
    INFANT: (0.97, 0.71, 0.82),
    "wheelchair": (0.35, 0.35, 0.38),
    "stick": (0.45, 0.30, 0.18),
    "pram": (0.30, 0.36, 0.50),
    "carried": (0.72, 0.58, 0.40),
}
"""A colour for each region, for pictures that show regions."""


def palette(region: str) -> Vector:
    """Return the colour that stands for a region in pictures of body regions, red, green, blue from 0 to 1."""
    return PALETTE[region]
