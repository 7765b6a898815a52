"""Comparing recordings: two runs of one seed are equal but for the fields marked volatile."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import Any, get_args

from pydantic import BaseModel

from hiyari.events import Data, Envelope, Json, Volatile

MASKED = "<volatile>"


class Difference(Data):
    """The first place where two recordings differ."""

    seq: int
    """Number of the event."""
    field: str
    """Dotted path of the field."""
    left: Json
    """Value in the first recording."""
    right: Json
    """Value in the second."""


def comparable(model: BaseModel) -> dict[str, Any]:
    """Return the fields of a model as JSON values with every volatile one masked."""
    out: dict[str, Any] = {}
    for name, info in type(model).model_fields.items():
        out[name] = MASKED if _is_volatile(info.metadata, info.annotation) else _value(getattr(model, name))
    return out


def first_difference(left: Iterable[Envelope], right: Iterable[Envelope]) -> Difference | None:
    """Return where two recordings first differ, or none when they are equal but for volatile fields.

    The hash chain covers volatile fields, so ``prev`` is not compared.
    """
    for seq, (one, other) in enumerate(zip_longest(left, right)):
        if one is None or other is None:
            return Difference(seq=seq, field="", left=_kind(one), right=_kind(other))
        one_fields, other_fields = comparable(one) | {"prev": MASKED}, comparable(other) | {"prev": MASKED}
        if one_fields != other_fields:
            field, a, b = _first_field("", one_fields, other_fields)
            return Difference(seq=seq, field=field, left=a, right=b)
    return None


def _kind(envelope: Envelope | None) -> str | None:
    return None if envelope is None else envelope.event.kind


def _is_volatile(metadata: list[Any], annotation: Any) -> bool:
    return any(isinstance(mark, Volatile) for mark in (*metadata, *get_args(annotation)))


def _value(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return comparable(value)
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _value(item) for key, item in value.items()}
    return value


def _first_field(path: str, left: Any, right: Any) -> tuple[str, Any, Any]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in (*left, *(key for key in right if key not in left)):
            if left.get(key) != right.get(key):
                return _first_field(f"{path}.{key}" if path else str(key), left.get(key), right.get(key))
    if isinstance(left, list) and isinstance(right, list):
        for index, (a, b) in enumerate(zip_longest(left, right)):
            if a != b:
                return _first_field(f"{path}[{index}]", a, b)
    return path, left, right
