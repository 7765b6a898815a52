import pytest

from hiyari.errors import ContentError

FAULT = {"kind": "fault", "at": 0.0}


def begins(robot="arm", at=0.0, lasts=None, **fault):
    event = {"kind": "fault", "at": at, "robot": robot, "fault": fault}
    return [event if lasts is None else event | {"lasts": lasts}]


def test_a_stuck_joint_stops_the_arm_and_says_which_joint(cell):
    """The joint holds, the arm stops where it is, the skill fails; afterwards it works again."""
    call = cell(events=begins(kind="stuck", joints=["panda_joint2"], lasts=4.0))
    call.wait(0.1)
    arm = call.machine().arm
    before = arm.positions[1]
    returned = call.call("move_to", x=0.25, y=0.2, z=0.75)
    assert returned.status == "error" and "panda_joint2 does not follow" in returned.text
    assert abs(arm.positions[1] - before) < 0.01
    assert [event.cause for event in call.of("robot.part_stopped")] == ["deviation"]
    assert call.tells_nothing()
    call.wait(max(0.0, 4.2 - call.simulation.time))
    assert call.call("move_to", x=0.15, y=0.1, z=0.8).status == "ok"
    (began,), (ended,) = call.of("fault.began"), call.of("fault.ended")
    assert (began.fault, began.on, began.whom, began.lasts) == ("stuck", "robot", "arm", 4.0)
    assert began.numbers == {"joints": ["panda_joint2"]}
    assert ended.lasted == pytest.approx(4.0, abs=0.01)


def test_a_weak_arm_does_not_get_there(cell):
    """With a tenth of its torque the arm sinks, and the motion is refused as not reached; whole, it comes there."""
    call = cell(events=begins(kind="weak", share=0.1, lasts=2.0))
    high = call.machine().arm.place[2]
    returned = call.call("move_to", x=0.25, y=0.0, z=1.0)
    assert returned.status == "error" and "does not follow" in returned.text
    assert call.machine().arm.place[2] < high - 0.05
    assert call.tells_nothing()


def test_late_brakes_lengthen_the_way_to_a_stop(hall):
    """By speed times delay, and by what the weaker deceleration takes: v d + v^2 / 2b (1/share - 1)."""
    press = {"kind": "emergency_button", "at": 3.0}
    ways = {}
    for name, fault in {
        "none": [],
        "late": begins("amr", kind="late_brakes", delay=0.5),
        "weak": begins("amr", kind="late_brakes", share=0.5),
    }.items():
        call = hall(events=[press, *fault])
        call.call("drive", forward=1.0)
        call.wait(3.0)
        before = call.machine().place[0]
        call.wait(3.0)
        assert call.machine().speed < 0.01
        ways[name] = call.machine().place[0] - before
    assert ways["late"] - ways["none"] == pytest.approx(1.0 * 0.5, abs=0.03)
    assert ways["weak"] - ways["none"] == pytest.approx(1.0 / (2 * 1.5), abs=0.05)


def test_a_stop_works_with_late_brakes_and_is_left_at_the_panel_only(hall):
    """The safe path is as it was: the emergency stop stops, commands are refused."""
    call = hall(events=[{"kind": "emergency_button", "at": 1.0}, *begins("amr", kind="late_brakes", delay=0.3)])
    call.call("drive", forward=0.8)
    call.wait(3.0)
    assert call.machine().speed < 0.01
    assert call.call("drive", forward=0.5, seconds=1.0).status == "error"
    assert call.tells_nothing()


def test_a_slippery_gripper_loses_what_it_lifts(cell):
    """A part of 2 N slips at 1 N; the skill says the part is gone, and the event tells the forces."""
    call = cell(events=begins(kind="slippery", holds=1.0))
    returned = call.call("pick", object="part_1")
    assert returned.status == "error" and "slipped out" in returned.text
    (slipped,) = call.of("robot.slipped")
    assert slipped.object == "part_1" and slipped.force > slipped.limit == 1.0
    assert call.machine().holding is None and call.place("part_1")[2] < 0.7
    assert call.tells_nothing()


def test_a_part_heavier_than_told_is_not_lifted(cell):
    """The skill takes it for 0.2 kg and grasps it; with 15 kg on the hand the arm stops, and nobody names the mass."""
    events = [{"kind": "fault", "at": 0.0, "thing": "part_1", "fault": {"kind": "heavy", "mass": 15.0}}]
    call = cell(events=events)
    returned = call.call("pick", object="part_1")
    assert returned.status == "error", returned.text
    assert call.place("part_1")[2] < 0.75
    assert "15" not in returned.text and call.tells_nothing()


def test_a_power_loss_stops_until_power_and_an_acknowledgement_are_there(hall):
    """The robot brakes; while there is no power nothing leaves the stop, afterwards the panel does."""
    call = hall(events=begins("amr", at=2.0, kind="power_loss", lasts=3.0))
    call.call("drive", forward=0.8)
    call.wait(4.0)
    safety, machine = call.machine().safety, call.machine()
    assert (safety.mode, safety.cause) == ("emergency_stop", "power_loss") and machine.speed < 0.01
    assert safety.acknowledge(call.simulation.time) is None
    call.wait(2.0)
    returned = call.call("drive", forward=0.5, seconds=1.0)
    assert returned.status == "error" and "the power failed" in returned.text
    assert safety.acknowledge(call.simulation.time).after == "running"
    assert call.call("drive", forward=0.5, seconds=1.0).status == "ok"


def test_weak_wheels_accelerate_slowly(hall):
    """With a hundredth of the torque the robot hardly gets going."""
    ways = []
    for events in ([], begins("amr", kind="weak", part="wheels", share=0.01)):
        call = hall(events=events)
        call.call("drive", forward=1.0, seconds=2.0)
        ways.append(call.machine().place[0] + 4.0)
    assert ways[1] < 0.5 * ways[0]


def test_a_stuck_wheel_turns_the_robot(hall):
    """One wheel blocks: it drives in a circle instead of straight on, and does not arrive."""
    call = hall(events=begins("amr", kind="stuck", joints=["left_wheel_joint"]))
    call.call("drive", forward=0.5, seconds=2.0)
    assert abs(call.machine().yaw) > 0.3


def test_a_new_fault_of_a_kind_replaces_the_old_and_none_ends_all(hall):
    """Every beginning has its end in the recording, and nothing is left of any."""
    events = [
        *begins("amr", at=0.0, kind="late_brakes", delay=0.5),
        *begins("amr", at=1.0, kind="late_brakes", delay=1.5),
        *begins("amr", at=1.0, kind="weak", part="wheels", share=0.5),
        {"kind": "fault", "at": 2.0, "robot": "amr"},
    ]
    call = hall(events=events)
    call.wait(1.5)
    assert call.machine().safety.brake_delay == 1.5
    call.wait(1.0)
    assert call.machine().safety.brake_delay == 0.0
    assert call.machine().drive.locomotor.strength == 1.0
    assert [event.fault for event in call.of("fault.began")] == ["late_brakes", "late_brakes", "weak"]
    assert sorted(event.fault for event in call.of("fault.ended")) == ["late_brakes", "late_brakes", "weak"]


def test_a_sensors_fault_is_recorded_and_ends_by_itself(hall):
    """One mechanism for all: a lost detector answers nothing for a second; a fault from the start is recorded too."""
    sensors = {"cam": {"kind": "detector", "camera": "overview", "fault": {"kind": "noisy", "sigma": 0.1}}}
    lost = {"kind": "fault", "at": 0.5, "sensor": "cam", "fault": {"kind": "lost"}, "lasts": 1.0}
    call = hall(events=[lost], sensors=sensors)
    call.wait(1.0)
    assert call.call("look").status == "error"
    call.wait(1.0)
    assert call.call("look").status == "ok"
    told = [(event.whom, event.fault) for event in call.of("fault.began")]
    assert told == [("cam", "noisy"), ("cam", "lost")]
    ended = [(event.fault, event.lasted) for event in call.of("fault.ended")]
    assert ended == [("noisy", 0.504), ("lost", pytest.approx(1.0, abs=0.02))]
    assert call.tells_nothing()


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ({"robot": "arm", "fault": {"kind": "stuck", "joints": ["panda_joint9"]}}, "panda_joint"),
        ({"robot": "arm", "fault": {"kind": "stick", "joints": ["panda_joint1"]}}, "stuck"),
        ({"robot": "arn", "fault": {"kind": "power_loss"}}, "did you mean arm"),
        ({"robot": "arm", "fault": {"kind": "weak", "part": "wheels", "share": 0.5}}, "has no wheels"),
        ({"robot": "arm", "fault": {"kind": "weak", "share": 1.5}}, "less than 1"),
        ({"robot": "arm", "fault": {"kind": "late_brakes"}}, "delay above 0 or share below 1"),
        ({"robot": "arm", "fault": {"kind": "lost"}}, "a fault of a sensor, not of a robot"),
        ({"thing": "floor", "fault": {"kind": "heavy", "mass": 5.0}}, "stands still"),
        ({"thing": "part_1", "fault": {"kind": "heavy", "mass": -1.0}}, "greater than 0"),
        ({"robot": "arm", "thing": "part_1", "fault": {"kind": "power_loss"}}, "one of robot, sensor and thing"),
        ({"robot": "arm", "lasts": 3.0}, "needs a fault"),
    ],
)
def test_a_fault_that_cannot_be_is_an_error_with_its_field(cell, event, says):
    """Wrong robots, joints, kinds and numbers are found before the episode starts."""
    with pytest.raises(ContentError) as error:
        cell(events=[FAULT | event])
    assert says in str(error.value)
    assert "events.0" in str(error.value)
