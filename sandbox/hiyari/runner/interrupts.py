"""Ctrl-C: the first asks running episodes to stop and cleans up, the second does not wait."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self


class Forced(BaseException):
    """A second interrupt came; do not wait for anything."""


class Interrupts:
    """Turns SIGINT and SIGTERM into a request to stop while it is entered; idle outside the main thread.

    Args:
        stop: Set by the first signal.
        told: Called at the first signal.
    """

    def __init__(self, stop: threading.Event, told: Callable[[], None]) -> None:
        self._stop = stop
        self._told = told
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        """Take the signals over."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give them back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._stop.is_set():
            raise Forced
        self._stop.set()
        self._told()
