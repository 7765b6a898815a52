"""The robot API over HTTP and rosbridge: a real scene behind it, a client of ROS before it."""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hiyari.adapters.bullet.world import RobotWorld
from hiyari.adapters.pod.control import Asked
from hiyari.errors import EngineError
from hiyari.events import Event, RobotCommanded
from hiyari.physics.scene.stage import load_stage
from hiyari.scenario.model import Operator

pytestmark = [pytest.mark.docker, pytest.mark.physics]
ROOT = Path(__file__).parents[3]
SEED: dict[str, Any] = {
    "accounts": [
        {"name": "bench", "token": "TK-1"},
        {"name": "narrow", "token": "TK-2", "robots": ["amr_2"]},
    ],
    "rosbridge": {"account": "narrow"},
}


class Scene:
    """A warehouse that answers what the service asks, in a thread of its own."""

    def __init__(self, service: Any) -> None:
        stage = load_stage(ROOT / "robots/scenes/warehouse", lambda name: ROOT / "robots" / name, {})
        self.world = RobotWorld(stage, Operator(), "en")
        list(self.world.reset(1))
        self.events: list[Event] = []
        self._service = service
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def commands(self) -> list[RobotCommanded]:
        return [event for event in self.events if isinstance(event, RobotCommanded)]

    def close(self) -> None:
        self._over.set()
        self._thread.join(30)
        self.world.close()

    def _answer(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(queue.Empty):
                message = self._service._inbox.get(timeout=0.05)
                if isinstance(message, Asked):
                    serving = self.world.serve(message.request)
                    while True:
                        try:
                            self.events.append(next(serving))
                        except StopIteration as end:
                            self._service.control.answer(message.number, end.value)
                            break


@pytest.fixture(scope="session")
def started(network: Any) -> Any:
    return network.service("robot")


@pytest.fixture(scope="session")
def ros(network: Any) -> Any:
    """A container beside the services that has roslibpy."""
    folder = Path(__file__).parent / "ros_client"
    return network._python(folder, "client", network_mode=f"container:{network.outside.id}")


@pytest.fixture(scope="session")
def socket(network: Any) -> Any:
    """A container beside the services that has a WebSocket and nothing of ROS."""
    return network._python("robot", "client", network_mode=f"container:{network.outside.id}")


@pytest.fixture
def robot(started: Any) -> Any:
    started.seed(SEED)
    started.events()
    return started


@pytest.fixture
def scene(robot: Any) -> Iterator[Scene]:
    made = Scene(robot)
    yield made
    made.close()


def test_a_client_of_ros_drives_the_robot_unchanged(network: Any, scene: Scene, robot: Any, ros: Any) -> None:
    """roslibpy lists topics, publishes velocities, hears odometry, joints and the clock, and calls skills."""

    def drive(host: str) -> dict[str, Any]:
        import threading

        import roslibpy

        client = roslibpy.Ros(host, 9090, headers={"Authorization": "Bearer TK-1"})
        client.run(20)
        found = {"topics": client.get_topics(), "services": client.get_services()}
        found["type"] = client.get_topic_type("/amr_1/odom")
        found["sim"] = client.get_param("/use_sim_time")
        heard = {"/odom": [], "/clock": [], "/amr_2/joint_states": []}
        types = {"/odom": "nav_msgs/Odometry", "/clock": "rosgraph_msgs/msg/Clock"}
        there = threading.Event()
        for name, messages in heard.items():
            topic = roslibpy.Topic(client, name, types.get(name, "sensor_msgs/JointState"))
            topic.subscribe(messages.append)
        command = roslibpy.Topic(client, "/cmd_vel", "geometry_msgs/Twist")
        for _ in range(50):
            command.publish(
                roslibpy.Message({"linear": {"x": 0.5, "y": 0, "z": 0}, "angular": {"x": 0, "y": 0, "z": 0}})
            )
        service = roslibpy.Service(client, "/skills/wait", "hiyari/wait")
        found["waited"] = dict(service.call(roslibpy.ServiceRequest({"seconds": 2.0}), timeout=30))
        stop = roslibpy.Service(client, "/amr_1/stop", "std_srvs/Trigger")
        found["stopped"] = dict(stop.call(roslibpy.ServiceRequest({}), timeout=30))
        there.wait(0.3)
        client.terminate()
        return {**found, "heard": {name: list(map(dict, messages)) for name, messages in heard.items()}}

    found = network.client(drive, robot.address, at=ros)
    assert {"/clock", "/cmd_vel", "/odom", "/amr_2/cmd_vel", "/amr_2/joint_states"} <= set(found["topics"])
    assert {"/skills/wait", "/skills/look", "/amr_1/stop", "/rosapi/topics"} <= set(found["services"])
    assert (found["type"], found["sim"]) == ("nav_msgs/Odometry", True)
    assert found["waited"]["success"] is True and "Waited 2" in found["waited"]["message"]
    assert found["stopped"]["success"] is True
    odometry = found["heard"]["/odom"]
    places = [message["pose"]["pose"]["position"]["x"] for message in odometry]
    assert places[-1] - places[0] > 0.3 and places == sorted(places)
    assert max(message["twist"]["twist"]["linear"]["x"] for message in odometry) > 0.35
    assert odometry[0]["child_frame_id"] == "amr_1/base_link" and set(odometry[0]["header"]["stamp"]) == {
        "secs",
        "nsecs",
    }
    clock = [message["clock"]["sec"] + message["clock"]["nanosec"] * 1e-9 for message in found["heard"]["/clock"]]
    assert clock == sorted(clock) and clock[-1] > 3.0
    assert {"left_wheel_joint", "right_wheel_joint"} <= set(found["heard"]["/amr_2/joint_states"][0]["name"])
    commands = scene.commands()
    assert [each.command for each in commands] == ["velocity"] * 50 + ["stop"]
    assert {(each.robot, each.account) for each in commands} == {("amr_1", "bench")}


def talk(host: str, sent: list[Any], token: str, replies: int) -> list[Any]:
    import asyncio
    import json

    import websockets

    async def run() -> list[Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            async with websockets.connect(f"ws://{host}:9090", extra_headers=headers) as socket:
                for each in sent:
                    await socket.send(each if isinstance(each, str) else json.dumps(each))
                return [json.loads(await asyncio.wait_for(socket.recv(), 20)) for _ in range(replies)]
        except websockets.InvalidStatusCode as error:
            return [error.status_code]

    return asyncio.run(run())


def test_mistakes_are_status_messages_and_end_nothing(network: Any, scene: Scene, robot: Any, socket: Any) -> None:
    """What is no message, no operation, no topic, of another type, no Twist or not finite is told; then it goes on."""
    twist = {"op": "publish", "topic": "/amr_2/cmd_vel", "id": "p1"}
    wrong = [
        "no json",
        "[1]",
        {"op": "fly"},
        {"op": "subscribe", "topic": "/scan"},
        {"op": "subscribe", "topic": "/odom", "type": "sensor_msgs/Image"},
        {"op": "subscribe", "topic": "/odom", "compression": "cbor"},
        {**twist, "msg": {"linear": {"x": "fast"}}},
        {**twist, "topic": "/odom", "msg": {}},
        '{"op": "publish", "topic": "/amr_2/cmd_vel", "msg": {"linear": {"x": NaN}}}',
        {**twist, "topic": "/amr_1/cmd_vel", "msg": {}},
        {"op": "call_service", "service": "/rosapi/get_time", "id": "7"},
    ]
    *status, last = network.client(talk, robot.address, wrong, "", len(wrong), at=socket)
    assert [each["level"] for each in status] == ["error"] * 10
    said = [each["msg"] for each in status]
    for words, text in zip(
        [
            "whose op is one of set_level", "whose op is one of", "whose op is one of", "there is no topic '/scan'",
            "/odom is of type nav_msgs/Odometry", "without compression", "linear.x is a number", "/odom is only told",
            "a number is not finite", "this account may not command amr_1",
        ],
        said,
        strict=True,
    ):  # fmt: skip
        assert words in text
    assert status[6]["id"] == "p1"
    assert (last["op"], last["id"], last["result"]) == ("service_response", "7", True)
    assert scene.commands() == []


def test_a_subscription_is_throttled_in_simulated_time_and_ends(
    network: Any, scene: Scene, robot: Any, socket: Any
) -> None:
    """A wait of two seconds at half a second each is four messages, stamped as of ROS 2 where the type is."""
    kind = "nav_msgs/msg/Odometry"
    wait = {"op": "call_service", "service": "/wait", "args": [2.0]}
    sent = [
        {"op": "subscribe", "topic": "/odom", "type": kind, "throttle_rate": 500, "id": "a"},
        wait,
        {"op": "unsubscribe", "topic": "/odom", "id": "a"},
        wait,
    ]
    found = network.client(talk, robot.address, sent, "", 7, at=socket)
    stamps = [each["msg"]["header"]["stamp"] for each in found if each["op"] == "publish"]
    times = [stamp["sec"] + stamp["nanosec"] * 1e-9 for stamp in stamps]
    assert len(times) == 5
    assert [b - a for a, b in itertools.pairwise(times)] == pytest.approx([0.5] * 4, abs=0.03)
    assert [each["op"] for each in found].count("service_response") == 2


def test_who_may_connect_is_said_by_the_seed(network: Any, scene: Scene, robot: Any, socket: Any) -> None:
    """A wrong token is refused, and without an account of rosbridge so is who shows none."""
    assert network.client(talk, robot.address, [], "guess", 0, at=socket) == [401]
    robot.seed({"accounts": SEED["accounts"]})
    assert network.client(talk, robot.address, [], "", 0, at=socket) == [401]
    assert network.client(talk, robot.address, [], "TK-1", 0, at=socket) == []
    with pytest.raises(EngineError, match="there is no account 'x'"):
        robot.control.request("seed", data={**SEED, "rosbridge": {"account": "x"}})
    with pytest.raises(EngineError, match="lockstep or wall"):
        robot.control.request("seed", data={**SEED, "rosbridge": {"pace": "fast"}})


def listen(host: str, messages: int, seconds: float) -> int:
    import asyncio
    import json

    import websockets

    async def run() -> int:
        heard = 0
        async with websockets.connect(f"ws://{host}:9090") as socket:
            await socket.send(json.dumps({"op": "subscribe", "topic": "/clock"}))
            while heard < messages:
                try:
                    await asyncio.wait_for(socket.recv(), seconds)
                except TimeoutError:
                    break
                heard += 1
        return heard

    return asyncio.run(run())


def test_at_the_pace_of_the_wall_clock_the_scene_runs_on_by_itself(
    network: Any, scene: Scene, robot: Any, socket: Any
) -> None:
    """A client that only listens sees time pass; in lockstep it hears the time once, when it subscribes."""
    robot.seed({**SEED, "rosbridge": {"account": "bench", "pace": "wall"}})
    assert network.client(listen, robot.address, 10, 20, at=socket) == 10
    assert scene.world.time() > 0.3
    robot.seed(SEED)
    assert network.client(listen, robot.address, 10, 0.5, at=socket) == 1


def test_http_drives_reads_and_refuses(network: Any, scene: Scene, robot: Any) -> None:
    """Each path of the API once, with its status and what the scene makes of it."""

    def ask(method: str, path: str, body: Any = None, token: str = "TK-1") -> Any:
        return network.http(robot, method, path, body, token)

    listed = ask("GET", "/robots").json["robots"]
    assert [(each["id"], each["velocity"], each["mode"]) for each in listed] == [
        ("amr_1", True, "running"),
        ("amr_2", True, "running"),
    ]
    moved = ask("POST", "/robots/amr_2/velocity", {"linear": -0.3, "duration": 1.0}, "TK-2")
    assert moved.status == 200 and moved.json["position"][0] > 10.9
    assert ask("POST", "/robots/amr_1/velocity", {"linear": 1}, "TK-2").status == 403
    assert ask("POST", "/skills/wait", {"seconds": 1}, "TK-2").status == 403
    assert ask("POST", "/robots/amr_1/joints", {"positions": [0]}).status == 409
    assert ask("POST", "/robots/amr_1/tool", {"linear": [0, 0, 0.1]}).status == 409
    assert ask("POST", "/robots/amr_9/stop").status == 404
    assert ask("GET", "/robots/amr_9/state").status == 404
    json = {"Content-Type": "application/json"}
    for body in ('{"linear": NaN}', '{"linear": "fast"}', "{", "[1]", "{}", '{"linaer": 0.5}'):
        assert network.http(robot, "POST", "/robots/amr_1/velocity", body, "TK-1", json).status == 400
    assert ask("POST", "/wait", {"seconds": 1e6}).status == 400
    assert ask("GET", "/camera/overview.png").data.startswith(b"\x89PNG")
    assert {skill["name"] for skill in ask("GET", "/skills").json["skills"]} >= {"wait", "look"}
    looked = ask("POST", "/skills/look", {})
    assert looked.status == 200 and "amr_1" in looked.json["text"]
    before = ask("GET", "/time").json["time"]
    assert ask("POST", "/wait", {"seconds": 1.0}).json["time"] == pytest.approx(before + 1.0)
    assert ask("GET", "/robots/amr_1/state", token="no").status == 401
    accepted = [(each.robot, each.account) for each in scene.commands() if each.accepted]
    assert ("amr_2", "narrow") in accepted and not any(account == "" for _, account in accepted)


def test_without_a_scene_it_says_so(network: Any, robot: Any) -> None:
    """In a world of containers alone nobody answers, which is status 503."""

    def nobody() -> None:
        while not isinstance(message := robot._inbox.get(timeout=30), Asked):
            pass
        robot.control.answer(message.number, error="nobody answers for robot in this episode")

    thread = threading.Thread(target=nobody)
    thread.start()
    answer = network.http(robot, "GET", "/time", login="TK-1")
    thread.join(30)
    assert answer.status == 503 and "nobody answers" in answer.json["error"]
