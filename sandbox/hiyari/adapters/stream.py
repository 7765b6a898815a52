"""A byte stream to the first process of a container, as adapters pass it to each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class ByteStream(Protocol):
    """The attached stdin and stdout of a container, already demultiplexed."""

    def send(self, data: bytes) -> None:
        """Write all bytes to stdin; safe from any thread.

        Raises:
            EngineError: If the stream is closed.
        """
        ...

    def listen(self, receive: Callable[[bytes], None], closed: Callable[[str], None]) -> None:
        """Deliver every chunk of stdout, from the first on, and at the end say why it closed.

        Called once. Both functions run in the stream's reader thread and must not block.
        """
        ...
