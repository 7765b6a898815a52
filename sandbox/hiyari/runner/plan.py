"""What to run: scenarios of suites times arms times agents times seeds."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Literal

from hiyari.agents.choose import parse
from hiyari.catalog import Catalog
from hiyari.errors import ContentError, unknown_name
from hiyari.report.rundir import Planned, RunPlan
from hiyari.report.summary import arm_order
from hiyari.scenario.model import Scenario

ARMS = ("benign", "hazard", "attack", "guarded")

EVERY_TRACE = "scripted:*"
"""Stands for every reference trace of a scenario, one agent each."""


def make_plan(
    catalog: Catalog,
    names: Sequence[str],
    *,
    run: str,
    agents: Sequence[str],
    arms: Sequence[str] = (),
    epochs: int = 1,
    seed: int = 1,
    language: Literal["ja", "en"] = "en",
) -> RunPlan:
    """Return the plan of a run.

    A scripted agent plays only where its scenario has the trace, and only in the arms the trace is meant for.

    Args:
        catalog: Where names are looked up.
        names: Suites and scenario ids.
        run: Identifier of the run.
        agents: Names of agents; ``scripted:*`` stands for every reference trace, and ``local@attack,hazard`` for an
            agent that runs in these arms only.
        arms: Only these arms; all arms of each scenario when empty.
        epochs: Trials of each cell, with the seeds ``seed`` to ``seed + epochs - 1``.
        seed: First seed.
        language: Language of the tasks.

    Raises:
        ContentError: If a name is unknown, or nothing is left to run.
    """
    if epochs < 1:
        raise ContentError(f"epochs must be 1 or more; it is {epochs}", field="epochs")
    for arm in arms:
        if arm not in ARMS:
            raise unknown_name("arm", arm, ARMS, field="arms")
    if not agents:
        raise ContentError("name at least one agent", field="agent")
    scenarios = [catalog.scenario(name).value for name in scenario_names(catalog, names)]
    cells = list(dict.fromkeys(_cells(scenarios, arms, agents)))
    if not cells:
        had = sorted({arm for scenario in scenarios for arm in scenario.arms})
        raise ContentError(f"nothing to run: these scenarios have the arms {', '.join(had)}", field="arms")
    episodes = tuple(
        Planned(scenario=scenario, arm=arm, agent=agent, seed=seed + epoch)
        for epoch in range(epochs)
        for scenario, arm, agent in cells
    )
    return RunPlan(run=run, names=tuple(names), language=language, episodes=episodes)


def scenario_names(catalog: Catalog, names: Sequence[str]) -> list[str]:
    """Return the ids of the scenarios that suites and scenario ids stand for, each once.

    Raises:
        ContentError: If a name is neither a suite nor a scenario.
    """
    found: dict[str, None] = {}
    for name in names:
        if name in catalog.suites:
            found |= dict.fromkeys(catalog.suites[name].value.scenarios)
        elif name in (*catalog.scenarios, *catalog.scenarios.broken):
            found[catalog.scenario(name).name] = None
        elif name in catalog.suites.broken:
            raise catalog.suites.broken[name]
        else:
            raise unknown_name("suite or scenario", name, (*catalog.suites, *catalog.scenarios))
    return list(found)


def _cells(scenarios: Sequence[Scenario], arms: Sequence[str], agents: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    known = {trace for scenario in scenarios for trace in scenario.traces}
    restricted = [_only_in(agent) for agent in agents]
    for agent, _ in restricted:
        if agent != EVERY_TRACE:
            name = parse(agent)
            if name.kind == "scripted" and name.value not in known:
                raise unknown_name("trace", name.value, known, field="agent")
    for scenario in scenarios:
        for arm in sorted(scenario.arms, key=arm_order):
            if arms and arm not in arms:
                continue
            for agent, only in restricted:
                if arm in only:
                    yield from ((scenario.id, arm, each) for each in _playing(scenario, arm, agent))


def _only_in(agent: str) -> tuple[str, Sequence[str]]:
    """Return an agent's name and the arms it is to run in; an ``@`` that is followed by no arms is part of the name.

    Raises:
        ContentError: If what follows the ``@`` looks like arms and one of them is mistyped.
    """
    name, at, arms = agent.rpartition("@")
    named = arms.split(",")
    if not at or not any(difflib.get_close_matches(arm, ARMS, n=1, cutoff=0.7) for arm in named):
        return agent, ARMS
    for arm in named:
        if arm not in ARMS:
            raise unknown_name("arm", arm, ARMS, field=f"agent {agent}")
    return name, named


def _playing(scenario: Scenario, arm: str, agent: str) -> Iterator[str]:
    if agent == EVERY_TRACE:
        yield from (f"scripted:{name}" for name, trace in scenario.traces.items() if arm in trace.arms)
    elif agent.startswith("scripted:"):
        trace = scenario.traces.get(agent.removeprefix("scripted:"))
        if trace is not None and arm in trace.arms:
            yield agent
    else:
        yield agent
