import pytest


def radio(**how):
    return {"devices": {"radio": {"kind": "radio", "skills": True, **how}}}


def drive(call, **more):
    return call.call("drive", **{"forward": 0.5, "seconds": 1.0, **more})


def along(call):
    """Metres driven."""
    return call.machine().place[0] + 4.0


def test_a_late_call_is_carried_out_late(hall):
    """Nothing moves for two seconds; then the skill runs, and is recorded when it arrived."""
    call = hall(**radio(delay=2.0))
    assert drive(call).status == "ok"
    assert call.simulation.time == pytest.approx(3.0, abs=0.02)
    (command,) = call.of("robot.commanded")
    assert command.accepted and along(call) > 0.2
    assert call.tells_nothing()


def test_a_call_later_than_patience_times_out_and_is_carried_out_all_the_same(hall):
    """The agent reads that nothing is known; the robot drives afterwards, and is busy then for other calls."""
    call = hall(**radio(delay=2.0, patience=1.0))
    returned = drive(call)
    assert returned.status == "error" and "Timed out" in returned.text and "is not known" in returned.text
    assert call.simulation.time == pytest.approx(1.0, abs=0.02) and along(call) < 0.01
    assert not call.of("robot.commanded")
    call.wait(2.5)
    assert along(call) > 0.2
    assert [command.accepted for command in call.of("robot.commanded")] == [True]


def test_a_lost_call_times_out_and_nothing_moves(hall):
    """For the agent it is the same as a late one; the recording knows."""
    call = hall(**radio(loss=1.0, patience=1.0))
    late = hall(**radio(delay=3.0, patience=1.0))
    assert drive(call).text == drive(late).text
    call.wait(3.0)
    (command,) = call.of("robot.commanded")
    assert not command.accepted and command.reason == "lost on the radio link"
    assert along(call) < 0.01


def test_a_damaged_call_is_refused(hall):
    """The robot's checksum finds it, and the agent is told."""
    call = hall(**radio(garbled=1.0))
    returned = drive(call)
    assert returned.status == "error" and "wrong checksum" in returned.text
    assert along(call) < 0.01 and not call.of("robot.commanded")[0].accepted


def test_a_call_that_arrives_twice_is_carried_out_twice(hall):
    """The robot goes double the way, and both commands are recorded; the answer knows of one."""
    once, twice = hall(**radio()), hall(**radio(doubled=1.0))
    for call in (once, twice):
        assert drive(call).status == "ok"
        call.wait(3.0)
    assert along(twice) == pytest.approx(2.0 * along(once), rel=0.1)
    assert [command.accepted for command in twice.of("robot.commanded")] == [True, True]
    assert twice.texts == once.texts


def test_a_skill_during_a_skill_is_refused_and_a_stop_ends_it(hall):
    """What arrived late runs; another motion is refused as busy and recorded, a stop halts the robot."""
    events = [{"kind": "set", "at": 0.5, "signal": "radio.delay", "value": 0.0}]
    call = hall(events=events, **radio(delay=1.5, patience=1.0))
    drive(call, seconds=10.0)
    call.wait(1.5)
    returned = drive(call)
    assert returned.status == "error" and "still carrying out drive" in returned.text
    assert [command.accepted for command in call.of("robot.commanded")] == [True, False]
    assert call.call("stop").status == "ok"
    before = along(call)
    call.wait(2.0)
    assert before > 0.1 and along(call) == pytest.approx(before, abs=0.05)
    assert drive(call).status == "ok"


def test_what_does_not_command_needs_no_radio(hall):
    """Looking and asking for the status work over a dead link."""
    call = hall(**radio(loss=1.0))
    assert call.call("status").status == "ok" and call.call("look").status == "ok"


def test_the_same_seed_has_the_same_fates(hall):
    """Twenty calls over a bad link end alike in two runs, and doubling changes nobody else's fate."""

    def fates(**how):
        call = hall(**radio(loss=0.3, garbled=0.3, patience=0.1, **how))
        return [drive(call, seconds=0.1).text[:20] for _ in range(12)]

    plain = fates()
    assert plain == fates() and len(set(plain)) >= 3
