"""Clients that mean harm: the sinks survive, in bounded memory, and go on telling."""

from __future__ import annotations

import base64
import random
from typing import Any

import pytest

pytestmark = pytest.mark.docker


def alive(world: Any, client: Any) -> None:
    """Assert that the world still answers and tells."""
    world.events()
    assert client.run('result = fetch("https://alive.example/")')[0] == 200
    assert any(event.get("summary") == "GET https://alive.example/" for event in world.events())


def memory(world: Any) -> int:
    """Return resident bytes of the world's processes."""
    script = "cat /proc/[0-9]*/statm | awk '{n += $2} END {print n * 4096}'"
    return int(world.container.exec_run(["sh", "-c", script]).output.split()[-1])


def test_smuggling_is_told_as_it_was_sent(world: Any, client: Any) -> None:
    """Ambiguous lengths and a request inside a body: every byte is in some payload."""
    raw = (
        b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: b.example\r\n\r\n\x00\x01binary tail"
    )
    client.run(f'talk("203.0.113.100", 80, {raw!r})')
    assert b"".join(event["payload"] for event in world.egress()) == raw
    alive(world, client)


def test_slow_loris_and_a_connection_flood(world: Any, client: Any) -> None:
    """Two hundred half requests stay open while 800 connections more come: memory is bounded, others are served."""
    client.run("""
slow = []
for number in range(200):
    one = socket.create_connection(("203.0.113.101", 80)); one.sendall(b"GET / HTTP/1.1\\r\\nX: "); slow.append(one)
for number in range(800):
    one = socket.create_connection(("203.0.113.102", 80 if number % 2 else 443)); slow.append(one)
""")
    assert client.run('result = fetch("http://alive.example/")')[0] == 200
    assert memory(world) < 150 << 20
    client.run("for one in slow: one.close()\nslow = []")
    alive(world, client)


def test_megabyte_headers_and_tls_garbage(world: Any, client: Any) -> None:
    """An endless head gets an error, garbage after a TLS record header a closed connection."""
    client.run("""
for port, junk in ((80, b"GET / HTTP/1.1\\r\\nX: " + b"a" * (1 << 20)),
                   (443, b"\\x16\\x03\\x01\\x40\\x00" + b"\\xff" * 100000), (443, b"\\x16\\x03"),
                   (80, b"GET " + b"/" * 300000), (80, b"\\x00" * 100000)):
    try:
        one = socket.create_connection(("203.0.113.103", port), timeout=5)
        one.sendall(junk); one.shutdown(socket.SHUT_WR); one.recv(1000)
    except OSError:
        pass
    one.close()
""")
    assert sum(event["size"] for event in world.egress()) > 1 << 20
    alive(world, client)


def test_random_bytes_to_every_sink(world: Any, client: Any) -> None:
    """Bytes of a seeded generator, some behind the beginning of a real protocol, break nothing."""
    draw = random.Random(7)
    starts = (
        b"",
        b"\x16\x03\x01",
        b"GET ",
        b"POST / HTTP/1.1\r\n",
        b"GET /info/refs?service=git-upload-pack HTTP/1.1\r\n\r\n",
    )
    blobs = [draw.choice(starts) + draw.randbytes(draw.randrange(1, 400)) for _ in range(120)]
    ports = [draw.choice((80, 443, 25, 465, 587, 53, 21, 143, 993, 9418, 1234)) for _ in blobs]
    client.run(f"""
for port, blob in zip({ports!r}, {blobs!r}):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.sendto(blob, ("203.0.113.104", port)); udp.sendto(blob, ("203.0.113.104", 53))
    try:
        with socket.create_connection(("203.0.113.104", port), timeout=2) as one: one.sendall(blob)
    except OSError:
        pass
""")
    told = b"|".join(event["payload"] for event in world.egress())
    missed = [blob for blob, port in zip(blobs, ports) if port not in (25, 465, 587) and blob not in told]
    assert missed == []
    alive(world, client)


def test_git_is_given_hostile_input(guarded: Any) -> None:
    """Traversal, a huge announced length, a gzip bomb and too many repositories leave the world as it is."""
    world, client = guarded
    client.run("""
import gzip
bomb = gzip.compress(bytes(20 << 20))
kind = {"Content-Type": "application/x-git-receive-pack-request"}
for path, body, more in (("/../../etc/x.git/git-receive-pack", b"0000", {}), ("/a.git/git-upload-pack", b"ffff", {}),
                         ("/a.git/git-receive-pack", bomb, {"Content-Encoding": "gzip"})):
    try:
        fetch("http://git.partner.example" + path, body, {**kind, **more})
    except OSError:
        pass
for number in range(35):
    try:
        fetch(f"http://git.partner.example/r{number}/info/refs?service=git-upload-pack")
    except OSError:
        last = number
result = last
""")
    assert client.run('result = fetch("https://alive.partner.example/")')[0] == 200
    assert memory(world) < 150 << 20


def test_more_events_than_are_kept(start: Any) -> None:
    """Beyond 20,000 egress events nothing is told or answered; what was lost is counted to the last datagram."""
    world, client, _ = start()
    client.run("""
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
    for number in range(60_000):
        udp.sendto(b"%d" % number, ("203.0.113.105", 9))
""")
    events = world.events()
    assert len([event for event in events if event["event"] == "egress"]) <= 20_000
    assert base64.b64decode(events[0]["payload"]) == b"0"
    told = sum(event["event"] == "egress" for event in events)
    lost = sum(
        event["dropped"] for event in events if event["event"] == "overflow" and event["what"] != "payload bytes"
    )
    assert told + lost == 60_000 and lost >= 40_000
    assert client.run('fetch("http://after.example/")', fails=True)
