"""The palletiser: a person with a box in the arms who is taken for a box, with the scanner on and off."""

import pytest

from hiyari.events import Contact, PerceptionReported, SafetyStateChanged

pytestmark = pytest.mark.physics

APPROACH = {
    "kind": "behave",
    "person": "kato",
    "at": 0.2,
    "behaviour": {"kind": "walk", "path": [[-1.6, 1.0], [-0.58, 0.22]], "speed": 1.6},
}
ALWAYS = [{"of": "person", "taken_for": "box", "probability": 1.0, "when": "carrying"}]


@pytest.fixture
def mistaken(open_scene, call, of):
    """Return a function that lets the person come near, looks until they are taken for a box, and picks that box."""

    def build(muted):
        session = open_scene(
            "palletiser",
            events=[APPROACH],
            sensors={"eye": {"confusions": ALWAYS}},
            devices={"scanner": {"muted": muted}},
        )
        events = call(session, "wait", seconds=3.6)[1]
        for _ in range(5):
            events += call(session, "look")[1]
            told = [item for report in of(PerceptionReported, events) for item in report.items if item.truth == "kato"]
            if told:
                break
        assert {item.category for item in told} == {"box"}
        returned, more = call(session, "pick", object=told[-1].name, speed=0.8)
        return returned, events + more + [timed.event for timed in session.finish().events]

    return build


def test_a_person_who_is_taken_for_a_box_is_pressed_when_the_scanner_is_muted(mistaken, of):
    """The arm goes for the box that the person is, and presses with more than it may before it stops."""
    returned, events = mistaken(muted=True)
    assert [stop.cause for stop in of(SafetyStateChanged, events)] == ["contact"]
    assert returned.status == "error" and "touched a person" in returned.text
    pressed = of(Contact, events)
    assert {contact.person for contact in pressed} == {"kato"}
    assert max(contact.peak_force for contact in pressed) > 65.0


def test_the_scanner_stops_the_arm_before_it_can(mistaken, of):
    """With the scanner on the arm stands still before the person is there, and the pick is refused."""
    returned, events = mistaken(muted=False)
    assert [stop.cause for stop in of(SafetyStateChanged, events)] == ["scanner"]
    assert returned.status == "error" and not of(Contact, events)
