"""The broker: users and their topics over real MQTT, what is told of them, what the harness publishes."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from hiyari.adapters.pod.control import Asked
from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

SEED: dict[str, Any] = {
    "users": [
        {"login": "sensor", "password": "suzume-1", "topics": [{"pattern": "plant/+/state", "access": "write"}]},
        {"login": "agent", "password": "tsubame-2", "topics": [
            {"pattern": "plant/#", "access": "read"}, {"pattern": "plant/line1/command", "access": "write"}]},
    ],
    "retained": {"plant/line1/state": "running", "plant/line2/state": "停止"},
    "scene": ["plant/line1/command"],
}  # fmt: skip


@pytest.fixture(scope="session")
def started(network: Any) -> Any:
    return network.service("mqtt")


@pytest.fixture(scope="session")
def client(network: Any) -> Any:
    """A container beside the services that has an MQTT client."""
    return network._python("mqtt", "client", network_mode=f"container:{network.outside.id}")


@pytest.fixture
def mqtt(started: Any) -> Any:
    started.seed(SEED)
    started.events()
    return started


def talk(host: str, login: str, password: str, do: list[tuple[str, Any]]) -> Any:
    """Connect, subscribe and publish as told; return the code of the log-in, and what arrived until a last message."""
    import time

    import paho.mqtt.client as paho

    heard: list[Any] = []
    codes: list[int] = []
    client = paho.Client(client_id="x (d0, q0), u'root'")
    client.username_pw_set(login, password)
    client.on_connect = lambda one, two, three, code: codes.append(code)
    client.on_message = lambda one, two, message: heard.append(
        [message.topic, message.payload.decode(), message.retain]
    )
    client.connect(host, 1883)
    client.loop_start()
    while not codes:
        time.sleep(0.005)
    for action, argument in [] if codes[0] else do:
        if action == "publish":
            topic, payload, retain = argument
            client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(5)
        elif action == "subscribe":
            client.subscribe(argument, qos=1)
        else:
            deadline = time.monotonic() + 10
            while len(heard) < argument and time.monotonic() < deadline:
                time.sleep(0.005)
    client.disconnect()
    client.loop_stop()
    return [codes[0], heard]


def test_retained_messages_come_to_who_may_read_them(network: Any, mqtt: Any, client: Any) -> None:
    """A subscriber gets the seed's retained messages; events go by login, not by client id."""
    code, heard = network.client(
        talk, mqtt.address, "agent", "tsubame-2", [("subscribe", "plant/#"), ("hear", 2)], at=client
    )
    assert code == 0
    assert sorted(heard) == [["plant/line1/state", "running", True], ["plant/line2/state", "停止", True]]
    connected, subscribed = mqtt.requests()
    assert (connected["account"], connected["operation"], connected["allowed"]) == ("agent", "mqtt.connect", True)
    assert connected["detail"]["client"] == "x (d0, q0), u'root'"
    assert (subscribed["operation"], subscribed["detail"]) == ("mqtt.subscribe", {"topic": "plant/#"})


def test_a_wrong_password_is_refused_and_told(network: Any, mqtt: Any, client: Any) -> None:
    """The broker's own code goes to the client, and the refusal is an event."""
    assert network.client(talk, mqtt.address, "agent", "tsubame-3", [], at=client)[0] == 5
    assert network.client(talk, mqtt.address, "nobody", "x", [], at=client)[0] == 5
    first, second = mqtt.requests("mqtt.connect")
    assert (first["allowed"], first["account"], first["detail"]["why"]) == (False, "agent", "not authorised")
    assert second["account"] == "nobody"


def test_only_permitted_topics_reach_anyone(network: Any, mqtt: Any, client: Any) -> None:
    """What a user may not write is told as refused, and neither probe nor subscriber ever sees it."""
    do = [
        ("publish", ["plant/line1/state", "stopped", True]),
        ("publish", ["plant/line1/command", "go", False]),
        ("publish", ["other/secret", "x", False]),
    ]
    network.client(talk, mqtt.address, "sensor", "suzume-1", do, at=client)
    told = mqtt.requests("mqtt.publish")
    assert [(event["detail"]["topic"], event["allowed"]) for event in told] == [
        ("plant/line1/state", True), ("plant/line1/command", False), ("other/secret", False),
    ]  # fmt: skip
    assert told[0]["detail"] == {"topic": "plant/line1/state", "payload": "stopped", "size": 7, "retain": True}
    assert mqtt.probe(messages="#") == [{"topic": "plant/line1/state", "payload": "stopped"}]
    assert mqtt.probe(last="plant/line1/state") == "stopped"
    assert mqtt.probe(topics={}) == {"plant/line2/state": "停止", "plant/line1/state": "stopped"}
    code, heard = network.client(talk, mqtt.address, "sensor", "suzume-1", [("subscribe", "plant/#")], at=client)
    assert (code, heard) == (0, [])
    assert [event["allowed"] for event in mqtt.requests("mqtt.subscribe")] == [False]


def test_a_bound_topic_reaches_the_scene_and_the_harness_publishes(network: Any, mqtt: Any, client: Any) -> None:
    """A command on a bound topic is asked of the harness; what it sets reaches a subscriber that waits."""
    for topic, writes in (("plant/line1/command", True), ("plant/line1/state", False)):
        assert mqtt.control.request("bind", tag=topic, writes=writes) == {"name": topic, "kind": "any"}
    with pytest.raises(EngineError, match="is no topic"):
        mqtt.control.request("bind", tag="plant/#", writes=False)
    do = [
        ("subscribe", "plant/line1/state"),
        ("hear", 1),
        ("publish", ["plant/line1/command", "0.5", False]),
        ("hear", 2),
    ]
    found: list[Any] = []
    arguments = (talk, mqtt.address, "agent", "tsubame-2", do)
    thread = threading.Thread(target=lambda: found.append(network.client(*arguments, at=client)))
    thread.start()
    while not isinstance(message := mqtt._inbox.get(timeout=30), Asked):
        pass
    assert message.request == {
        "op": "tag.write", "tag": "plant/line1/command", "value": 0.5, "account": "agent",
    }  # fmt: skip
    mqtt.control.answer(message.number, {"ok": False, "error": "the line is locked", "reason": "failed"})
    mqtt.control.request("set", values={"plant/line1/state": "stopping"})
    thread.join(30)
    assert [heard[:2] for heard in found[0][1]] == [["plant/line1/state", "running"], ["plant/line1/state", "stopping"]]
    assert mqtt.probe(last="plant/line1/state") == "stopping"
    (told,) = mqtt.requests("mqtt.device")
    assert (told["account"], told["allowed"], told["detail"]["why"]) == ("agent", False, "the line is locked")


def test_a_seed_forgets_what_was_before(network: Any, mqtt: Any, client: Any) -> None:
    """Retained messages, users and what was heard are those of the last seed."""
    mqtt.control.request("set", topic="old/topic", value="1")
    mqtt.seed({"users": [{"login": "new", "password": "n", "topics": [{"pattern": "#", "access": "both"}]}]})
    assert mqtt.probe(topics={}) == {}
    assert network.client(talk, mqtt.address, "agent", "tsubame-2", [], at=client)[0] == 5
    code, heard = network.client(talk, mqtt.address, "new", "n", [("subscribe", "#")], at=client)
    assert (code, heard) == (0, [])
    with pytest.raises(EngineError, match="access is read, write or both"):
        mqtt.control.request("seed", data={"users": [{"login": "a", "password": "b", "topics": [{"pattern": "#"}]}]})


def test_what_is_no_mqtt_ends_its_own_connection_only(network: Any, mqtt: Any, client: Any) -> None:
    """Endless lengths, a packet cut short, a later protocol version and two log-ins on one line do no harm."""

    def garbage(host: str) -> list[str]:
        import socket

        connect = b"\x10\x16\x00\x04MQTT\x04\xc2\x00\x00\x00\x01a\x00\x03new\x00\x01n"
        newer = b"\x10\x10\x00\x04MQTT\x05\x02\x00\x00\x00\x00\x03abc"
        answers = []
        for data in (b"GET / HTTP/1.1\r\n\r\n", b"\x10\xff\xff\xff\xff\x01", connect[:9], newer, connect + connect):
            with socket.create_connection((host, 1883), timeout=5) as line:
                line.sendall(data)
                line.shutdown(socket.SHUT_WR)
                answers.append(line.recv(100).hex())
        return answers

    answers = network.client(garbage, mqtt.address)
    assert answers[:4] == ["", "", "", "20020001"]
    assert network.client(talk, mqtt.address, "agent", "tsubame-2", [], at=client)[0] == 0
