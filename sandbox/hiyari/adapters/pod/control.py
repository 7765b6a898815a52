"""The control stream of trusted containers: one JSON object a line over attached stdin and stdout.

    host -> container   {"op": "seed", "id": 7, ...}
    container -> host   {"reply": 7, "ok": true, "result": {...}} or {"reply": 7, "ok": false, "error": "sentence"}
    container -> host   {"event": "dns", ...}
    container -> host   {"ask": 3, "request": {...}}
    host -> container   {"op": "answer", "id": 3, "result": ...} or {"op": "answer", "id": 3, "error": "sentence"}

Events that precede a reply are complete before it. World and services are trusted but may die.
"""

from __future__ import annotations

import itertools
import json
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Protocol

from hiyari.adapters.stream import ByteStream
from hiyari.errors import EngineError
from hiyari.events import Json

LINE_LIMIT = 32 * 1024 * 1024
"""Bytes of the longest line taken; a longer one is dropped and counted."""


@dataclass(frozen=True)
class Told:
    """A container told an event."""

    container: str
    """Name of the container in the pod."""
    event: dict[str, Json]
    """The event as it came."""


@dataclass(frozen=True)
class Asked:
    """A container needs an answer from the harness."""

    container: str
    """Name of the container in the pod."""
    number: int
    """Number to answer to."""
    request: dict[str, Json]
    """What it asks."""


@dataclass(frozen=True)
class Gone:
    """A container's stream ended."""

    container: str
    """Name of the container in the pod."""
    why: str
    """What was seen."""


Message = Told | Asked | Gone
Inbox = queue.SimpleQueue[Message]


class Refused(EngineError):
    """The container understood a request and could not do it.

    Args:
        name: The container.
        op: What it was asked for.
        why: What it said.
    """

    def __init__(self, name: str, op: str, why: str) -> None:
        self.why = why
        super().__init__(f"container {name} refused {op!r}: {why}")


class _Diagnosed(ByteStream, Protocol):
    def diagnostics(self) -> str: ...


class ControlStream:
    """Requests to one trusted container, and what it tells by itself.

    Args:
        stream: Its attached stdin and stdout.
        name: Its name in the pod.
        inbox: Where its events and questions are put, in order; may be shared by all containers of a pod.
    """

    def __init__(self, stream: _Diagnosed, name: str, inbox: Inbox) -> None:
        self.name = name
        """Name of the container in the pod."""
        self.garbage = 0
        """Lines that were no message of this protocol."""
        self._stream = stream
        self._inbox = inbox
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[dict[str, Json]]] = {}
        self._lock = threading.Lock()
        self._gone = ""
        self._lines = Lines(self._line, self._too_long)
        stream.listen(self._lines.feed, self._closed)

    @property
    def gone(self) -> str:
        """Why the stream ended; empty while it lasts."""
        return self._gone

    def start(self, op: str, **fields: Json) -> Future[dict[str, Json]]:
        """Send a request and return what will be its reply.

        Args:
            op: Name of the operation.
            **fields: Its fields.

        Raises:
            EngineError: If the container is gone.
        """
        reply: Future[dict[str, Json]] = Future()
        with self._lock:
            if self._gone:
                raise self.dead()
            number = next(self._numbers)
            self._waiting[number] = reply
        self._send({"op": op, "id": number, **fields})
        return reply

    def request(self, op: str, timeout: float = 30.0, **fields: Json) -> Json:
        """Send a request and return the result of its reply.

        Args:
            op: Name of the operation.
            timeout: Wall seconds to wait.
            **fields: Its fields.

        Raises:
            Refused: If the container answered with an error.
            EngineError: If it died or did not answer in time.
        """
        return self.result(op, self.start(op, **fields), timeout)

    def result(self, op: str, reply: Future[dict[str, Json]], timeout: float) -> Json:
        """Wait for a reply and return its result; errors as in ``request``."""
        try:
            answer = reply.result(timeout)
        except FutureTimeout:
            message = f"container {self.name} did not answer {op!r} within {timeout:g} s{self._said()}"
            raise EngineError(message) from None
        if answer.get("ok") is not True:
            raise Refused(self.name, op, str(answer.get("error", "no reason given"))[:2000])
        return answer.get("result")

    def answer(self, number: int, result: Json = None, error: str | None = None) -> None:
        """Answer what the container asked.

        Args:
            number: Number of the question.
            result: The answer.
            error: Why there is none, instead of an answer.

        Raises:
            EngineError: If the container is gone.
        """
        outcome = {"result": result} if error is None else {"error": error}
        self._send({"op": "answer", "id": number, **outcome})

    def _send(self, message: dict[str, Json]) -> None:
        try:
            self._stream.send(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        except EngineError as error:
            raise self.dead(str(error)) from error

    def _line(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            self.garbage += 1
        elif isinstance(message.get("event"), str):
            self._inbox.put(Told(self.name, message))
        elif isinstance(message.get("ask"), int) and isinstance(message.get("request"), dict):
            self._inbox.put(Asked(self.name, message["ask"], message["request"]))
        elif isinstance(message.get("reply"), int):
            with self._lock:
                waiting = self._waiting.pop(message["reply"], None)
            if waiting is not None:
                waiting.set_result(message)
        else:
            self.garbage += 1

    def _too_long(self) -> None:
        self.garbage += 1

    def _closed(self, why: str) -> None:
        with self._lock:
            self._gone = why
            waiting, self._waiting = list(self._waiting.values()), {}
        for reply in waiting:
            reply.set_exception(self.dead(why))
        self._inbox.put(Gone(self.name, why))

    def dead(self, why: str = "") -> EngineError:
        """Return the error that says the container is gone, and its last words."""
        return EngineError(f"container {self.name} is gone: {why or self._gone}{self._said()}")

    def _said(self) -> str:
        last = self._stream.diagnostics().strip()[-2000:]
        return f"; its last words:\n{last}" if last else ""


class Lines:
    """Cuts a byte stream into lines; drops a line that is too long and goes on with the next.

    Args:
        line: Told each complete line without its newline; empty ones are left out.
        too_long: Told when a line was dropped.
        limit: Bytes of the longest line kept.
    """

    def __init__(self, line: Callable[[bytes], None], too_long: Callable[[], None], limit: int = LINE_LIMIT) -> None:
        self._line = line
        self._too_long = too_long
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        self._skipping = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        *complete, rest = data.split(b"\n")
        for piece in complete:
            self._append(piece)
            line = b"".join(self._parts)
            skipped, self._parts, self._size, self._skipping = self._skipping, [], 0, False
            if line.strip() and not skipped:
                self._line(line)
        self._append(rest)

    def _append(self, piece: bytes) -> None:
        if self._skipping or not piece:
            return
        self._parts.append(piece)
        self._size += len(piece)
        if self._size > self._limit:
            self._parts, self._size, self._skipping = [], 0, True
            self._too_long()
