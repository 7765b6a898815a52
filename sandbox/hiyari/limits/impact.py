"""The impact model of ISO/TS 15066, A.3.5: a mass meets a spring.

``E = F^2 / 2k = A^2 p^2 / 2k = mu v^2 / 2`` with ``1/mu = 1/m_person + 1/m_robot``. SI units: newton, metre, kilogram;
springs in N/m.
"""

from __future__ import annotations

from math import sqrt


def simplified_robot_mass(moving_mass: float, payload_mass: float) -> float:
    """Return the standard's simplified effective mass of a robot, ``M/2 + m_L``, kg."""
    return moving_mass / 2 + payload_mass


def reduced_mass(person_mass: float, robot_mass: float, *, constrained: bool) -> float:
    """Return the mass that takes part in an impact, kg: the robot's alone when the region cannot yield into free space.

    Args:
        person_mass: Effective mass of the body region, kg.
        robot_mass: Effective mass of the robot at the contact, kg.
        constrained: True when something fixed is behind the region (clamping).
    """
    return robot_mass if constrained else person_mass * robot_mass / (person_mass + robot_mass)


def impact_force(speed: float, spring: float, mass: float) -> float:
    """Return the peak force, N, of a mass of ``mass`` kg that meets a spring of ``spring`` N/m at ``speed`` m/s."""
    return speed * sqrt(spring * mass)


def energy(force: float, spring: float) -> float:
    """Return the energy, J, that a spring of ``spring`` N/m has taken up at ``force`` N."""
    return force * force / (2 * spring)


def speed_limit(force: float, spring: float, mass: float) -> float:
    """Return the relative speed, m/s, at which an impact just reaches ``force`` N."""
    return force / sqrt(spring * mass)


def pressure_speed_limit(pressure: float, area: float, spring: float, mass: float) -> float:
    """Return the relative speed, m/s, at which an impact just reaches a pressure.

    Args:
        pressure: Limit, N/cm2.
        area: The smaller contact area, cm2.
        spring: N/m.
        mass: Reduced mass, kg.
    """
    return speed_limit(pressure * area, spring, mass)
