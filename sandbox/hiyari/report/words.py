"""The interface's own words in Japanese, by their English text. Content brings its own two languages."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path


def say(english: str, language: str) -> str:
    """Return an interface text in a language; a text without a translation stays English.

    Args:
        english: The text, as it stands in ``words.ja.json``.
        language: ``ja`` or ``en``.
    """
    return japanese().get(english, english) if language == "ja" else english


@cache
def japanese() -> dict[str, str]:
    """Return all Japanese texts by their English ones."""
    words: dict[str, str] = json.loads((Path(__file__).parent / "words.ja.json").read_text(encoding="utf-8"))
    return words
