"""One tool server's channel: lines in, messages out, flow control, and what was not protocol."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from hiyari.events import Blob, Event, ToolServerNoise

from .frames import CREDIT, DATA, PAYLOAD_LIMIT, STOP, WINDOW, NoFrame, encode
from .lines import Line, LineReader, Oversized

NOISE_LIMIT = 16 << 20
"""Bytes that are not protocol after which a server is given up and stopped."""
ENDLESS_LIMIT = 64 << 20
"""Bytes of one line after which a server is given up and stopped."""
LINE_BURDEN = 1024
"""What a line counts for at least: reading it costs time however short it is."""
NOISE_KEPT = 4096
"""First bytes of noise that are kept for an event; as many last bytes of stderr."""


class Channel:
    """The harness's end of one tool server. ``arrived`` belongs to the reader thread, everything else to the loop.

    Args:
        name: The server's name.
        number: Its channel.
        loop: The loop everything is handled in.
        put: Queues bytes for the launcher; does not block.
        lost: Told once, in the loop, that the server is gone.
    """

    def __init__(
        self,
        name: str,
        number: int,
        loop: asyncio.AbstractEventLoop,
        put: Callable[[bytes], None],
        lost: Callable[[Channel], None],
    ) -> None:
        self.name = name
        self.number = number
        self.reason = ""
        """Why the channel ended; empty while it is open."""
        self.ended = asyncio.Event()
        self.receive: Callable[[Line | Oversized], None] = lambda line: self.noise(bytes(line[-1]))
        """Takes every line of the server's stdout."""
        self._loop = loop
        self._put = put
        self._lost = lost
        self._lines = LineReader()
        self._lock = threading.Lock()
        self._under_way = 0
        self._consumed = 0
        self._room = WINDOW
        self._granted = asyncio.Event()
        self._sending = asyncio.Lock()
        self._noise = bytearray()
        self._noise_size = 0
        self._burden = 0
        self._stderr = b""

    def arrived(self, payload: bytes) -> None:
        """Take bytes of the server's stdout from the reader thread.

        Raises:
            NoFrame: If more came than was granted, which the launcher never does.
        """
        with self._lock:
            self._under_way += len(payload)
            if self._under_way > WINDOW:
                raise NoFrame("the stream from the launcher carries more than was granted")
        self._loop.call_soon_threadsafe(self._consume, payload)

    def _consume(self, payload: bytes) -> None:
        if not self.reason:
            for line in self._lines.feed(payload):
                self.receive(line)
            if self._lines.dropped > ENDLESS_LIMIT:
                self.stop(f"wrote a line of more than {ENDLESS_LIMIT >> 20} MiB")
        self._consumed += len(payload)
        if self._consumed >= WINDOW // 4:
            with self._lock:
                self._under_way -= self._consumed
            self._put(encode(CREDIT, self.number, self._consumed.to_bytes(4, "big")))
            self._consumed = 0

    def grant(self, size: int) -> None:
        """Note that the server took this many bytes of what was sent."""
        self._room = min(WINDOW, self._room + size)
        self._granted.set()

    async def send(self, data: bytes) -> None:
        """Send one message to the server's stdin, as fast as it reads."""
        async with self._sending:
            start = 0
            while start < len(data) and not self.reason:
                size = min(len(data) - start, self._room, PAYLOAD_LIMIT)
                if size:
                    self._put(encode(DATA, self.number, data[start : start + size]))
                    self._room -= size
                    start += size
                else:
                    self._granted.clear()
                    await self._granted.wait()

    @property
    def idle(self) -> bool:
        """True when the server has taken most of what was sent to it."""
        return self._room > WINDOW // 2

    def noise(self, data: bytes, size: int | None = None) -> None:
        """Note bytes that are not protocol."""
        count = len(data) if size is None else size
        with self._lock:
            self._noise += data[: NOISE_KEPT - len(self._noise)]
            self._noise_size += count
        self.burden(max(count, LINE_BURDEN))

    def burden(self, size: int) -> None:
        """Count work the server makes for nothing; one that makes too much is stopped."""
        self._burden += size
        if self._burden > NOISE_LIMIT:
            self.stop(f"wrote more than {NOISE_LIMIT >> 20} MiB that is not its protocol")

    def complained(self, data: bytes) -> None:
        """Note bytes of the server's stderr."""
        with self._lock:
            self._stderr = (self._stderr + data)[-NOISE_KEPT:]

    def drain(self) -> list[Event]:
        """Return what was noise since the last time; of a lost server also the end of its stderr."""
        with self._lock:
            kept, size = bytes(self._noise), self._noise_size
            if self.reason and self._stderr:
                kept, size = (kept + self._stderr)[-NOISE_KEPT:], size + len(self._stderr)
                self._stderr = b""
            self._noise.clear()
            self._noise_size = 0
        return [ToolServerNoise(server=self.name, output=Blob.of(kept), size=size)] if size else []

    def stop(self, reason: str) -> None:
        """Give the server up and have the launcher end it."""
        if not self.reason:
            self._put(encode(STOP, self.number, b""))
        self.close(reason)

    def close(self, reason: str) -> None:
        """Note that the server is gone."""
        if not self.reason:
            self.reason = reason
            self._lost(self)
            self.ended.set()
            self._granted.set()
