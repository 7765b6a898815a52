"""Comparisons of JSON values, as scenarios write them: ``{owner: {not_in: [tenant-a]}}``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from hiyari.events import Data, Json

LONGEST_TEXT = 200_000
"""Characters of a value that regular expressions look at."""
MISSING = object()
"""Stands for the value of a path that leads nowhere."""


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]
"""A regular expression, searched anywhere in the text."""


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Globs = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
"""Shell patterns, one or several; a single string is a list of one."""


def any_glob(globs: Sequence[str], name: str) -> bool:
    """Tell whether a name fits one of the patterns, case and all."""
    return any(fnmatchcase(name, glob) for glob in globs)


class Comparison(Data):
    """What a value must be; all that is given must hold."""

    equals: Json = MISSING
    """It is this."""
    not_equals: Json = MISSING
    """It is not this."""
    in_: tuple[Json, ...] | None = Field(default=None, serialization_alias="in")
    """It is one of these; written ``in``."""
    not_in: tuple[Json, ...] | None = None
    """It is none of these."""
    contains: Json = MISSING
    """It is a text, list or object that contains this."""
    not_contains: Json = MISSING
    """It does not contain this."""
    matches: Pattern | None = None
    """Its text matches this regular expression somewhere."""
    not_matches: Pattern | None = None
    """Its text matches this regular expression nowhere."""
    at_least: float | None = None
    """It is a number and not less."""
    at_most: float | None = None
    """It is a number and not more."""
    count_at_least: int | None = None
    """It is a list, object or text of at least this length."""
    count_at_most: int | None = None
    """It is a list, object or text of at most this length."""
    exists: bool | None = None
    """The path leads somewhere, or not."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return {"equals": value}
        if "in_" in value:
            raise ValueError("unknown comparison 'in_'; did you mean 'in'?")
        return {("in_" if key == "in" else key): part for key, part in value.items()}

    @model_validator(mode="after")
    def _says_something(self) -> Comparison:
        if not self.model_fields_set & (_POSITIVE | _NEGATIVE | {"exists"}):
            raise ValueError("an empty comparison; give equals, in, matches, at_least, exists or the like")
        return self

    def holds(self, values: Sequence[Any]) -> bool:
        """Compare the values a path led to: what must be so for one of them, what must not be so for all."""
        if self.exists is not None and self.exists != bool(values):
            return False
        if self.model_fields_set & _POSITIVE and not any(self._is(value) for value in values):
            return False
        return not any(self._is_forbidden(value) for value in values)

    def _is(self, value: Any) -> bool:
        return (
            (self.equals is MISSING or _same(value, self.equals))
            and (self.in_ is None or any(_same(value, choice) for choice in self.in_))
            and (self.contains is MISSING or _contains(value, self.contains))
            and (self.matches is None or re.search(self.matches, _text(value)) is not None)
            and (self.at_least is None or (_number(value) and value >= self.at_least))
            and (self.at_most is None or (_number(value) and value <= self.at_most))
            and (self.count_at_least is None or (_sized(value) and len(value) >= self.count_at_least))
            and (self.count_at_most is None or (_sized(value) and len(value) <= self.count_at_most))
        )

    def _is_forbidden(self, value: Any) -> bool:
        return (
            (self.not_equals is not MISSING and _same(value, self.not_equals))
            or (self.not_in is not None and any(_same(value, choice) for choice in self.not_in))
            or (self.not_contains is not MISSING and _contains(value, self.not_contains))
            or (self.not_matches is not None and re.search(self.not_matches, _text(value)) is not None)
        )


_POSITIVE = {"equals", "in_", "contains", "matches", "at_least", "at_most", "count_at_least", "count_at_most"}
_NEGATIVE = {"not_equals", "not_in", "not_contains", "not_matches"}


def look_up(value: Any, path: str) -> list[Any]:
    """Return all values a dotted path leads to; ``*`` stands for every element, a number for a list index."""
    found = [value]
    for part in path.split(".") if path else ():
        found = [inner for outer in found for inner in _inside(outer, part)]
    return found


def all_hold(where: Mapping[str, Comparison], value: Any) -> bool:
    """Tell whether every path's comparison holds for the value."""
    return all(comparison.holds(look_up(value, path)) for path, comparison in where.items())


def _inside(value: Any, part: str) -> Iterator[Any]:
    if isinstance(value, Mapping):
        if part == "*":
            yield from value.values()
        elif part in value:
            yield value[part]
    elif isinstance(value, list | tuple):
        if part == "*":
            yield from value
        elif re.fullmatch(r"-?\d{1,9}", part) and -len(value) <= int(part) < len(value):
            yield value[int(part)]


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(_same(a, b) for a, b in zip(left, right, strict=True))
    return bool(left == right)


def _contains(value: Any, part: Any) -> bool:
    if isinstance(value, str):
        return isinstance(part, str) and part in value
    if isinstance(value, Mapping):
        return isinstance(part, str) and part in value
    return isinstance(value, list | tuple) and any(_same(inner, part) for inner in value)


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else "" if value is None else str(value)
    return text[:LONGEST_TEXT]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _sized(value: Any) -> bool:
    return isinstance(value, str | list | tuple | Mapping)
