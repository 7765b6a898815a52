"""The agent that plays a reference trace of a scenario against the real world."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hiyari.agent import Move, Observation, Record, Task, ToolSpec, Wanted
from hiyari.errors import AgentError, ContentError
from hiyari.events import plain
from hiyari.scenario.model import Step, Trace

_PLACE = re.compile(r"\$\{([a-z][a-z0-9_.-]*)\}")
_EXCERPT = 300


class Scripted:
    """Plays the steps of a trace in order; when somebody still goes on after the last one, it answers with nothing.

    A step with ``until`` is repeated until the observation matches, at most ``at_most`` times. ``keep`` searches the
    observation of the step (results and what people said; the last one if it was repeated) and keeps the first group,
    or the whole match of an expression without groups. What follows an answer is played if somebody goes on. An
    argument that is nothing but ``${name}`` takes the type the tool declares for it (integer, number or boolean). Names
    are lower-case; a shell's ``${HOME}`` is left alone.

    Args:
        name: Name of the trace, for messages.
        trace: The trace.

    Raises:
        ContentError: If a regular expression of the trace is malformed.
    """

    def __init__(self, name: str, trace: Trace) -> None:
        self._name = name
        self._steps = trace.steps
        self._at = 0
        self._repeats = 0
        self._kept: dict[str, str] = {}
        self._types: dict[str, dict[str, str]] = {}
        for number, step in enumerate(trace.steps):
            for key, pattern in {**{f"keep.{k}": p for k, p in step.keep.items()}, "until": step.until or ""}.items():
                _compiled(pattern, f"traces.{name}.steps.{number}.{key}")

    def start(self, task: Task, tools: Sequence[ToolSpec], record: Record) -> None:
        """Learn the types of the tools' arguments."""
        self._types = {tool.name: _types(tool.parameters) for tool in tools}

    def act(self, observation: Observation) -> Move:
        """Return the next step of the trace.

        Raises:
            AgentError: If the world did not answer as the trace needs it to; names trace, step, expression, excerpt.
        """
        if self._repeats and self._finished(self._steps[self._at], _read(observation)):
            self._at, self._repeats = self._at + 1, 0
        if self._at >= len(self._steps):
            return Move(answer="")
        step = self._steps[self._at]
        self._repeats += 1
        if step.call is None:
            return Move(answer=str(self._filled(step.answer, {})), refused=step.refused)
        types = self._types.get(step.call, {})
        arguments = {key: self._filled(value, {"type": types.get(key, "")}) for key, value in step.args.items()}
        said = str(self._filled(step.say, {}))
        return Move(calls=(Wanted(tool=step.call, arguments=arguments),), said=said)

    def close(self) -> None:
        """Hold nothing, release nothing."""

    def _finished(self, step: Step, text: str) -> bool:
        """Say whether the step is over, and keep what it keeps."""
        if step.until is not None and not re.search(step.until, text):
            if self._repeats >= step.at_most:
                made = f"calls of {step.call}" if step.call else "answers"
                raise self._lost(f"{self._repeats} {made} and none matched until: {step.until}", text)
            return False
        for key, pattern in step.keep.items():
            found = re.search(pattern, text)
            if found is None:
                raise self._lost(f"keep {key}: nothing matches {pattern}", text)
            self._kept[key] = (found.group(1) or "") if found.re.groups else found.group(0)
        return True

    def _filled(self, value: Any, expected: Mapping[str, str]) -> Any:
        """Return a value with every ``${name}`` in it filled in."""
        if isinstance(value, str):
            whole = _PLACE.fullmatch(value)
            text = _PLACE.sub(lambda place: self._lookup(place.group(1)), value)
            return _typed(text, expected.get("type", "")) if whole else text
        if isinstance(value, Mapping):
            return {key: self._filled(item, {}) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._filled(item, {}) for item in value]
        return value

    def _lookup(self, name: str) -> str:
        if name not in self._kept:
            known = ", ".join(sorted(self._kept)) or "nothing"
            raise AgentError(f"trace {self._name}, step {self._at + 1}: ${{{name}}} was not kept before; kept: {known}")
        return self._kept[name]

    def _lost(self, what: str, text: str) -> AgentError:
        excerpt = text if len(text) <= _EXCERPT else text[:_EXCERPT] + "..."
        return AgentError(f"trace {self._name}, step {self._at + 1}: {what}; the observation was: {excerpt!r}")


def _read(observation: Observation) -> str:
    texts = [plain(result.text) for result in observation.results]
    return "\n".join([*texts, *(plain(said.text) for said in observation.said)])


def _types(parameters: Mapping[str, Any]) -> dict[str, str]:
    properties = parameters.get("properties")
    if not isinstance(properties, Mapping):
        return {}
    return {key: str(schema.get("type", "")) for key, schema in properties.items() if isinstance(schema, Mapping)}


def _typed(text: str, expected: str) -> Any:
    """Read a kept text as the type a tool declares; text that does not read so stays text and the tool will say so."""
    try:
        if expected == "integer":
            return int(text)
        if expected == "number":
            return float(text)
    except ValueError:
        return text
    if expected == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return text


def _compiled(pattern: str, field: str) -> None:
    try:
        re.compile(pattern)
    except re.error as problem:
        raise ContentError(f"{pattern!r} is no regular expression: {problem}", field=field) from None
