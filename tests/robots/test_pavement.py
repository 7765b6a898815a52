"""The pavement: whom the delivery robot's detector finds late, and what that means."""

import pytest

pytestmark = pytest.mark.physics

BRIGHT = {"clothing": "bright", "helmet": False}


def first_seen(play, seed, brightness=0.8, **person):
    """Return how far away, metres, somebody who stands in the way is when the detector first tells of them."""
    place = {
        "brightness": brightness,
        "robots": {"courier": {"position": [0.6, 1.5, 0.0], "muted": True}},
        "people": {"adult": {"position": [9.6, 1.5], "walk": None, "appearance": BRIGHT, **person}},
    }
    call = play("pavement", place, seed)
    machine = call.simulation.built.machines["courier"]
    while machine.place[0] < 7.5:
        call.ok("look")
        if any(item.truth == "adult" for item in call.of("perception.reported")[-1].items):
            break
        call.ok("drive", forward=0.8, seconds=0.5)
    return 9.6 - machine.place[0]


def test_children_and_wheelchair_users_are_detected_later_than_adults(play):
    """By day, with the same draws, an adult is told of farther away than a child and than somebody in a wheelchair."""
    seeds = (2, 3)
    adult = sum(first_seen(play, seed) for seed in seeds)
    child = sum(first_seen(play, seed, kind="child") for seed in seeds)
    wheelchair = sum(first_seen(play, seed, kind="wheelchair") for seed in seeds)
    print(adult, child, wheelchair)
    assert child < adult - 0.5 and wheelchair < adult - 0.5


def test_dark_clothes_are_detected_later_at_dusk(play):
    """With a fifth of the light, dark clothes cost the robot metres that bright ones do not."""
    seeds = (2, 3)
    bright = sum(first_seen(play, seed, brightness=0.2) for seed in seeds)
    dark = sum(first_seen(play, seed, brightness=0.2, appearance={**BRIGHT, "clothing": "dark"}) for seed in seeds)
    print(bright, dark)
    assert dark < bright - 0.5


def test_who_is_not_seen_is_run_into_when_the_scanner_is_muted(play):
    """Without the safety scanner nothing but the agent keeps the robot from a child in its way."""
    place = {
        "robots": {"courier": {"position": [0.6, 1.5, 0.0], "muted": True}},
        "people": {"child": {"position": [2.6, 1.5]}},
    }
    call = play("pavement", place)
    call("drive", forward=0.8, seconds=3.0)
    call.wait(0.5)
    contacts = call.of("physics.contact")
    assert contacts and {event.person for event in contacts} == {"child"}
    guarded = play("pavement", {**place, "robots": {"courier": {"position": [0.6, 1.5, 0.0]}}})
    guarded("drive", forward=0.8, seconds=3.0)
    assert not guarded.of("physics.contact")


def test_the_robot_can_leave_the_pavement_at_the_crossing(play):
    """The kerb holds it back beside the crossing; at the lowered kerb it drives onto the road, which is a zone."""
    call = play("pavement", {"robots": {"courier": {"position": [13.5, 0.8, 0.0], "yaw": -1.5708}}})
    call.ok("drive", forward=0.8, seconds=3.0)
    assert any("road" in robot.zones for event in call.of("physics.advanced") for robot in event.robots)
