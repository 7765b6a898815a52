"""Encodings that wrap a text: each layer finds its own parts in a text and returns what they stand for."""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import unquote_to_bytes

SMALLEST = 6
"""Bytes that are worth a look."""
SHORTEST_RUN = 10
"""Characters of an encoded run that could hold a secret."""
_MOST_RUNS = 512
"""Encoded runs looked at in one text, the longest first."""

_TAG = re.compile(r"<[^<>]{1,300}>")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{10,}")
_BASE32 = re.compile(r"[A-Z2-7]{13,}|[a-z2-7]{13,}")
_HEX = re.compile(r"(?:(?:0x)?[0-9A-Fa-f]{2}[\s:,;_-]{0,2}){8,}")
_DECIMAL = re.compile(r"(?:\d{1,6}[^\w\n]{1,3}){7,}\d{1,6}")
_BINARY = re.compile(r"(?:[01]{7,8}[\s,_-]?){8,}")
_ESCAPED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u\{?([0-9A-Fa-f]{4,6})\}?|U([0-9A-Fa-f]{8})|([0-7]{3}))")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_QUOTED = re.compile(r"=[0-9A-Fa-f]{2}|=\r?\n")
_WORD = re.compile(r"=\?([\w-]{1,40})\?([bBqQ])\?([^?\s]*)\?=")
_UU_LINE = re.compile(r"^[!-M][ -`]{4,84}$", re.MULTILINE)
_BASE85 = re.compile(r"[0-9A-Za-z!#$%&()*+\-;<=>?@^_`{|}~]{10,}")
_ASCII85 = re.compile(r"[!-uz]{10,}")
_BASE58 = re.compile(r"[1-9A-HJ-NP-Za-km-z]{11,400}")
_BASE58_DIGITS = {c: n for n, c in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
_SELECTORS = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]{8,}")
_ALONE = 2
_MOST_RUNS_85 = 8
_BREAKS = re.compile(r"[\s.]+")


def unwrapped(text: str, *, rare: bool = True) -> Iterator[tuple[str, bytes]]:
    """Yield what the encoded parts of a text stand for, by every layer that finds any.

    Args:
        text: A text, of any length.
        rare: Whether to try encodings that are rarely used and take nearly any text.

    Yields:
        The layer's name and the bytes. The runs of one encoding are put together, one line each.
    """
    for name, layer in {**_WHOLE, **_RUNS, **(_RARE if rare else {})}.items():
        yield from ((name, data) for data in layer(text) if len(data) >= SMALLEST)
    joined = _BREAKS.sub("", text)
    if len(joined) < len(text):
        for name, layer in _BROKEN_RUNS.items():
            yield from ((f"joined {name}", data) for data in layer(joined) if len(data) >= SMALLEST)


def _runs(pattern: re.Pattern[str], text: str) -> list[str]:
    found = pattern.findall(text)
    return sorted(found, key=len, reverse=True)[:_MOST_RUNS] if len(found) > _MOST_RUNS else found


def _lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    joined = b"\n".join(parts)
    if joined:
        yield joined


def _apart(parts: Sequence[bytes]) -> Iterator[bytes]:
    """Yield the first parts, which come from the longest runs, by themselves and the others together."""
    yield from parts[:_ALONE]
    yield from _lines(parts[_ALONE:])


def _percent(text: str) -> Iterator[bytes]:
    if _PERCENT.search(text):
        yield unquote_to_bytes(text)


def _entities(text: str) -> Iterator[bytes]:
    if "&" in text:
        plain = html.unescape(text)
        if plain != text:
            yield plain.encode("utf-8", "ignore")


def _tags(text: str) -> Iterator[bytes]:
    if "<" in text and ">" in text:
        yield _TAG.sub("", text).encode("utf-8", "ignore")


def _escapes(text: str) -> Iterator[bytes]:
    if "\\" not in text or not _ESCAPED.search(text):
        return
    joined = bytearray()
    last = 0
    for found in _ESCAPED.finditer(text):
        joined += text[last : found.start()].encode("utf-8", "ignore")
        byte, unit, long_unit, octal = found.groups()
        if byte or octal:
            joined.append(int(byte or octal, 16 if byte else 8) & 0xFF)
        else:
            code = int(unit or long_unit, 16)
            joined += chr(code).encode("utf-8", "ignore") if code < 0x110000 else b""
        last = found.end()
    yield bytes(joined + text[last:].encode("utf-8", "ignore"))


def _quoted_printable(text: str) -> Iterator[bytes]:
    if _QUOTED.search(text):
        yield quopri.decodestring(text.encode("utf-8", "ignore"))


def _mime_words(text: str) -> Iterator[bytes]:
    if "=?" not in text:
        return
    parts = [_mime_word(*found) for found in _WORD.findall(text)[:256]]
    if parts:
        yield b"".join(parts)


def _mime_word(charset: str, how: str, content: str) -> bytes:
    raw = content.encode("ascii", "ignore")
    data = _from_base64(raw) if how in "bB" else quopri.decodestring(raw, header=True)
    try:
        return data.decode(charset, "ignore").encode("utf-8", "ignore")
    except LookupError:
        return data


def _base64(text: str) -> Iterator[bytes]:
    runs = _runs(_BASE64, text)
    if "-" in text or "_" in text:
        runs += (run for run in _runs(_BASE64, text.replace("-", "+").replace("_", "/")) if run not in text)
    raw = sorted({run.encode() for run in runs}, key=lambda run: (-len(run), run))
    for offset in range(4):
        yield from _apart([_from_base64(run[offset:]) for run in raw])


def _from_base64(raw: bytes) -> bytes:
    raw = raw.rstrip(b"=")
    if len(raw) % 4 == 1:
        raw = raw[:-1]
    try:
        return binascii.a2b_base64(raw + b"=" * (-len(raw) % 4))
    except binascii.Error:
        return b""


def _base32(text: str) -> Iterator[bytes]:
    raw = [run.upper().encode() for run in _runs(_BASE32, text)]
    for offset in range(8):
        yield from _lines(_from_base32(run[offset:]) for run in raw)


def _from_base32(raw: bytes) -> bytes:
    raw = raw[: len(raw) - (len(raw) % 8 in (1, 3, 6))]
    return base64.b32decode(raw + b"=" * (-len(raw) % 8))


def _hex(text: str) -> Iterator[bytes]:
    runs = [re.sub(r"0x|[^0-9A-Fa-f]", "", run) for run in _runs(_HEX, text)]
    for offset in (0, 1):
        yield from _lines(bytes.fromhex(run[offset : offset + (len(run) - offset) // 2 * 2]) for run in runs)


def _decimal(text: str) -> Iterator[bytes]:
    for run in _runs(_DECIMAL, text):
        codes = [int(code) for code in re.findall(r"\d+", run)]
        if max(codes) < 256:
            yield bytes(codes)
        yield "".join(chr(code) for code in codes if code < 0x110000).encode("utf-8", "ignore")


def _binary(text: str) -> Iterator[bytes]:
    for run in _runs(_BINARY, text):
        bits = re.sub(r"[^01]", "", run)
        for width in (8, 7):
            yield bytes(int(bits[at : at + width], 2) for at in range(0, len(bits) - width + 1, width))


def _uuencoded(text: str) -> Iterator[bytes]:
    lines = []
    for line in _UU_LINE.findall(text)[:4096]:
        try:
            lines.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue
    if lines:
        yield b"".join(lines)


def _base85(text: str) -> Iterator[bytes]:
    runs = [run for run in _runs(_BASE85, text)[:_MOST_RUNS_85] if not run.isalnum() or len(run) % 5 == 0]
    for offset in range(5):
        yield from _lines(_tried(base64.b85decode, run[offset:]) for run in runs)
    yield from _lines(_tried(base64.a85decode, run) for run in _runs(_ASCII85, text)[:_MOST_RUNS_85])


def _tried(decode: Callable[[str], bytes], run: str) -> bytes:
    try:
        return decode(run)
    except ValueError:
        return b""


def _base58(text: str) -> Iterator[bytes]:
    yield from _lines(_from_base58(run) for run in _runs(_BASE58, text)[:_MOST_RUNS_85])


def _from_base58(run: str) -> bytes:
    number = 0
    for character in run:
        number = number * 58 + _BASE58_DIGITS[character]
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _selectors(text: str) -> Iterator[bytes]:
    for run in _runs(_SELECTORS, text):
        yield bytes(ord(c) - 0xFE00 if ord(c) < 0xFE10 else ord(c) - 0xE0100 + 16 for c in run)


_Layer = Callable[[str], Iterator[bytes]]
_WHOLE: dict[str, _Layer] = {
    "percent": _percent,
    "html entities": _entities,
    "html tags": _tags,
    "escapes": _escapes,
    "quoted-printable": _quoted_printable,
    "mime word": _mime_words,
}
_BROKEN_RUNS: dict[str, _Layer] = {"base64": _base64, "hex": _hex, "base32": _base32}
_RUNS: dict[str, _Layer] = {
    **_BROKEN_RUNS,
    "decimal": _decimal,
    "variation selectors": _selectors,
}
_RARE: dict[str, _Layer] = {"binary": _binary, "uuencode": _uuencoded, "base85": _base85, "base58": _base58}
