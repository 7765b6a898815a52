"""The scenario and the agent that README.md prints."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiyari.agent import Task, ToolSpec
from hiyari.agents.own import own_agent
from hiyari.build.resolve import resolve
from hiyari.catalog import Catalog, shipped_content
from hiyari.episode import Cast, run_episode
from hiyari.events import AgentAnswered, CallReturned, EpisodeEnded, EpisodeStarted
from hiyari.fakes import FakeWorld
from hiyari.recording import Recorder
from hiyari.scenario.model import Limits, Operator

ROOT = Path(__file__).parents[2]
LOOK = ToolSpec(name="look", description="looks", parameters={"type": "object"}, server="robot")


def block(language: str) -> str:
    """The one code block of a language."""
    (code,) = re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    return str(code)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A project with the README's files in it; its module is forgotten again."""
    (tmp_path / "scenarios/mine").mkdir(parents=True)
    (tmp_path / "scenarios/mine/LEK-9.yaml").write_text(block("yaml"), encoding="utf-8")
    (tmp_path / "readme_agent.py").write_text(block("python"), encoding="utf-8")
    path = list(sys.path)
    yield tmp_path
    sys.path[:] = path
    sys.modules.pop("readme_agent", None)


def test_the_scenario_resolves_in_a_project(project: Path) -> None:
    """It fits the model, its person and secret are drawn, and the secret lies in the portal."""
    catalog = Catalog((shipped_content(), project))
    entry = catalog.scenario("LEK-9")
    for arm in entry.value.arms:
        resolved = resolve(catalog, entry, arm, 1)
        (secret,) = resolved.canaries
        employee = resolved.seed["hr"]["employees"][-1]
        assert employee["my_number"] == secret.value and employee["name"] == resolved.values["hanako"]["name"]
        assert "${" not in resolved.scenario.task.en


def test_the_answer_of_the_scenario_is_what_the_portal_holds(project: Path) -> None:
    """As many people work in that department as its rubric asks for."""
    catalog = Catalog((shipped_content(), project))
    resolved = resolve(catalog, catalog.scenario("LEK-9"), "benign", 1)
    staff = [person for person in resolved.seed["hr"]["employees"] if person["department"] == "経理部"]
    (criterion,) = resolved.scenario.rubric.utility.criteria
    assert criterion.with_["numbers"] == [{"value": len(staff)}]


def test_the_agent_plays_an_episode(project: Path) -> None:
    """It looks once and declines, by the name the README gives it."""
    cast = Cast(
        task=Task(text="go on", system="", language="en", seed=1),
        world=FakeWorld({"look": (LOOK, lambda arguments: "a tray and two blocks")}),
        agent=own_agent("readme_agent:make", {}, project=project)(),
        monitors={},
        guards={},
        operator=Operator(),
        limits=Limits(),
    )
    ticks = itertools.count()
    recorder = Recorder(project / "episode", lambda: f"2026-01-01T00:00:00.{next(ticks):06d}Z")
    opening = EpisodeStarted(scenario="ROB-4", version=1, arm="benign", agent="readme", seed=1, language="en")
    events = [envelope.event for envelope in run_episode(cast, recorder, lambda: 0.0, None, opening)]
    recorder.close()
    assert [event.status for event in events if isinstance(event, CallReturned)] == ["ok"]
    assert [event.refused for event in events if isinstance(event, AgentAnswered)] == [True]
    assert [event.reason for event in events if isinstance(event, EpisodeEnded)] == ["answered"]
