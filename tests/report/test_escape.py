"""Text of worlds made visible."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hiyari.report.escape import one_line, preview, visible


@given(some.text())
def test_nothing_hidden_is_left(text: str) -> None:
    """Whatever goes in, only printable characters, spaces, tabs and new lines come out."""
    shown = visible(text)
    assert all(char.isprintable() or char in "\n\t\u3000\u00a0" for char in shown)
    shown.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "⟨ESC⟩[31mred"),
        ("a\x00b", "a⟨NUL⟩b"),
        ("\u202egnp.exe", "⟨U+202E⟩gnp.exe"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("\ud800", "⟨U+D800⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("日本語　全角\n", "日本語　全角\n"),
    ],
)
def test_what_hides_is_named(text: str, shown: str) -> None:
    """Control, bidirectional, invisible and tag characters are named; ordinary Japanese is not touched."""
    assert visible(text) == shown


def test_cut_texts_say_how_much_is_missing() -> None:
    """A cut text tells the number of characters that were cut."""
    assert visible("x" * 12, 10) == "x" * 10 + "… (+2)"
    assert "\n" not in one_line("a\nb\r\nc")


def test_preview_of_bytes() -> None:
    """Text is shown as text, anything else as a hex dump, both cut."""
    assert preview("こんにちは".encode()) == ("こんにちは", True)
    dump, is_text = preview(bytes(range(256)) * 20, 64)
    assert not is_text
    assert dump.startswith("000000  00 01 02")
    assert "(+5,056 bytes)" in dump
