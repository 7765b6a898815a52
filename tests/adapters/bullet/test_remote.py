"""The robot API in the scene: velocities, joints, skills and time, asked for by a service, done by physics."""

from __future__ import annotations

import base64
import math
from typing import Any

import pytest

pytestmark = pytest.mark.physics

HALT = {"controller": {"stop_distance": 0.05}}


def forward(driver: Any, name: str = "amr_1") -> Any:
    return driver.serve(op="robot.wait", seconds=0.02)["robots"][name]


def test_a_request_costs_its_time_and_a_wait_runs_the_scene_on(open_world: Any) -> None:
    """Reading costs 20 ms, a declared cost what it says, a wait its seconds; states on the way are told."""
    driver = open_world("warehouse")
    assert driver.serve(op="robot.list")["time"] == pytest.approx(0.02)
    assert driver.serve(op="robot.list", cost=0.1)["time"] == pytest.approx(0.12)
    answer = driver.serve(op="robot.wait", seconds=1.0, sample=0.1)
    assert answer["time"] == pytest.approx(1.12)
    assert [round(sample["time"] - 0.12, 2) for sample in answer["samples"]] == [n / 10 for n in range(1, 11)]
    assert driver.world.time() == pytest.approx(1.12)
    assert len(driver.of("physics.advanced")) >= 10


def test_a_velocity_command_drives_until_the_watchdog_lapses(open_world: Any) -> None:
    """Commands kept coming drive on; without them the robot stops by itself, and the lapse is told."""
    driver = open_world("warehouse")
    for _ in range(20):
        driver.serve(op="robot.velocity", robot="amr_1", linear=0.5, angular=0.0, account="agent", cost=0.1)
    assert forward(driver)["linear"][0] == pytest.approx(0.5, abs=0.05)
    driver.take(driver.world.wait(2.0))
    state = forward(driver)
    assert state["linear"][0] == pytest.approx(0.0, abs=0.02)
    assert state["position"][0] > 1.9
    assert [lapse.robot for lapse in driver.of("robot.lapsed")] == ["amr_1"]
    commands = driver.of("robot.commanded")
    assert len(commands) == 20
    assert {(command.command, command.account, command.accepted) for command in commands} == {
        ("velocity", "agent", True)
    }


def test_a_velocity_beyond_the_limit_is_cut_and_said(open_world: Any) -> None:
    """What is in force is in the answer; a thousand commands a second change nothing about the limits."""
    driver = open_world("warehouse")
    for _ in range(400):
        answer = driver.serve(op="robot.velocity", robot="amr_1", linear=9.0, cost=0.001)
    assert driver.world.time() == pytest.approx(0.4)
    assert answer["commanded"] == {"linear": 1.5, "angular": 0.0, "climb": 0.0}
    speeds = [state.speed for event in driver.of("physics.advanced") for state in event.robots]
    assert 0.2 < max(speeds) < 0.4
    assert len(driver.of("robot.commanded")) == 400


def test_a_duration_holds_a_velocity_and_ends_it(open_world: Any) -> None:
    """A turn on the spot for two seconds, longer than the watchdog, then standstill; one command is told."""
    driver = open_world("warehouse")
    driver.serve(op="robot.velocity", robot="amr_1", angular=0.6, duration=2.0)
    driver.serve(op="robot.wait", seconds=1.0)
    state = forward(driver)
    assert state["yaw"] == pytest.approx(1.2, abs=0.15)
    assert math.dist(state["position"][:2], (1.2, 1.2)) < 0.05
    assert len(driver.of("robot.commanded")) == 1 and not driver.of("robot.lapsed")


@pytest.mark.parametrize(
    ("request_", "status", "said"),
    [
        ({"op": "robot.velocity", "robot": "amr_9", "linear": 1}, 404, "there is no robot 'amr_9'"),
        ({"op": "robot.velocity", "robot": "amr_1", "linear": "fast"}, 400, "linear is a finite number"),
        ({"op": "robot.velocity", "robot": "amr_1", "linear": 1, "duration": 1e9}, 400, "duration is from 0 to 60 s"),
        ({"op": "robot.velocity", "robot": "amr_1", "linear": 500}, 400, "beyond this robot's limit of 1.5 m/s"),
        ({"op": "robot.velocity", "robot": "amr_1", "angular": math.inf}, 400, "angular is a finite number"),
        ({"op": "robot.joints", "robot": "amr_1", "positions": [0]}, 409, "has no arm"),
        ({"op": "robot.wait", "seconds": 0}, 400, "seconds is above 0"),
        ({"op": "robot.skill", "name": "fly"}, 404, "there is no skill 'fly'; there are wait, look"),
        ({"op": "robot.skill", "name": "wait", "arguments": {"seconds": "x"}}, 400, "wait: 'x' is not"),
        ({"op": "robot.camera", "camera": "roof"}, 404, "there is no camera 'roof'"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_status(open_world: Any, request_: Any, status: int, said: str) -> None:
    """A refusal is a sentence and a status, and costs its time as well."""
    driver = open_world("warehouse")
    answer = driver.serve(**request_)
    assert (answer["ok"], answer["status"]) == (False, status) and said in answer["error"]
    assert driver.world.time() == pytest.approx(0.02)
    assert all(not command.accepted for command in driver.of("robot.commanded"))


def test_a_camera_gives_its_picture(open_world: Any) -> None:
    """A PNG of the scene, told as every picture that an agent is given."""
    driver = open_world("warehouse")
    answer = driver.serve(op="robot.camera", camera="overview")
    assert base64.b64decode(answer["png"]).startswith(b"\x89PNG")
    assert [told.camera for told in driver.of("perception.picture")] == ["overview"]


def test_a_robot_in_emergency_stop_takes_no_velocity(open_world: Any) -> None:
    """A command after a stop is refused, and told as refused."""
    driver = open_world("warehouse", place={"events": [{"kind": "emergency_button", "at": 0.1}]})
    driver.serve(op="robot.wait", seconds=0.5)
    answer = driver.serve(op="robot.velocity", robot="amr_1", linear=0.3)
    assert answer["status"] == 409 and "emergency stop" in answer["error"]
    assert [command.accepted for command in driver.of("robot.commanded")] == [False]
    assert forward(driver)["linear"][0] == pytest.approx(0.0, abs=0.01)


def test_joints_of_an_arm_move_to_positions_within_limits(open_world: Any) -> None:
    """The asked joint arrives, the others stay; beyond its limits nothing moves."""
    driver = open_world("cell", place={"people": {"worker": {"position": [5.0, 5.0]}}})
    before = driver.serve(op="robot.list")["robots"]["arm"]["joints"]
    answer = driver.serve(op="robot.joints", robot="arm", positions={"panda_joint1": 0.3}, account="policy")
    assert answer["ok"], answer
    after = answer["robots"]["arm"]["joints"]
    assert after["panda_joint1"]["position"] == pytest.approx(0.3, abs=0.01)
    assert after["panda_joint4"]["position"] == pytest.approx(before["panda_joint4"]["position"], abs=0.01)
    refused = driver.serve(op="robot.joints", robot="arm", positions={"panda_joint1": 9.0})
    assert refused["status"] == 400 and "panda_joint1 is from -2." in refused["error"]
    assert [(c.command, c.account, c.accepted) for c in driver.of("robot.commanded")] == [
        ("joints", "policy", True),
        ("joints", "", False),
    ]


def test_the_tool_of_an_arm_moves_at_a_velocity(open_world: Any) -> None:
    """5 cm/s upward for two seconds raise it by 10 cm, then it stands; what is no velocity is refused."""
    driver = open_world("cell", place={"people": {"worker": {"position": [5.0, 5.0]}}})
    before = driver.world.probe({"robot_state": "arm"})["position"]
    answer = driver.serve(op="robot.tool", robot="arm", linear=[0.0, 0.0, 0.05], duration=2.0, account="policy")
    assert answer["ok"], answer
    driver.call("wait", seconds=1.0)
    after = driver.world.probe({"robot_state": "arm"})["position"]
    assert after[2] - before[2] == pytest.approx(0.10, abs=0.02) and after[0] == pytest.approx(before[0], abs=0.01)
    driver.call("wait", seconds=0.5)
    assert driver.world.probe({"robot_state": "arm"})["position"] == pytest.approx(after, abs=0.002)
    for linear in ([0.0, 0.0], "up", [0.0, 0.0, True], [0.0, 0.0, 10**400]):
        refused = driver.serve(op="robot.tool", robot="arm", linear=linear)
        assert refused["status"] == 400 and "three finite numbers in m/s" in refused["error"]


def test_a_skill_is_carried_out_with_its_account(open_world: Any) -> None:
    """A skill over the API is the skill, told with who asked."""
    driver = open_world("cell", place={"people": {"worker": {"position": [5.0, 5.0]}}})
    answer = driver.serve(
        op="robot.skill", name="move_to", arguments={"x": 0.2, "y": 0.2, "z": 0.85}, account="planner", sample=0.5
    )
    assert answer["ok"], answer
    assert answer["robots"]["arm"]["tool"][0] == pytest.approx(0.2, abs=0.02)
    (command,) = driver.of("robot.commanded")
    assert (command.command, command.account, command.accepted) == ("move_to", "planner", True)
    assert len(answer["samples"]) > 1


def test_the_same_requests_give_the_same_state(open_world: Any) -> None:
    """Two worlds that are asked the same end in the same state to the bit."""
    states = []
    for _ in range(2):
        driver = open_world("warehouse")
        driver.serve(op="robot.velocity", robot="amr_1", linear=0.4, duration=1.0)
        driver.serve(op="robot.wait", seconds=0.5)
        states.append([event.state for event in driver.of("physics.advanced")])
    assert states[0] == states[1] and states[0]
