"""The geometry and hydraulics of pouring: what a tilted vessel keeps, how fast it runs out, how far a puddle spreads.

A vessel's inside is an upright cylinder of radius R and height h. What it keeps when tilted by the angle t is bounded
by the level surface through the lowest point of its rim:

* the surface does not meet the bottom (2 R tan t <= h): ``V = pi R^2 (h - R tan t)``;
* it does: the cylindrical wedge (ungula) ``V = R^3 tan t (2/3 sin^3 p - cos p (p - sin p cos p))`` with
  ``cos p = 1 - h/(R tan t)``, the integral of the level over the circular segment of the bottom;
* from a right angle on: nothing.
"""

from __future__ import annotations

import math

GRAVITY = 9.81
DISCHARGE = 0.61
"""Discharge coefficient of a sharp edge, of the weir and of the opening (F. M. White, Fluid Mechanics: Rehbock's
0.611 for a full-width weir, 0.61 for a sharp-edged orifice)."""
HELD = 0.0005
"""Metres of head over the lip that surface tension holds back; a simplification."""
STEEPEST = math.radians(89.0)


def kept(radius: float, height: float, tilt: float) -> float:
    """Return the volume that a tilted cylinder keeps, m3.

    Args:
        radius: R, metres.
        height: h, metres.
        tilt: Of its axis from the vertical, radians.
    """
    if tilt >= math.pi / 2.0:
        return 0.0
    slope = math.tan(tilt)
    if 2.0 * radius * slope <= height:
        return math.pi * radius**2 * (height - radius * slope)
    part = math.acos(max(-1.0, 1.0 - height / (radius * slope)))
    sine, cosine = math.sin(part), math.cos(part)
    return radius**3 * slope * (2.0 / 3.0 * sine**3 - cosine * (part - sine * cosine))


def pour_angle(radius: float, height: float, full: float) -> float:
    """Return the tilt at which a vessel that is so full begins to pour, radians; found by halving."""
    low, high = 0.0, math.pi / 2.0
    volume = min(1.0, max(0.0, full)) * math.pi * radius**2 * height
    for _ in range(50):
        middle = (low + high) / 2.0
        low, high = (middle, high) if kept(radius, height, middle) > volume else (low, middle)
    return (low + high) / 2.0


def surface(radius: float, height: float, tilt: float) -> float:
    """Return the area of the level surface through the rim, m2, seen from above: the cross-section over cos t."""
    tilt = min(tilt, STEEPEST)
    slope = math.tan(tilt)
    if 2.0 * radius * slope <= height:
        return math.pi * radius**2 / math.cos(tilt)
    part = math.acos(max(-1.0, 1.0 - height / (radius * slope)))
    return radius**2 * (part - math.sin(part) * math.cos(part)) / math.cos(tilt)


def lip_width(opening: float, head: float, tilt: float) -> float:
    """Return the width of the stream over a round lip, metres: the chord of the opening at the head.

    A vessel that stands nearly upright runs over all around.
    """
    along = head / max(math.sin(tilt), 1e-9)
    if along >= 2.0 * opening:
        return 2.0 * math.pi * opening
    return 2.0 * math.sqrt(2.0 * opening * along - along * along)


def weir(width: float, head: float) -> float:
    """Return the flow over a sharp-crested weir, m3/s: ``2/3 C b sqrt(2 g) H^(3/2)`` (Poleni; White)."""
    return 2.0 / 3.0 * DISCHARGE * width * math.sqrt(2.0 * GRAVITY) * head * math.sqrt(head)


def orifice(opening: float, depth: float) -> float:
    """Return the flow out of a downward opening, m3/s: ``C A sqrt(2 g H)`` (Torricelli; White)."""
    return DISCHARGE * math.pi * opening**2 * math.sqrt(2.0 * GRAVITY * depth)


def outflow(volume: float, radius: float, height: float, opening: float, tilt: float, seconds: float) -> float:
    """Return how much runs out of a tilted vessel in a short time, m3, never more than it cannot keep.

    Args:
        volume: Liquid in it, m3.
        radius: R of the inside, metres.
        height: h of the inside, metres.
        opening: Radius of the opening, metres.
        tilt: Of its axis from the vertical, radians.
        seconds: The time.
    """
    beyond = volume - kept(radius, height, tilt)
    if beyond <= 0.0:
        return 0.0
    if tilt >= math.pi / 2.0:
        depth = max(volume / (math.pi * radius**2) * -math.cos(tilt), opening * math.sin(tilt), 0.001)
        return min(beyond, orifice(opening, depth) * seconds)
    head = beyond / surface(radius, height, tilt)
    if head <= HELD:
        return 0.0
    return min(beyond, weir(lip_width(opening, head, tilt), head) * seconds)


def puddle_depth(tension: float, density: float, contact_angle: float) -> float:
    """Return the depth of a large puddle, metres: ``2 sqrt(s/(rho g)) sin(a/2)``.

    De Gennes, Brochard-Wyart and Quere, Capillarity and Wetting Phenomena, section 2.2. Water, 0.072 N/m, at a contact
    angle of 60 degrees lies 2.7 mm deep.
    """
    return 2.0 * math.sqrt(tension / (density * GRAVITY)) * math.sin(contact_angle / 2.0)


def puddle_radius(volume: float, depth: float) -> float:
    """Return the radius of a round puddle, metres: ``sqrt(V/(pi e))``."""
    return math.sqrt(max(0.0, volume) / (math.pi * depth))
