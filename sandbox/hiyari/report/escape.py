"""Text that came from a world is the attacker's: made visible here before any terminal, page or file shows it."""

from __future__ import annotations

import unicodedata

_KEPT = frozenset("\n\t\u3000\u00a0")
_NAMES = {0: "NUL", 7: "BEL", 8: "BS", 13: "CR", 27: "ESC", 127: "DEL"}


def visible(text: str, limit: int | None = None) -> str:
    """Return a text in which nothing hides and nothing acts.

    Control characters, escape sequences, bidirectional overrides, zero-width and tag characters, lone surrogates and
    unassigned characters are written out as ``⟨ESC⟩`` or ``⟨U+202E⟩``; new lines and tabs stay.

    Args:
        text: Any text.
        limit: Characters to keep; what is cut is counted at the end.
    """
    cut = ""
    if limit is not None and len(text) > limit:
        text, cut = text[:limit], f"… (+{len(text) - limit:,})"
    if not text.isprintable():
        text = "".join(char if char.isprintable() or char in _KEPT else _shown(char) for char in text)
    return text + cut


def one_line(text: str, limit: int = 200) -> str:
    """Return a visible text on one line."""
    return visible(" ".join(text[: limit * 4].split()), limit)


def preview(data: bytes, limit: int = 2048) -> tuple[str, bool]:
    """Return bytes as readable text, or as a hex dump when they are not text.

    Returns:
        The preview, and whether it is text.
    """
    head = data[:limit]
    text = head.decode("utf-8", "replace")
    odd = sum(1 for char in text if char == "\ufffd" or (unicodedata.category(char) == "Cc" and char not in "\r\n\t"))
    if odd * 10 <= len(text):
        return visible(text.replace("\r\n", "\n")) + _rest(data, limit), True
    lines = []
    for offset in range(0, len(head), 16):
        row = head[offset : offset + 16]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{offset:06x}  {row.hex(' '):<47}  {letters}")
    return "\n".join(lines) + _rest(data, limit), False


def _rest(data: bytes, limit: int) -> str:
    return f"\n… (+{len(data) - limit:,} bytes)" if len(data) > limit else ""


def _shown(char: str) -> str:
    code = ord(char)
    return f"⟨{_NAMES.get(code, f'U+{code:04X}')}⟩"
