import math

import pytest

from hiyari.errors import ContentError

STOP = [{"kind": "emergency_button", "at": 3.0}]


def way_to_stop(call, until=3.0):
    """Metres from the emergency stop at 3 s to where the robot stands."""
    call.call("drive", forward=1.0)
    call.wait(until)
    before = call.machine().place
    call.wait(4.0)
    return math.dist(before[:2], call.machine().place[:2])


def push(whom, impulse, at=0.5, **more):
    return {"kind": "push", "at": at, "whom": whom, "impulse": impulse, **more}


def test_a_push_gives_a_thing_its_impulse(hall):
    """6 N s give 3 kg on a floor without friction 2 m/s, whatever the step rate and however long the push takes."""
    crate = {"box": [0.3, 0.3, 0.3], "position": [0, 2, 0.15], "mass": 3.0, "friction": 0.0}
    for over in (0.004, 0.25):
        call = hall(things={"crate": crate}, events=[push("crate", [6.0, 0.0, 0.0], over=over)])
        call.wait(1.0)
        speed = call.simulation.engine.motion(call.simulation.built.things["crate"]).linear[0]
        assert speed == pytest.approx(2.0, rel=0.02)
        (began,), (ended,) = call.of("fault.began"), call.of("fault.ended")
        assert (began.fault, began.on, began.whom) == ("push", "thing", "crate")
        assert ended.lasted == pytest.approx(over, abs=0.01)


def test_a_push_moves_a_robot_and_its_drive_goes_on(hall):
    """A bump from the side displaces it; afterwards it still arrives."""
    call = hall(events=[push("amr", [0.0, 120.0, 0.0], at=1.0)])
    assert call.call("navigate", x=0.0, y=0.0).status == "ok"
    assert max(abs(event.robots[0].position[1]) for event in call.of("physics.advanced")) > 0.02
    assert math.dist(call.machine().place[:2], (0.0, 0.0)) < 0.15
    assert call.tells_nothing()


def test_a_push_topples_a_person_who_is_dynamic_and_a_nudge_does_not(hall):
    """60 N s on the trunk make somebody fall; 2 N s do not."""
    people = {
        "hana": {"position": [0, 2], "yaw": 0.0, "height": 1.6, "dynamic": True, "title": {"ja": "花", "en": "H"}}
    }
    for impulse, limp in ((2.0, False), (60.0, True)):
        call = hall(people=people, events=[push("hana", [impulse, 0.0, 0.0], height=1.2)])
        call.wait(2.5)
        person = call.simulation.built.people["hana"].person
        assert person.limp is limp
        assert (person.spot("face")[2] < 0.8) is limp


def test_a_ramp_makes_a_cart_roll_and_a_stop_longer(hall):
    """Down a slope of 4.6 degrees a weak drive needs more way, and what has wheels and no brake rolls away."""
    weak = [{"kind": "fault", "at": 0.0, "robot": "amr", "fault": {"kind": "weak", "part": "wheels", "share": 0.12}}]
    ways = []
    for pitch in (0.0, 0.08):
        place = {"floor": {"tilt": [0.0, pitch]}}
        roller = {"cylinder": [0.2, 0.4], "tilt": [math.pi / 2, 0.0], "mass": 2.0}
        place["roller"] = {**roller, "position": [0.0, 2.0, 0.105 + (0.0 if pitch == 0.0 else 0.002)]}
        robots = {"amr": {"position": [-4.0, 0.0, 4.0 * math.tan(pitch) + (0.04 if pitch else 0.0)]}}
        call = hall(things=place, robots=robots, events=[*STOP, *weak])
        ways.append(way_to_stop(call))
        assert (call.place("roller")[0] > 2.0) is (pitch > 0.0)
    assert ways[1] > 1.2 * ways[0]


def test_a_wet_floor_makes_the_way_to_a_stop_longer(hall):
    """The floor's friction is a signal, as of a floor that gets wet; wheels then slide."""
    wet = [{"kind": "set", "at": 2.5, "signal": "floor.friction", "value": 0.05}]
    dry, slid = (way_to_stop(hall(events=[*STOP, *events])) for events in ([], wet))
    assert slid > 1.5 * dry


def test_what_is_put_in_front_of_a_camera_hides_what_is_behind(hall):
    """The detector no longer reports the crate; the event knows that it was missed; taken away, it is seen again."""
    crate = {"title": {"ja": "箱", "en": "crate"}, "box": [0.4, 0.4, 0.4], "position": [0, 0, 0.2], "category": "box"}
    board = {"box": [2.0, 0.05, 2.0], "position": [8.0, 4.0, 1.0]}
    events = [
        {"kind": "put", "at": 1.0, "thing": "board", "position": [0.0, -2.0, 1.0]},
        {"kind": "put", "at": 2.0, "thing": "board", "position": [8.0, 4.0, 1.0]},
    ]
    sensors = {"cam": {"kind": "detector", "camera": "overview"}}
    call = hall(things={"crate": crate, "board": board}, sensors=sensors, events=events)
    seen = []
    for _ in range(3):
        seen.append("crate" in call.call("look").text)
        call.wait(1.1)
    assert seen == [True, False, True]
    moved = [event for event in call.of("scene.object") if event.object == "board"]
    assert [event.after for event in moved] == ["0.000, -2.000, 1.000", "8.000, 4.000, 1.000"]


def test_a_part_that_is_taken_out_of_the_hand_is_gone(cell):
    """Somebody takes it while the arm travels; placing it is refused."""
    event = {"kind": "put", "at": 0.0, "delay": 12.0, "thing": "part_1", "position": [0.16, 0.0, 0.648]}
    call = cell(events=[event])
    assert call.call("pick", object="part_1").status == "ok"
    assert call.machine().holding == "part_1" and call.simulation.time < 12.0
    call.wait(12.5 - call.simulation.time)
    assert call.machine().holding is None
    assert "holds nothing" in call.call("place", target="tray").text


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (push("floor", [1.0, 0.0, 0.0]), "has no mass"),
        (push("amrr", [1.0, 0.0, 0.0]), "did you mean amr"),
        (push("amr", [1.0, 0.0, 0.0], over=0.0), "greater than 0"),
        ({"kind": "put", "at": 1.0, "thing": "flor", "position": [0, 0, 0]}, "did you mean floor"),
        ({"kind": "set", "at": 1.0, "signal": "floor.frictoin", "value": 0.1}, "did you mean 'floor.friction'"),
    ],
)
def test_what_cannot_be_pushed_or_put_is_an_error(hall, event, says):
    """Mistakes name file and field."""
    with pytest.raises(ContentError) as error:
        hall(events=[event])
    assert says in str(error.value)


def test_a_push_has_a_limit(hall):
    """An impulse no push could have is a mistake of the file."""
    with pytest.raises(ContentError, match=r"events\.0\.impulse: 1e\+06 N s is more than"):
        hall(events=[push("amr", [0.0, 1e6, 0.0])])
