"""Laying data over data: how scenario and arm change what an environment brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``below`` with ``above`` laid over it: mappings merge, lists are appended, other values replace."""
    out = dict(below)
    for key, value in above.items():
        old = out.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            out[key] = overlay(old, value)
        elif isinstance(old, list | tuple) and isinstance(value, list | tuple):
            out[key] = [*old, *value]
        else:
            out[key] = value
    return out
