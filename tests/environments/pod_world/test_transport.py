"""Raw TCP and UDP, the tap, sources, and what cannot be shadowed."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.docker


def test_raw_tcp_is_told(world: Any, client: Any) -> None:
    """Bytes to a port of no protocol are told, also while the connection stays open."""
    client.run('held = socket.create_connection(("203.0.113.40", 4444)); held.sendall(b"one")')
    assert [event["payload"] for event in world.egress()] == [b"one"]
    client.run('held.sendall(b"two"); held.close()')
    (event,) = world.egress()
    assert (event["payload"], event["protocol"], event["address"], event["port"]) == (
        b"two",
        "tcp",
        "203.0.113.40",
        4444,
    )


def test_a_connection_without_bytes_is_told(world: Any, client: Any) -> None:
    """A port scan shows, port by port."""
    client.run('for port in range(7000, 7010): socket.create_connection(("203.0.113.41", port)).close()')
    events = world.egress()
    assert [event["port"] for event in events] == list(range(7000, 7010))
    assert {event["size"] for event in events} == {0}


def test_udp_is_told(world: Any, client: Any) -> None:
    """A datagram to any address keeps its destination; a QUIC handshake is named."""
    client.run("""
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.sendto(b"payload", ("203.0.113.50", 9999))
    client.sendto(b"\\xc0" + bytes(1199), ("203.0.113.51", 443))
""")
    one, two = world.egress()
    assert (one["protocol"], one["address"], one["port"], one["payload"]) == ("udp", "203.0.113.50", 9999, b"payload")
    assert two["summary"].startswith("QUIC")


def test_broadcast_multicast_and_bound_devices_are_seen_by_the_tap(world: Any, client: Any) -> None:
    """What no sink explains leaves by eth0 and is told as a packet."""
    client.run("""
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    client.sendto(b"to all", ("255.255.255.255", 5555))
    client.sendto(b"to the net", ("10.0.2.255", 5556))
    client.sendto(b"to a group", ("239.1.2.3", 5557))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    try:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"gw0")
        client.sendto(b"by the peer", ("203.0.113.60", 5558))
    except OSError:
        pass
""")
    events = {event["port"]: event for event in world.egress()}
    for port, text in ((5555, b"to all"), (5556, b"to the net"), (5557, b"to a group")):
        assert events[port]["protocol"] == "packet" and text in events[port]["payload"]
    assert 5558 not in events or b"by the peer" in events[5558]["payload"]


def test_icmp_and_raw_sockets_do_not_exist(world: Any, client: Any) -> None:
    """No ping socket, no raw socket, no packet socket, no IPv6."""
    for kind in (
        "socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP",
        "socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP",
        "socket.AF_PACKET, socket.SOCK_RAW, 768",
    ):
        assert "PermissionError" in client.run(f"socket.socket({kind})", fails=True)
    assert "OSError" in client.run('socket.create_connection(("fd00:ec2::254", 80), timeout=2)', fails=True)


def test_the_tap_sees_nothing_that_a_sink_explains(world: Any, client: Any) -> None:
    """A fixed script of explained traffic leaves no packet on the pod's interface."""
    before = world.op("stats")["packets"]
    client.run("""
fetch("https://explained.example/"); fetch("http://203.0.113.61/")
ask("8.8.8.8", query("explained.example"))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client: client.sendto(b"x", ("203.0.113.62", 1))
talk("203.0.113.63", 4000, b"x", wait=False)
""")
    world.op("sync")
    assert world.op("stats")["packets"] == before


def test_services_are_reached_directly_and_attributed(world: Any, client: Any, service: Any) -> None:
    """Traffic to a service is not egress; what a service sends out bears its own address, or a service's at least."""
    service.run("""
import threading
server = socket.create_server(("10.80.0.11", 25)); server.settimeout(10)
def serve():
    peer = server.accept()[0]; peer.sendall(b"from the service"); peer.close()
threading.Thread(target=serve).start()
""")
    assert client.run('result = talk("10.80.0.11", 25, b"hi")') == "from the service"
    assert world.egress() == []
    service.run("""
talk("198.18.3.4", 80, b"GET /preview HTTP/1.0\\r\\n\\r\\n", source="10.80.0.12")
talk("198.18.3.4", 80, b"GET /unbound HTTP/1.0\\r\\n\\r\\n")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
    udp.bind(("10.80.0.12", 0)); udp.sendto(b"x", ("198.18.3.4", 5000))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
    udp.settimeout(5); udp.bind(("10.80.0.12", 0))
    udp.sendto(query("relay.example", 15), ("10.0.2.3", 53)); udp.recv(500)
ask("10.0.2.3", query("unbound.example"))
server.close()
""")
    events = world.events()
    assert [event["source"] for event in events] == ["10.80.0.12", "10.80.0.1", "10.80.0.12", "10.80.0.12", "10.80.0.1"]


def test_an_agent_can_neither_pose_as_a_service_nor_shadow_one(world: Any, client: Any) -> None:
    """Its packets from a service's address are rejected, and so are answers of a server it binds there."""
    posing = 'talk("198.18.3.4", 80, b"GET / HTTP/1.0\\r\\n\\r\\n", source="10.80.0.11")'
    assert "ConnectionRefused" in client.run(posing, fails=True)
    client.run("""
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
    udp.bind(("10.80.0.11", 0))
    try:
        udp.sendto(b"posing", ("198.18.3.4", 5000))
    except OSError:
        pass
shadow = socket.create_server(("10.80.0.14", 8080)); shadow.settimeout(1)
""")
    assert "Error" in client.run('talk("10.80.0.14", 8080, b"x", patience=1)', fails=True)
    client.run("shadow.close()")
    assert [event for event in world.egress() if event["source"] != "10.0.2.15"] == []


def test_sink_ports_are_closed_to_direct_access(world: Any, client: Any) -> None:
    """The sinks cannot be spoken to except by way of a redirection, nor can their ports be bound."""
    for port in (15001, 15002):
        error = client.run(f'socket.create_connection(("127.0.0.1", {port}), timeout=2)', fails=True)
        assert "ConnectionRefused" in error
    assert "Error" in client.run('socket.create_server(("127.0.0.1", 15001))', fails=True)
    assert "Error" in client.run('ask("127.0.0.1", query("direct.example"), 15053, 1)', fails=True)
    client.run("""
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
    udp.sendto(b"direct", ("127.0.0.1", 15002))
""")
    assert world.events() == []


def test_the_agent_cannot_change_the_network(client: Any) -> None:
    """Routes, links, marks and transparent sockets need rights it does not have."""
    for option in ("socket.SOL_SOCKET, 36, 1", "socket.IPPROTO_IP, 19, 1"):
        assert "PermissionError" in client.run(f"socket.socket().setsockopt({option})", fails=True)
