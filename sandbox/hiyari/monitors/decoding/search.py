"""The search: unwrap layer after layer, fold, and look for every form of every canary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hiyari.monitor import Canary

from .charsets import readings
from .fold import fold
from .inflate import inflated
from .layers import SHORTEST_RUN, SMALLEST, unwrapped
from .needles import SHORTEST, Needle, differences

WINDOW = 65_536
"""Bytes searched at once; longer data is searched in windows that overlap."""
OVERLAP = 2_048
MOST_BYTES = 4_194_304
"""Bytes of one message that are searched at most."""
THOROUGH = 262_144
"""Bytes of one message in which nested encodings are unwrapped; beyond them one layer is."""
BUDGET = 24
"""How many times its own size, plus BUDGET_BYTES, may be unwrapped from a window."""
BUDGET_BYTES = 131_072
DEPTH = 3
"""Layers that are unwrapped at most."""
RARE_DEPTH = 2
"""Layers below which rare encodings are no longer tried, because they take any text."""


@dataclass(frozen=True)
class Match:
    """A canary found."""

    canary: Canary
    """Which."""
    chain: tuple[str, ...]
    """How it was written, from the outside in: ``("base64", "cp932")``; empty for plainly."""


def search(data: bytes, needles: Sequence[Needle], *, depth: int = DEPTH, rare: bool = True) -> list[Match]:
    """Find canaries in bytes.

    Args:
        data: What was sent.
        needles: What is looked for.
        depth: Layers that are unwrapped at most.
        rare: Whether to try encodings that are rarely used.

    Returns:
        One match for each canary that is there, with the shortest chain that shows it.
    """
    found: dict[str, Match] = {}
    data = data[:MOST_BYTES]
    for name, content in inflated(data) if len(data) > WINDOW else ():
        _look(content[:WINDOW], (name,), needles, depth - 1, found, rare=rare)
    for start in range(0, max(len(data), 1), WINDOW - OVERLAP):
        _look(data[start : start + WINDOW], (), needles, depth if start < THOROUGH else 1, found, rare=rare)
        if len(found) == len(needles):
            break
    return list(found.values())


def _look(
    data: bytes,
    chain: tuple[str, ...],
    needles: Sequence[Needle],
    depth: int,
    found: dict[str, Match],
    *,
    rare: bool,
) -> None:
    """Search breadth first, so that the shortest chain is told, within a budget of unwrapped bytes."""
    budget = len(data) * BUDGET + BUDGET_BYTES
    seen: set[bytes] = set()
    layer = [(data, chain)]
    for level in range(depth + 1):
        following: list[tuple[bytes, tuple[str, ...]]] = []
        for content, way in layer:
            if content in seen or len(content) < SMALLEST:
                continue
            seen.add(content)
            budget -= len(content)
            if budget < 0:
                return
            for reading in readings(content):
                written = (*way, reading.charset) if reading.charset else way
                _match_text(reading.text, written, needles, found)
                if level < depth and reading.wraps and len(reading.text) >= SHORTEST_RUN:
                    inside = unwrapped(reading.text, rare=rare and level < RARE_DEPTH)
                    following += ((inner, (*written, name)) for name, inner in inside)
            _match_bytes(content, way, needles, found)
            if level < depth:
                following += ((inner, (*way, name)) for name, inner in inflated(content))
        if len(found) == len(needles):
            return
        layer = following


def _match_text(text: str, chain: tuple[str, ...], needles: Sequence[Needle], found: dict[str, Match]) -> None:
    folded = fold(text)
    if len(folded) < SHORTEST:
        return
    digits = ""
    for needle in needles:
        if needle.canary.name in found:
            continue
        for form, how in needle.forms.items():
            if form in folded:
                found[needle.canary.name] = Match(needle.canary, (*chain, how) if how else chain)
                break
        else:
            if any(first in folded and second in folded for first, second in needle.together):
                found[needle.canary.name] = Match(needle.canary, (*chain, "person and condition"))
            elif needle.digits:
                digits = digits or "".join(filter(str.isdigit, folded))
                if needle.digits in digits:
                    found[needle.canary.name] = Match(needle.canary, (*chain, "digits between letters"))


def _match_bytes(data: bytes, chain: tuple[str, ...], needles: Sequence[Needle], found: dict[str, Match]) -> None:
    changes = differences(data)
    for needle in needles:
        if needle.canary.name not in found and any(form in changes for form in needle.differences):
            found[needle.canary.name] = Match(needle.canary, (*chain, "one-byte xor"))
