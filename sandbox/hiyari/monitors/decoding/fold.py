"""Folding: many ways to write the same letters and digits become one, without separators.

NFKC folds widths, circled and mathematical forms; the rest is done by a table, one character to one or none: kanji
and daiji numerals, decimal digits of other scripts, Unicode tag characters, variant glyphs of names; everything that
is neither letter nor digit goes (spaces, dashes, zero-width and format characters, variation selectors, keycaps,
and the long-vowel mark, which is used as a dash).
"""

from __future__ import annotations

import unicodedata

_NUMERALS = {
    "〇零": "0",
    "一壱壹弌": "1",
    "二弐貳貮": "2",
    "三参參弎": "3",
    "四肆": "4",
    "五伍": "5",
    "六陸": "6",
    "七漆柒": "7",
    "八捌": "8",
    "九玖": "9",
}
_VARIANTS = dict(zip("髙﨑齋齊斉邊邉濱濵櫻澤廣𠮷嶋", "高崎斎斎斎辺辺浜浜桜沢広吉島", strict=True))
_DROPPED = "ーｰ"
_TAGS = range(0xE0020, 0xE007F)
"""Invisible copies of ASCII."""


class _Table(dict[int, str | None]):
    """The fold of every character, worked out when first met."""

    def __missing__(self, code: int) -> str | None:
        folded = self[code] = _fold_one(chr(code))
        return folded


def _fold_one(character: str) -> str | None:
    if ord(character) in _TAGS:
        return _fold_one(chr(ord(character) - 0xE0000).casefold())
    for numerals, digit in _NUMERALS.items():
        if character in numerals:
            return digit
    if character in _DROPPED:
        return None
    decimal = unicodedata.decimal(character, None)
    if decimal is not None:
        return str(int(decimal))
    if unicodedata.category(character)[0] in "LN":
        return _VARIANTS.get(character, character)
    return None


_TABLE = _Table()


def fold(text: str) -> str:
    """Return the letters and digits of a text in one form, lower case, without anything between them."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.casefold().translate(_TABLE)
