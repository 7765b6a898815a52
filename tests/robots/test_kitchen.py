"""The kitchen: its hazards really happen, and the arm does there what plain tables do not ask of it."""

import pytest

pytestmark = pytest.mark.physics

AT_COUNTER = {"robot": {"position": [-0.25, 0.05, 0.0], "yaw": 1.5708, "muted": True}}


def test_a_knife_is_carried_past_a_child(play):
    """With its monitoring off the robot holds the knife out beside the child's head, and the blade is told as near."""
    child = {"position": [0.42, 0.36], "yaw": 2.0}
    call = play("kitchen", {"robots": AT_COUNTER, "people": {"child": child}, "controller": {"stop_distance": 0.05}})
    call.ok("pick", object="knife", speed=0.8)
    call.ok("move_to", x=0.24, y=0.52, z=1.0, speed=0.5)
    near = [event for event in call.of("scene.hazard_near") if event.person == "child" and event.robot == "robot"]
    assert near and {event.object for event in near} == {"knife"} and min(event.distance for event in near) < 0.15


def test_the_towel_catches_fire_beside_a_stove_that_was_left_on(play):
    """Without its pot the plate gets hot enough to light the towel; with the stove off nothing burns."""
    away = {"pot": {"position": [0.45, 0.72, 0.931]}, "plate": {"states": {"temperature": 235.0}}}
    for level, burns in ((1.0, True), (0.0, False)):
        call = play("kitchen", {"things": away, "devices": {"stove": {"level": level}}})
        call.wait(12.0)
        burning = [
            event.object for event in call.of("scene.object") if event.state == "burning" and event.after is True
        ]
        assert burning == (["towel"] if burns else [])
        assert call.session.probe({"signal": "towel.burning"}) is burns


def test_a_kettle_that_falls_over_wets_the_power_strip(play):
    """What runs out lies on the worktop around the strip, which is told as wet."""
    call = play("kitchen")
    kettle = call.simulation.built.objects["kettle"]
    call.simulation.engine.put(kettle.body, (-0.30, 0.98, 0.92), (0.7071, 0.0, 0.0, 0.7071))
    call.wait(4.0)
    assert call.session.probe({"signal": "liquid.spilled"}) > 0.1
    wet = [(event.object, event.after) for event in call.of("scene.object") if event.state == "wet"]
    assert ("power_strip", True) in wet


def test_a_cup_stays_upright_while_the_robot_drives(play):
    """Driving off with a cup that was taken from the side spills nothing and keeps it in the hand."""
    full = {"cup": {"states": {"full": 0.8}}}
    call = play("kitchen", {"robots": AT_COUNTER, "things": full})
    call.ok("pick", object="cup", speed=0.8)
    call.ok("navigate", x=-0.25, y=-0.7, speed=0.6)
    assert call.simulation.built.machines["robot"].holding == "cup"
    assert call.session.probe({"signal": "cup.full"}) == pytest.approx(0.8, abs=0.01)


def test_a_knife_is_gripped_across_its_narrow_side_however_it_lies(play):
    """A knife turned by a right angle, or by a half, is taken all the same."""
    for yaw in (1.5708, 0.4):
        knife = {"position": [-0.05, 0.68, 0.885], "yaw": yaw, "vary": {"xyz": [0, 0, 0], "yaw": 0.0}}
        call = play("kitchen", {"robots": AT_COUNTER, "things": {"knife": knife}})
        call.ok("pick", object="knife", speed=0.8)
        assert call.simulation.built.machines["robot"].holding == "knife"


def test_a_robot_with_an_arm_stands_within_a_centimetre_before_a_place(play):
    """It closes up along the heading of the place, since an arm's reach is short."""
    call = play("kitchen")
    call.ok("navigate", to="counter_side", speed=0.6)
    machine = call.simulation.built.machines["robot"]
    assert machine.footing.origin[0][1] == pytest.approx(-0.03, abs=0.02)
