"""The people of an episode: from the scenario's data to those who play them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from hiyari.agent import Agent, Task
from hiyari.errors import ContentError
from hiyari.people import Played, Scripted
from hiyari.person import Person
from hiyari.scenario.people import Person as PersonSpec


def introduce(people: Mapping[str, PersonSpec], task: Task, *, path: Path, patience: float) -> list[Person]:
    """Make everybody for one episode; models are made when somebody first speaks to them.

    Args:
        people: Who they are, by short name.
        task: What the agent is asked; gives language and seed.
        path: The scenario file, for errors.
        patience: Wall seconds to wait for each answer of a persona.

    Raises:
        ContentError: If a persona names no agent that can be had.
    """
    return [
        Scripted(key, spec, language=task.language, seed=task.seed)
        if spec.persona is None
        else Played(key, spec, _player(key, spec, path, patience), task=task, patience=patience)
        for key, spec in people.items()
    ]


def _player(key: str, spec: PersonSpec, path: Path, patience: float) -> Agent:
    from hiyari.adapters.agents import prepare
    from hiyari.agents.choose import parse
    from hiyari.agents.late import LateAgent

    assert spec.persona is not None
    field = f"people.{key}.persona.agent"
    try:
        name = parse(spec.persona.agent)
        if name.kind in ("scripted", "noop", "refuse"):
            raise ContentError(f"{name.kind} plays no person; use a script, or local, model:... or module:factory")
        factory: Callable[[], Agent] = prepare(name, traces={}, project=Path.cwd(), patience=patience)
    except ContentError as error:
        raise ContentError(error.problem, file=path, field=field) from error
    return LateAgent(factory)
