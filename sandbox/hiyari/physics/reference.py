"""The reference task of a scene: a scripted agent that shows that something useful can be done in it.

``reference.yaml`` beside scene.yaml holds the task, the steps, and what must hold at the end. A test plays it for every
scene, and also that doing nothing for as long does not meet what is expected.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import Field, model_validator

from hiyari.agent import Call
from hiyari.events import CallReturned, Data, Event, Json, LocalText, plain
from hiyari.scenario.comparison import Comparison, Pattern, look_up
from hiyari.scenario.files import read_model

from .values import Positive

FILE = "reference.yaml"


class Step(Data):
    """One step: a skill, a request to the robots' interface, or waiting."""

    call: str | None = None
    """Skill to call."""
    args: dict[str, Json] = {}
    """Its arguments."""
    status: Literal["ok", "error", "any"] = "ok"
    """How the call must end."""
    says: Pattern | None = None
    """What its answer must match."""
    until: Pattern | None = None
    """Repeat the step until its answer matches."""
    at_most: int = Field(default=20, ge=1)
    """How often to repeat at most."""
    serve: dict[str, Json] | None = None
    """Request to the robots' interface, which must be answered with ok."""
    wait: Positive | None = None
    """Seconds to wait."""

    @model_validator(mode="after")
    def _one_of(self) -> Step:
        if sum(each is not None for each in (self.call, self.serve, self.wait)) != 1:
            raise ValueError("a step has one of call, serve and wait")
        return self


class Expectation(Comparison):
    """A fact of the final scene, with any of the comparisons."""

    probe: dict[str, Json]
    """The query, as in docs/scenes.md."""
    path: str = ""
    """Path inside its result; all of it when left out."""


class Reference(Data):
    """The reference task of one scene."""

    task: LocalText
    """What is to be done."""
    seed: int = 1
    """Seed it is played with."""
    steps: tuple[Step, ...] = Field(min_length=1)
    """What the scripted agent does."""
    expect: tuple[Expectation, ...] = Field(min_length=1)
    """What must hold at the end."""


class Stepped(Protocol):
    """What a reference is played in: the part of a robot world that it needs."""

    def step(self, call: Call) -> Iterator[Event]:
        """See World."""
        ...

    def wait(self, seconds: float) -> Iterator[Event]:
        """See World."""
        ...

    def serve(self, request: Mapping[str, Json]) -> Generator[Event, None, dict[str, Any]]:
        """Answer a request of the robots' interface."""
        ...

    def probe(self, query: Mapping[str, Json]) -> Json:
        """See World."""
        ...


def load_reference(folder: Path) -> Reference:
    """Return the reference task of a scene's folder.

    Raises:
        ContentError: If the file is missing or wrong.
    """
    return read_model(folder / FILE, Reference)


def play(world: Stepped, reference: Reference) -> Generator[Event, None, list[str]]:
    """Play a reference in a world that was reset, and yield its events.

    Returns:
        What went wrong, a sentence for each step and expectation that failed; nothing when all went well.
    """
    problems = []
    for number, step in enumerate(reference.steps):
        for _ in range(step.at_most if step.until is not None else 1):
            status, text = yield from _take(world, step, str(number))
            if step.until is None or Comparison(matches=step.until).holds([text]):
                break
        else:
            problems.append(f"steps.{number}: {step.until!r} did not come within {step.at_most} times: {text[:300]}")
        if step.until is None and step.status not in ("any", status):
            problems.append(f"steps.{number}: {step.call or step.serve} ended with {status}: {text[:300]}")
        if step.says is not None and not Comparison(matches=step.says).holds([text]):
            problems.append(f"steps.{number}: the answer does not match {step.says!r}: {text[:300]}")
    return problems + unmet(world, reference)


def unmet(world: Stepped, reference: Reference) -> list[str]:
    """Return a sentence for each expectation that does not hold in the world as it is."""
    problems = []
    for number, expected in enumerate(reference.expect):
        try:
            result = world.probe(expected.probe)
        except LookupError as error:
            problems.append(f"expect.{number}: {error}")
            continue
        values = look_up(result, expected.path)
        if not expected.holds(values):
            problems.append(f"expect.{number}: {json.dumps(expected.probe)} is {json.dumps(values, default=str)[:300]}")
    return problems


def _take(world: Stepped, step: Step, name: str) -> Generator[Event, None, tuple[str, str]]:
    if step.wait is not None:
        yield from world.wait(step.wait)
        return "ok", ""
    if step.serve is not None:
        answer = yield from world.serve(step.serve)
        return "ok" if answer.get("ok") else "error", json.dumps(answer, ensure_ascii=False)
    status, text = "error", "nothing came back"
    for event in world.step(Call(id=name, tool=step.call or "", arguments=step.args)):
        yield event
        if isinstance(event, CallReturned):
            status, text = event.status, plain(event.text)
    return status, text
