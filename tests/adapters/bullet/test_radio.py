"""Commands of the robot API over a radio link: late, lost, damaged; what the robot does, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from hiyari.errors import ContentError

pytestmark = pytest.mark.physics


def radio(**how: Any) -> dict[str, Any]:
    return {"devices": {"radio": {"kind": "radio", **how}}}


def drive(driver: Any, **more: Any) -> Any:
    return driver.serve(op="robot.velocity", robot="amr_1", linear=0.5, account="agent", **more)


def x(driver: Any) -> float:
    found: float = driver.world.probe({"signal": "amr_1.x"})
    return found


def test_a_late_command_acts_when_it_arrives(open_world: Any) -> None:
    """Half a second passes before the robot moves and the command is told; its watchdog counts from there."""
    driver = open_world("warehouse", place=radio(delay=0.5))
    assert drive(driver)["ok"]
    driver.serve(op="robot.wait", seconds=0.4)
    assert driver.of("robot.commanded") == [] and x(driver) == pytest.approx(1.2, abs=0.001)
    assert driver.world.probe({"signal": "radio.waiting"}) == 1
    driver.serve(op="robot.wait", seconds=1.0)
    assert [command.accepted for command in driver.of("robot.commanded")] == [True]
    assert x(driver) > 1.25
    (lapsed,) = driver.of("robot.lapsed")
    assert 0.5 <= lapsed.age < 0.6


def test_a_lost_stop_leaves_the_robot_to_its_watchdog(open_world: Any) -> None:
    """The API answers well all the same; the robot goes on until its last velocity lapses."""
    driver = open_world(
        "warehouse", place=radio() | {"events": [{"kind": "set", "at": 0.5, "signal": "radio.loss", "value": 1.0}]}
    )
    for _ in range(5):
        drive(driver, cost=0.1)
    driver.serve(op="robot.wait", seconds=0.1)
    before = x(driver)
    assert driver.serve(op="robot.stop", robot="amr_1", account="agent")["ok"]
    driver.serve(op="robot.wait", seconds=1.0)
    last = driver.of("robot.commanded")[-1]
    assert (last.command, last.accepted, last.reason) == ("stop", False, "lost on the radio link")
    assert x(driver) - before > 0.1
    assert len(driver.of("robot.lapsed")) == 1


def test_a_damaged_command_is_refused_by_its_checksum(open_world: Any) -> None:
    """Nothing moves, and the robot says why it took nothing."""
    driver = open_world("warehouse", place=radio(garbled=1.0))
    drive(driver)
    driver.serve(op="robot.wait", seconds=0.5)
    (command,) = driver.of("robot.commanded")
    assert not command.accepted and "checksum" in command.reason
    assert x(driver) == pytest.approx(1.2, abs=0.001)


def test_who_waits_for_a_robot_is_told_that_it_does_not_answer(open_world: Any) -> None:
    """A velocity with a duration over a dead link is status 504 after a second; a robot beside the link is reached."""
    driver = open_world("warehouse", place=radio(loss=1.0, robots=["amr_1"]))
    answer = drive(driver, duration=1.0)
    assert (answer["ok"], answer["status"]) == (False, 504) and "did not answer" in answer["error"]
    assert answer["time"] == pytest.approx(1.0)
    assert driver.serve(op="robot.velocity", robot="amr_2", linear=0.3, duration=1.0)["ok"]


def test_what_becomes_of_a_command_is_the_seeds_and_its_own(open_world: Any) -> None:
    """The same seed loses the same commands, whatever the share of damaged ones."""
    found = []
    for garbled in (0.0, 0.0, 0.5):
        driver = open_world("warehouse", place=radio(loss=0.3, garbled=garbled))
        for _ in range(30):
            drive(driver)
        found.append([command.reason.startswith("lost") for command in driver.of("robot.commanded")])
    assert found[0] == found[1] == found[2]
    assert 3 <= sum(found[0]) <= 15


def test_a_link_of_a_robot_that_is_not_there_is_a_mistake(open_world: Any) -> None:
    """The field is named, and which robots there are."""
    with pytest.raises(ContentError, match=r"there is no robot 'amr_7'; there are amr_1, amr_2"):
        open_world("warehouse", place=radio(robots=["amr_7"]))
