"""Templates in scenario files: ``${name}`` and ``${person.field}`` stand for what was drawn for the episode."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hiyari.errors import ContentError, unknown_name

_HOLE = re.compile(r"(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}")
_KEPT = re.compile(r"\$(\$\{[A-Za-z_][A-Za-z0-9_.-]*\})")


def fill(value: Any, values: Mapping[str, Any], *, field: str = "", file: Path | None = None) -> Any:
    """Return a value with every ``${name}`` in its strings replaced.

    A string that is nothing but one hole takes the value's own type; inside a longer string it is written as text.
    ``$${name}`` stands for ``${name}`` itself, as shell scripts and JavaScript write it.

    Args:
        value: What may hold templates.
        values: What was drawn.
        field: Where the value is in its file, for errors.
        file: Its file, for errors.

    Raises:
        ContentError: If a name was not drawn.
    """
    if isinstance(value, str):
        whole = _HOLE.fullmatch(value)
        if whole:
            return _look_up(whole[1], values, field, file)
        return _KEPT.sub(r"\1", _HOLE.sub(lambda hole: str(_look_up(hole[1], values, field, file)), value))
    if isinstance(value, Mapping):
        return {
            key: fill(item, values, field=f"{field}.{key}" if field else str(key), file=file)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [fill(item, values, field=f"{field}[{index}]", file=file) for index, item in enumerate(value)]
    return value


def _look_up(name: str, values: Mapping[str, Any], field: str, file: Path | None) -> Any:
    found: Any = values
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            raise unknown_name("drawn value", name, _names(values), file=file, field=field)
        found = found[part]
    if isinstance(found, Mapping):
        raise ContentError(f"${{{name}}} has parts; name one of them: {', '.join(found)}", file=file, field=field)
    return found


def _names(values: Mapping[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for key, value in values.items():
        names += _names(value, f"{prefix}{key}.") if isinstance(value, Mapping) else [prefix + key]
    return names
