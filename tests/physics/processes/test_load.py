"""Loads that shift and fall, and the stability of machines."""

from itertools import pairwise

import pytest

from hiyari.errors import ContentError
from hiyari.events import Dropped, LoadShifted, ObjectChanged, StabilityChanged
from hiyari.physics.geometry import UPRIGHT, about_y
from hiyari.physics.processes.falling import impact_speed
from hiyari.physics.processes.stability import Stance, braking_limit, standing

from .conftest import of

STANCE = {"base": [0.3, 0.2], "height": 0.16, "low": 0.05}


def test_braking_limit_and_margin_by_hand():
    """Half-base 175 mm and height 600 mm tip at 2.86 m/s2; at half of that half of the base is left."""
    assert braking_limit(0.175, 0.6) == pytest.approx(2.86, abs=0.002)
    stance = Stance(base=(0.175, 0.5), height=0.6)
    for braking, margin in ((0.0, 0.175), (2.86125 / 2, 0.0875), (2.86125, 0.0)):
        assert standing(stance, 50.0, [], UPRIGHT, (-braking, 0.0, 0.0)).margin == pytest.approx(margin, abs=1e-6)
    # 50 kg at 0.2 m and as much at 1 m: centre at 0.6 m, 0.05 m forward
    low = Stance(base=(0.175, 0.5), height=0.2)
    found = standing(low, 50.0, [(50.0, (0.1, 0.0, 1.0))], UPRIGHT, (0.0, 0.0, 0.0))
    assert (found.height, found.margin) == (pytest.approx(0.6), pytest.approx(0.125))
    # a slope of 0.2 rad moves the foot by h tan 0.2 = 0.1216 m
    assert standing(stance, 50.0, [], about_y(0.2), (0.0, 0.0, 0.0)).margin == pytest.approx(0.175 - 0.12163, abs=1e-4)
    assert impact_speed(0.8) == pytest.approx(3.962, abs=1e-3)


def tall(friction, name="box", base=0.25):
    return {
        name: {
            "box": [0.2, base, 0.5],
            "position": [4.0, 0.0, 0.565],
            "mass": 30.0,
            "friction": friction,
        }
    }


def test_the_margin_falls_when_a_loaded_robot_brakes(simulate, run):
    """With 30 kg at 57 cm the centre of mass is at 0.29 m: braking at 1.5 m/s2 takes 0.29 x 1.5/9.81 = 4.4 cm of 20."""
    stance = {"base": [0.2, 0.4], "height": 0.16, "low": 0.17}
    simulation = simulate({"things": tall(5.0), "processes": {"load": {"kind": "load", "machines": {"amr": stance}}}})
    machine, value = simulation.built.machines["amr"], simulation.signals.get_value
    run(simulation, 0.5)
    assert value("load.amr_margin") == pytest.approx(0.2, abs=0.01) and value("load.amr_load") == 1.0
    balance = simulation.built.mechanisms["load"].balances["amr"]
    assert balance.now.height == pytest.approx((65 * 0.16 + 30 * 0.565) / 95, abs=0.01)
    machine.drive.go([(14.0, 0.0)], "", "direct")
    run(simulation, 2.5)
    assert value("load.amr_margin") == pytest.approx(0.2, abs=0.02)
    simulation.changed(machine.safety.press_emergency(simulation.time))
    margins = []
    events = run(simulation, 1.5, lambda simulation: margins.append(value("load.amr_margin")))
    braking = margins[25:75]
    assert sum(braking) / len(braking) == pytest.approx(0.2 - 0.044, abs=0.01)
    assert [event.level for event in of(StabilityChanged, events)] == ["reduced", "stable"]


def test_a_box_slides_off_at_hard_braking(simulate, run):
    """A box of little friction shifts, falls and is told with height, energy and the robot that carried it."""
    simulation = simulate({"things": tall(0.02), "processes": {"load": {"kind": "load"}}})
    machine = simulation.built.machines["amr"]
    machine.drive.go([(14.0, 0.0)], "", "direct")
    events = run(simulation, 1.2)
    simulation.changed(machine.safety.press_emergency(simulation.time))
    events += run(simulation, 2.5)
    shifted, dropped = of(LoadShifted, events), of(Dropped, events)
    assert shifted and {(event.robot, event.object) for event in shifted} == {("amr", "box")}
    assert len(shifted) <= 4 and all(b.distance >= 2 * a.distance for a, b in pairwise(shifted))
    (fall,) = dropped
    assert (fall.object, fall.source, fall.mass) == ("box", "amr", 30.0)
    assert 0.1 < fall.height < 0.5 and fall.energy == pytest.approx(30.0 * 9.81 * fall.height)
    assert simulation.signals.get_value("load.amr_load") == 0.0


def test_a_vase_breaks_where_it_falls_far(simulate, run):
    """From 60 cm a fragile thing breaks at about sqrt(2 g h) m, from 5 cm it does not, and nothing is told."""
    for height, broken in ((0.65, True), (0.05, False)):
        vase = {"box": [0.1, 0.1, 0.1], "position": [2.0, 0.0, 0.05 + height], "mass": 1.0, "tags": ["fragile"]}
        simulation = simulate({"things": {"vase": vase}, "processes": {"load": {"kind": "load"}}})
        events = run(simulation, 1.0)
        assert simulation.built.objects["vase"].values["broken"] is broken
        assert [event.state for event in of(ObjectChanged, events)] == ["broken"] * broken
        assert len(of(Dropped, events)) == broken
        for fall in of(Dropped, events):
            assert fall.height == pytest.approx(height, abs=0.02)
            assert fall.speed == pytest.approx(impact_speed(height), rel=0.05)


def test_a_load_that_falls_on_a_person_names_the_region(simulate, run):
    """A box over a worker's head strikes the head."""
    box = {"box": [0.2, 0.2, 0.2], "position": [0.0, 2.0, 2.6], "mass": 2.0}
    simulation = simulate({"things": {"box": box}, "processes": {"load": {"kind": "load"}}})
    struck = [event for event in of(Dropped, run(simulation, 0.8)) if event.person]
    assert struck[0].person == "worker" and struck[0].region == "skull_and_forehead"
    assert struck[0].speed == pytest.approx(impact_speed(struck[0].height), rel=0.1)


def test_a_machine_that_lies_on_its_side_has_tipped(simulate, run):
    """Turned over it is told as tipped, once."""
    simulation = simulate({"processes": {"load": {"kind": "load", "machines": {"amr": STANCE}}}})
    run(simulation, 0.2)
    machine = simulation.built.machines["amr"]
    simulation.engine.put(machine.body, (4.0, 0.0, 0.5), about_y(1.2))
    events = of(StabilityChanged, run(simulation, 0.3))
    assert "tipped" in [event.level for event in events]
    assert events[-1].tilt > 0.7 or events[0].tilt > 0.7


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"machines": {"amt": STANCE}}, "load.machines.amt: .*did you mean 'amr'"),
        ({"machines": {"amr": {**STANCE, "height": -1}}}, "machines.amr.height"),
        ({"breaks": {"bench": 1.0}}, "load.breaks.bench: .*stands still"),
        ({"breaks": {"vase": 1.0}}, "load.breaks.vase: there is no thing"),
    ],
)
def test_mistakes_are_named(simulate, change, words):
    """Unknown robots and things, and impossible numbers, are errors of the file."""
    with pytest.raises(ContentError, match=words):
        simulate({"processes": {"load": {"kind": "load", **change}}})
