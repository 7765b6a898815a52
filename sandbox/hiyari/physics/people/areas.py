"""The body regions and the 29 specific body areas of ISO/TS 15066:2016.

Regions are the 12 groups of Table A.3, areas the rows of Table A.2; names are those of the limit profile
``iso_ts_15066_2016``, read in public secondary sources. Not for certification.
"""

from __future__ import annotations

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
