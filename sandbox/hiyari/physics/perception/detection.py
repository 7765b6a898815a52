"""What a detector reports of what there is. The formula is stated in docs/perception.md.

Every draw has a generator of its own for (seed, sensor, number of the look, object), so that adding an object, or
looking with another sensor, changes nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from hiyari.physics.chance import drawn
from hiyari.physics.geometry import Vector

from .faults import SensorFault
from .model import Confusion, Detector
from .sight import Sighted


@dataclass(frozen=True)
class Reported:
    """One object as the agent is told of it."""

    name: str
    category: str
    position: Vector
    """Metres, world frame; of a person where the feet are."""
    yaw: float
    truth: str = ""
    """Name of what it truly is; empty for what is not there. The agent is not told."""


@dataclass(frozen=True)
class Report:
    """One list of objects, and in what it differs from the truth."""

    items: tuple[Reported, ...]
    missed: tuple[str, ...] = ()
    """What is in view, to whatever share, and was not found."""

    @property
    def invented(self) -> tuple[str, ...]:
        """Reported names of what is not there."""
        return tuple(item.name for item in self.items if not item.truth)

    @property
    def misclassified(self) -> dict[str, str]:
        """Reported names of what is taken for something else, and what it is."""
        return {item.name: item.truth for item in self.items if item.truth and item.truth != item.name}


Alias = Callable[[str, str], str]
"""Returns the name for an object (empty for none) that is reported as a class."""


def probability(detector: Detector, seen: Sighted, brightness: float, fault: SensorFault | None = None) -> float:
    """Return the probability that an object is found.

    best * size * distance * visible^occlusion * brightness^darkness * appearance, and 0 below the least visible share.
    """
    if seen.visible <= 0.0 or seen.visible < detector.least_visible:
        return 0.0
    if detector.classes and seen.category not in detector.classes:
        return 0.0
    chance: float = detector.best
    if detector.half_pixels is not None:
        steep = (seen.pixels - detector.half_pixels) / detector.spread_pixels
        chance *= 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, steep))))
    if detector.half_distance is not None:
        chance /= 1.0 + (seen.distance / detector.half_distance) ** 4
    chance *= math.pow(seen.visible, detector.occlusion) * math.pow(brightness, detector.darkness)
    for attribute in sorted(seen.attributes & detector.appearance.keys()):
        effect = detector.appearance[attribute]
        dark = effect.bright if effect.dark is None else effect.dark
        chance *= dark + (effect.bright - dark) * brightness
    if fault is not None and fault.kind == "noisy":
        chance *= 1.0 - fault.misses
    return chance


def report(
    detector: Detector,
    sights: Sequence[Sighted],
    brightness: float,
    key: tuple[int, str, int],
    alias: Alias,
    fault: SensorFault | None = None,
) -> Report:
    """Return what a detector reports.

    Args:
        detector: Its parameters.
        sights: What there is.
        brightness: Of the scene, 0 to 1.
        key: Seed, name of the sensor, number of the look.
        alias: Names what is not reported under its own name.
        fault: A fault of kind ``noisy``, if there is one.
    """
    items, missed = [], []
    rough = fault.sigma if fault is not None and fault.kind == "noisy" else 0.0
    for seen in sights:
        random = _drawn(key, seen.name)
        found, kind = random.random(), random.random()
        errors = [random.gauss(0.0, 1.0) for _ in range(4)]
        if found >= probability(detector, seen, brightness, fault):
            if seen.visible > 0.0 and (not detector.classes or seen.category in detector.classes):
                missed.append(seen.name)
            continue
        sigma = math.hypot(detector.noise + detector.noise_growth * seen.distance**2, rough)
        category = _taken_for(detector.confusions, seen, kind)
        place = seen.position if category == seen.category or seen.centre is None else seen.centre
        x, y, z = (value + sigma * error for value, error in zip(place, errors, strict=False))
        yaw = seen.yaw + detector.turn_noise * errors[3]
        name = seen.name if category == seen.category else alias(category, seen.name)
        items.append(Reported(name, category, (x, y, z), yaw, seen.name))
    items += _invented(detector, sights, _drawn(key, ""), alias)
    return Report(tuple(sorted(items, key=lambda item: item.name)), tuple(missed))


def _taken_for(confusions: Sequence[Confusion], seen: Sighted, draw: float) -> str:
    for one in confusions:
        if one.of == seen.category and (not one.when or one.when in seen.attributes):
            if draw < one.probability:
                return one.taken_for
            draw -= one.probability
    return seen.category


def _invented(detector: Detector, sights: Sequence[Sighted], random: Random, alias: Alias) -> list[Reported]:
    if not detector.false_detections:
        return []
    low, high = _area(detector, sights)
    found = []
    for _ in range(_poisson(detector.false_detections, random)):
        category = random.choice(detector.false_classes)
        x, y, z = (random.uniform(a, b) for a, b in zip(low, high, strict=True))
        found.append(Reported(alias(category, ""), category, (x, y, z), random.uniform(-math.pi, math.pi)))
    return found


def _area(detector: Detector, sights: Sequence[Sighted]) -> tuple[Vector, Vector]:
    if detector.false_low is not None and detector.false_high is not None:
        return detector.false_low, detector.false_high
    places = [seen.position for seen in sights if seen.visible > 0.0] or [(0.0, 0.0, 0.0)]
    axes = list(zip(*places, strict=True))
    low, high = [min(axis) - 0.3 for axis in axes], [max(axis) + 0.3 for axis in axes]
    return (low[0], low[1], min(axes[2])), (high[0], high[1], max(axes[2]))


def _poisson(mean: float, random: Random) -> int:
    """Return a Poisson number (Knuth, The Art of Computer Programming 2, 3.4.1)."""
    limit, product, count = math.exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count


def _drawn(key: tuple[int, str, int], name: str) -> Random:
    seed, sensor, number = key
    return drawn(seed, "sensor", sensor, str(number), name)
