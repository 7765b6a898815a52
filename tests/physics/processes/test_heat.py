"""Lumped capacities, fire and burns."""

import math

import pytest

from hiyari.errors import ContentError
from hiyari.events import ObjectChanged, PersonExposed
from hiyari.physics.processes.burning import burn_threshold
from hiyari.physics.processes.heat import relaxed

from .conftest import of

PLACE = {
    "things": {
        "plate": {"cylinder": [0.2, 0.02], "position": [0, 0, 0.61], "states": {"temperature": 200.0}},
        "pot": {"cylinder": [0.2, 0.12], "position": [0, 0, 0.681], "mass": 1.0, "states": {"temperature": 20.0}},
        "towel": {"box": [0.1, 0.1, 0.01], "position": [0.17, 0, 0.606], "mass": 0.1, "tags": ["flammable"]},
    },
    "devices": {"knob": {"kind": "switch", "title": {"ja": "つまみ", "en": "knob"}}},
    "processes": {
        "heat": {
            "kind": "heat",
            "air": 20.0,
            "bodies": {
                "plate": {"capacity": 1e9, "film": 0.0, "conductance": 15.0},
                "pot": {"capacity": 900.0, "area": 0.1, "film": 10.0, "conductance": 30.0},
            },
        }
    },
}


def test_relaxation_and_burn_thresholds_by_hand():
    """After one time constant 1/e of the difference is left; metal burns at 65 degC in 1 s, at 55 in 10."""
    assert relaxed(100.0, 20.0, 2.0, 200.0, 100.0) == pytest.approx(20.0 + 80.0 * 0.367879, rel=1e-5)
    assert burn_threshold(0.2, "metal") == 65.0
    assert burn_threshold(10.0, "metal") == 55.0
    assert burn_threshold(math.sqrt(10.0), "metal") == pytest.approx(60.0)
    assert burn_threshold(1e6, "plastic") == 43.0


def test_a_pot_on_a_plate_heats_as_the_closed_form_says(simulate, run):
    """Plate of 200 degC, G 15 W/K, air 1 W/K, 900 J/K: it tends to 188.75 degC with a time constant of 56.25 s."""
    simulation = simulate(PLACE)
    events = run(simulation, 12.0)
    expected = 188.75 + (20.0 - 188.75) * math.exp(-12.0 * 16.0 / 900.0)
    assert simulation.signals.get_value("pot.temperature") == pytest.approx(expected, abs=0.3)
    hot = [(event.object, event.after) for event in of(ObjectChanged, events) if event.state == "hot"]
    assert hot == [("pot", True)] and simulation.built.objects["pot"].has("hot")


def test_a_heater_follows_its_signal_and_its_thermostat(simulate, run):
    """900 W into 100 J/K without losses warm by 9 K a second, until the thermostat's 60 degC."""
    body = {"capacity": 100.0, "film": 0.0, "power": 900.0, "level": "knob.on", "holds": 60.0, "conductance": 0.0}
    place = {**PLACE, "processes": {"heat": {"kind": "heat", "bodies": {"pot": body}}}}
    simulation = simulate(place)
    run(simulation, 1.0)
    assert simulation.signals.get_value("pot.temperature") == 20.0
    simulation.set_signal("knob.on", True, "test")
    run(simulation, 2.0)
    assert simulation.signals.get_value("pot.temperature") == pytest.approx(38.0)
    run(simulation, 4.0)
    assert simulation.signals.get_value("pot.temperature") == pytest.approx(60.0, abs=0.1)


def test_devices_heat_what_stands_on_them_and_what_lies_in_them(simulate, run):
    """A hotplate's level warms the thing that is the plate; an oven warms what is inside, and not what is beside."""
    plate = {"capacity": 400.0, "area": 0.03, "power": 1500.0, "level": "stove.level"}
    soup = {"capacity": 100.0, "film": 0.0, "power": 100.0, "level": "oven.on", "inside": "oven", "conductance": 0.0}
    bowls = {
        name: {"box": [0.06, 0.06, 0.04], "position": [x, 2.0, 1.05], "mass": 0.2}
        for name, x in (("soup", 8.0), ("salad", 9.0))
    }
    place = {
        "things": {"plate": {**PLACE["things"]["plate"], "states": {"temperature": 20.0}}, **bowls},
        "devices": {
            "stove": {"kind": "hotplate", "thing": "plate"},
            "oven": {"kind": "microwave", "position": [8.0, 2.0, 1.0], "size": [0.4, 0.4, 0.3]},
        },
        "processes": {"heat": {"kind": "heat", "bodies": {"plate": plate, "soup": soup, "salad": soup}}},
    }
    simulation = simulate(place)
    value = simulation.signals.get_value
    simulation.set_signal("stove.level", 0.5, "test")
    simulation.set_signal("oven.seconds", 60.0, "test")
    simulation.set_signal("oven.on", True, "test")
    run(simulation, 4.0, lambda simulation: keep(simulation, bowls))
    assert value("plate.temperature") == pytest.approx(20.0 + 4.0 * 750.0 / 400.0, abs=0.1)
    assert value("stove.temperature") == pytest.approx(value("plate.temperature"), abs=0.1)
    assert value("soup.temperature") == pytest.approx(24.0, abs=0.1) and value("salad.temperature") == 20.0


def keep(simulation, things):
    """Hold things where they were put."""
    for name, thing in things.items():
        simulation.engine.put(simulation.built.things[name], thing["position"], (0.0, 0.0, 0.0, 1.0))


def test_what_is_flammable_catches_fire_beside_what_is_hot_enough(simulate, run):
    """A towel two centimetres from the plate burns after its time, once the plate is hot enough, not before."""
    heat = PLACE["processes"]["heat"]
    for at, burns in ((190.0, False), (300.0, True)):
        ignition = {"towel": {"temperature": 250.0, "within": 0.05, "seconds": 1.0}}
        place = {**PLACE, "processes": {"heat": {**heat, "ignition": ignition}}}
        place["things"] = {**PLACE["things"], "plate": {**PLACE["things"]["plate"], "states": {"temperature": at}}}
        simulation = simulate(place)
        run(simulation, 0.9)
        assert simulation.built.objects["towel"].values["burning"] is False
        events = run(simulation, 0.6)
        told = [event for event in of(ObjectChanged, events) if event.state == "burning"]
        assert len(told) == burns and simulation.signals.get_value("heat.fires") == burns
        assert all(event.cause == "300 degC at plate" for event in told)


def test_a_hand_on_a_hot_surface_is_told_with_temperature_and_duration(simulate, run):
    """A hot iron at a hand burns it at once; one of 58 degC burns it only after seconds."""
    for temperature, first in ((120.0, 0.0), (58.0, 10 ** ((65.0 - 58.0) / 10.0))):
        place = {
            "things": {
                "iron": {"box": [0.1, 0.1, 0.1], "position": [2, 0, 1.5], "states": {"temperature": temperature}}
            },
            "processes": {"heat": {"kind": "heat", "bodies": {"iron": {"capacity": 1e9, "area": 1e-6}}}},
        }
        simulation = simulate(place)
        hand = simulation.built.people["worker"].person.spot("left_hand")
        simulation.engine.put(simulation.built.things["iron"], (hand[0], hand[1] - 0.08, hand[2]), (0, 0, 0, 1))
        exposed = of(PersonExposed, run(simulation, 7.0))
        assert exposed and exposed[0].seconds == pytest.approx(first, abs=0.02)
        assert {(one.hazard, one.person, one.source, one.unit) for one in exposed} == {
            ("heat", "worker", "iron", "degC")
        }
        assert {one.region for one in exposed} <= {"hands_and_fingers", "lower_arms_and_wrists"}
        assert exposed[0].level == pytest.approx(temperature) and exposed[0].limit <= temperature


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bodies": {"pt": {"capacity": 10}}}, "processes.heat.bodies.pt: .*did you mean 'pot'"),
        ({"bodies": {"pot": {"capacity": -10}}}, "bodies.pot.capacity"),
        ({"bodies": {"pot": {"capacity": 10, "power": 100}}}, "bodies.pot.level"),
        ({"bodies": {"pot": {"capacity": 10, "power": 100, "level": "knob.off"}}}, "bodies.pot.level: .*knob.on"),
        ({"ignition": {"towle": {}}}, "ignition.towle: .*towel"),
    ],
)
def test_mistakes_are_named(simulate, change, words):
    """Unknown things and signals, and impossible numbers, are errors of the file."""
    with pytest.raises(ContentError, match=words):
        simulate({**PLACE, "processes": {"heat": {**PLACE["processes"]["heat"], **change}}})
