"""The skill spray, in the field."""

import pytest

pytestmark = pytest.mark.physics


def test_it_stays_on_while_driving_until_it_is_switched_off(scene):
    """Switched on without a time it sprays during other calls; switched off it tells how much that was."""
    call = scene("field")
    sprayer = call.simulation.built.machines["rover"].equipment["sprayer"]
    assert "now spraying" in call.ok("spray", on=True)
    call.ok("drive", forward=0.5, seconds=2.0)
    assert sprayer.spraying
    assert "now off" in call.ok("spray", on=False)
    litres = sprayer.sprayed
    assert litres == pytest.approx(4.8 / 60.0 * 2.0, abs=0.02)
    call.wait(1.0)
    assert sprayer.sprayed == litres
    first, *_ = [event for event in call.of("robot.commanded") if event.command == "spray"]
    assert first.accepted and first.arguments["flow"] == pytest.approx(4.8)


def test_with_a_time_it_ends_by_itself_and_may_drive_ahead(scene):
    """So many seconds at a flow in L/min come out, the rover stands ahead, and the nozzles are off."""
    call = scene("field")
    machine = call.simulation.built.machines["rover"]
    sprayer = machine.equipment["sprayer"]
    call.ok("spray", on=True, flow=2.4, seconds=5.0, forward=0.6)
    assert not sprayer.spraying and sprayer.sprayed == pytest.approx(0.2, abs=0.005)
    call.wait(1.0)
    assert machine.speed < 0.01 and machine.place[0] == pytest.approx(0.6 * 5.0, abs=0.4)
    call.ok("spray", on=True, seconds=1.0)
    assert sprayer.sprayed == pytest.approx(0.28, abs=0.005)


def test_what_cannot_be_sprayed_is_refused_with_a_reason(scene):
    """An empty tank, another product, a flow in other units, too long a time: nothing comes out, and the text helps."""
    call = scene("field")
    simulation = call.simulation
    sprayer = simulation.built.machines["rover"].equipment["sprayer"]
    assert "true or false" in call.error("spray", on="yes")
    assert "holds pesticide" in call.error("spray", on=True, product="water")
    assert "0.48 to 4.8 L/min" in call.error("spray", on=True, flow=4800)
    assert "limit of 120 s" in call.error("spray", on=True, seconds=600)
    assert "negative" in call.error("spray", on=True, seconds=-1)
    assert "needs seconds" in call.error("spray", on=True, forward=0.5)
    assert "beyond the limit of 1.5 m/s" in call.error("spray", on=True, forward=5, seconds=1)
    simulation.set_signal("rover.sprayer.tank", 0.4, "test")
    assert "last 5.0 s at 4.8 L/min, not 30 s" in call.error("spray", on=True, seconds=30)
    simulation.set_signal("rover.sprayer.tank", 0.0, "test")
    assert "tank is empty" in call.error("spray", on=True)
    assert sprayer.sprayed == 0.0 and not any(event.accepted for event in call.of("robot.commanded"))


def test_a_stop_ends_it_and_refuses_it(scene):
    """An emergency stop in the middle ends the call and the spray; while it lasts only switching off is carried out."""
    stop = {"events": [{"kind": "emergency_button", "at": 1.0}]}
    call = scene("field", stop)
    sprayer = call.simulation.built.machines["rover"].equipment["sprayer"]
    assert "emergency_stop" in call.error("spray", on=True, seconds=10.0, forward=0.5)
    assert not sprayer.spraying and sprayer.sprayed < 0.15
    assert "emergency_stop" in call.error("spray", on=True)
    call.ok("spray", on=False)
