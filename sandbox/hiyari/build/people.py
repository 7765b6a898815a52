"""The people of an episode: can they be met, and who plays them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hiyari.agent import Agent, Task
from hiyari.errors import ContentError, unknown_name
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


def can_be_met(
    people: Mapping[str, PersonSpec], operator: str, seeds: Mapping[str, Mapping[str, Any]], path: Path
) -> None:
    """Refuse people whom nobody could reach or ask.

    Args:
        people: Who they are, by short name.
        operator: Name of the one whom guards ask.
        seeds: Seed data of every service of the environment, by its name.
        path: The scenario file, for errors.

    Raises:
        ContentError: Names the person and the field.
    """
    for key, person in people.items():
        for channel, reached in (("mail", person.mail), ("chat", person.chat)):
            if reached is not None and reached.service not in seeds:
                field = f"people.{key}.{channel}.service"
                raise unknown_name("service", reached.service, seeds, file=path, field=field)
        if person.mail is not None:
            boxes = [str(user.get("address", "")).casefold() for user in seeds[person.mail.service].get("users") or ()]
            own = person.mail.address.casefold()
            if own not in boxes and own.rpartition("@")[2] in {box.rpartition("@")[2] for box in boxes}:
                raise unknown_name("mailbox", own, boxes, file=path, field=f"people.{key}.mail.address")
        if person.chat is not None:
            names = [str(account.get("name", "")) for account in seeds[person.chat.service].get("accounts") or ()]
            if person.chat.account not in names:
                field = f"people.{key}.chat.account"
                raise unknown_name("account", person.chat.account, names, file=path, field=field)
        asked = [place for place, rule in person.script.rules() if rule.when.asked] if person.script else []
        if asked and operator != key:
            problem = f"nobody asks {key}: guards ask the operator, who is {operator!r}; set operator.name"
            raise ContentError(problem, file=path, field=f"people.{key}.script.{asked[0]}.when.asked")
    users = [key for key, person in people.items() if person.role == "user"]
    if len(users) > 1:
        raise ContentError(f"there is one user at most; these are {', '.join(users)}", file=path, field="people")


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
