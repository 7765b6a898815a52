"""Unpacking compressed parts found anywhere in some bytes, with a cap against bombs."""

from __future__ import annotations

import bz2
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator

LARGEST = 1_000_000
"""Bytes unpacked from one compressed part at most."""
_MOST_STARTS = 4
_ZLIB_STARTS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def inflated(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the unpacked content of gzip, zlib, zip, bzip2 and xz parts, wherever they begin."""
    for start in _starts(data, b"\x1f\x8b\x08"):
        yield from _named("gzip", _unpacked(zlib.decompressobj(31), data[start:]))
    for magic in _ZLIB_STARTS:
        for start in _starts(data, magic):
            yield from _named("zlib", _unpacked(zlib.decompressobj(), data[start:]))
    for start in _starts(data, b"BZh"):
        yield from _named("bzip2", _unpacked(bz2.BZ2Decompressor(), data[start:]))
    for start in _starts(data, b"\xfd7zXZ\0"):
        yield from _named("xz", _unpacked(lzma.LZMADecompressor(memlimit=64_000_000), data[start:]))
    start = data.find(b"PK\x03\x04")
    if start >= 0:
        yield from _named("zip", _unzipped(data[start:]))


def _starts(data: bytes, magic: bytes) -> Iterator[int]:
    start = data.find(magic)
    for _ in range(_MOST_STARTS):
        if start < 0:
            return
        yield start
        start = data.find(magic, start + 1)


def _named(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    if content:
        yield name, content


def _unpacked(unpacker: object, data: bytes) -> bytes:
    try:
        return unpacker.decompress(data, LARGEST)  # type: ignore[attr-defined, no-any-return]
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError):
        return b""


def _unzipped(data: bytes) -> bytes:
    """Return names and contents of a zip archive's members, one after the other."""
    parts: list[bytes] = []
    left = LARGEST
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist()[:64]:
                with archive.open(member) as opened:
                    content = opened.read(left)
                left -= len(content)
                parts += [member.filename.encode("utf-8", "replace"), content]
                if left <= 0:
                    break
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, OSError, EOFError, ValueError):
        return b"\n".join(parts)
    return b"\n".join(parts)
