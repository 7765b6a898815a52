"""Reading content files: YAML into frozen models, with errors that name file, field and what is nearest."""

from __future__ import annotations

import difflib
import pickle
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from hiyari.errors import ContentError

Model = TypeVar("Model", bound=BaseModel)


_LEFT_AS_TEXT = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")


class _Loader(yaml.CSafeLoader):
    """Safe YAML that refuses a key written twice and leaves dates as text.

    Of words only true and false are truth values (YAML 1.2.2, section 10.3.2): a lamp's ``on`` is a word.
    """


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float | bool):
            raise yaml.MarkedYAMLError(problem="a key must be plain text", problem_mark=key_node.start_mark)
        if key in seen:
            raise yaml.MarkedYAMLError(problem=f"the key {key!r} is given twice", problem_mark=key_node.start_mark)
        seen.add(key)
    return dict(loader.construct_pairs(node, deep=True))


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _LEFT_AS_TEXT]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def read_yaml(path: Path) -> Any:
    """Return the value of a YAML file.

    Raises:
        ContentError: If the file is missing, not UTF-8, or not YAML; names line and column.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}", file=path) from error
    except UnicodeDecodeError as error:
        raise ContentError(f"is not UTF-8: {error.reason} at byte {error.start}", file=path) from error
    try:
        return pickle.loads(_parsed(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ContentError(f"is not YAML{where}: {getattr(error, 'problem', error)}", file=path) from error


@lru_cache(maxsize=256)
def _parsed(text: str) -> bytes:
    """Return the value of YAML, pickled: each reader gets one of its own, in a small part of the time parsing takes."""
    return pickle.dumps(yaml.load(text, Loader=_Loader))


def read_model(path: Path, model: type[Model]) -> Model:
    """Read a YAML file into a model.

    Raises:
        ContentError: If the file is not YAML or does not fit; names the field, what was expected and the nearest name.
    """
    value = read_yaml(path)
    if not isinstance(value, dict):
        raise ContentError(f"must hold a mapping, not {type(value).__name__}", file=path)
    return fit(value, model, file=path)


def fit(value: Any, model: type[Model], *, file: Path | str | None = None, field: str = "") -> Model:
    """Validate a value against a model.

    Raises:
        ContentError: For the first thing that does not fit.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        inside = ".".join(str(part) for part in first["loc"])
        where = ".".join(part for part in (field, inside) if part)
        raise ContentError(_explain(first, model), file=file, field=where) from error


def _explain(error: Any, model: type[BaseModel]) -> str:
    if error["type"] == "extra_forbidden":
        key, known = str(error["loc"][-1]), _keys_at(model, error["loc"][:-1])
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
        return f"there is no field {key!r} here; {hint}"
    if error["type"] == "missing":
        return "this field is missing"
    shown = repr(error.get("input"))
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{message}, but it is {shown[:80]}" if error["type"] != "value_error" else message


def _keys_at(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    """Return the field names of the model a location leads to, as far as it can be followed."""
    current: Any = model
    for part in location:
        candidates = _models(current)
        fields = {name: info for candidate in candidates for name, info in candidate.model_fields.items()}
        named = next((i for n, i in fields.items() if part in (n, i.alias)), None)
        if named is not None:
            current = named.annotation
    return sorted(
        {info.alias or name for candidate in _models(current) for name, info in candidate.model_fields.items()}
    )


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in get_args(annotation) for found in _models(argument)]
