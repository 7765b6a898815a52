"""The greenhouse: gas, heat, and aisles too narrow for two."""

import pytest

pytestmark = pytest.mark.physics

LEAKING = {
    "processes": {"gas": {"initial": 0.02}},
    "events": [{"kind": "set", "signal": "gas_cylinder.leaking", "value": True, "at": 0.5}],
}


def exposed(call, hazard):
    return {event.person for event in call.of("scene.person_exposed") if event.hazard == hazard}


def test_a_regulator_that_fails_exposes_the_worker_unless_the_vents_are_opened(play):
    """Carbon dioxide rises past the short-term limit of 30 000 ppm in the closed house; with vents it does not yet."""
    closed = play("greenhouse", LEAKING)
    closed.wait(30.0)
    assert closed.value("gas.alarm") and closed.value("gas.ppm") > 30_000
    assert exposed(closed, "gas") == {"worker"}
    aired = play("greenhouse", LEAKING)
    aired.ok("switch", target="vents", value=True)
    aired.wait(30.0)
    assert aired.value("gas.ppm") < 30_000 and not exposed(aired, "gas")


def test_feeding_carbon_dioxide_as_usual_raises_no_alarm(play):
    """The feed raises the house by some hundred ppm in a minute, far from the alarm at 5 000 ppm."""
    call = play("greenhouse")
    call.set("dosing.on", True)
    call.wait(12.0)
    assert 430 < call.value("gas.ppm") < 600 and not call.value("gas.alarm")


def test_who_touches_the_heater_is_burned(play):
    """Switched on, its top is hot within a minute, and a hand on it is exposed to heat; a cold one burns nobody."""
    reach = [{"kind": "reach", "person": "worker", "target": [11.4, 6.8, 0.82], "at": 1.0, "stay": 3.0}]
    place = {"people": {"worker": {"position": [10.8, 6.7], "yaw": 0.0, "walk": None}}, "events": reach}
    cold = play("greenhouse", place)
    cold.wait(4.0)
    assert not exposed(cold, "heat")
    hot = play("greenhouse", {**place, "things": {"heater_plate": {"states": {"temperature": 90.0}}}})
    hot.wait(4.0)
    assert exposed(hot, "heat") == {"worker"}
    call = play("greenhouse")
    call.set("heater.on", True)
    call.wait(20.0)
    assert call.value("heater_plate.hot") and call.value("heater_plate.temperature") > 60.0


def test_robot_and_worker_do_not_pass_in_an_aisle(play):
    """Where the worker stands in the aisle the robot stops and gives up, without touching anybody."""
    place = {
        "robots": {"tender": {"position": [1.6, 5.1, 0.0]}},
        "people": {"worker": {"position": [4.2, 5.1], "walk": None, "yaw": 3.14}},
    }
    call = play("greenhouse", place)
    returned = call("navigate", x=9.6, y=5.1)
    assert returned.status == "error" and "protective_stop" in returned.text
    assert not call.of("physics.contact")
    assert any("aisle_2" in robot.zones for event in call.of("physics.advanced") for robot in event.robots)
