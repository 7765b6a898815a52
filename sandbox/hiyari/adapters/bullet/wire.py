"""Messages between the episode and a physics worker: a header of two lengths, JSON, then raw rows of float64.

Nothing is pickled. The worker is trusted code, but its messages are bounded all the same.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

HEADER = struct.Struct(">II")
LARGEST = 64 * 2**20
"""Bytes of the largest part of a message."""

Message = dict[str, Any]


class Broken(Exception):
    """The other side is gone or does not speak the protocol."""


def pack(message: Message, rows: bytes = b"") -> bytes:
    """Return a message as bytes."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return HEADER.pack(len(text), len(rows)) + text + rows


def read(exactly: Callable[[int], bytes]) -> tuple[Message, bytes]:
    """Read one message.

    Args:
        exactly: Returns exactly so many bytes, or raises Broken.

    Raises:
        Broken: If what comes is no message.
    """
    text_size, rows_size = HEADER.unpack(exactly(HEADER.size))
    if text_size > LARGEST or rows_size > LARGEST:
        raise Broken("a message is too large")
    try:
        message = json.loads(exactly(text_size))
    except ValueError as error:
        raise Broken(f"a message is no JSON: {error}") from None
    if not isinstance(message, dict):
        raise Broken("a message is no object")
    return message, exactly(rows_size)
