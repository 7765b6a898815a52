"""Limit profiles of contact between persons and robots, as data with provenance, and the impact model that uses them.

Not for certification; check against your licensed copy.
"""

from .impact import (
    energy,
    impact_force,
    pressure_speed_limit,
    reduced_mass,
    simplified_robot_mass,
    speed_limit,
)
from .profile import Area, Group, Profile, load, names

__all__ = [
    "Area",
    "Group",
    "Profile",
    "energy",
    "impact_force",
    "load",
    "names",
    "pressure_speed_limit",
    "reduced_mass",
    "simplified_robot_mass",
    "speed_limit",
]
