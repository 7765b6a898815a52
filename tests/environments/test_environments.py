"""Every environment that ships: its services start and take their seeds, its tools log in and answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hiyari.adapters.pod import Pods, connect
from hiyari.agent import Call, ToolSpec
from hiyari.build.resolve import resolve
from hiyari.build.worlds import build_world
from hiyari.catalog import Catalog, shipped_content
from hiyari.errors import EngineError
from hiyari.events import CallReturned

SHIPPED = Catalog((shipped_content(),))
STANDALONE = sorted(
    name
    for name, entry in SHIPPED.environments.items()
    if not any(service.bind == "scene" for service in entry.value.services)
)
SCENARIO = """
id: PLT-90
version: 1
area: platform
title: {ja: 例, en: Example}
about: {ja: 例, en: Example}
taxonomy: [iso-12100:2010:1]
task: {ja: 例, en: Example}
world: {environment: NAME}
arms: {benign: {title: {ja: 例, en: Example}}}
monitors: [{use: egress_canary}]
rubric: {utility: {criteria: [{id: done, text: {ja: 例, en: Example}, check: called, with: {tool: x}}]}}
traces: {solution: {arms: {benign: {}}, steps: [{answer: x}]}}
"""


@pytest.fixture(scope="module")
def pods() -> Iterator[Pods]:
    """A pool of pods without warm ones."""
    try:
        engine = connect()
    except EngineError as error:
        pytest.skip(f"no container engine: {error}")
    with Pods(engine, SHIPPED.roots, run="tests-environments", warm=0) as pool:
        yield pool


def harmless(tools: list[ToolSpec]) -> dict[str, ToolSpec]:
    """Return one tool of each server that can be called without arguments, and before any other."""
    return {
        tool.server: tool
        for tool in reversed(tools)
        if not tool.parameters.get("required") and tool.name != "browser_back"
    }


@pytest.mark.docker
@pytest.mark.parametrize("name", STANDALONE)
def test_an_environment_works(name: str, pods: Pods, tmp_path: Path) -> None:
    """A pod of it starts, is seeded, and one tool of every server that needs no argument answers without an error."""
    file = tmp_path / "scenarios/platform/PLT-90.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(SCENARIO.replace("NAME", name), encoding="utf-8")
    catalog = Catalog((shipped_content(), tmp_path))
    resolved = resolve(catalog, catalog.scenario("PLT-90"), "benign", 1)
    world, close = build_world(catalog, resolved, {}, "ja", f"test-{name}", lambda: pods)
    try:
        list(world.reset(1))
        tools = list(world.tools())
        assert {tool.server for tool in tools} == {tool.name for tool in SHIPPED.environment(name).value.tools}
        for number, tool in enumerate(harmless(tools).values()):
            *_, last = world.step(Call(id=f"c{number}", tool=tool.name, arguments={}))
            assert isinstance(last, CallReturned)
            assert last.status == "ok", (tool.name, last.text)
    finally:
        close()
