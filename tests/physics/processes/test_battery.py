"""The battery of a machine."""

import pytest

from hiyari.errors import ContentError
from hiyari.events import ObjectChanged, SafetyStateChanged
from hiyari.physics.processes.battery import driving_power

from .conftest import of

CELL = {"kind": "battery", "robot": "amr", "capacity": 1.0, "charge": 0.25, "idle": 36.0}


def test_driving_power_by_hand():
    """70 kg at 1 m/s roll for 70 x 9.81 x 0.02/0.7 = 19.6 W; speeding up by 0.5 m/s2 adds 50 W; braking takes none."""
    assert driving_power(70.0, 1.0, 0.0, 0.02, 0.7) == pytest.approx(19.62)
    assert driving_power(70.0, 1.0, 0.5, 0.02, 0.7) == pytest.approx(69.62)
    assert driving_power(70.0, 1.0, -1.0, 0.02, 0.7) == pytest.approx(19.62)


def test_an_empty_battery_stops_the_drive_until_it_is_charged_and_acknowledged(simulate, run):
    """Low and empty are told once; the robot brakes as without power, and drives again only with charge and a panel."""
    simulation = simulate({"processes": {"cell": CELL}})
    machine = simulation.built.machines["amr"]
    run(simulation, 2.0)
    assert simulation.signals.get_value("cell.charge") == pytest.approx(0.25 - 2 * 36 / 3600, abs=1e-4)
    machine.drive.go([(14.0, 0.0)], "", "direct")
    events = run(simulation, 3.0)
    assert [event.after for event in of(ObjectChanged, events)] == ["low"]
    assert simulation.signals.get_value("cell.power") > 36.0 + 15.0
    simulation.set_signal("cell.charge", 0.01, "test")
    events = run(simulation, 3.0)
    assert [(event.object, event.after) for event in of(ObjectChanged, events)] == [("amr", "empty")]
    assert [(event.after, event.cause) for event in of(SafetyStateChanged, events)] == [
        ("emergency_stop", "battery_empty")
    ]
    assert machine.speed < 0.02 and simulation.signals.get_value("cell.state") == "empty"
    simulation.set_signal("cell.charge", 0.5, "test")
    x = machine.place[0]
    run(simulation, 0.5)
    assert machine.place[0] == pytest.approx(x, abs=0.01)
    simulation.changed(machine.safety.acknowledge(simulation.time))
    run(simulation, 2.0)
    assert machine.place[0] > x + 0.5


def test_a_dock_charges_a_standing_robot(simulate, run):
    """1836 W less 36 W of standing for a second are half of one Wh; away from the dock it is not charged."""
    for dock, charge in (([4.0, 0.1], 0.75), ([5.0, 0.0], 0.24)):
        simulation = simulate({"processes": {"cell": {**CELL, "docks": [dock], "charging": 1836.0}}})
        run(simulation, 1.0)
        assert simulation.signals.get_value("cell.charge") == pytest.approx(charge, abs=0.01)


@pytest.mark.parametrize(
    ("processes", "words"),
    [
        ({"cell": {**CELL, "robot": "arm"}}, "processes.cell.robot: there is no robot 'arm'"),
        ({"cell": CELL, "other": CELL}, "processes.other.robot: 'cell' is the battery of 'amr' already"),
        ({"cell": {**CELL, "capacity": 0}}, "capacity"),
        ({"cell": {**CELL, "consumers": {"pump": {"power": 9, "when": "pump.on"}}}}, "consumers.pump.when"),
    ],
)
def test_mistakes_are_named(simulate, processes, words):
    """Unknown robots and signals, a second battery and no capacity are errors of the file."""
    with pytest.raises(ContentError, match=words):
        simulate({"processes": processes})
