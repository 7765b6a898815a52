"""The well-mixed box model of a room."""

import math

import pytest

from hiyari.errors import ContentError
from hiyari.events import AreaExposed, ObjectChanged, PersonExposed, Released
from hiyari.physics.processes.gas import mixed

from .conftest import of

ROOM = {
    "kind": "gas",
    "substance": "propane",
    "low": [-2.0, 1.0],
    "high": [2.0, 3.0],
    "height": 2.5,
    "air_changes": 60,
    "leaks": {"stove": {"rate": 1200, "when": "valve.on"}},
    "ventilation": "fan.on",
    "ventilated": 480,
}
SWITCH = {"kind": "switch", "title": {"ja": "弁", "en": "valve"}}
PLACE = {"devices": {"valve": SWITCH, "fan": SWITCH}, "processes": {"gas": ROOM}}


def test_the_box_model_by_hand():
    """20 L/s into 20 m3 at a change a minute tend to 6 %, after a minute 1 - 1/e of it; without air all stays."""
    assert mixed(0.0, 0.001, 1 / 60, 60.0) == pytest.approx(0.06 * (1 - math.exp(-1)))
    assert mixed(0.06, 0.0, 1 / 60, 60.0) == pytest.approx(0.06 * 0.36788, rel=1e-4)
    assert mixed(0.01, 0.001, 0.0, 5.0) == pytest.approx(0.015)


def test_a_leak_fills_a_room_sounds_the_alarm_and_reaches_people(simulate, run):
    """The concentration is the closed form's; the alarm, the area and the person in it are told; a fan clears it."""
    simulation = simulate(PLACE)
    run(simulation, 0.2)
    assert simulation.signals.get_value("gas.ppm") == 0.0
    simulation.set_signal("valve.on", True, "test")
    events = run(simulation, 3.0)
    assert simulation.signals.get_value("gas.ppm") == pytest.approx(60_000 * (1 - math.exp(-3 / 60)), rel=1e-9)
    assert simulation.signals.get_value("gas.lel") == pytest.approx(
        simulation.signals.get_value("gas.ppm") / 210.0, rel=1e-9
    )
    (leak,) = of(Released, events)
    assert (leak.source, leak.amount, leak.unit) == ("stove", pytest.approx(1200.0), "L/min")
    assert [event.after for event in of(ObjectChanged, events)] == [True]
    (area,) = of(AreaExposed, events)
    assert (area.area, area.limit) == ("gas", 1000.0)
    exposed = of(PersonExposed, events)
    assert [event.person for event in exposed] == ["worker"] * 3
    seconds = [event.seconds for event in exposed]
    assert seconds == [0.0, pytest.approx(0.5, abs=0.01), pytest.approx(1.0, abs=0.02)]
    simulation.set_signal("valve.on", False, "test")
    simulation.set_signal("fan.on", True, "test")
    before = simulation.signals.get_value("gas.ppm")
    run(simulation, 2.0)
    assert simulation.signals.get_value("gas.ppm") == pytest.approx(before * math.exp(-2 * 540 / 3600), rel=1e-6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"substance": "propan"}, "processes.gas.substance: .*did you mean 'propane'"),
        ({"ventilation": "fan.onn"}, "processes.gas.ventilation: .*fan.on"),
        ({"leaks": {"stove": {"rate": -1}}}, "processes.gas.*leaks.stove.rate"),
        ({"leaks": {"stove": {"rate": 1, "when": "amr.mode"}}}, "leaks.stove.when: .*is a text"),
        ({"low": [3.0, 1.0]}, "low must be below high"),
    ],
)
def test_mistakes_are_named(simulate, change, words):
    """Unknown gases and signals, negative rates and rooms without floor are errors of the file."""
    with pytest.raises(ContentError, match=words):
        simulate({**PLACE, "processes": {"gas": {**ROOM, **change}}})
