"""Spray, plume and deposits."""

import math

import numpy
import pytest

from hiyari.errors import ContentError
from hiyari.events import AreaExposed, PersonExposed, Released
from hiyari.physics.processes.areas import Area
from hiyari.physics.processes.cells import cells_of
from hiyari.physics.processes.plume import Plume, settling_speed, sigmas

from .conftest import of

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10]]


def test_sigmas_and_the_plume_by_hand():
    """Class D at 100 m: sy 7.960 m, sz 5.595 m; 1 g/s at 2 m/s from the ground gives 3.574 mg/m3 on its axis."""
    across, up = sigmas(numpy.array([100.0]), "D")
    assert (across[0], up[0]) == (pytest.approx(7.9603, rel=1e-4), pytest.approx(5.5950, rel=1e-4))
    plume = Plume(wind=2.0, height=0.0, fall=0.0, stability="D")
    found = plume.concentration(numpy.array([100.0]), numpy.array([0.0]), numpy.array([0.0]))[0]
    assert found == pytest.approx(1.0 / (math.pi * 2.0 * 7.9603 * 5.5950), rel=1e-4)
    # 5 m beside and 1.5 m up, source at 1 m: 1/(2 pi u sy sz) = 1.78671e-3, times 0.820975, times 0.996013 + 0.904977
    high = Plume(wind=2.0, height=1.0, fall=0.0, stability="D")
    found = high.concentration(numpy.array([100.0]), numpy.array([5.0]), numpy.array([1.5]))[0]
    assert found == pytest.approx(1.78671e-3 * 0.820975 * (0.996015 + 0.905008), rel=1e-4)
    assert plume.concentration(numpy.array([-5.0]), numpy.array([0.0]), numpy.array([0.0]))[0] == 0.0
    assert settling_speed(100e-6) == pytest.approx(1000 * 9.81 * 1e-8 / (18 * 1.81e-5))


def test_what_settles_is_what_the_plume_has_lost():
    """The deposit over a wide field is the share that is missing downwind of it, within 2 %."""
    plume = Plume(wind=3.0, height=0.5, fall=settling_speed(100e-6), stability="D", smear=0.5)
    x, y = numpy.meshgrid(numpy.arange(1.05, 60.0, 0.1), numpy.arange(-25.0, 25.0, 0.5))
    laid = float(plume.deposit(x.ravel(), y.ravel()).sum() * 0.1 * 0.5)
    lost = 1.0 - float(plume.left(numpy.array([60.0]))[0])
    assert laid == pytest.approx(lost, rel=0.02) and 0.5 < lost < 1.0


def test_cells_of_a_polygon():
    """A square of 10 m has a hundred cells of a metre, a triangle of half of it about half."""
    assert len(cells_of("a", Area(outline=SQUARE), 1.0).x) == 100
    triangle = cells_of("a", Area(outline=SQUARE[:3]), 0.5)
    assert len(triangle.x) * 0.25 == pytest.approx(50.0, abs=3.0)


FIELD = {
    "processes": {
        "weather": {"kind": "weather", "wind": 3.0, "direction": 1.5708},
        "drift": {
            "kind": "drift",
            "sources": {"amr": {"flow": 6.0, "spraying": "pump.on", "boom": 3.0, "drift": 0.2, "concentration": 5.0}},
            "areas": {
                "plot": {"outline": [[4, -2], [14, -2], [14, 2], [4, 2]], "target": True},
                "school": {"outline": [[0, 6], [20, 6], [20, 16], [0, 16]], "limit": 1.0},
                "hive": {"outline": [[0, -20], [20, -20], [20, -10], [0, -10]], "limit": 1.0},
            },
            "person_limit": 0.1,
            "stability": "B",
        },
    },
    "devices": {"pump": {"kind": "switch", "title": {"ja": "ポンプ", "en": "pump"}}},
    "people": {
        "pupil": {"title": {"ja": "児童", "en": "pupil"}, "position": [8.0, 12.0]},
        "beekeeper": {"title": {"ja": "養蜂家", "en": "beekeeper"}, "position": [8.0, -12.0]},
    },
}


def test_spraying_treats_the_plot_and_drifts_downwind(simulate, run):
    """Coarse spray lies on the plot, fine spray on the school downwind and none on the hives upwind; litres balance."""
    simulation = simulate(FIELD)
    value = simulation.signals.get_value
    machine = simulation.built.machines["amr"]
    machine.drive.go([(12.0, 0.0)], "", "direct")
    assert of(Released, run(simulation, 1.0)) == []
    simulation.set_signal("pump.on", True, "test")
    events = run(simulation, 8.0)
    applied = value("drift.applied")
    assert applied == pytest.approx(0.8, abs=0.05)
    assert value("drift.drifted") == pytest.approx(applied * 0.2 * 5.0, rel=1e-9)
    assert value("drift.plot_litres") == pytest.approx(applied * 0.8, rel=0.1)
    assert 0.3 < value("drift.plot_coverage") < 0.9
    assert value("drift.hive") == 0.0 < value("drift.school") < value("drift.drifted")
    (began,) = of(Released, events)
    assert (began.source, began.into) == ("amr", "air")
    areas = of(AreaExposed, events)
    assert areas[0].area == "school" and areas[0].level > areas[0].limit == 1.0
    assert {event.person for event in of(PersonExposed, events)} == {"pupil"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sources": {"rover": {}}}, "sources.rover: there is no robot 'rover'"),
        ({"sources": {"amr": {}}}, "sources.amr.flow: there is no signal 'amr.flow'"),
        ({"sources": {"amr": {"flow": 1.0, "spraying": 1.0, "dilution": 1.5}}}, "sources.amr.dilution"),
        ({"sources": {"amr": {"flow": 1.0, "spraying": 1.0, "height": "amr.hight"}}}, "sources.amr.height"),
        ({"weather": "wether"}, "drift.weather: .*weather"),
        ({"areas": {"plot": {"outline": [[0, 0], [0.1, 0], [0, 0.1]]}}}, "areas.plot.outline: .*smaller than a cell"),
        ({"areas": {"plot": {"outline": [[0, 0], [1e4, 0], [0, 1e4]]}}}, "areas.plot.outline: more than"),
        ({"areas": {"plot": {"outline": [[0, 0], [5, 0]]}}}, "areas.plot.outline"),
    ],
)
def test_mistakes_are_named(simulate, change, words):
    """Unknown robots, signals and weather, and areas that are none, are errors of the file."""
    processes = {**FIELD["processes"], "drift": {**FIELD["processes"]["drift"], **change}}
    with pytest.raises(ContentError, match=words):
        simulate({**FIELD, "processes": processes})
