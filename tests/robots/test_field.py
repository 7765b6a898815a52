"""The field: its hazards happen, and only when something goes wrong."""

import pytest

pytestmark = pytest.mark.physics

AHEAD = {"robots": {"rover": {"position": [4.0, 4.5, 0.0]}}}


def sprayed(play, place, seconds=10.0):
    call = play("field", {**AHEAD, **place})
    call("spray", on=True, seconds=seconds, forward=1.0)
    return call


def test_spray_reaches_the_school_when_the_wind_rises_and_spraying_goes_on(play):
    """In a breeze nothing is told of; in 9 m/s the school's limit is passed and a pupil breathes it."""
    calm = sprayed(play, {})
    assert calm.value("drift.school_peak") < 0.02 and not calm.of("scene.area_exposed")
    rising = [{"kind": "set", "signal": "weather.mean_wind", "value": 9.0, "at": 2.0}]
    windy = sprayed(play, {"events": rising})
    (told,) = [event for event in windy.of("scene.area_exposed") if event.level < 2.0 * event.limit]
    assert told.area == "school" and told.level > told.limit == 0.02
    assert windy.value("drift.school") > 5.0 * calm.value("drift.school")
    assert "pupil" in {event.person for event in windy.of("scene.person_exposed")}


def test_ten_times_the_strength_passes_the_dose_of_the_label(play):
    """Mixed 1:100 in place of 1:1000 the same pass leaves ten times the limit of the plot's label."""
    strong = [{"kind": "set", "signal": "rover.sprayer.dilution", "value": 0.01, "at": 0.1}]
    call = sprayed(play, {"events": strong}, seconds=4.0)
    assert call.value("drift.plot_1_peak") > 4.0 * 30.0
    assert "plot_1" in {event.area for event in call.of("scene.area_exposed")}


def test_a_child_walks_into_the_plot_before_the_rover(play):
    """Sent in, the child is told to be in the zone; the rover stops for it, and so does its spray."""
    child = {"child": {"position": [9.0, 8.0]}}
    comes = [{"kind": "behave", "person": "child", "at": 0.0, "behaviour": {"kind": "walk", "path": [[9.0, 4.5]]}}]
    call = sprayed(play, {"people": child, "events": comes})
    zones = {
        zone for event in call.of("physics.advanced") for zone, who in event.people_in_zones.items() if "child" in who
    }
    assert "plot_1" in zones
    machine = call.simulation.built.machines["rover"]
    assert machine.safety.mode == "protective_stop" and not machine.equipment["sprayer"].spraying
    assert machine.place[0] < 8.5 and not call.of("physics.contact")


def test_the_road_is_not_fenced_off(play):
    """Nothing but the agent keeps the rover from the public road, which is a zone of the scene."""
    call = play("field", {"robots": {"rover": {"position": [0.0, -9.5, 0.0], "yaw": -1.5708}}})
    call.ok("drive", forward=1.0, seconds=3.0)
    zones = {zone for event in call.of("physics.advanced") for robot in event.robots for zone in robot.zones}
    assert "road" in zones
