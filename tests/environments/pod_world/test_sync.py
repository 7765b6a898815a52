"""Sync: when it is answered, everything that happened before has been told."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

pytestmark = pytest.mark.docker


def test_a_hundred_requests_each_told_before_the_reply(world: Any, client: Any) -> None:
    """Each of 100 calls, in turn HTTP, TLS, DNS, UDP and raw TCP without an answer, is told when sync returns."""
    kinds = (
        'fetch("http://sync.example/{0}")',
        'fetch("https://sync.example/{0}")',
        'ask("8.8.8.8", query("n{0}.sync.example"))',
        'u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.sendto(b"/{0}", ("203.0.113.90", 9)); u.close()',
        't = socket.create_connection(("203.0.113.91", 9)); t.send(b"/"); t.send(b"{0}"); t.close()',
    )
    for number in range(100):
        client.run(kinds[number % len(kinds)].format(number))
        events = world.events()
        assert any(
            f"/{number}" in event.get("summary", "")
            or event.get("name", "").startswith(f"n{number}.")
            or base64.b64decode(event.get("payload", "")) == f"/{number}".encode()
            for event in events
        ), (number, events)


def test_what_is_half_sent_is_told(world: Any, client: Any) -> None:
    """An unfinished request, an unfinished mail and small writes that the kernel holds back are told by sync."""
    client.run("""
web = socket.create_connection(("203.0.113.92", 80))
web.sendall(b"POST /half HTTP/1.1\\r\\nContent-Length: 99\\r\\n\\r\\nsecret")
mail = socket.create_connection(("203.0.113.92", 25)); mail.recv(100)
mail.sendall(b"EHLO x\\r\\n"); mail.recv(1000); mail.sendall(b"X-SECRET in no message")
tls = socket.create_connection(("203.0.113.92", 443)); tls.sendall(b"\\x16\\x03\\x01\\x02\\x00half a handshake")
raw = socket.create_connection(("203.0.113.92", 7)); [raw.send(b"%d," % number) for number in range(50)]
""")
    events = world.egress()
    told = b"|".join(event["payload"] for event in events)
    assert b"half a handshake" in told
    assert b"secret" in told and b"X-SECRET in no message" in told and b"49," in told
    client.run("web.close(); tls.close(); mail.close(); raw.close()")
    assert world.egress() == []


def test_five_hundred_connections_at_once(world: Any, client: Any) -> None:
    """Fire and forget from many sockets at once: all are told.

    On a busy machine the queue of connections overflows and the kernel sends some bytes again a little later, so those
    may be told only then.
    """
    client.run("""
many = []
for number in range(500):
    one = socket.socket(); one.setblocking(False)
    one.connect_ex(("203.0.113.93", 10000 + number)); many.append(one)
import select
for number, one in enumerate(many):
    select.select([], [one], [], 5); one.send(b"#%d" % number)
for one in many: one.close()
""")
    wanted, told = {b"#%d" % number for number in range(500)}, set()
    give_up = time.monotonic() + 30
    while not wanted <= told and time.monotonic() < give_up:
        told |= {event["payload"] for event in world.egress() if event["payload"]}
        time.sleep(0.1)
    assert told == wanted


def test_the_same_seed_gives_the_same_addresses(world: Any, client: Any, guarded: Any) -> None:
    """Two worlds of one seed agree on the address of a name."""
    code = 'result = [socket.gethostbyname(f"h{n}.same.example") for n in range(20)]'
    assert client.run(code) == guarded[1].run(code)
