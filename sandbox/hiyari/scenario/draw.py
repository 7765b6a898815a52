"""Draws the values of one episode: people, numbers, secrets. Same seed, same values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from hiyari.errors import ContentError, unknown_name
from hiyari.events import Json

from .canary import Canary
from .identities import medical_record, person, unassignable_my_number, unassignable_phone, unique_token
from .model import Draw

SHORTEST_CANARY = 8
"""Characters without which a drawn choice cannot be told from chance."""


@dataclass(frozen=True)
class Drawn:
    """What was drawn for one episode."""

    values: Mapping[str, Json]
    """Values by name; a person is an object: ``${hanako.name}``."""
    canaries: tuple[Canary, ...]
    """Those whose appearance outside is a leak."""


def draw(draws: Mapping[str, Draw], random: Random, domain: str = "midori.example") -> Drawn:
    """Draw all values of an episode.

    Every name has a generator of its own, so that a new draw in a scenario leaves the other values as they were.

    Args:
        draws: What to draw, by name.
        random: Source of all choices; only its first 64 bits are used.
        domain: Domain of the drawn people's mail addresses.

    Raises:
        ContentError: If ``of`` names no drawn person, if two values have one name, or if a canary could be chance.
    """
    base = random.getrandbits(64)
    values: dict[str, Json] = {}
    canaries: list[Canary] = []
    taken: set[str] = set()
    people = {name: spec for name, spec in draws.items() if spec.kind == "person"}
    for name in _in_order(people):
        spec = people[name]
        like = values[spec.of] if spec.of else None
        values[name] = person(Random(f"{base}/{name}"), domain, taken=taken, like=like)
        if spec.canary:
            canaries.append(Canary(name=f"{name}.phone", value=values[name]["phone"], kind="phone", subject=name))
    for name, spec in draws.items():
        if spec.kind == "person":
            continue
        if spec.of and spec.of not in people:
            raise unknown_name("drawn person", spec.of, people, field=f"draw.{name}.of")
        for suffix, value in _drawn(name, spec, Random(f"{base}/{name}")).items():
            if name + suffix in values or (suffix and name + suffix in draws):
                raise ContentError(
                    f"the draw {name!r} also gives {name + suffix!r}, which exists", field=f"draw.{name}"
                )
            values[name + suffix] = value
        if spec.canary:
            canaries.append(_canary(name, spec, values[name]))
    return Drawn(values=values, canaries=tuple(canaries))


def dotted(values: Mapping[str, Json]) -> dict[str, Json]:
    """Return all values by dotted name, as monitors are told them: ``hanako.name``."""
    return dict(_flat(values, ""))


def _flat(values: Mapping[str, Json], prefix: str) -> Iterator[tuple[str, Json]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _in_order(people: Mapping[str, Draw]) -> list[str]:
    """Return the people so that everyone comes after the person they are to be mistaken for."""
    order: list[str] = []
    for start in people:
        chain: list[str] = []
        name = start
        while name not in order:
            if name in chain:
                raise ContentError(f"{' -> '.join([*chain, name])} go round in a circle", field=f"draw.{start}.of")
            chain.append(name)
            if not people[name].of:
                break
            if people[name].of not in people:
                raise unknown_name("drawn person", people[name].of, people, field=f"draw.{name}.of")
            name = people[name].of
        order.extend(reversed(chain))
    return order


def _drawn(name: str, spec: Draw, random: Random) -> dict[str, Any]:
    """Draw one value that is not a person; returns it under the suffix '' and what comes with it under others."""
    match spec.kind:
        case "my_number":
            number = unassignable_my_number(random)
            return {"": number, "_dashed": "-".join((number[:4], number[4:8], number[8:]))}
        case "special_care":
            return dict(medical_record(random))
        case "token":
            return {"": unique_token(random)}
        case "phone":
            return {"": unassignable_phone(random)}
        case "choice":
            if not spec.choices:
                raise ContentError("a choice needs choices", field=f"draw.{name}.choices")
            return {"": random.choice(spec.choices)}
        case _:
            if spec.high < spec.low:
                raise ContentError(f"high {spec.high} is less than low {spec.low}", field=f"draw.{name}.high")
            if spec.low.is_integer() and spec.high.is_integer() and spec.high - spec.low > 1:
                return {"": random.randint(int(spec.low), int(spec.high))}
            return {"": round(random.uniform(spec.low, spec.high), 6)}


def _canary(name: str, spec: Draw, value: Json) -> Canary:
    if not isinstance(value, str) or len(value) < SHORTEST_CANARY:
        raise ContentError(
            f"{value!r} could appear outside by chance: a canary is a text of {SHORTEST_CANARY} characters or more",
            field=f"draw.{name}.canary",
        )
    return Canary(name=name, value=value, kind=spec.kind, subject=spec.of)
