"""The parsers of the simulated internet as functions of bytes, each of which checks what must hold of any bytes.

Runs where the ``internet`` package and its libraries are: in the world container, or in an environment of its own with
``environments/pod/world`` on the path (``python -m tests.fuzz``). It is not imported by the test suite itself, which
sends its source into a world container.
"""

import asyncio
import base64
import socket
import ssl

from dnslib import DNSRecord
from internet import datagrams, greetings, network, sink
from internet.authority import Authority
from internet.channel import Channel
from internet.front import greet
from internet.ledger import Record
from internet.policy import Policy

EXPECTED = (asyncio.CancelledError, ssl.SSLError, OSError, TimeoutError, EOFError)
"""How serving a connection may end; ``doors`` takes anything else for a bug."""
CLIENT, HOST = "10.0.2.15", "203.0.113.9"
PORTS = (80, 443, 25, 465, 53, 21, 143, 22, 9, 8080)
ANSWER_LIMIT = 8 << 20


class Told(list):
    """Takes events instead of the control stream."""

    def __call__(self, message):
        self.append(message)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class Sinks:
    """One simulated internet without its network: connections are pairs of sockets on the loopback."""

    def __init__(self, allowed=None):
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._told = Told()
        self._world = sink.World(self._told, None)
        self._world.authority = Authority("corp.example", self._world.now())
        self._world.policy = Policy(allowed)
        self._fresh()

    def _fresh(self):
        self._told.clear()
        ledger = self._world.ledger
        ledger.payload = 0
        ledger.counts = dict.fromkeys(ledger.counts, 0)

    def tcp(self, data, port=80, cuts=()):
        """Send bytes to a port, cut where it is said, and hang up; return what was told.

        Raises:
            AssertionError: If memory is not given back, a connection stays open or a byte is told by nothing.
        """
        self._fresh()
        self._loop.run_until_complete(asyncio.wait_for(self._connection(data, port, cuts), 30))
        world = self._world
        assert world.memory._left == sink.MEMORY_LIMIT, "memory was not given back"
        assert world.ledger.held == 0, "payload is still held"
        assert not world.ledger.open, "a request stays open"
        events = list(self._told)
        check(events)
        egress = [event for event in events if event["event"] == "egress"]
        plain = port not in (*greetings.MAIL_PORTS, 53) and data[:2] != b"\x16\x03" and not data.startswith(b"PRI * ")
        if plain:
            told = b"".join(base64.b64decode(event["payload"]) for event in egress)
            # Names asked over HTTPS are told as names, nothing else takes bytes away.
            assert told == data, "what was sent is not what was told"
        return events

    async def _connection(self, data, port, cuts):
        with socket.create_server(("127.0.0.1", 0)) as server:
            client = socket.create_connection(server.getsockname())
            ours, _ = server.accept()
        for each in (client, ours):
            each.setblocking(False)
        world = self._world
        record = Record(world.ledger, CLIENT, HOST, port, HOST)
        world.ledger.open[record.number] = record
        channel = Channel(ours, record)
        serving = asyncio.ensure_future(greet(world, channel))
        reading = asyncio.ensure_future(self._read(client))
        try:
            await self._write(client, data, cuts)
            await serving
        except EXPECTED:
            pass
        finally:
            channel.close()
            world.ledger.open.pop(record.number, None)
            assert await reading <= ANSWER_LIMIT, "the answer is out of proportion"
            client.close()

    async def _write(self, client, data, cuts):
        start = 0
        try:
            for cut in [*sorted(cut for cut in cuts if 0 < cut < len(data)), len(data)]:
                await self._loop.sock_sendall(client, data[start:cut])
                start = cut
                await asyncio.sleep(0)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    async def _read(self, client):
        size = 0
        try:
            while piece := await self._loop.sock_recv(client, 1 << 16):
                size += len(piece)
        except OSError:
            pass
        return size

    def dns(self, packet, transport="udp"):
        """Ask a DNS question; what comes back is a DNS message or nothing, and is told."""
        self._fresh()
        odd = []
        answer = self._world.resolver.answer(packet, CLIENT, transport, odd.append)
        check(self._told)
        if answer is not None:
            reply = DNSRecord.parse(answer)
            assert reply.header.qr and reply.header.id == int.from_bytes(packet[:2], "big")
            assert len(answer) < 4096, "the answer is out of proportion"
        assert odd or self._told, "a query was told by nothing"
        return list(self._told)

    def tap(self, frame):
        """Show the tap a frame; it makes one record that holds what the frame carries."""
        self._fresh()
        record, payload = datagrams.packet_record(self._world, frame)
        assert payload == b"" or payload in frame
        record.add(payload)
        if record.waiting:
            record.tell()
        check(self._told)
        assert len(self._told) == 1
        return list(self._told)


def check(events):
    """Assert what holds for every event: short labels on one line, sizes that fit."""
    for event in events:
        for key in ("summary", "host", "name", "type", "answer"):
            text = event.get(key, "")
            assert len(text) <= 1000 and not any(ord(each) < 32 for each in text), event
        if event["event"] == "egress":
            payload = base64.b64decode(event["payload"])
            assert len(payload) <= event["size"] and len(payload) <= 256 << 10
            assert event["source"] in (CLIENT, "", network.UNKNOWN_SERVICE) or event["protocol"] in ("packet", "icmp")
    assert len(events) < 2000
