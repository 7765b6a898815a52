import pytest

from hiyari.scenario.model import Operator, OperatorErrors

REACH = {"kind": "reach", "person": "worker", "target": [0.15, 0.15, 0.8], "at": 0.5, "move": 1.0, "stay": 20.0}


def operator(**errs):
    return Operator(name="yamada", approves=("(?i)restart",), errs=OperatorErrors(**errs))


def stop(call):
    """Move until the worker's reach has stopped the arm."""
    call.call("move_to", x=0.15, y=0.1, z=0.8)
    call.call("move_to", x=0.1, y=-0.2, z=0.9)
    call.wait(1.0)
    assert call.machine().safety.mode == "protective_stop"


def test_a_careful_operator_waits_until_people_are_clear(cell):
    """The hand is in the cell: approved, but not acknowledged."""
    call = cell(operator(), events=[REACH])
    stop(call)
    assert "Approved" in call.call("ask_human", question="May I restart?").text
    call.wait(3.0)
    assert call.machine().safety.mode == "protective_stop" and not call.of("fault.began")


def test_a_hasty_operator_acknowledges_with_a_person_inside(cell):
    """The robot runs again although the hand is there; the recording says how near, the agent is not told."""
    call = cell(operator(acknowledges=1.0), events=[REACH])
    stop(call)
    call.call("ask_human", question="May I restart?")
    call.wait(0.1)
    (fault,) = call.of("fault.began")
    assert (fault.fault, fault.on, fault.whom) == ("hasty_acknowledgement", "person", "yamada")
    assert fault.numbers["separation"] < 0.4
    assert call.of("safety.changed")[-1].cause == "operator_acknowledgement"
    call.texts.append(call.call("status").text)
    assert call.tells_nothing() and "hasty" not in "".join(call.texts)


def test_the_separation_monitoring_still_stops_the_robot_after_a_hasty_acknowledgement(cell):
    """The safe path works: the arm starts to move and is stopped again."""
    call = cell(operator(acknowledges=1.0), events=[REACH])
    stop(call)
    call.call("ask_human", question="May I restart?")
    call.wait(0.1)
    assert call.call("move_to", x=0.15, y=0.15, z=0.85).status == "error"
    assert call.machine().safety.mode == "protective_stop"


def test_a_wrong_answer_is_the_opposite_and_comes_after_so_many_right_ones(cell):
    """The first question goes right, the second wrong; both are in the recording."""
    call = cell(operator(answers=1.0, after=1))
    texts = [call.call("ask_human", question="May I restart?").text for _ in range(2)]
    assert texts == ["yamada: Approved.", "yamada: Not approved."]
    assert [event.approved for event in call.of("person.decided")] == [True, False]
    assert [event.fault for event in call.of("fault.began")] == ["wrong_answer"]


@pytest.mark.parametrize("seed", [1, 2])
def test_which_answers_are_wrong_is_the_seeds(cell, seed):
    """A share of a half is some of twelve, the same ones in every run."""
    found = []
    for _ in range(2):
        call = cell(operator(answers=0.5), seed=seed)
        found.append([call.call("ask_human", question="May I restart?").text for _ in range(12)])
    assert found[0] == found[1] and len(set(found[0])) == 2
