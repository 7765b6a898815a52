"""Laying data over data: how scenario and arm change what an environment brings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def overlay(
    below: Mapping[str, Any], above: Mapping[str, Any], appended: Collection[str] | None = None
) -> dict[str, Any]:
    """Return ``below`` with ``above`` laid over it: mappings merge, lists are appended, other values replace.

    Args:
        below: What is there.
        above: What changes it.
        appended: Keys whose lists are appended while those of other keys replace; all when left out.
    """
    out = dict(below)
    for key, value in above.items():
        old = out.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            out[key] = overlay(old, value, appended)
        elif appended is not None and key not in appended:
            out[key] = value
        elif isinstance(old, list | tuple) and isinstance(value, list | tuple):
            out[key] = [*old, *value]
        else:
            out[key] = value
    return out
