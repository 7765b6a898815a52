"""Frames of the stream to the launcher: the harness's side of what tools/launcher/launcher.py documents.

A frame is a 12-byte header, big endian (magic ``hyF1``, type u8, flags u8, channel u16, length u32), and a payload of
at most 1 MiB. The bytes come out of an untrusted container: whatever is not a frame ends the stream, nothing is
guessed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

HEADER = struct.Struct(">4sBBHI")
MAGIC = b"hyF1"
PAYLOAD_LIMIT = 1 << 20
WINDOW = 1 << 20
"""Bytes of one channel that may be under way in one direction without having been granted again."""

INIT, DATA, CREDIT, RESTART, STOP = 1, 2, 3, 4, 5
HELLO, STARTED, STDERR, EXITED = 16, 17, 18, 19

INCOMING = frozenset({DATA, CREDIT, HELLO, STARTED, STDERR, EXITED})
"""Types that the launcher sends."""


class NoFrame(ValueError):
    """The stream carried something that is no frame: corrupted, or forged by a program in the container."""


class Frame(NamedTuple):
    """One frame."""

    kind: int
    """Its type."""
    channel: int
    """Number of the tool server's channel; 0 for the launcher itself."""
    payload: bytes
    """What it carries."""


def encode(kind: int, channel: int, payload: bytes) -> bytes:
    """Return the bytes of one frame."""
    if len(payload) > PAYLOAD_LIMIT:
        raise ValueError(f"a frame carries at most {PAYLOAD_LIMIT} bytes, not {len(payload)}")
    return HEADER.pack(MAGIC, kind, 0, channel, len(payload)) + payload


class FrameReader:
    """Cuts a byte stream into frames. Never holds more than one frame and one chunk."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take a chunk and yield the frames that are complete.

        Raises:
            NoFrame: If the stream is not made of the launcher's frames.
        """
        self._buffer += data
        start = 0
        try:
            while len(self._buffer) - start >= HEADER.size:
                magic, kind, flags, channel, length = HEADER.unpack_from(self._buffer, start)
                if magic != MAGIC or flags != 0 or kind not in INCOMING or length > PAYLOAD_LIMIT:
                    raise NoFrame("the stream from the launcher carries something that is no frame")
                end = start + HEADER.size + length
                if len(self._buffer) < end:
                    return
                payload = bytes(memoryview(self._buffer)[start + HEADER.size : end])
                start = end
                yield Frame(kind, channel, payload)
        finally:
            del self._buffer[:start]
