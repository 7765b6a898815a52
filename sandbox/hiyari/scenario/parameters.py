"""Parameters of monitors, guards and checks: a mapping from a scenario file, checked against a frozen model."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from hiyari.errors import ContentError
from hiyari.events import Data

P = TypeVar("P", bound="Parameters")


class Parameters(Data):
    """Parameters of one thing a scenario uses by name; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=False)


def read_parameters(
    model: type[P], parameters: Mapping[str, Any], *, of: str, file: Path | str | None = None, field: str = ""
) -> P:
    """Check parameters against their model.

    Args:
        model: What they must look like.
        parameters: What the scenario says.
        of: Whose parameters they are, such as ``monitor zone``.
        file: The scenario file, if known.
        field: The field that holds them, if known.

    Raises:
        ContentError: If a key is unknown, missing or of the wrong type; names the first one, and the nearest known key.
    """
    try:
        return model.model_validate(dict(parameters))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = tuple(part for part in first["loc"])
        where = ".".join(part for part in (field, *(str(part) for part in path)) if part)
        raise ContentError(f"{of}: {_problem(model, path, first)}", file=file, field=where) from None


def _problem(model: type[BaseModel], path: tuple[int | str, ...], error: Any) -> str:
    """Say what was wrong; for an unknown key, what would be right."""
    key = str(path[-1]) if path else ""
    if error["type"] == "extra_forbidden":
        known = sorted(_keys(model, path[:-1]))
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'none'}"
        return f"unknown parameter {key!r}; {hint}"
    if error["type"] == "missing":
        return f"the parameter {key!r} is missing"
    return f"{error['msg']}, not {error.get('input')!r:.200}"


def _keys(model: type[BaseModel], path: tuple[int | str, ...]) -> set[str]:
    """Return the parameter names of the model that a path leads to, following lists, optionals and mappings."""
    current: type[BaseModel] = model
    for part in path:
        if isinstance(part, int) or part not in current.model_fields:
            continue
        inner = _model_inside(current.model_fields[part].annotation)
        if inner is None:
            return set()
        current = inner
    return {info.alias or name for name, info in current.model_fields.items()}


def _model_inside(annotation: Any) -> type[BaseModel] | None:
    """Find the model in an annotation such as ``tuple[Rule, ...] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_inside(argument)
        if found is not None:
            return found
    return None
