"""Proposed calls: does the tool exist, do the arguments fit, what do the guards say."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import jsonschema

from hiyari.agent import Call, ToolSpec
from hiyari.errors import ContentError

MAX_ARGUMENT_DEPTH = 32
"""Deeper JSON than this is refused before it is validated."""


class Toolbox:
    """The tools of an episode, with a compiled validator each."""

    def __init__(self, tools: Sequence[ToolSpec]) -> None:
        self.specs: dict[str, ToolSpec] = {}
        self._validators: dict[str, Any] = {}
        for spec in tools:
            if spec.name in self.specs:
                raise ContentError(
                    f"two tools are called {spec.name!r}: of {self.specs[spec.name].server} and {spec.server}"
                )
            self.specs[spec.name] = spec
            self._validators[spec.name] = _validator(spec)

    def objection(self, call: Call) -> str | None:
        """Return what is wrong with a call and what would be right, or none."""
        if call.tool not in self.specs:
            near = difflib.get_close_matches(call.tool, self.specs, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"the tools are {', '.join(sorted(self.specs))}"
            return f"there is no tool {call.tool[:80]!r}; {hint}"
        if not isinstance(call.arguments, dict):
            return f"the arguments must be a JSON object, not {type(call.arguments).__name__}"
        if _depth(call.arguments) > MAX_ARGUMENT_DEPTH:
            return f"the arguments are nested deeper than {MAX_ARGUMENT_DEPTH}"
        error = jsonschema.exceptions.best_match(self._validators[call.tool].iter_errors(call.arguments))
        if error is None:
            return None
        where = ".".join(str(part) for part in error.absolute_path)
        return f"argument {where}: {error.message[:400]}" if where else error.message[:400]


def _validator(spec: ToolSpec) -> Any:
    try:
        return _compiled(json.dumps(spec.parameters, sort_keys=True))
    except jsonschema.SchemaError as error:
        raise ContentError(f"tool {spec.name!r} of {spec.server} has a bad schema: {error.message[:200]}") from error


@lru_cache(maxsize=512)
def _compiled(schema: str) -> Any:
    parameters = json.loads(schema)
    kind: Any = jsonschema.validators.validator_for(parameters, default=jsonschema.Draft202012Validator)
    kind.check_schema(parameters)
    return kind(parameters)


def _depth(value: object) -> int:
    deepest, level = 0, [value]
    while level and deepest <= MAX_ARGUMENT_DEPTH:
        deepest += 1
        level = [
            inner
            for item in level
            if isinstance(item, Mapping | list | tuple)
            for inner in (item.values() if isinstance(item, Mapping) else item)
        ]
    return deepest


def as_json(value: object) -> Any:
    """Return what an agent wrote as a JSON value that can be recorded; what is none is replaced by its description."""
    try:
        return json.loads(json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace"))
    except (TypeError, ValueError, RecursionError) as error:
        return f"<no JSON: {type(error).__name__}: {str(error)[:200]}>"
