"""Hearing what a pod's containers tell while something is waited for."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from hiyari.errors import EngineError
from hiyari.events import Event, Json

from .control import ControlStream, Inbox, Message, Told
from .seeds import SEED_TIMEOUT, Seeding, Woken

if TYPE_CHECKING:
    from hiyari.adapters.mcp import ToolResult


class Hearing:
    """Turns the messages of a pod's inbox into events, in their order.

    Whoever waits may be kept waiting by a message whose telling waits for a reply itself; the end of what the outer one
    waits for may then come while the inner one waits, and is remembered.

    Args:
        inbox: Where the containers' messages arrive.
        tell: Makes events of one message.
    """

    def __init__(self, inbox: Inbox, tell: Callable[[Message], Iterator[Event]]) -> None:
        # The inbox also carries what wakes whoever waits.
        self._inbox: queue.SimpleQueue[Message | Woken] = inbox  # type: ignore[assignment]
        self._tell = tell
        self._ended: set[Future[Any]] = set()

    def while_called(self, future: Future[ToolResult], until: float) -> Generator[Event, None, ToolResult | None]:
        """Tell events until a call has ended or its time, a monotonic clock's, is over; None when it is over."""
        future.add_done_callback(lambda done: self._inbox.put(Woken(done)))
        while (message := self._next(until)) is not None:
            if not isinstance(message, Woken):
                yield from self._tell(message)
            if self._has_ended(future):
                return future.result()
        future.cancel()
        return None

    def until_replied(
        self, started: tuple[ControlStream, Future[dict[str, Json]]], op: str, timeout: float
    ) -> Generator[Event, None, Json]:
        """Tell events until a container has replied, and what it told before its reply; returns the reply's result.

        Raises:
            EngineError: If it refused, died or took too long.
        """
        control, reply = started
        until = time.monotonic() + timeout
        reply.add_done_callback(lambda done: self._inbox.put(Woken(done)))
        while (message := self._next(until)) is not None:
            if not isinstance(message, Woken):
                yield from self._tell(message)
            if self._has_ended(reply):
                break
        return control.result(op, reply, 0)

    def until_seeded(self, seeding: Seeding) -> Iterator[Event]:
        """Tell events until all services are seeded; what they told of it comes in an order that is always the same.

        Raises:
            ContentError: If one refused its data.
            EngineError: If one died or took too long.
        """
        until = time.monotonic() + SEED_TIMEOUT
        while seeding.begin(self._inbox.put):
            message = self._next(until)
            if message is None:
                raise EngineError(f"not seeded within {SEED_TIMEOUT:g} s: {seeding.late()}")
            if isinstance(message, Woken):
                seeding.ended(message.future)
            elif isinstance(message, Told):
                seeding.hold(message)
            else:
                yield from self._tell(message)
        for told in seeding.told():
            yield from self._tell(told)

    def by_now(self) -> Iterator[Event]:
        """Tell what has come in by now."""
        while (message := self._next(0.0)) is not None:
            if not isinstance(message, Woken):
                yield from self._tell(message)

    def _next(self, until: float) -> Message | Woken | None:
        try:
            message = self._inbox.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            return None
        if isinstance(message, Woken):
            self._ended.add(message.future)
        return message

    def _has_ended(self, future: Future[Any]) -> bool:
        if future not in self._ended:
            return False
        self._ended.discard(future)
        return True
