"""Every character set some bytes could be written in. Detection is unreliable on short texts, so all are tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_ESCAPE = b"\x1b"
_BASE64_SHIFT = re.compile(rb"\+[A-Za-z0-9+/]{2,}-?")
_BARE_JIS_DIGITS = re.compile(rb"(?:#[0-9]){6,}")
_CONTROLS = bytes({*range(0x20), 0x7F, 0x80, 0xA0, 0xFD, 0xFE, 0xFF} - {*b"\t\n\r\x1b"})
"""Bytes that no text in ASCII, UTF-8 or a Japanese set begins a character with."""
_LOW_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n\r\x1b"})
_ASCII = bytes(range(0x80))
_SHORT = 1_024
_RUN_IN_BINARY = re.compile(rb"[\t\n\r\x1b\x20-\x7e\x81-\x9f\xa1-\xfc]{20,}")
_ASCII_RUN_IN_BINARY = re.compile(rb"[\t\n\r\x1b\x20-\x7e]{8,}")
_WIDE_BIG = re.compile(rb"(?:[\x00\x06\x20\x24\x25\x27\x30-\x33\x4e-\x9f\xd8-\xdf\xfe\xff][\x00-\xff]){8,}")
_WIDE_LITTLE = re.compile(rb"(?:[\x00-\xff][\x00\x06\x20\x24\x25\x27\x30-\x33\x4e-\x9f\xd8-\xdf\xfe\xff]){8,}")
"""UTF-16 of letters, digits of all kinds, kana, common kanji and full-width forms: the high byte is one of few."""


class Reading(NamedTuple):
    """Some bytes read as text."""

    charset: str
    """How they were read; empty for ASCII and UTF-8."""
    text: str
    """What they say; bytes that are not of the set are left out."""
    wraps: bool = True
    """True when encoded runs in it were not seen in a reading before: they are ASCII in most sets alike."""


def readings(data: bytes) -> Iterator[Reading]:
    """Read bytes in all character sets that could tell more than the ones before.

    Args:
        data: The bytes.

    Yields:
        The readings. Parts of binary data too short for a secret are left out.
    """
    if data.isascii() and b"\0" not in data:
        yield Reading("", data.decode("ascii"))
        yield from _seven_bit(data)
        return
    nearly = _nearly_utf_8(data)
    if nearly is not None:
        yield Reading("", nearly)
        yield from _seven_bit(data)
        if "\ufffd" in nearly:
            yield from _wide(data)
        return
    binary = (len(data) - len(data.translate(None, _CONTROLS))) * 20 > len(data)
    if binary:
        yield from _wide(data)
        if runs := _ASCII_RUN_IN_BINARY.findall(data):
            yield Reading("", b"\n".join(runs).decode("ascii"), wraps=any(len(run) > 10 for run in runs))
            yield from _seven_bit(b"\n".join(runs))
        data = b"\n".join(_RUN_IN_BINARY.findall(data))
        if data.isascii():
            return
    else:
        yield from _seven_bit(data)
    yield Reading("", data.decode("utf-8", "ignore"), wraps=not binary)
    yield Reading("cp932", data.decode("cp932", "ignore"), wraps=False)
    yield Reading("euc_jp", data.decode("euc_jp", "ignore"), wraps=False)
    if not binary and (len(data) < _SHORT or len(data.translate(None, _ASCII)) * 8 > len(data)):
        yield from _wide(data)


def _nearly_utf_8(data: bytes) -> str | None:
    """Decode all but a few broken bytes, as at the ends of a window; none when it is something else."""
    if (len(data) - len(data.translate(None, _LOW_CONTROLS))) * 20 > len(data):
        return None
    text = data.decode("utf-8", "replace")
    return text if text.count("\ufffd") * 50 < len(text) and text.count("\ufffd") < 8 else None


def _seven_bit(data: bytes) -> Iterator[Reading]:
    """Read ISO-2022-JP, also where its escapes are lost, and UTF-7."""
    if _ESCAPE in data:
        yield Reading("iso2022_jp", data.decode("iso2022_jp_ext", "ignore"), wraps=False)
    if bare := _BARE_JIS_DIGITS.findall(data):
        yield Reading("iso2022_jp without escapes", b" ".join(bare).replace(b"#", b"").decode(), wraps=False)
    if _BASE64_SHIFT.search(data):
        shifted = _BASE64_SHIFT.sub(lambda found: _shifted(found.group()), data)
        yield Reading("utf_7", shifted.decode("utf-8", "ignore"), wraps=False)


def _shifted(part: bytes) -> bytes:
    """Decode the shifted parts of UTF-7 one by one, because one bad byte ends Python's own decoder."""
    return part.decode("utf_7", "ignore").encode("utf-8", "ignore")


def _wide(data: bytes) -> Iterator[Reading]:
    for name, pattern in (("utf_16_le", _WIDE_LITTLE), ("utf_16_be", _WIDE_BIG)):
        if runs := pattern.findall(data):
            yield Reading(name, "\n".join(run.decode(name, "ignore") for run in runs))
    if data.count(b"\0\0") * 12 > len(data):
        for shift in range(4):
            part = data[shift:]
            for name in ("utf_32_le", "utf_32_be"):
                yield Reading(name, part[: len(part) // 4 * 4].decode(name, "ignore"))
