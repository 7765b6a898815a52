"""The harness's parsers of what containers send, as functions of bytes that check what must hold of any bytes."""

from __future__ import annotations

import json
import queue
import socket
import threading
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from hiyari.adapters.mcp.channel import Channel
from hiyari.adapters.mcp.frames import HELLO, PAYLOAD_LIMIT, FrameReader, NoFrame, encode
from hiyari.adapters.mcp.lines import LineReader, Oversized
from hiyari.adapters.mcp.mux import Mux
from hiyari.adapters.pod.attach import AttachedStream
from hiyari.adapters.pod.control import ControlStream, Inbox, Told
from hiyari.adapters.pod.telling import events_of
from hiyari.errors import EngineError


class Tape:
    """A ByteStream that plays given chunks to whoever listens, and takes whatever is sent."""

    def __init__(self) -> None:
        self._receive: Callable[[bytes], None] = lambda data: None
        self._closed: Callable[[str], None] = lambda why: None

    def send(self, data: bytes) -> None:
        """Take bytes."""

    def listen(self, receive: Callable[[bytes], None], closed: Callable[[str], None]) -> None:
        """Remember who listens."""
        self._receive, self._closed = receive, closed

    def diagnostics(self) -> str:
        """Return no last words."""
        return ""

    def play(self, data: bytes, cuts: list[int]) -> None:
        """Deliver bytes, cut where it is said, and end."""
        for piece in pieces(data, cuts):
            self._receive(piece)
        self._closed("its output ended")


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    """Cut bytes at the given places."""
    places = [0, *sorted(cut for cut in cuts if 0 < cut < len(data)), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


def frames(data: bytes, cuts: list[int]) -> None:
    """The launcher's frames: what comes out encodes to the beginning of what went in, or the stream is refused."""
    reader, got = FrameReader(), b""
    try:
        for piece in pieces(data, cuts):
            for frame in reader.feed(piece):
                assert len(frame.payload) <= PAYLOAD_LIMIT
                got += encode(*frame)
    except NoFrame:
        pass
    assert data.startswith(got)


def lines(data: bytes, cuts: list[int]) -> None:
    """Lines of a tool server: no byte is invented, and an identifier is a guess that never fails."""
    reader = LineReader(limit=100)
    for piece in pieces(data, cuts):
        for line in reader.feed(piece):
            if isinstance(line, Oversized):
                line.answers()
            else:
                assert line.data in data and len(line.data) <= 100
    assert len(reader._buffer) <= 100


def mux(data: bytes, cuts: list[int]) -> None:
    """The stream of the launcher while two servers are started: it is understood or broken, nobody waits for ever."""
    tape, gone = Tape(), []
    found = Mux(tape, gone.append)
    found._expected = frozenset({"a", "b"})
    tape.play(data, cuts)
    answer = found._started.get(timeout=5)
    assert found.broken and (isinstance(answer, str) or set(answer) == {"a", "b"})
    assert all(isinstance(each, Channel) for each in gone)
    found.close()


def control(data: bytes, cuts: list[int]) -> None:
    """The control stream: what comes out are events, questions and the end; events are understood or refused."""
    tape, inbox = Tape(), Inbox()
    stream = ControlStream(tape, "world", inbox)
    waiting = stream.start("sync")
    tape.play(data, cuts)
    assert waiting.done() and stream.gone
    while True:
        try:
            message = inbox.get_nowait()
        except queue.Empty:
            return
        if isinstance(message, Told):
            try:
                for event in events_of(message, {"10.0.2.15": "agent"}):
                    json.dumps(event.model_dump(mode="json"), ensure_ascii=False).encode()
            except EngineError:
                pass


def attach(data: bytes, cuts: list[int]) -> None:
    """The engine's multiplexed stream: it always ends with a reason, and what is delivered was sent."""
    ours, theirs = socket.socketpair()
    handle: Any = SimpleNamespace(_sock=ours, close=lambda: None, _response=None)
    engine: Any = SimpleNamespace(api=SimpleNamespace(attach_socket=lambda container, params: handle))
    stream, got, why = AttachedStream(engine, "id", "agent"), bytearray(), []
    ended = threading.Event()
    stream.listen(got.extend, lambda reason: (why.append(reason), ended.set()))
    try:
        for piece in pieces(data, cuts):
            theirs.sendall(piece)
    except OSError:
        pass
    theirs.close()
    assert ended.wait(5) and len(why) == 1
    stream.close()
    assert len(got) <= len(data)


TARGETS = {"frames": frames, "lines": lines, "mux": mux, "control": control, "attach": attach}

SEEDS = {
    "frames": [encode(HELLO, 0, b"{}"), b"hyF1"],
    "lines": [b'{"jsonrpc": "2.0", "id": 1}\n', b"x" * 200 + b"\n"],
    "mux": [
        encode(17, 0, b'{"servers": [{"name": "a", "channel": 1}, {"name": "b", "channel": 0, "error": "no"}]}')
        + encode(2, 1, b"hello\n")
        + encode(3, 1, b"\0\0\0\1")
        + encode(18, 1, b"oops")
        + encode(19, 1, b'{"status": 1}'),
        encode(17, 0, b'{"servers": [{"name": "a", "channel": 1e999}, {"name": "b", "channel": 2}]}'),
        encode(17, 0, b'{"servers": ' + b"[" * 30_000),
        encode(17, 0, b'{"servers": [1, null, "a"]}'),
        encode(17, 0, b'{"servers": [{"name": "a", "channel": 1}, {"name": "b", "channel": 2}]}')
        + encode(19, 2, b'{"status": -Infinity}'),
    ],
    "control": [
        b'{"event": "dns", "source": "10.0.2.15", "name": "a", "type": "A", "transport": "udp"}\n',
        b'{"event": "egress", "source": "x", "protocol": "tcp", "host": "h", "address": "1.2.3.4", "port": 1e999,'
        b' "summary": "s", "payload": "aGk=", "size": 2}\n',
        b'{"reply": 1, "ok": true, "result": {}}\n',
        b'{"reply": true, "ok": 1}\n{"ask": 3, "request": {}}\n',
        b'{"event": "overflow", "what": "x", "dropped": NaN}\n' + b"[" * 100_000 + b"\n",
    ],
    "attach": [
        b"\1\0\0\0\0\0\0\2hi",
        b"\2\0\0\0\0\0\0\3err" + b"\1\0\0\0\0\0\0\1x",
        b"\xff\0\0\0\0\0\0\1x" + b"\1\0\0\0\xff\xff\xff\xff",
    ],
}
