"""Crowds in zones, and tagged things near people."""

import pytest

from hiyari.errors import ContentError
from hiyari.events import CrowdChanged, HazardNear, ReachChanged
from hiyari.physics.geometry import UPRIGHT
from hiyari.physics.processes.crowd import level_of

from .conftest import of


def test_levels_of_service():
    """Fruin's tables: 3.3 m2 a person is A on a walkway, 0.45 F; waiting, 0.3 m2 a person is D."""
    assert [level_of(1 / space, "walkway") for space in (3.3, 3.2, 1.4, 1.0, 0.5, 0.45)] == list("ABCDEF")
    assert level_of(1 / 0.3, "queuing") == "D" and level_of(0.0, "queuing") == "A"


def test_a_crowd_in_a_zone_is_counted_and_told_when_its_level_changes(simulate, run):
    """Six people on 3 m2 are 2 a square metre, level E."""
    person = {"title": {"ja": "人", "en": "person"}}
    people = {f"p{n}": {**person, "position": [10.0 + 0.7 * (n % 3), 10.0 + 0.7 * (n // 3)]} for n in range(6)}
    zone = {"low": [9.5, 9.5], "high": [11.5, 11.0], "title": {"ja": "広場", "en": "square"}}
    simulation = simulate({"people": people, "zones": {"square": zone}, "processes": {"crowd": {"kind": "crowd"}}})
    (told,) = of(CrowdChanged, run(simulation, 1.0))
    assert (told.zone, told.persons, told.density, told.level) == ("square", 6, pytest.approx(2.0), "E")
    assert simulation.signals.get_value("crowd.square") == pytest.approx(2.0)


PLACE = {
    "things": {
        "knife": {"box": [0.02, 0.2, 0.02], "position": [2.0, 2.0, 1.0], "mass": 0.1, "tags": ["sharp"]},
        "pills": {
            "box": [0.05, 0.05, 0.05],
            "position": [2.0, 3.0, 0.03],
            "tags": ["toxic"],
            "states": {"quantity": 12},
        },
        "more": {"box": [0.05, 0.05, 0.05], "position": [0.6, 2.0, 0.03], "tags": ["toxic"]},
    },
    "processes": {
        "blades": {"kind": "hazards", "tag": "sharp"},
        "medicine": {"kind": "hazards", "tag": "toxic"},
    },
}


def test_a_blade_that_comes_near_is_told_few_times(simulate, run):
    """A knife moved at a worker is told at 30 cm, at half of that and so on, to touching; at rest it is not."""
    simulation = simulate(PLACE)
    assert of(HazardNear, run(simulation, 0.1)) == []
    chest = simulation.built.people["worker"].person.spot("face")
    body, start = simulation.built.things["knife"], simulation.time

    def approach(simulation):
        away = max(0.0, 0.6 - 0.5 * (simulation.time - start))
        simulation.engine.put(body, (chest[0] + away, chest[1], chest[2]), UPRIGHT)
        simulation.engine.set_velocity(body, (-0.5, 0.0, 0.0), (0.0, 0.0, 0.0))

    near = of(HazardNear, run(simulation, 1.2, approach))
    assert near[0].distance == pytest.approx(0.3, abs=0.02) and near[-1].distance == 0.0
    assert 3 <= len(near) <= 8 and {event.object for event in near} == {"knife"}
    assert near[0].speed == pytest.approx(0.5, abs=0.1) and near[0].person == "worker"


def test_what_is_within_reach_is_counted(simulate, run):
    """One box of medicine lies within reach; another with its quantity of twelve is told when it is put there too."""
    simulation = simulate(PLACE)
    (first,) = of(ReachChanged, run(simulation, 0.3))
    assert (first.person, first.things, first.quantity) == ("worker", ("more",), 1.0)
    simulation.engine.put(simulation.built.things["pills"], (0.3, 2.3, 0.9), UPRIGHT)
    (second,) = of(ReachChanged, run(simulation, 0.3))
    assert (second.things, second.quantity) == (("more", "pills"), 13.0)
    assert simulation.signals.get_value("medicine.worker") == 2.0


@pytest.mark.parametrize(
    ("processes", "words"),
    [
        ({"crowd": {"kind": "crowd"}}, "processes.crowd.zones: the scene has no zones"),
        ({"crowd": {"kind": "crowd", "zones": ["hall"]}}, "processes.crowd.zones: there is no zone 'hall'"),
        ({"h": {"kind": "hazards", "tag": "hot"}}, "processes.h.tag: no thing of the scene"),
        ({"h": {"kind": "hazards", "tag": "sharp", "things": ["knive"]}}, "did you mean 'knife'"),
        ({"h": {"kind": "hazards", "tag": "sharp", "persons": ["wrker"]}}, "did you mean 'worker'"),
        ({"h": {"kind": "hazard"}}, "kind|hazards"),
    ],
)
def test_mistakes_are_named(simulate, processes, words):
    """Zones, things and people that are not there are errors of the file."""
    with pytest.raises(ContentError, match=words):
        simulate({**PLACE, "processes": processes})
