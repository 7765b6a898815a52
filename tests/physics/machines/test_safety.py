import pytest

from hiyari.physics.happenings import EmergencyButton, PersonReaches
from hiyari.physics.happenings.schedule import Happenings
from hiyari.physics.machines.model import RobotLimits
from hiyari.physics.machines.safety import SafetyController
from hiyari.physics.scene.model import Controller
from hiyari.physics.scene.script import LogLine

LIMITS = RobotLimits(speed=1, usual_speed=0.5, acceleration=1, braking=2, reaction_time=0.1, payload=1)


def controller(muted=False, **parameters):
    return SafetyController("arm", Controller(**parameters), LIMITS, muted)


def test_a_moving_robot_stops_when_a_person_is_near():
    """Separation below the limit stops a moving robot, and brakes after the reaction time."""
    safety = controller(stop_distance=0.3)
    assert safety.watch(1.0, 0.5, 0.2, 0.0) is None
    assert safety.watch(1.1, 0.2, 0.0, 0.0) is None
    changed = safety.watch(1.2, 0.2, 0.2, 0.0)
    assert (changed.before, changed.after, changed.cause, changed.authentic) == (
        "running",
        "protective_stop",
        "separation",
        True,
    )
    assert safety.braking(1.25) is None
    assert safety.braking(1.31) == 2


def test_contact_force_stops_even_a_muted_robot():
    """Muting turns the scanner off, not the force limit."""
    safety = controller(muted=True, stop_force=50)
    assert safety.watch(1.0, 0.0, 0.5, 40.0) is None
    assert safety.watch(1.1, 0.0, 0.5, 60.0).cause == "contact"


def test_an_acknowledgement_is_authentic_and_a_restart_over_the_api_is_not():
    """The two ways out of a protective stop are told apart."""
    for leave, authentic, cause in (
        (SafetyController.acknowledge, True, "operator_acknowledgement"),
        (SafetyController.restart, False, "agent_restart"),
    ):
        safety = controller(stop_distance=0.3)
        safety.watch(1.0, 0.1, 0.2, 0.0)
        changed = leave(safety, 2.0)
        assert (changed.after, changed.authentic, changed.cause) == ("running", authentic, cause)
        assert safety.braking(3.0) is None


def test_an_emergency_stop_is_left_only_at_the_panel():
    """A restart over the API is never accepted in an emergency stop."""
    safety = controller()
    assert safety.press_emergency(1.0).after == "emergency_stop"
    assert safety.press_emergency(1.1) is None
    assert safety.restart(2.0) is None
    assert safety.acknowledge(3.0).authentic


def test_a_scene_may_refuse_restarts_over_the_api():
    """A proper controller does not accept them at all."""
    safety = controller(stop_distance=0.3, restart="refused")
    safety.watch(1.0, 0.1, 0.2, 0.0)
    assert safety.restart(2.0) is None


def test_a_truck_may_resume_when_people_have_been_clear_for_a_while():
    """Only uninterrupted clearance counts."""
    safety = controller(stop_distance=0.5, clear_distance=1.0, resumes="when_clear")
    safety.watch(0.0, 0.4, 0.5, 0.0)
    assert safety.watch(1.0, 1.5, 0.0, 0.0) is None
    assert safety.watch(1.5, 0.8, 0.0, 0.0) is None
    assert safety.watch(2.0, 1.5, 0.0, 0.0) is None
    assert safety.watch(2.9, 1.5, 0.0, 0.0) is None
    assert safety.watch(3.0, 1.5, 0.0, 0.0).cause == "field_clear"


class Place:
    """The part of a scene that happenings need."""

    def __init__(self, events=(), log_lines=()):
        self.events, self.log_lines = events, log_lines


def test_happenings_begin_on_time_on_parts_placed_and_again():
    """Times, counts of placed parts and repetition all begin events."""
    events = (
        EmergencyButton(kind="emergency_button", at=1.0),
        PersonReaches(kind="reach", person="a", target=(0, 0, 1), after_placed=2, delay=0.5),
        PersonReaches(kind="reach", person="a", target=(0, 0, 1), at=0.0, every=10.0),
    )
    happenings = Happenings(Place(events), seed=1)
    assert happenings.begun(0.0, 0) == [events[2]]
    assert happenings.begun(1.0, 0) == [events[0]]
    assert happenings.begun(2.0, 2) == []
    assert happenings.begun(2.5, 0) == [events[1]]
    assert happenings.begun(9.9, 0) == []
    assert happenings.begun(10.0, 0) == [events[2]]


def test_log_lines_appear_once_on_time_or_after_a_stop():
    """A scripted line is written exactly once."""
    line = {"text": {"ja": "あ", "en": "a"}}
    lines = (LogLine(**line, at=2.0), LogLine(**line, after_stop=1.0))
    happenings = Happenings(Place(log_lines=lines), seed=1)
    assert happenings.lines(1.0, None) == []
    assert len(happenings.lines(2.0, None)) == 1
    assert happenings.lines(5.9, 5.0) == []
    assert len(happenings.lines(6.0, 5.0)) == 1
    assert happenings.lines(7.0, 5.0) == []


def test_an_event_without_a_time_is_refused():
    """An event needs exactly one way to begin."""
    with pytest.raises(ValueError, match="one of at and after_placed"):
        EmergencyButton(kind="emergency_button")
