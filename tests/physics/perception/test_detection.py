import math
import statistics

import pytest

from hiyari.physics.perception.detection import probability, report
from hiyari.physics.perception.faults import SensorFault
from hiyari.physics.perception.model import Confusion, Detector, Effect
from hiyari.physics.perception.sight import Sighted

BOX = Sighted("crate", "box", (1.0, 2.0, 0.2), 0.0, 4.0, 40.0, 1.0)
CHILD = Sighted(
    "aki", "person", (1.0, 2.0, 0.0), 0.0, 4.0, 40.0, 1.0, (1.0, 2.0, 0.6), frozenset({"child", "carrying"})
)


def looks(detector, seen, count=400, seed=1, brightness=1.0, fault=None):
    """Reports of many looks."""
    numbers = iter(range(10_000))

    def alias(category, truth):
        return f"{category}_{next(numbers)}"

    return [report(detector, [seen], brightness, (seed, "cam", n), alias, fault) for n in range(count)]


def found(reports):
    return sum(bool(each.items) for each in reports)


def test_a_perfect_detector_tells_the_truth():
    """Without parameters everything visible is reported as it is."""
    (only,) = looks(Detector(), BOX, count=1)
    (item,) = only.items
    assert (item.name, item.category, item.position, only.missed) == ("crate", "box", BOX.position, ())


@pytest.mark.parametrize(
    ("detector", "seen", "expected"),
    [
        (Detector(best=0.7), BOX, 0.7),
        (Detector(half_pixels=40), BOX, 0.5),
        (Detector(half_pixels=30, spread_pixels=10), BOX, 1 / (1 + math.exp(-1))),
        (Detector(half_distance=4), BOX, 0.5),
        (Detector(half_distance=2), BOX, 1 / 17),
        (Detector(occlusion=2), BOX._replace(visible=0.5), 0.25),
        (Detector(), BOX._replace(visible=0.04), 0.0),
        (Detector(), BOX._replace(visible=0.0), 0.0),
        (Detector(classes=("person",)), BOX, 0.0),
        (Detector(appearance={"child": Effect(bright=0.8, source="assumed")}), CHILD, 0.8),
        (Detector(appearance={"child": Effect(bright=0.8, source="assumed")}), BOX, 1.0),
    ],
)
def test_the_probability_is_the_stated_function(detector, seen, expected):
    """Size, distance, occlusion, classes and appearance act as the page says."""
    assert probability(detector, seen, 1.0) == pytest.approx(expected)


def test_darkness_hides_dark_clothes_more():
    """With the brightness the factor goes from its dark to its bright value, on top of the general loss."""
    detector = Detector(darkness=1.0, appearance={"child": Effect(bright=0.8, dark=0.4, source="assumed")})
    assert probability(detector, CHILD, 0.5) == pytest.approx(0.5 * 0.6)
    assert probability(detector, BOX, 0.5) == pytest.approx(0.5)


def test_detections_come_as_often_as_stated():
    """Of 400 looks at 0.7 so many succeed, exactly for this seed and near 0.7 for others; all else is missed."""
    reports = looks(Detector(best=0.7), BOX)
    assert found(reports) == 269
    assert sum(each.missed == ("crate",) for each in reports) == 400 - 269
    for seed in range(2, 6):
        assert abs(found(looks(Detector(best=0.7), BOX, seed=seed)) / 400 - 0.7) < 3 * math.sqrt(0.21 / 400)


def test_noise_has_the_stated_deviation_and_grows_with_distance():
    """At 4 m the deviation is noise + growth * 16 on each axis, and the mean is the truth."""
    reports = looks(Detector(noise=0.01, noise_growth=0.005), BOX)
    for axis in range(3):
        errors = [each.items[0].position[axis] - BOX.position[axis] for each in reports]
        assert statistics.pstdev(errors) == pytest.approx(0.09, rel=0.1)
        assert abs(statistics.fmean(errors)) < 0.015


def test_a_person_who_carries_is_taken_for_a_box():
    """The confusion applies to its class and attribute only; the report says box, the record who it was."""
    confusion = Confusion(of="person", taken_for="box", probability=0.3, when="carrying")
    reports = looks(Detector(confusions=(confusion,)), CHILD)
    wrong = [each for each in reports if each.items[0].category == "box"]
    assert abs(len(wrong) / 400 - 0.3) < 0.07
    assert set(wrong[0].misclassified.values()) == {"aki"}
    assert wrong[0].items[0].position == CHILD.centre
    idle = CHILD._replace(attributes=frozenset())
    assert all(each.items[0].category == "person" for each in looks(Detector(confusions=(confusion,)), idle))


def test_false_detections_come_at_their_rate_within_their_area():
    """Their mean number is the rate, their places lie in the area, and they stand for nothing."""
    detector = Detector(
        best=0.0, false_detections=1.5, false_classes=("bin",), false_low=(0, 0, 0), false_high=(1, 2, 0)
    )
    reports = looks(detector, BOX)
    assert statistics.fmean(len(each.items) for each in reports) == pytest.approx(1.5, abs=0.2)
    for item in (item for each in reports for item in each.items):
        assert item.category == "bin" and item.truth == "" and item.name.startswith("bin_")
        assert 0 <= item.position[0] <= 1 and 0 <= item.position[1] <= 2 and item.position[2] == 0


def test_another_object_changes_nothing():
    """Every object has draws of its own."""
    detector = Detector(best=0.5, noise=0.05)
    for number in range(20):
        alone = report(detector, [BOX], 1.0, (1, "cam", number), lambda c, t: c)
        both = report(detector, [CHILD, BOX], 1.0, (1, "cam", number), lambda c, t: c)
        assert [item for item in both.items if item.truth == "crate"] == list(alone.items)


def test_a_noisy_sensor_is_rougher_and_misses_more():
    """The fault adds its deviation and its misses."""
    reports = looks(Detector(), BOX, fault=SensorFault(kind="noisy", sigma=0.2, misses=0.5))
    assert abs(found(reports) / 400 - 0.5) < 0.08
    errors = [each.items[0].position[0] - 1.0 for each in reports if each.items]
    assert statistics.pstdev(errors) == pytest.approx(0.2, rel=0.15)
