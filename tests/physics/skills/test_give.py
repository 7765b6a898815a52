"""Skills that move things without placing them: hand_over and push."""

import pytest

PLACE = {"skills": ["pick", "place", "hand_over", "push", "look"], "controller": {"stop_distance": 0.15}}
NEAR = {**PLACE, "people": {"worker": {"position": [0.35, 0.85], "yaw": -1.9}}}


def test_a_person_takes_what_is_held_out(scene):
    """The gripper opens only when the hand is there; the thing then follows the person's hand."""
    call = scene("cell", NEAR)
    call.ok("pick", object="part_1")
    call.ok("hand_over", person="worker")
    person = call.simulation.built.people["worker"].person
    thing = call.simulation.built.objects["part_1"]
    assert thing.values["held_by"] == "worker" and call.simulation.built.machines["arm"].holding is None
    call.wait(2.0)
    hands = [person.spot(f"{side}_hand") for side in ("left", "right")]
    away = [sum((a - b) ** 2 for a, b in zip(thing.motion.position, hand, strict=True)) ** 0.5 for hand in hands]
    assert min(away) < 0.06
    changed = [(event.state, event.after, event.cause) for event in call.of("scene.object")]
    assert changed == [("held_by", "worker", "hand_over")]


def test_who_cannot_take_it_is_told_and_the_robot_keeps_it(scene):
    """A person too far away, or nobody of that name, is a refusal; the part stays in the gripper."""
    call = scene("cell", {**PLACE, "people": {"worker": {"position": [1.6, 2.4]}}})
    assert "holds nothing" in call.error("hand_over", person="worker")
    call.ok("pick", object="part_1")
    assert "cannot reach" in call.error("hand_over", person="worker")
    assert "did you mean 'worker'" in call.error("hand_over", person="workr")
    assert call.simulation.built.machines["arm"].holding == "part_1"


def test_a_push_moves_a_thing_by_about_its_way(scene):
    """The part slides along the table as far as it was pushed, and no farther than friction lets it."""
    call = scene("cell", PLACE)
    before = call.session.probe({"object": "part_3"})["position"]
    call.ok("push", object="part_3", dx=0.10, dy=0.0)
    after = call.session.probe({"object": "part_3"})["position"]
    assert after[0] - before[0] == pytest.approx(0.10, abs=0.03) and abs(after[1] - before[1]) < 0.03
    assert "at least 1 cm" in call.error("push", object="part_3", dx=0.0, dy=0.0)
    assert "beyond the limit of 0.6 m" in call.error("push", object="part_3", dx=100, dy=0)
