"""HTTP/2 by h2: requests of one connection, each told when it is complete and before it is answered.

Header compression would hide what was sent, so the payload of a request is its decoded head, written as HTTP/1.1 would,
and its body. Frames that no request accounts for (pings, padding, unknown kinds, bytes on closed streams) are told as
they came. Limits that make floods pointless: 32 streams, 1000 requests, 100 resets and 4000 frames of control.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field, replace

from . import forge, web
from .front import PREFACE
from .ledger import Record

FRAME_LIMIT = 16_384
STREAM_LIMIT = 32
REQUEST_LIMIT = 1000
"""Requests of one connection."""
RESET_LIMIT = 100
CONTROL_LIMIT = 4000
"""Frames of one connection that are neither head nor body of a request."""
ODD_LIMIT = 100
"""Frames of one connection that are told as they came."""
PATIENCE = 1.0
"""Seconds that a refused request is given to show what it would have carried."""

DATA, HEADERS, PRIORITY, RESET, SETTINGS, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 2, 3, 4, 6, 7, 8, 9
ACKNOWLEDGED, END_HEADERS, PADDED = 0x1, 0x4, 0x8
FORM = {PRIORITY: 5, RESET: 4, WINDOW: 4, GOAWAY: 8}
"""Sizes of frames that carry a number or two and nothing else."""
NOT_SENT = ("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade")
"""Headers that HTTP/2 does not have."""


@dataclass
class Asked:
    """A request that is being read."""

    request: web.Request
    record: Record
    is_git: bool
    blocked: bool
    parts: list = field(default_factory=list)
    size: int = 0
    taken: int = 0


async def serve(world, channel, data):
    """Serve the requests of a connection.

    Args:
        world: The sinks' common parts.
        channel: The connection.
        data: What it has sent so far; begins with the preface.
    """
    session = Session(world, channel)
    try:
        await session.run(data)
    finally:
        session.end()


class Session:
    """One HTTP/2 connection."""

    def __init__(self, world, channel):
        from h2.config import H2Configuration
        from h2.connection import H2Connection
        from h2.settings import SettingCodes, Settings

        self._world, self._channel = world, channel
        self._http = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        limits = {SettingCodes.MAX_CONCURRENT_STREAMS: STREAM_LIMIT, SettingCodes.MAX_HEADER_LIST_SIZE: web.HEAD_LIMIT}
        self._http.local_settings = Settings(client=False, initial_values=limits)
        self._asked = {}
        self._unsent = {}
        self._counts = dict.fromkeys(("requests", "resets", "control", "odd"), 0)
        self._held = 0
        self._first_settings = True
        self._refused_at = None
        self._ended = False

    async def run(self, data):
        """Read and answer until the client leaves or breaks a rule."""
        from h2.exceptions import ProtocolError

        channel, record = self._channel, self._channel.record
        record.protocol = "https" if channel.secure else "http"
        record.summary = "HTTP/2 connection without a request"
        self._http.initiate_connection()
        self._http.receive_data(PREFACE)
        record.explain(len(PREFACE))
        buffer = data[len(PREFACE) :]
        try:
            while True:
                start = 0
                while (frame := next_frame(buffer, start)) is not None:
                    start += len(frame)
                    await self._take(frame, len(buffer) - start)
                    if self._ended:
                        return
                buffer = buffer[start:]
                await self._flush()
                async with asyncio.timeout_at(self._refused_at and self._refused_at + PATIENCE):
                    more = await channel.read()
                if not more:
                    return
                buffer += more
        except TimeoutError:
            self._refuse()
        except (ProtocolError, ValueError) as error:
            record.summary = f"malformed HTTP/2: {error}"
            record.tell_waiting()
            with contextlib.suppress(ProtocolError):
                self._http.close_connection(error_code=getattr(error, "error_code", 1))
            await channel.write(self._http.data_to_send())

    def end(self):
        """Tell what is unfinished and give back what was held."""
        for number in list(self._asked):
            self._leave(number)
        for body in self._unsent.values():
            self._world.memory.give(len(body))
        self._unsent.clear()

    async def _take(self, frame, later):
        """Have h2 read one frame, do what follows from it, and see that all of it is told.

        Args:
            frame: The frame.
            later: Bytes behind it that were read already.

        Raises:
            ValueError: If there was more of something than an honest client needs.
        """
        from h2.events import StreamEnded

        kind, flags = frame[3], frame[4]
        if kind not in (DATA, HEADERS, CONTINUATION):
            self._count("control", CONTROL_LIMIT)
        if kind == RESET:
            self._count("resets", RESET_LIMIT)
        events = self._http.receive_data(frame)
        self._held += len(frame)
        if kind in (HEADERS, CONTINUATION) and not flags & END_HEADERS:
            return
        held, self._held = self._held, 0
        carried = [self._happened(event) for event in events]
        record = self._channel.record
        if self._accounted(kind, flags, len(frame) - 9, any(carried)):
            record.explain(held)
        else:
            self._count("odd", ODD_LIMIT)
            summary, record.summary = record.summary, "HTTP/2 frame that is no part of a request"
            record.tell(later)
            record.summary = summary
        for event in events:
            if isinstance(event, StreamEnded):
                await self._complete(event.stream_id)

    def _accounted(self, kind, flags, size, carried):
        """Return True when a frame is told by a request or has a form that holds nothing else."""
        if kind in (DATA, HEADERS, CONTINUATION):
            return carried and not (flags & PADDED and kind != CONTINUATION)
        if kind == SETTINGS:
            first, self._first_settings = self._first_settings, False
            return flags & ACKNOWLEDGED or (first and size <= 120)
        return FORM.get(kind) == size

    def _count(self, what, limit):
        self._counts[what] += 1
        if self._counts[what] > limit:
            from h2.errors import ErrorCodes
            from h2.exceptions import ProtocolError

            error = ProtocolError(f"more than {limit} {what}")
            error.error_code = ErrorCodes.ENHANCE_YOUR_CALM
            raise error

    def _happened(self, event):
        """Take what an event brings; return True when it is a part of a request."""
        from h2 import events

        if isinstance(event, events.RequestReceived):
            self._begin(event.stream_id, event.headers)
            return True
        if isinstance(event, events.TrailersReceived) and event.stream_id in self._asked:
            self._asked[event.stream_id].record.add(lines(event.headers))
            return True
        if isinstance(event, events.DataReceived):
            self._http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            return self._body(event.stream_id, event.data)
        if isinstance(event, events.StreamReset):
            self._leave(event.stream_id)
            self._world.memory.give(len(self._unsent.pop(event.stream_id, b"")))
        self._ended = self._ended or isinstance(event, events.ConnectionTerminated)
        return False

    def _begin(self, number, headers):
        """Take the head of a request."""
        self._count("requests", REQUEST_LIMIT)
        world, channel = self._world, self._channel
        request = read_head(headers, channel)
        channel.claim(world.names, channel.asked_name, request.host)
        whole = channel.record
        whole.told, whole.summary = True, "HTTP/2 frames after a request"
        record = Record(world.ledger, whole.source, whole.address, whole.port, whole.host, whole)
        is_git = forge.wants(request)
        record.protocol = "git" if is_git else whole.protocol
        record.summary = f"{request.method} {web.url(request, record.port)} HTTP/2"
        blocked = not world.policy.permits(channel.destination, *channel.names) or world.ledger.full
        record.blocked = blocked
        record.add(first_line(headers) + lines(headers) + b"\r\n")
        if blocked and self._refused_at is None:
            self._refused_at = asyncio.get_running_loop().time()
        self._asked[number] = Asked(request, record, is_git, blocked)
        world.ledger.open[record.number, number] = record

    def _body(self, number, data):
        """Take a piece of a body; return False when there is no request that it belongs to."""
        asked = self._asked.get(number)
        if asked is None:
            return False
        self._channel.record.touch()
        asked.record.add(data)
        asked.size += len(data)
        limit = forge.BODY_LIMIT if asked.is_git else web.BODY_LIMIT
        if not asked.blocked and asked.size <= limit and self._world.memory.take(len(data)):
            asked.taken += len(data)
            asked.parts.append(data)
        return True

    async def _complete(self, number):
        """Tell a request and answer it."""
        asked = self._asked.get(number)
        if asked is None:
            return
        world, channel = self._world, self._channel
        if asked.blocked or world.ledger.full:
            asked.record.blocked = True
            self._refuse()
        # Another stream may have named another host since.
        channel.claim(world.names, channel.asked_name, asked.request.host)
        request = replace(asked.request, body=b"".join(asked.parts))
        try:
            answer = await web.respond(world, channel, asked.record, request, asked.taken == asked.size)
        finally:
            self._leave(number)
        self._answer(number, request, answer)
        await self._flush()

    def _answer(self, number, request, answer):
        headers = [(":status", str(answer.status))]
        for name, value in web.headers_of(self._world, request, answer):
            if name.lower() not in NOT_SENT:
                headers.append((name.lower(), value))
        empty = not answer.body or request.method == "HEAD" or answer.status in (204, 304)
        self._http.send_headers(number, headers, end_stream=empty)
        if empty:
            return
        if not self._world.memory.take(len(answer.body)):
            from h2.errors import ErrorCodes

            self._http.reset_stream(number, ErrorCodes.ENHANCE_YOUR_CALM)
            return
        self._unsent[number] = memoryview(answer.body)

    async def _flush(self):
        """Send what the client's windows allow."""
        for number in list(self._unsent):
            while (body := self._unsent.get(number)) and (room := self._room(number)) > 0:
                self._http.send_data(number, bytes(body[:room]), end_stream=room >= len(body))
                self._unsent[number] = body[room:]
                self._world.memory.give(min(room, len(body)))
                await self._channel.write(self._http.data_to_send())
            if not self._unsent[number]:
                del self._unsent[number]
        if data := self._http.data_to_send():
            await self._channel.write(data)

    def _room(self, number):
        return min(self._http.local_flow_control_window(number), FRAME_LIMIT)

    def _leave(self, number):
        """Forget a request that is being read; what of it is not told yet is told."""
        asked = self._asked.pop(number, None)
        if asked is not None:
            self._world.ledger.open.pop((asked.record.number, number), None)
            asked.record.tell_waiting()
            self._world.memory.give(asked.taken)

    def _refuse(self):
        """Reset the connection, after everything it brought was told.

        Raises:
            ConnectionResetError: Always: the session is over.
        """
        for number in list(self._asked):
            self._leave(number)
        channel, record = self._channel, self._channel.record
        channel.drain()
        pending, start = record.pending, 0
        while (frame := next_frame(pending, start)) and self._accounted(frame[3], frame[4], len(frame) - 9, False):
            start += len(frame)
        record.explain(start)
        record.blocked = True
        channel.refuse()
        raise ConnectionResetError


def next_frame(buffer, start):
    """Return the whole frame that begins at a place in a buffer, or None while it is not all there.

    Raises:
        ValueError: If it is longer than it may be.
    """
    if len(buffer) < start + 9:
        return None
    size = int.from_bytes(buffer[start : start + 3], "big")
    if size > FRAME_LIMIT:
        raise ValueError(f"a frame of {size} bytes")
    end = start + 9 + size
    return buffer[start:end] if len(buffer) >= end else None


def read_head(headers, channel):
    """Return the request whose head was read; pseudo headers are not among its headers."""
    pseudo, named = {}, {}
    for name, value in headers:
        name, value = name.decode("latin-1"), value.decode("utf-8", "backslashreplace")
        if name.startswith(":"):
            pseudo[name] = value
        else:
            named[name] = f"{named[name]}{'; ' if name == 'cookie' else ', '}{value}" if name in named else value
    if pseudo.get(":authority"):
        named["host"] = pseudo[":authority"]
    method = pseudo.get(":method", "")
    target = pseudo.get(":authority", "") if method == "CONNECT" else pseudo.get(":path", "/")
    return web.request_of(channel, method, target, named)


def first_line(headers):
    """Return the request line that HTTP/1.1 would have."""
    pseudo = dict(headers)
    return b"%s %s HTTP/2\r\n" % (pseudo.get(b":method", b""), pseudo.get(b":path", pseudo.get(b":authority", b"")))


def lines(headers):
    """Return headers as HTTP/1.1 would write them; those of the request line are left out."""
    left_out = (b":method", b":path")
    shown = ((b"host" if name == b":authority" else name, value) for name, value in headers if name not in left_out)
    return b"".join(b"%s: %s\r\n" % pair for pair in shown)
