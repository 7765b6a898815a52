"""Pouring, catching, spilling: against geometry by hand and in the real engine."""

import math
from itertools import pairwise

import pytest

from hiyari.errors import ContentError
from hiyari.events import ObjectChanged, PersonExposed, Released
from hiyari.physics.geometry import about_y
from hiyari.physics.processes.liquid_flow import (
    kept,
    orifice,
    outflow,
    pour_angle,
    puddle_depth,
    puddle_radius,
    weir,
)
from hiyari.physics.signals import Unsettable

from .conftest import of

CUP = {"volume": 0.25, "height": 0.09, "opening": 0.03, "rim": 0.05}
PLACE = {
    "things": {
        "cup": {
            "cylinder": [0.07, 0.10],
            "position": [0.0, -0.2, 1.2],
            "mass": 0.2,
            "part": True,
            "vessel": CUP,
            "states": {"full": 0.8},
        },
        "bowl": {
            "cylinder": [0.24, 0.08],
            "position": [0.10, -0.2, 0.645],
            "vessel": {"volume": 2.0, "height": 0.07, "opening": 0.11, "rim": 0.04},
        },
    },
    "processes": {"liquid": {"kind": "liquid"}},
}


def tilted(name, at, rate=1.5, most=2.6):
    """Hold a vessel in the air and tilt it towards +x."""

    def hold(simulation):
        angle = min(most, rate * simulation.time)
        simulation.engine.put(simulation.built.things[name], at, about_y(angle))

    return hold


def test_a_tilted_cylinder_keeps_what_geometry_says():
    """Half of it when the surface runs from rim to bottom edge, 2/3 R^2 h when it halves the bottom, all, nothing."""
    radius, height = 0.03, 0.09
    whole = math.pi * radius**2 * height
    assert kept(radius, height, 0.0) == pytest.approx(whole)
    assert kept(radius, height, math.atan(height / (2 * radius))) == pytest.approx(whole / 2)
    assert kept(radius, height, math.atan(height / radius)) == pytest.approx(2 / 3 * radius**2 * height)
    assert kept(radius, height, math.pi / 2) == 0.0
    # 80 % full: tan t = h (1 - 0.8)/R = 0.6
    assert pour_angle(radius, height, 0.8) == pytest.approx(math.atan(0.6), abs=1e-6)


def test_flows_and_puddles_by_hand():
    """A weir of 40 mm at 5 mm head, an opening of 30 mm under 50 mm, and water 2.7 mm deep."""
    assert weir(0.04, 0.005) == pytest.approx(2 / 3 * 0.61 * 0.04 * 4.42945 * 3.53553e-4, rel=1e-4)
    assert orifice(0.03, 0.05) == pytest.approx(0.61 * 2.82743e-3 * 0.99045, rel=1e-4)
    assert puddle_depth(0.072, 1000.0, math.radians(60)) == pytest.approx(2 * 2.70914e-3 * 0.5, rel=1e-4)
    assert puddle_radius(1e-3, 2.709e-3) == pytest.approx(0.34278, rel=1e-3)
    assert outflow(1e-4, 0.03, 0.09, 0.03, 0.1, 0.01) == 0.0


def test_pouring_into_a_bowl_loses_nothing(simulate, run):
    """All that leaves the cup is in the bowl, the masses follow, and both changes are told once."""
    simulation = simulate(PLACE)
    cup, bowl = simulation.built.objects["cup"], simulation.built.objects["bowl"]
    total = simulation.signals.get_value("liquid.total")
    assert total == pytest.approx(0.2)
    assert simulation.engine.mass(cup.body) == pytest.approx(0.4)
    events = run(simulation, 4.0, tilted("cup", (0.0, -0.2, 0.95)))
    assert cup.values["full"] == pytest.approx(0.0, abs=1e-9)
    assert bowl.values["full"] == pytest.approx(0.1)
    assert simulation.signals.get_value("liquid.total") == pytest.approx(total, abs=1e-12)
    assert simulation.signals.get_value("liquid.spilled") == 0.0
    assert simulation.engine.mass(cup.body) == pytest.approx(0.2, abs=2e-3)
    told = [(event.object, event.before, event.after) for event in of(ObjectChanged, events) if event.state == "full"]
    assert told == [
        ("bowl", 0.0, pytest.approx(0.1)),
        ("cup", pytest.approx(0.8, abs=1e-3), pytest.approx(0.0, abs=1e-9)),
    ]


def test_a_cup_pours_at_its_angle(simulate, run):
    """Below the angle at which the level reaches the rim nothing leaves it, above it something does."""
    simulation = simulate(PLACE)
    vessel = simulation.built.mechanisms["liquid"].vessels["cup"]
    angle = vessel.pours_at
    run(simulation, 1.0, tilted("cup", (0.0, -0.2, 0.95), rate=100.0, most=angle - 0.02))
    assert vessel.full == 0.8
    run(simulation, 1.0, tilted("cup", (0.0, -0.2, 0.95), rate=100.0, most=angle + 0.1))
    assert 0.6 < vessel.full < 0.8


def test_a_vessel_filled_from_outside_stays_within_its_volume(simulate, run):
    """A signal fills it between nothing and full, weight and litres follow, and anything else is refused."""
    simulation = simulate(PLACE)
    for full in (1.0, 0.0, 0.5):
        simulation.set_signal("cup.full", full, "test")
        run(simulation, 0.05)
        assert simulation.signals.get_value("liquid.total") == pytest.approx(0.25 * full)
        assert simulation.engine.mass(simulation.built.things["cup"]) == pytest.approx(0.2 + 0.25 * full)
    for wrong in (1.5, -0.1, float("nan")):
        with pytest.raises(Unsettable):
            simulation.set_signal("cup.full", wrong, "test")


def test_pouring_beside_makes_a_puddle_that_wets_what_is_powered(simulate, run):
    """The bench has a puddle of all of it, told when it has doubled; a device that stands in it gets wet."""
    place = {
        **PLACE,
        "things": {
            **PLACE["things"],
            "bowl": {**PLACE["things"]["bowl"], "position": [0.2, 0.1, 0.645]},
            "charger": {"box": [0.05, 0.05, 0.04], "position": [0.2, -0.2, 0.625], "tags": ["powered"]},
        },
    }
    simulation = simulate(place)
    events = run(simulation, 4.0, tilted("cup", (0.0, -0.2, 0.95)))
    (puddle,) = simulation.built.mechanisms["liquid"].puddles.lying
    assert puddle.surface == "bench" and puddle.place[2] == pytest.approx(0.6)
    assert simulation.signals.get_value("liquid.spilled") == pytest.approx(0.2)
    assert puddle.radius == pytest.approx(math.sqrt(2e-4 / math.pi / puddle.depth))
    released = of(Released, events)
    assert [event.into for event in released] == ["bench"] * len(released) and 3 <= len(released) <= 10
    assert all(b.amount >= 2 * a.amount for a, b in pairwise(released))
    assert simulation.built.objects["charger"].values["wet"] is True
    assert simulation.built.mechanisms["liquid"].puddles.wipe(0.1, -0.2, 0.3) == pytest.approx(0.2)


def test_hot_liquid_on_a_person_burns(simulate, run):
    """A stream over a hand is told as liquid and, when hot, as heat with its temperature."""
    place = {
        **PLACE,
        "things": {**PLACE["things"], "cup": {**PLACE["things"]["cup"], "states": {"full": 0.9, "temperature": 90.0}}},
    }
    simulation = simulate(place)
    hand = simulation.built.people["worker"].person.spot("right_hand")
    events = run(simulation, 2.5, tilted("cup", (hand[0] - 0.09, hand[1], hand[2] + 0.2)))
    exposed = {(event.hazard, event.person) for event in of(PersonExposed, events)}
    assert exposed == {("heat", "worker"), ("liquid", "worker")}
    assert all(event.level == 90.0 for event in of(PersonExposed, events) if event.hazard == "heat")


def test_wheels_slip_in_a_puddle(simulate, run):
    """A robot that brakes in a puddle needs a longer way than on the dry floor; beyond it its friction is whole."""
    stops = []
    for slip in (1.0, 0.02):
        simulation = simulate({**PLACE, "processes": {"liquid": {"kind": "liquid", "slip": slip}}})
        puddles = simulation.built.mechanisms["liquid"].puddles
        machine = simulation.built.machines["amr"]
        machine.drive.go([(14.0, 0.0)], "14,0", "direct")
        run(simulation, 3.0)
        x = machine.place[0]
        puddles.add({"water": 0.02}, "floor", (x + 0.8, 0.0, 0.0), 0.0027, "jug")
        run(simulation, 0.3)
        simulation.changed(machine.safety.press_emergency(simulation.time))
        run(simulation, 2.0)
        stops.append(machine.place[0] - x)
    assert stops[1] > stops[0] + 0.1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"things": {"cup": {"vessel": {**CUP, "volume": -1.0}}}}, "things.cup.vessel.volume"),
        ({"things": {"cup": {"states": {"full": 1.5}}}}, "between 0 and 1"),
        ({"things": {"cup": {"vessel": {**CUP, "substance": "watr"}}}}, "processes.liquid.fluids: 'watr' of 'cup'"),
        ({"processes": {"more": {"kind": "liquid"}}}, "processes.more.kind: 'liquid' is the liquid already"),
    ],
)
def test_mistakes_are_named(simulate, change, words):
    """Negative volumes, overfull vessels, unknown substances and a second process are errors of the file."""
    from hiyari.physics.scene.stage import merge_place

    with pytest.raises(ContentError, match=words):
        simulate(merge_place(PLACE, change))
