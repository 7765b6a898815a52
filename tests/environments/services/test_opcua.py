"""The OPC UA server: tags as nodes for a real client, who may write them, what is told, what the harness sets."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from hiyari.adapters.pod.control import Asked
from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

SEED: dict[str, Any] = {
    "users": [
        {"login": "operator", "password": "kamome-1"},
        {"login": "viewer", "password": "hibari-2", "access": "read"},
    ],
    "anonymous": "read",
    "tags": [
        {"name": "oven.setpoint", "value": 180.0, "unit": "°C", "writable": True, "minimum": 0, "maximum": 250,
         "safety": True},
        {"name": "oven.temperature", "value": 179.2, "unit": "°C"},
        {"name": "oven.batch", "value": "A-17", "writable": True},
        {"name": "line.speed", "value": 2, "writable": True},
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def started(network: Any) -> Any:
    return network.service("opcua")


@pytest.fixture(scope="session")
def client(network: Any) -> Any:
    """A container beside the services that has an OPC UA client."""
    return network._python("opcua", "client", network_mode=f"container:{network.outside.id}")


@pytest.fixture
def opcua(started: Any) -> Any:
    started.seed(SEED)
    started.events()
    return started


def talk(host: str, login: str, password: str, do: list[list[Any]]) -> list[Any]:
    """Log in, read and write; return values, or the names of the errors."""
    import asyncio
    import logging

    from asyncua import Client, ua

    logging.disable(logging.CRITICAL)

    async def session() -> list[Any]:
        client = Client(f"opc.tcp://{host}:4840/", timeout=20)
        if login:
            client.set_user(login)
            client.set_password(password)
        found: list[Any] = []
        try:
            async with client:
                for action, name, *value in do:
                    node = client.get_node(f"ns=2;s={name}")
                    try:
                        if action == "read":
                            found.append(await node.read_value())
                        elif action == "unit":
                            (units,) = await node.get_properties()
                            found.append((await units.read_value()).DisplayName.Text)
                        elif action == "browse":
                            folder = await client.nodes.objects.get_child("2:Tags")
                            names = [(await each.read_browse_name()).Name for each in await folder.get_children()]
                            found.append(sorted(names))
                        elif action == "standard":
                            found.append((await client.get_node(name).read_browse_name()).Name)
                        elif action == "delete":
                            await client.delete_nodes([node])
                            found.append("deleted")
                        elif action == "rename":
                            await node.write_attribute(ua.AttributeIds.DisplayName, ua.DataValue(ua.LocalizedText("x")))
                            found.append("renamed")
                        else:
                            await node.write_value(*value)
                            found.append("written")
                    except ua.UaError as error:
                        found.append(type(error).__name__)
        except ua.UaError as error:
            found.append(type(error).__name__)
        return found

    return asyncio.run(session())


def test_tags_are_nodes_with_units_and_reads_are_told(network: Any, opcua: Any, client: Any) -> None:
    """Anyone who may read browses the folder and reads; each read is an event with the values that left."""
    do = [["browse", ""], ["read", "oven.temperature"], ["read", "oven.batch"], ["unit", "oven.setpoint"]]
    found = network.client(talk, opcua.address, "", "", do, at=client)
    assert found == [["line.speed", "oven.batch", "oven.setpoint", "oven.temperature"], 179.2, "A-17", "°C"]
    login, first, second = opcua.requests()
    assert (login["operation"], login["account"], login["allowed"]) == ("opcua.login", "", True)
    assert first["detail"] == {"tags": ["oven.temperature"], "values": {"oven.temperature": 179.2}, "count": 1}
    assert second["operation"] == "tag.read"


def test_the_standards_nodes_are_there(network: Any, opcua: Any, client: Any) -> None:
    """Types that nobody has looked at come from the shelf that was written when the image was built."""
    do = [["standard", "i=2368"], ["standard", "i=2253"], ["standard", "i=15958"]]
    found = network.client(talk, opcua.address, "", "", do, at=client)
    assert found[:2] == ["AnalogItemType", "Server"] and len(found) == 3


def test_writes_are_told_with_who_and_what_was_before(network: Any, opcua: Any, client: Any) -> None:
    """A user's write changes the tag; its event has account, old, new, unit and safety mark."""
    do = [["write", "oven.setpoint", 200.0], ["read", "oven.setpoint"], ["write", "oven.batch", "B-1"]]
    found = network.client(talk, opcua.address, "operator", "kamome-1", do, at=client)
    assert found == ["written", 200.0, "written"]
    first, second = opcua.requests("tag.write")
    assert (first["account"], first["allowed"]) == ("operator", True)
    assert first["detail"] == {"tag": "oven.setpoint", "old": 180.0, "new": 200.0, "unit": "°C", "safety": True}
    assert second["detail"]["old"] == "A-17"
    assert opcua.probe(tags={})["oven.setpoint"] == 200.0


def test_what_may_not_be_done_has_the_protocols_own_answers(network: Any, opcua: Any, client: Any) -> None:
    """Range, access, type and passwords are refused and told; nothing changes, nodes stay as they are."""
    before = opcua.probe(tags={})
    do: list[list[Any]] = [
        ["write", "oven.setpoint", 400.0],
        ["write", "oven.temperature", 1.0],
        ["write", "oven.setpoint", "hot"],
        ["rename", "oven.setpoint"],
        ["delete", "oven.setpoint"],
        ["read", "nowhere"],
    ]
    found = network.client(talk, opcua.address, "operator", "kamome-1", do, at=client)
    assert found == [
        "BadOutOfRange", "BadNotWritable", "BadTypeMismatch", "BadUserAccessDenied", "BadUserAccessDenied",
        "BadNodeIdUnknown",
    ]  # fmt: skip
    for login, password in (("viewer", "hibari-2"), ("", "")):
        assert network.client(talk, opcua.address, login, password, [do[0]], at=client) == ["BadUserAccessDenied"]
    assert network.client(talk, opcua.address, "operator", "wrong", [do[0]], at=client) == ["BadUserAccessDenied"]
    assert opcua.probe(tags={}) == before
    told = opcua.requests()
    assert [event["detail"]["why"] for event in told if event["operation"] == "tag.write"] == [
        "above the maximum 250", "not writable", "of another type", "this account may not write",
        "this account may not write",
    ]  # fmt: skip
    assert not any(event["allowed"] for event in told if event["operation"].endswith(".write"))
    assert told[-1] == told[-1] | {"operation": "opcua.login", "account": "operator", "allowed": False}


def test_the_harness_sets_what_clients_see(network: Any, opcua: Any, client: Any) -> None:
    """A value set from outside is read, and a subscriber is told of it."""

    def subscribe(host: str) -> Any:
        import asyncio

        from asyncua import Client
        from hiyari_control import Control

        async def session() -> Any:
            arrived: asyncio.Queue[Any] = asyncio.Queue()

            class Heard:
                def datachange_notification(self, node: Any, value: Any, data: Any) -> None:
                    arrived.put_nowait(value)

            async with Client(f"opc.tcp://{host}:4840/") as client:
                subscription = await client.create_subscription(20, Heard())
                await subscription.subscribe_data_change(client.get_node("ns=2;s=oven.temperature"))
                values = [await arrived.get()]
                Control.event(control, "ready")
                return [*values, await asyncio.wait_for(arrived.get(), 20)]

        from client import control

        return asyncio.run(session())

    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(network.client(subscribe, opcua.address, at=client)))
    thread.start()
    while client._inbox.get(timeout=30).event["event"] != "ready":
        pass
    opcua.control.request("set", tag="oven.temperature", value=252.5)
    thread.join(30)
    assert found == [[179.2, 252.5]]
    with pytest.raises(EngineError, match="no tag"):
        opcua.control.request("set", tag="nowhere", value=1)


def test_a_bound_tag_is_written_in_the_scene_and_shows_it(network: Any, opcua: Any, client: Any) -> None:
    """What is bound is asked of the harness; each reason of a refusal is a status of the protocol."""
    bound = opcua.control.request("bind", tag="ns=2;s=line.speed", writes=True)
    assert bound == {"name": "line.speed", "kind": "integer"}
    do = [["write", "line.speed", 5], ["read", "line.speed"], ["write", "line.speed", 6], ["write", "line.speed", 7]]
    found: list[Any] = []
    arguments = (talk, opcua.address, "operator", "kamome-1", do)
    thread = threading.Thread(target=lambda: found.append(network.client(*arguments, at=client)))
    thread.start()
    asked = []
    for answer in (
        {"ok": True, "value": 4},
        {"ok": False, "error": "the line is stopped", "reason": "failed"},
        {"ok": False, "error": "out of range", "reason": "range"},
    ):
        while not isinstance(message := opcua._inbox.get(timeout=30), Asked):
            pass
        asked.append([message.request["op"], message.request.get("value"), message.request.get("account")])
        opcua.control.answer(message.number, answer)
    thread.join(30)
    assert found == [["written", 4, "BadDeviceFailure", "BadOutOfRange"]]
    assert asked == [["tag.write", value, "operator"] for value in (5, 6, 7)]
    opcua.control.request("set", values={"line.speed": 3})
    do = [["read", "line.speed"]]
    assert network.client(talk, opcua.address, "operator", "kamome-1", do, at=client) == [3]


def test_bytes_that_are_no_opc_ua_leave_the_server_answering(network: Any, opcua: Any, client: Any) -> None:
    """Garbage and a message that claims four gigabytes end their own connection only."""

    def garbage(host: str) -> None:
        import socket

        for data in (b"GET / HTTP/1.1\r\n\r\n", b"HELF\xff\xff\xff\xff", b"\x00" * 5000):
            with socket.create_connection((host, 4840), timeout=5) as line:
                line.sendall(data)

    network.client(garbage, opcua.address)
    assert network.client(talk, opcua.address, "", "", [["read", "oven.batch"]], at=client) == ["A-17"]
