"""Reading a YAML file into a model, with errors that name the file and the field."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from hiyari.errors import ContentError

Model = TypeVar("Model", bound=BaseModel)


def read_mapping(file: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file.

    Raises:
        ContentError: If the file is missing, no YAML, or no mapping.
    """
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ContentError("there is no such file", file=file) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError(f"is no YAML: {error}", file=file) from None
    if not isinstance(data, dict):
        raise ContentError("a mapping of fields is needed", file=file)
    return data


def as_model(model: type[Model], data: Any, file: Path, under: str = "") -> Model:
    """Return data as a model.

    Args:
        model: The model.
        data: What was read.
        file: Where it was read, for the error.
        under: Dotted path that leads to the data, for the error.

    Raises:
        ContentError: If the data does not fit; names the first field that does not.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        path = [str(part) for part in first["loc"]]
        problem = first["msg"]
        if first["type"] == "extra_forbidden":
            near = difflib.get_close_matches(path[-1], _field_names(model), n=1)
            problem = "there is no such field" + (f"; did you mean {near[0]!r}?" if near else "")
        raise ContentError(problem, file=file, field=".".join([under, *path] if under else path)) from None


def _field_names(model: type[BaseModel], seen: frozenset[type] = frozenset()) -> list[str]:
    names = list(model.model_fields)
    for field in model.model_fields.values():
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel) and inner not in seen | {model}:
                names += _field_names(inner, seen | {model})
    return names
