"""The terminal: which language it speaks, where errors go. Imports nothing heavy."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from rich.console import Console

LanguageName = Literal["ja", "en"]


def interface_language(words: Sequence[str] = (), wanted: str | None = None) -> LanguageName:
    """Return the language to speak: the one wanted, else ``--lang`` among the words, else that of the locale.

    Args:
        words: The command line.
        wanted: A language that was parsed already.
    """
    for index, word in enumerate(words):
        if word == "--lang":
            wanted = words[index + 1] if index + 1 < len(words) else wanted
        elif word.startswith("--lang="):
            wanted = word.partition("=")[2]
    if wanted in ("ja", "en"):
        return cast(LanguageName, wanted)
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ja" if locale.startswith("ja") else "en"


def complain(text: str) -> None:
    """Write an error as one visible line to standard error."""
    from hiyari.report.escape import one_line

    sys.stderr.write(f"hiyari: {one_line(text, 4000)}\n")


def out(*, stderr: bool = False) -> Console:
    """Return a console that reads no markup and guesses no colours in texts."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)


def print_json(value: Any) -> None:
    """Write a value as JSON to standard output."""
    import json

    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")
