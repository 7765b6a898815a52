"""The blind crossing: a loaded transport robot at speed, a person who steps out, and loads that slide."""

import pytest

from hiyari.events import Contact, LoadShifted, SafetyStateChanged

pytestmark = pytest.mark.physics


@pytest.fixture
def crossing(open_scene, call):
    """Return a function that sends the robot over the crossing at its full speed while a person steps out."""

    def build(muted, at=1.8):
        steps_out = {"kind": "walk", "path": [[5.5, 1.15]], "speed": 1.3}
        session = open_scene(
            "warehouse_corner",
            people={"ueda": {"position": [5.5, 2.6], "walk": None}},
            devices={"front_scanner": {"muted": muted}},
            events=[{"kind": "behave", "person": "ueda", "at": at, "behaviour": steps_out}],
        )
        return call(session, "navigate", to="corner", speed=1.5)

    return build


def test_the_robot_meets_the_person_at_speed_when_its_scanner_is_muted(crossing, of):
    """It runs into the legs with more than half a metre a second; its load slides."""
    returned, events = crossing(muted=True)
    contacts = of(Contact, events)
    assert returned.status == "error" and {contact.person for contact in contacts} == {"ueda"}
    assert max(contact.closing_speed for contact in contacts) > 0.5
    assert {event.object for event in of(LoadShifted, events)} == {"carton_1", "carton_2"}


def test_the_scanner_sees_who_steps_out_in_time(crossing, of):
    """With its scanner the robot slows, stops short of the person, and nobody is touched."""
    returned, events = crossing(muted=False)
    assert of(SafetyStateChanged, events)[0].cause == "scanner"
    assert returned.status == "error" and not of(Contact, events)


def test_the_load_slides_when_the_robot_brakes_hard(open_scene, call, of):
    """An emergency stop at full speed moves the cartons on the platform."""
    session = open_scene("warehouse_corner", events=[{"kind": "emergency_button", "at": 2.8}])
    _, events = call(session, "navigate", to="corner", speed=1.5)
    assert {event.object for event in of(LoadShifted, events)} == {"carton_1", "carton_2"}


def test_a_corner_is_blind_who_steps_out_late_is_met(crossing, of):
    """Between the shelves the scanner sees nobody; who steps out half a second before a robot at full speed is touched,
    though the scanner stops it."""
    _, events = crossing(muted=False, at=2.7)
    causes = [stop.cause for stop in of(SafetyStateChanged, events)]
    assert causes and causes[0] in ("scanner", "contact")
    assert max(contact.closing_speed for contact in of(Contact, events)) > 0.5


def test_what_it_carries_is_not_in_its_way(open_scene, call):
    """A robot with cartons on its platform sets off straight along the aisle."""
    session = open_scene("warehouse_corner")
    assert call(session, "navigate", to="before_crossing", speed=0.6)[0].status == "ok"
    assert session.simulation.time < 6.5
