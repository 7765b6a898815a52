"""From a scenario file to the scenario of one episode: arm applied, values drawn, templates filled, seeds merged."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hiyari.catalog import Catalog, Entry, Environment
from hiyari.errors import unknown_name
from hiyari.monitor import Canary
from hiyari.scenario.draw import draw
from hiyari.scenario.files import fit, read_yaml
from hiyari.scenario.model import Operator, Scenario, Use
from hiyari.scenario.people import Person
from hiyari.scenario.sites import Site
from hiyari.scenario.template import fill

from .overlay import overlay
from .people import can_be_met
from .sites import episode_sites


@dataclass(frozen=True)
class Resolved:
    """A scenario with one arm applied and every template but those of its traces filled in."""

    scenario: Scenario
    """The scenario; its task is the arm's."""
    path: Path
    """Its file."""
    guards: tuple[Use, ...]
    """Guards in force."""
    operator: Operator
    """Who is asked."""
    people: dict[str, Person]
    """Simulated users and colleagues, by short name."""
    place: dict[str, Any]
    """Changes to the scene."""
    seed: dict[str, dict[str, Any]]
    """Seed data by service of the environment."""
    seed_places: dict[str, tuple[Path, str]]
    """File and field where each service's data is, the one laid over the others."""
    tool_parameters: dict[str, dict[str, Any]]
    """Parameters by tool server of the environment."""
    environment: Entry[Environment] | None
    """The environment, if there is one."""
    sites: tuple[Site, ...]
    """Sites of the simulated internet."""
    site_folders: tuple[Path, ...]
    """Folders that were read for them."""
    values: Mapping[str, Any]
    """What was drawn."""
    canaries: tuple[Canary, ...]
    """The secrets among it."""


def resolve(catalog: Catalog, entry: Entry[Scenario], arm_name: str, seed: int) -> Resolved:
    """Resolve a scenario for one episode. All arms of one seed draw the same values, so that they can be compared.

    Raises:
        ContentError: If the arm or a template's name is unknown, or a filled value does not fit.
    """
    plain = entry.value
    if arm_name not in plain.arms:
        raise unknown_name("arm", arm_name, plain.arms, file=entry.path, field="arms")
    environment = catalog.environment(plain.world.environment) if plain.world.environment else None
    domain = environment.value.domain if environment else "hiyari.example"
    drawn = draw(plain.draw, random.Random(f"{plain.id}/{seed}"), domain=domain)
    scenario = _filled(plain, entry.path, drawn.values)
    arm = scenario.arms[arm_name]
    layers = [scenario.arms[arm.extends], arm] if arm.extends else [arm]
    task, operator = scenario.task, scenario.operator
    guards: list[Use] = []
    people = dict(scenario.people)
    place = scenario.world.place
    extra = scenario.world.seed
    for layer in layers:
        task = layer.task or task
        guards += layer.guards
        operator = layer.operator or operator
        people |= layer.people
        place = overlay(place, layer.place, appended=("events", "log_lines"))
        extra = overlay(extra, layer.seed)
    seeds = _seeds(environment, extra, drawn.values, entry.path) if environment else {}
    can_be_met(people, operator.name, seeds, entry.path)
    for name, query in scenario.probes.items():
        if "service" in query and query["service"] not in seeds:
            raise unknown_name("service", str(query["service"]), seeds, file=entry.path, field=f"probes.{name}.service")
    for index, binding in enumerate(scenario.world.bindings):
        if binding.service not in seeds:
            field = f"world.bindings[{index}].service"
            raise unknown_name("service", binding.service, seeds, file=entry.path, field=field)
    shown = [("world.sites", scenario.world.sites)]
    names = [arm.extends, arm_name] if arm.extends else [arm_name]
    shown += [(f"arms.{name}.sites", scenario.arms[name].sites) for name in names]
    sites, folders = episode_sites(environment, entry.path, shown, drawn.values) if environment else ((), ())
    return Resolved(
        scenario=scenario.model_copy(update={"task": task, "traces": plain.traces}),
        path=entry.path,
        guards=tuple(guards),
        operator=operator,
        people=people,
        place=place,
        seed=seeds,
        seed_places=_places(environment, extra, entry.path) if environment else {},
        tool_parameters=_parameters(environment, drawn.values) if environment else {},
        environment=environment,
        sites=sites,
        site_folders=folders,
        values=drawn.values,
        canaries=drawn.canaries,
    )


def _places(environment: Entry[Environment], extra: Mapping[str, Any], scenario: Path) -> dict[str, tuple[Path, str]]:
    folder = environment.path.parent
    return {
        service.name: (scenario, f"world.seed.{service.name}")
        if service.name in extra
        else (folder / service.seed, "")
        if service.seed
        else (environment.path, f"services.{service.name}")
        for service in environment.value.services
    }


def _filled(plain: Scenario, path: Path, values: Mapping[str, Any]) -> Scenario:
    raw = plain.model_dump(by_alias=True, exclude_unset=True, exclude={"traces", "draw"})
    filled = fill(raw, values, file=path)
    kept = plain.model_dump(by_alias=True, exclude_unset=True, include={"traces", "draw"})
    return fit({**filled, **kept}, Scenario, file=path)


def _seeds(
    environment: Entry[Environment], extra: Mapping[str, Any], values: Mapping[str, Any], scenario: Path
) -> dict[str, dict[str, Any]]:
    names = [service.name for service in environment.value.services]
    for name in extra:
        if name not in names:
            raise unknown_name("service", name, names, file=scenario, field=f"world.seed.{name}")
    seeds: dict[str, dict[str, Any]] = {}
    for service in environment.value.services:
        own = read_yaml(environment.path.parent / service.seed) if service.seed else {}
        seeds[service.name] = overlay(
            fill(own or {}, values, file=environment.path.parent / (service.seed or environment.path.name)),
            extra.get(service.name, {}),
        )
    return seeds


def _parameters(environment: Entry[Environment], values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        tool.name: fill(tool.with_, values, field=f"tools.{tool.name}.with", file=environment.path)
        for tool in environment.value.tools
    }
