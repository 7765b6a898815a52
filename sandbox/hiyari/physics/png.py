"""Writing a PNG with the standard library: the same bytes for the same pixels on every machine with the same zlib."""

from __future__ import annotations

import struct
import zlib

COLOUR, GREY = (2, 3), (0, 1)
"""PNG's colour type and channels."""


def encode_png(pixels: bytes, width: int, height: int) -> bytes:
    """Return a PNG of rows of RGB bytes."""
    return _encode(pixels, width, height, 8, COLOUR)


def encode_grey16(pixels: bytes, width: int, height: int) -> bytes:
    """Return a PNG of rows of big-endian 16-bit grey values."""
    return _encode(pixels, width, height, 16, GREY)


def _encode(pixels: bytes, width: int, height: int, depth: int, kind: tuple[int, int]) -> bytes:
    size = kind[1] * depth // 8 * width
    if len(pixels) != size * height:
        raise ValueError(f"{len(pixels)} bytes are no {width} x {height} pixels of {size // width} bytes")
    rows = b"".join(b"\x00" + pixels[start : start + size] for start in range(0, size * height, size))
    header = struct.pack(">IIBBBBB", width, height, depth, kind[0], 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
