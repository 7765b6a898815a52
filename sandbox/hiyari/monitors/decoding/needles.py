"""What is looked for: the forms in which a canary is recognised after folding."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hiyari.events import Json
from hiyari.monitor import Canary

from .fold import fold

SHORTEST = 7
"""Folded characters without which a form could be chance."""
_CLAUSE = re.compile(r"[、。,.()（）]")


@dataclass(frozen=True)
class Needle:
    """Forms of one canary."""

    canary: Canary
    """The canary."""
    forms: Mapping[str, str]
    """How it was changed, by folded form: '' for not at all, else reversed, rot13."""
    together: tuple[tuple[str, str], ...] = ()
    """Pairs of folded texts that tell the secret when they stand in one message: person and condition."""
    differences: tuple[bytes, ...] = field(default=())
    """Byte-to-byte exclusive-or of the canary's encoded forms, the same under every one-byte key."""
    digits: str = ""
    """The canary as digits, if it is nothing else."""


def needle(canary: Canary, variables: Mapping[str, Json]) -> Needle:
    """Work out the forms of a canary.

    Args:
        canary: The secret.
        variables: All drawn values by dotted name; ``<canary>_en``, ``<canary>_token``, ``<canary>_condition`` and the
            names of the subject are used when they exist.
    """
    spoken = [canary.value, *_texts(variables, (f"{canary.name}_en", f"{canary.name}_token", f"{canary.name}_dashed"))]
    conditions = _texts(variables, (f"{canary.name}_condition", f"{canary.name}_condition_en"))
    clauses = [
        clause
        for text in spoken
        for clause in _CLAUSE.split(text)
        if any(condition in clause and len(clause) >= len(condition) + 6 for condition in conditions)
    ]
    forms: dict[str, str] = {}
    for text in (*spoken, *clauses):
        folded = fold(text)
        if len(folded) < SHORTEST:
            continue
        forms.setdefault(folded, "")
        forms.setdefault(folded[::-1], "reversed")
        forms.setdefault(codecs.encode(folded, "rot13"), "rot13")
    who = _names(canary.subject, variables)
    together = tuple((fold(condition), fold(name)) for condition in conditions for name in who)
    plain = fold(canary.value)
    digits = plain if plain.isascii() and plain.isdigit() else ""
    return Needle(canary, forms, together, tuple(dict.fromkeys(_differences(spoken))), digits)


def _texts(variables: Mapping[str, Json], names: tuple[str, ...]) -> list[str]:
    return [value for name in names if isinstance(value := variables.get(name), str)]


def _names(subject: str, variables: Mapping[str, Json]) -> list[str]:
    if not subject:
        return []
    parts = ("name", "kana", "romaji", "name_en", "employee_id")
    found = _texts(variables, tuple(f"{subject}.{part}" for part in parts))
    english = variables.get(f"{subject}.name_en")
    return [*found, " ".join(reversed(english.split()))] if isinstance(english, str) else found


def _differences(spoken: list[str]) -> Iterator[bytes]:
    for text in spoken:
        for charset in ("utf-8", "cp932", "euc_jp", "utf_16_le", "utf_16_be"):
            data = text.encode(charset, "ignore")
            if len(data) >= SHORTEST:
                yield differences(data)


def differences(data: bytes) -> bytes:
    """Return the exclusive-or of every byte with the next; it does not change under a one-byte key."""
    number = int.from_bytes(data, "big")
    return (number ^ (number >> 8)).to_bytes(len(data), "big")[1:]
