"""Skills that move a base: navigate, drive, set_speed."""

import math

import pytest

PLACE = {
    "operates": "amr_1",
    "skills": ["navigate", "drive", "set_speed", "speak", "listen", "wait", "stop"],
    "places": {"corner": {"position": [3.4, 7.4], "yaw": 1.57}, "in_shelf": {"position": [1.8, 3.2]}},
    "things": {"shelf_w": {"title": {"ja": "西の棚", "en": "west shelf"}}},
}


def test_it_drives_around_what_stands_there(scene):
    """The way to a place behind a shelf goes around it without touching and ends as asked."""
    call = scene("warehouse", PLACE)
    machine = call.simulation.built.machines["amr_1"]
    shelf = call.simulation.built.things["shelf_w"]
    call.ok("navigate", x=0.5, y=4.6, speed=0.8)
    assert math.dist(machine.place[:2], (0.5, 4.6)) < 0.15
    call.ok("navigate", to="corner")
    assert math.dist(machine.place[:2], (3.4, 7.4)) < 0.15 and machine.yaw == pytest.approx(1.57, abs=0.1)
    assert call.simulation.engine.closest(machine.body, shelf, 5.0).distance > 0.0
    speeds = [state.speed for event in call.of("physics.advanced") for state in event.robots if state.robot == "amr_1"]
    assert max(speeds) <= 1.05
    commanded = [event.command for event in call.of("robot.commanded") if event.accepted]
    assert commanded == ["navigate", "navigate"]


def test_it_goes_beside_a_thing_and_looks_at_it(scene):
    """A thing by name is approached to the nearest free place, facing it."""
    call = scene("warehouse", PLACE)
    machine = call.simulation.built.machines["amr_1"]
    call.ok("navigate", to="shelf_w")
    away = math.atan2(3.2 - machine.place[1], 1.8 - machine.place[0])
    assert math.dist(machine.place[:2], (1.8, 3.2)) < 1.2 and machine.yaw == pytest.approx(away, abs=0.1)


def test_what_cannot_be_reached_is_refused_with_a_reason(scene):
    """Places inside something, off the floor, unknown names and wrong units are refused before anything moves."""
    call = scene("warehouse", PLACE)
    assert "no way" in call.error("navigate", to="in_shelf")
    assert "no way" in call.error("navigate", x=50.0, y=2.0)
    assert "did you mean 'corner'" in call.error("navigate", to="cornr")
    assert "finite number in m" in call.error("navigate", x="far", y=1)
    assert "above this robot's limit of 1.5 m/s" in call.error("navigate", to="corner", speed=150)
    assert "beyond the limit of 1.5 m/s" in call.error("drive", forward=3.0)
    assert call.simulation.built.machines["amr_1"].place[0] == pytest.approx(1.2, abs=0.01)
    assert not any(event.accepted for event in call.of("robot.commanded"))


def test_a_robot_that_comes_no_nearer_gives_up_and_says_why(scene):
    """Behind a person who stays in the way it waits in its protective stop, then the call ends with that reason."""
    person = {"title": {"ja": "検査員", "en": "inspector"}, "position": [3.0, 1.2], "yaw": 3.14}
    call = scene("warehouse", {**PLACE, "people": {"inspector": person}})
    assert "protective_stop" in call.error("navigate", x=4.4, y=1.2)
    machine = call.simulation.built.machines["amr_1"]
    assert machine.drive.still and 1.5 < machine.place[0] < 2.6


def test_a_velocity_holds_for_its_seconds_or_until_it_lapses(scene):
    """With seconds the base stops at their end; without, the command lapses by the watchdog and an event tells."""
    call = scene("warehouse", PLACE)
    machine = call.simulation.built.machines["amr_1"]
    call.ok("drive", forward=0.5, seconds=2.0)
    call.wait(1.0)
    assert machine.speed < 0.01 and machine.place[0] - 1.2 == pytest.approx(0.5 * 2.0, abs=0.3)
    assert not call.of("robot.lapsed")
    call.ok("drive", forward=0.5)
    call.wait(2.0)
    assert machine.speed < 0.01 and len(call.of("robot.lapsed")) == 1


def test_the_usual_speed_is_set(scene):
    """Later motions keep the new usual speed."""
    call = scene("warehouse", PLACE)
    call.ok("set_speed", speed=0.3)
    call.ok("navigate", x=2.4, y=1.2)
    speeds = [state.speed for event in call.of("physics.advanced") for state in event.robots if state.robot == "amr_1"]
    assert 0.25 < max(speeds) <= 0.35


def test_it_speaks_and_listens(scene):
    """Words that are said aloud are events; what others say is heard once, bounded and with its speaker."""
    say = {"kind": "say", "speaker": "sato", "text": {"ja": "通ります", "en": "coming through"}, "at": 0.2}
    call = scene("warehouse", {**PLACE, "events": [say]})
    call.ok("speak", text="右へ曲がります")
    assert next((event.speaker, event.text) for event in call.of("scene.speech")) == ("amr_1", "右へ曲がります")
    call.wait(0.5)
    assert "sato: coming through" in call.ok("listen")
    assert "Nothing new" in call.ok("listen")
    assert "Write what to say" in call.error("speak", text=" ")
