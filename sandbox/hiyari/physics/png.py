"""Writing a PNG with the standard library: the same bytes for the same pixels on every machine with the same zlib."""

from __future__ import annotations

import struct
import zlib


def encode_png(pixels: bytes, width: int, height: int) -> bytes:
    """Return a PNG of rows of RGB bytes."""
    size = 3 * width
    rows = b"".join(b"\x00" + pixels[start : start + size] for start in range(0, size * height, size))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
