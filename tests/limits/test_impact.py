"""The impact model against worked values of the standard's own formula."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiyari.limits import (
    energy,
    impact_force,
    load,
    pressure_speed_limit,
    reduced_mass,
    simplified_robot_mass,
    speed_limit,
)

VECTORS = {
    "skull_and_forehead": (0.056, 0.37, 0.29, 0.22, 0.19, 0.18),
    "face": (0.028, 0.26, 0.20, 0.16, 0.14, 0.12),
    "neck": (0.900, 1.82, 1.55, 1.36, 1.30, 1.26),
    "back_and_shoulders": (2.520, 2.27, 1.63, 1.06, 0.79, 0.61),
    "chest": (1.568, 1.79, 1.28, 0.84, 0.63, 0.48),
    "abdomen": (2.420, 2.23, 1.59, 1.04, 0.78, 0.60),
    "pelvis": (2.592, 2.31, 1.65, 1.08, 0.80, 0.62),
    "upper_arms_and_elbows": (1.500, 2.00, 1.58, 1.26, 1.14, 1.07),
    "lower_arms_and_wrists": (1.280, 1.96, 1.60, 1.34, 1.24, 1.19),
    "hands_and_fingers": (0.523, 1.67, 1.50, 1.40, 1.36, 1.34),
    "thighs_and_knees": (1.936, 1.98, 1.41, 0.91, 0.66, 0.50),
    "lower_legs": (0.563, 1.07, 0.76, 0.49, 0.36, 0.27),
}
"""Energy in J, and the speed limit in m/s for robot masses of 1, 2, 5, 10 and 20 kg."""


@pytest.mark.parametrize("region", VECTORS)
def test_energies_and_speed_limits(region: str) -> None:
    """Every region's energy and speed limits come out as computed by hand."""
    group = load("iso_ts_15066_2016").group(region)
    spring = group.spring * 1000
    assert round(energy(group.force_transient, spring), 3) == VECTORS[region][0]
    for mass, limit in zip((1, 2, 5, 10, 20), VECTORS[region][1:], strict=True):
        reduced = reduced_mass(group.mass, mass, constrained=False)
        assert round(speed_limit(group.force_transient, spring, reduced), 2) == limit


@settings(deadline=None)
@given(st.floats(0.01, 3), st.floats(1e3, 2e5), st.floats(0.1, 50), st.floats(0.1, 80))
def test_force_and_limit_are_inverse(speed: float, spring: float, person: float, robot: float) -> None:
    """The speed limit of an impact's force is its speed, and its energy is the kinetic one."""
    mass = reduced_mass(person, robot, constrained=False)
    force = impact_force(speed, spring, mass)
    assert speed_limit(force, spring, mass) == pytest.approx(speed)
    assert energy(force, spring) == pytest.approx(mass * speed**2 / 2)
    assert reduced_mass(person, robot, constrained=True) == robot > mass


def test_masses_and_pressure() -> None:
    """The simplified mass is half the arm plus the payload; pressure acts on the contact area."""
    assert simplified_robot_mass(17.5, 2.0) == 10.75
    assert pressure_speed_limit(280, 1.0, 75_000, 0.56) == speed_limit(280, 75_000, 0.56)
