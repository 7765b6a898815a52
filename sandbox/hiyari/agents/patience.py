"""Waiting for an agent no longer than the episode allows."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class OutOfPatience(Exception):
    """The agent took longer than the episode allows."""


class Patience(Generic[Result]):
    """Runs an agent's functions one at a time in a thread of its own, so that a hanging one can be left behind.

    Args:
        name: Name of the thread.
    """

    def __init__(self, name: str = "agent") -> None:
        self._work: queue.SimpleQueue[Callable[[], Result] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._thread.start()

    def do(self, function: Callable[[], Result], seconds: float) -> Result:
        """Return what the function returns, or raise what it raises.

        Raises:
            OutOfPatience: If it has not returned after this many wall seconds; nothing more may be asked then.
        """
        self._work.put(function)
        try:
            result, error = self._done.get(timeout=max(seconds, 0.0))
        except queue.Empty:
            raise OutOfPatience from None
        if error is not None:
            raise error
        return result  # type: ignore[return-value]

    def close(self) -> None:
        """Let the thread end as soon as it can."""
        self._work.put(None)

    def _loop(self) -> None:
        while (function := self._work.get()) is not None:
            try:
                self._done.put((function(), None))
            except BaseException as error:
                self._done.put((None, error))
