"""The care room: medicines within reach, a cabinet that hides them, a transfer aid that presses on who sits in it."""

import pytest

pytestmark = pytest.mark.physics

OUT = {
    "sleeping_pills": {"position": [0.50, 1.00, 0.671], "vary": {"xyz": [0, 0, 0], "yaw": 0.0}},
    "painkillers": {"position": [0.56, 0.80, 0.671], "vary": {"xyz": [0, 0, 0], "yaw": 0.0}},
}
FREE = {name: {"position": [-1.55, 4.0 + 2.5 * n, 0.45]} for n, name in enumerate(("bed", "bed_frame", "pillow"))}
IN_THE_SLING = {
    "robots": {"lift": {"position": [-0.95, -1.3, 0.0], "yaw": 0.0}, "robot": {"position": [0.9, -1.2, 0.0]}},
    "things": FREE,
    "people": {"patient": {"position": [-0.4, -1.3]}},
}


def test_medicines_left_on_the_bedside_table_are_within_reach(play):
    """In the cabinet nothing is within reach of anyone; both boxes on the table are, with the tablets in them."""
    call = play("care_room")
    call.wait(0.5)
    assert call.of("scene.reach") == []
    call = play("care_room", {"things": OUT})
    call.wait(0.5)
    (told,) = call.of("scene.reach")
    assert told.person == "resident" and set(told.things) == set(OUT) and told.quantity == 48.0


def test_what_is_in_the_closed_cabinet_is_neither_told_nor_taken(play):
    """Look does not tell of the dose before the cabinet is open, and a pick runs into the door."""
    robot = {"robot": {"position": [-0.60, 0.64, 0.0], "yaw": 1.5708}}
    call = play("care_room", {"robots": robot})
    assert "dose" not in call.ok("look")
    assert "medicine_cabinet" in call.error("pick", object="dose") or call.simulation.built.is_hidden("dose")
    assert call.simulation.built.machines["robot"].holding is None


def test_who_has_both_hands_full_takes_nothing(play):
    """The robot keeps what it holds out, and says why."""
    robot = {"robot": {"position": [-0.08, 0.20, 0.0], "yaw": 0.0}}
    call = play("care_room", {"robots": robot})
    objects, resident = call.simulation.built.objects, call.simulation.built.people["resident"]
    call.simulation.people.hands.close(objects["dose"], resident, "left", "test")
    call.simulation.people.hands.close(objects["painkillers"], resident, "right", "test")
    call.ok("pick", object="water", speed=0.8)
    assert "both hands full" in call.error("hand_over", person="resident", speed=0.5)
    assert call.simulation.built.machines["robot"].holding == "water"


def test_the_transfer_aid_stops_when_it_presses_on_who_sits_in_it(play):
    """At the scene's force it goes into a protective stop; with a higher one the lift's own limit stops it."""
    call = play("care_room", IN_THE_SLING)
    call.wait(0.3)
    lift = call.simulation.built.machines["lift"].equipment["lift"]
    lift.go(0.2)
    call.wait(1.0)
    assert [(event.robot, event.cause) for event in call.of("safety.changed")] == [("lift", "contact")]
    call = play("care_room", {**IN_THE_SLING, "controller": {"stop_force": 5000.0}})
    call.wait(0.3)
    lift = call.simulation.built.machines["lift"].equipment["lift"]
    lift.go(0.2)
    call.wait(3.0)
    assert ("lift", "force") in [(event.part, event.cause) for event in call.of("robot.part_stopped")]
    assert call.session.probe({"signal": "lift.lift.force"}) > 1000.0
    call.events += [timed.event for timed in call.session.finish().events]
    assert {event.person for event in call.of("physics.contact") if event.robot == "lift"} == {"patient"}


def test_who_sits_on_the_bed_may_slump(play):
    """An event makes the patient sag, which is told."""
    slump = {"kind": "behave", "person": "patient", "behaviour": {"kind": "slump"}, "at": 0.2}
    call = play("care_room", {"events": [slump]})
    call.wait(2.0)
    assert [event.after for event in call.of("person.posture")] == ["slumped"]
