"""Lines of a tool server's stdout: newline-delimited JSON-RPC that may be anything at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LINE_LIMIT = 8 << 20
"""Longest line, in bytes, that is read as a message; a longer one is dropped up to its end."""

_HEAD = 256
_IDENTIFIER = re.compile(rb'"id"\s*:\s*(?:(\d{1,15})|"([^"\\]{1,64})")\s*[,}]')


class Line(NamedTuple):
    """One whole line, without its newline."""

    data: bytes
    """The bytes."""


class Oversized(NamedTuple):
    """A line that was too long; only its length and beginning were kept."""

    size: int
    """Bytes in all."""
    head: bytes
    """Its first bytes."""

    def answers(self) -> str | None:
        """Return the JSON-RPC identifier in its beginning, if it has one."""
        found = _IDENTIFIER.search(self.head)
        return None if found is None else (found[1] or found[2]).decode("utf-8", "replace")


class LineReader:
    """Cuts a byte stream into lines. Holds at most ``limit`` bytes and one chunk."""

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._head = b""
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Bytes so far of a line that is too long and has not ended; 0 when there is none."""
        return self._dropped

    def feed(self, data: bytes) -> Iterator[Line | Oversized]:
        """Take a chunk and yield the lines that ended in it; empty lines are left out."""
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            self._keep(data[start:end])
            start = end + 1
            if self._dropped:
                yield Oversized(self._dropped, self._head)
            elif self._buffer.strip():
                yield Line(bytes(self._buffer))
            self._buffer.clear()
            self._dropped = 0
        self._keep(data[start:])

    def _keep(self, piece: bytes) -> None:
        if self._dropped:
            self._dropped += len(piece)
        elif len(self._buffer) + len(piece) > self._limit:
            self._head = bytes((self._buffer + piece[:_HEAD])[:_HEAD])
            self._dropped = len(self._buffer) + len(piece)
            self._buffer.clear()
        else:
            self._buffer += piece
