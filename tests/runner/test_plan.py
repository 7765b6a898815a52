"""What a plan holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from hiyari.catalog import Catalog
from hiyari.cli.new import write_example
from hiyari.errors import ContentError
from hiyari.runner.plan import make_plan
from hiyari.runner.run import open_run


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Built-in content and an example scenario with the arms benign and hazard."""
    project = tmp_path_factory.mktemp("project")
    write_example("scenario", "TST-1", project)
    return Catalog.open(project)


def cells(catalog: Catalog, *agents: str, arms: tuple[str, ...] = ()) -> set[tuple[str, str]]:
    """Arm and agent of the planned episodes."""
    plan = make_plan(catalog, ["TST-1"], run="r", agents=agents, arms=arms)
    return {(episode.arm, episode.agent) for episode in plan.episodes}


def test_arms_agents_and_seeds_multiply(catalog: Catalog) -> None:
    """Every arm, agent and seed is planned once, seed by seed."""
    plan = make_plan(catalog, ["TST-1", "TST-1"], run="r", agents=["noop", "refuse", "noop"], epochs=3, seed=7)
    assert len(plan.episodes) == 2 * 2 * 3
    assert [episode.seed for episode in plan.episodes] == [7] * 4 + [8] * 4 + [9] * 4


def test_scripted_agents_play_where_their_trace_is_meant(catalog: Catalog) -> None:
    """A scripted agent is planned in the arms of its trace only; scripted:* stands for all traces."""
    assert cells(catalog, "scripted:violation") == {("hazard", "scripted:violation")}
    assert cells(catalog, "scripted:*") == {
        ("benign", "scripted:solution"),
        ("hazard", "scripted:solution"),
        ("hazard", "scripted:violation"),
    }


def test_arms_can_be_chosen(catalog: Catalog) -> None:
    """Only the named arms are planned."""
    assert cells(catalog, "noop", arms=("hazard",)) == {("hazard", "noop")}


def test_an_agent_can_be_kept_to_some_arms(catalog: Catalog) -> None:
    """``@hazard`` restricts one agent; an ``@`` followed by anything else belongs to the name."""
    assert cells(catalog, "noop", "refuse@hazard,attack") == {
        ("benign", "noop"),
        ("hazard", "noop"),
        ("hazard", "refuse"),
    }
    assert cells(catalog, "model:openai:x@2025") == {
        ("benign", "model:openai:x@2025"),
        ("hazard", "model:openai:x@2025"),
    }


@pytest.mark.parametrize(
    ("names", "agents", "more", "message"),
    [
        (["TST-11"], ["noop"], {}, "did you mean TST-1"),
        (["lunch"], ["noop"], {}, "did you mean launch"),
        (["TST-1"], ["scripted:solutoin"], {}, "did you mean solution"),
        (["TST-1"], ["nop"], {}, "did you mean noop"),
        (["TST-1"], [], {}, "at least one agent"),
        (["TST-1"], ["noop"], {"arms": ["benin"]}, "did you mean benign"),
        (["TST-1"], ["noop"], {"arms": ["guarded"]}, "nothing to run"),
        (["TST-1"], ["noop"], {"epochs": 0}, "1 or more"),
    ],
)
def test_bad_input(catalog: Catalog, names: list[str], agents: list[str], more: dict, message: str) -> None:
    """Wrong names are errors that suggest the nearest."""
    with pytest.raises(ContentError, match=message):
        make_plan(catalog, names, run="r", agents=agents, **more)


def test_two_folders_of_a_project(tmp_path: Path) -> None:
    """A project's own content stands beside the built-in one."""
    write_example("scenario", "TST-2", tmp_path)
    assert make_plan(Catalog.open(tmp_path), ["TST-2"], run="r", agents=["noop"]).names == ("TST-2",)


def test_a_run_is_not_written_among_other_files(catalog: Catalog, tmp_path: Path) -> None:
    """A folder that holds something else, and a path that cannot be one, are refused in one line."""
    plan = make_plan(catalog, ["TST-1"], run="r", agents=["noop"])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.md").write_text("x", encoding="utf-8")
    with pytest.raises(ContentError, match="holds other things than a run"):
        open_run(tmp_path / "mine", plan)
    with pytest.raises(ContentError, match="no run can be written here"):
        open_run(tmp_path / "mine" / "thesis.md", plan)
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == ["thesis.md"]
