"""The stream to the launcher: one reader, one writer, a channel for each tool server."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Collection
from typing import Any

from hiyari.adapters.stream import ByteStream
from hiyari.errors import EngineError

from .channel import Channel
from .frames import (
    CREDIT,
    DATA,
    EXITED,
    HELLO,
    INIT,
    PAYLOAD_LIMIT,
    RESTART,
    STARTED,
    STDERR,
    Frame,
    FrameReader,
    NoFrame,
    encode,
)
from .loop import shared_loop


class Mux:
    """Carries frames between the launcher and the channels. Bytes that are no frames end it for all channels.

    Args:
        stream: The attached stdin and stdout of the launcher.
        lost: Told in the loop's thread that a channel's server is gone.
    """

    def __init__(self, stream: ByteStream, lost: Callable[[Channel], None]) -> None:
        self._stream = stream
        self._lost = lost
        self._loop = shared_loop()
        self._reader = FrameReader()
        self._channels: dict[int, Channel] = {}
        self._expected: frozenset[str] = frozenset()
        self._started: queue.SimpleQueue[dict[str, Channel | str] | str] = queue.SimpleQueue()
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.broken = ""
        """Why the stream ended; empty while it is open."""
        self.closed = False
        """True when it was closed from this side."""
        threading.Thread(target=self._write, name="hiyari-mcp-writer", daemon=True).start()
        stream.listen(self._received, self._break)

    def start(self, initial: dict[str, Any], timeout: float) -> dict[str, Channel | str]:
        """Have the launcher start the servers.

        Args:
            initial: The INIT frame: servers, language, environment, workdir.
            timeout: Seconds to wait for the launcher.

        Returns:
            By name of the server its channel, or why it could not be started.

        Raises:
            EngineError: If the stream is closed or the launcher does not answer.
        """
        return self._order(INIT, initial, [str(server["name"]) for server in initial["servers"]], timeout)

    def restart(self, name: str, timeout: float) -> dict[str, Channel | str]:
        """Have the launcher end a server and start it again; raises as ``start``."""
        return self._order(RESTART, {"name": name}, [name], timeout)

    def put(self, data: bytes) -> None:
        """Queue bytes for the launcher."""
        self._outgoing.put(data)

    def close(self) -> None:
        """End the writer and all channels."""
        self.closed = True
        self._break("was closed")
        self._outgoing.put(None)

    def _order(self, kind: int, content: object, names: Collection[str], timeout: float) -> dict[str, Channel | str]:
        payload = json.dumps(content).encode()
        if len(payload) > PAYLOAD_LIMIT:
            raise EngineError(f"parameters of the tool servers are {len(payload)} bytes, more than {PAYLOAD_LIMIT}")
        self._expected = frozenset(names)
        self.put(encode(kind, 0, payload))
        if self.broken:
            raise EngineError(f"tool servers cannot be started: {self.broken}")
        try:
            answer = self._started.get(timeout=timeout)
        except queue.Empty:
            self._break(f"the launcher of the agent container did not answer within {timeout:g} s")
            raise EngineError(self.broken) from None
        if isinstance(answer, str):
            raise EngineError(f"tool servers cannot be started: {answer}")
        return answer

    def _write(self) -> None:
        try:
            while (data := self._outgoing.get()) is not None:
                self._stream.send(data)
        except EngineError as error:
            self._break(str(error))

    def _received(self, data: bytes) -> None:
        if self.broken:
            return
        try:
            for frame in self._reader.feed(data):
                self._handle(frame)
        except NoFrame as error:
            self._break(str(error))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            self._break("the launcher sent a frame that makes no sense")

    def _handle(self, frame: Frame) -> None:
        if frame.kind == HELLO:
            return
        if frame.kind == STARTED:
            self._note_started(json.loads(frame.payload)["servers"])
            return
        channel = self._channels.get(frame.channel)
        if channel is None:
            raise NoFrame("the stream from the launcher names a channel that does not exist")
        if frame.kind == DATA:
            channel.arrived(frame.payload)
        elif frame.kind == CREDIT:
            self._loop.call_soon_threadsafe(channel.grant, int.from_bytes(frame.payload[:4], "big"))
        elif frame.kind == STDERR:
            self._loop.call_soon_threadsafe(channel.complained, frame.payload)
        elif frame.kind == EXITED:
            status = int(json.loads(frame.payload)["status"])
            reason = f"was killed by signal {-status}" if status < 0 else f"exited with status {status}"
            del self._channels[frame.channel]
            self._loop.call_soon_threadsafe(channel.close, reason)

    def _note_started(self, servers: list[dict[str, Any]]) -> None:
        names = [str(server["name"]) for server in servers]
        if sorted(names) != sorted(self._expected):
            raise NoFrame("the launcher started servers that were not asked for")
        self._expected = frozenset()
        answer: dict[str, Channel | str] = {}
        for server in servers:
            name, number = str(server["name"]), int(server["channel"])
            if number in self._channels:
                raise NoFrame("the launcher gave one channel twice")
            if number == 0:
                answer[name] = str(server.get("error", "cannot be started"))[:500]
            else:
                answer[name] = self._channels[number] = Channel(name, number, self._loop, self.put, self._lost)
        self._started.put(answer)

    def _break(self, reason: str) -> None:
        if self.broken:
            return
        self.broken = reason
        self._started.put(reason)
        self._loop.call_soon_threadsafe(_close_all, list(self._channels.values()), reason)


def _close_all(channels: list[Channel], reason: str) -> None:
    """Close channels in one turn of the loop, so that whoever hears of one end hears of all."""
    for channel in channels:
        channel.close(reason)
