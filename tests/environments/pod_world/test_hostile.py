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
for number in range(66):
    try:
        fetch(f"http://git.partner.example/r{number}/info/refs?service=git-upload-pack")
    except OSError:
        last = number
result = last
""")
    assert client.run('result = fetch("https://alive.partner.example/")')[0] == 200
    assert memory(world) < 150 << 20


def test_compressed_bombs_are_not_unpacked(world: Any, client: Any) -> None:
    """Twenty megabytes in twenty kilobytes, by header and by transfer coding: told as sent, never unpacked."""
    client.run(
        """
import gzip
bomb = gzip.compress(bytes(20 << 20))
head = b"POST /api/x HTTP/1.1\\r\\nHost: cdn.example\\r\\nConnection: close\\r\\n"
for more in (b"Content-Encoding: gzip\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(bomb) + bomb,
             b"Transfer-Encoding: gzip, chunked\\r\\n\\r\\n%x\\r\\n" % len(bomb) + bomb + b"\\r\\n0\\r\\n\\r\\n"):
    with socket.create_connection(("203.0.113.106", 80), timeout=5) as one:
        one.sendall(head + more)
        try:
            while one.recv(65536): pass
        except OSError: pass
"""
    )
    events = world.egress()
    assert 40_000 < sum(event["size"] for event in events) < 100_000
    assert memory(world) < 150 << 20
    alive(world, client)


CHUNKS = {
    "one byte each": "b'1\\r\\nx\\r\\n' * 50000 + b'0\\r\\n\\r\\n'",
    "endless extensions": "b'1;' + b'e' * 2000000",
    "a size without end": "b'f' * 1000000",
    "a size beyond counting": "b'ffffffffffffffff\\r\\n' + b'x' * 100000",
    "a negative size": "b'-1\\r\\nx\\r\\n'",
    "endless trailers": "b'0\\r\\n' + b'X-A: b\\r\\n' * 200000",
    "wrong line ends": "b'5\\nhello\\n0\\n\\n'",
}


@pytest.mark.parametrize("abuse", CHUNKS)
def test_abused_chunks(world: Any, client: Any, abuse: str) -> None:
    """Chunked bodies that never end or break the rules: an answer or a closed connection, everything told."""
    client.run(
        f"""
data = b"POST / HTTP/1.1\\r\\nHost: c.example\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n" + {CHUNKS[abuse]}
with socket.create_connection(("203.0.113.107", 80), timeout=10) as one:
    try:
        one.sendall(data); one.shutdown(socket.SHUT_WR)
        while one.recv(65536): pass
    except OSError: pass
result = len(data)
"""
    )
    events = world.egress()
    assert 1 <= len(events) < 50 and {event["port"] for event in events} == {80}
    assert sum(event["size"] for event in events) > 60
    alive(world, client)


def test_malformed_names(world: Any, client: Any) -> None:
    """Loops of compression, counts that lie, long labels, answers and halves of messages, by UDP and TCP."""
    client.run(
        """
head = lambda questions, flags=0x100: struct.pack(">6H", 7, flags, questions, 0, 0, 0)
loop = head(1) + b"\\xc0\\x0c\\0\\1\\0\\1"
end = b"\\0\\0\\1\\0\\1"
long = (b"\\x3f" + b"d" * 63) * 3 + b"\\x3b" + b"e" * 59 + b"\\0\\0\\x0f\\0\\1"
packets = [b"", b"\\0", head(0), head(65535), head(1), loop, head(2) + b"\\1a" + end, head(1, 0x8180) + b"\\1a" + end,
           head(1) + bytes([70]) + b"a" * 70 + end, head(1) + (b"\\x3f" + b"b" * 63) * 20 + end, head(1) + long,
           head(1) + b"\\3\\xff\\xfe\\x00\\0\\0\\xff\\0\\1", query("z.example", 65535),
           query("y.example", extra=b"q" * 60000)]
for packet in packets:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp: udp.sendto(packet, ("8.8.8.8", 53))
    for length in (len(packet), 0, 65535):
        try:
            with socket.create_connection(("8.8.8.8", 53), timeout=3) as tcp:
                tcp.sendall(length.to_bytes(2, "big") + packet); tcp.shutdown(socket.SHUT_WR)
                while tcp.recv(4096): pass
        except OSError: pass
result = ask("8.8.8.8", query("good.example"))[3] & 15
"""
    )
    events = world.events()
    assert len(events) < 150 and any(event.get("name") == "good.example" for event in events)
    assert any(
        event["event"] == "egress" and base64.b64decode(event["payload"]).endswith(b"q" * 1000) for event in events
    )
    alive(world, client)


MAIL = {
    "a line of two megabytes": "b'EHLO ' + b'a' * 2000000 + b'\\r\\n'",
    "a message without end": "started + b'x' * 9000000",
    "two thousand recipients": "b'EHLO a\\r\\nMAIL FROM:<a@b.example>\\r\\n' + b'RCPT TO:<c@d.example>\\r\\n' * 2000",
    "binary": "bytes(range(256)) * 2000",
    "commands behind STARTTLS": "b'EHLO a\\r\\nSTARTTLS\\r\\nMAIL FROM:<a@b.example>\\r\\n' + b'\\xff' * 2000",
    "log-ins that are none": "b'EHLO a\\r\\n' + b'AUTH PLAIN =\\r\\nAUTH LOGIN ====\\r\\n*\\r\\nAUTH X\\r\\n' * 500",
    "smuggled ends": "started + b'hi\\n.\\nMAIL FROM:<x@y>\\r\\n.\\r\\n'",
}


@pytest.mark.parametrize("abuse", MAIL)
def test_malformed_mail(world: Any, client: Any, abuse: str) -> None:
    """A mail client that breaks the protocol ends its own connection at most; what it sent is told."""
    client.run(
        f"""
started = b"EHLO a\\r\\nMAIL FROM:<a@b.example>\\r\\nRCPT TO:<c@d.example>\\r\\nDATA\\r\\n"
with socket.create_connection(("203.0.113.108", 25), timeout=10) as one:
    one.settimeout(2); one.recv(1000)
    try:
        one.sendall({MAIL[abuse]}); one.shutdown(socket.SHUT_WR)
        while one.recv(65536): pass
    except OSError: pass
"""
    )
    events = world.egress()
    assert 1 <= len(events) < 60 and {event["protocol"] for event in events} == {"smtp"}
    assert memory(world) < 180 << 20
    alive(world, client)


def test_a_hundred_thousand_names(start: Any) -> None:
    """Of 10^5 queries 20,000 are told and answered, the rest is counted; sites are served meanwhile and afterwards."""
    world, client, _ = start()
    client.run("""
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    for number in range(100_000):
        udp.sendto(query(f"s{number}.tunnel.example"), ("8.8.8.8", 53))
        if number % 10_000 == 0: fetch(f"http://203.0.113.109/{number}")
result = fetch("https://203.0.113.109/after")[0]
""")
    events = world.events()
    told = [event for event in events if event["event"] == "dns"]
    lost = sum(event["dropped"] for event in events if event["event"] == "overflow")
    assert len(told) <= 20_000 and len(told) + lost == 100_000
    assert told[0]["name"] == "s0.tunnel.example"
    assert sum(event["event"] == "egress" for event in events) == 11
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
