"""The folder of a run: the frozen plan, where each episode's recording lies, and what could not be run."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from hiyari.errors import ContentError
from hiyari.events import Data

PLAN_FILE = "run.json"
NOT_RUN_FILE = "not-run.json"
EPISODES = "episodes"


class Planned(Data):
    """One episode of a plan."""

    scenario: str
    """Scenario id."""
    arm: str
    """Arm of the scenario."""
    agent: str
    """Agent under test."""
    seed: int
    """Seed of the episode."""


class RunPlan(Data):
    """What a run is to do; written once, never changed."""

    format: Literal[1] = 1
    """Version of the file."""
    run: str
    """Identifier of the run."""
    names: tuple[str, ...]
    """Suites and scenarios as they were asked for."""
    language: Literal["ja", "en"]
    """Language of the tasks."""
    episodes: tuple[Planned, ...]
    """Every episode, in the order they are started."""


class NotRun(Data):
    """An episode that could not be started."""

    episode: Planned
    """Which."""
    reason: str
    """Why, such as ``no container engine``."""


def slug(name: str) -> str:
    """Return a name of an agent as a folder name, ``+`` for ``:``; names that differ give slugs that differ."""
    plain = re.sub(r"[^A-Za-z0-9._+-]", "-", name.replace("+", "-").replace(":", "+"))[:80].strip(".") or "agent"
    return plain if plain.replace("+", ":") == name else f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def folder_of(out: Path, episode: Planned) -> Path:
    """Return where the recording of an episode lies in a run's folder."""
    return out / EPISODES / episode.scenario / episode.arm / slug(episode.agent) / str(episode.seed)


def write_plan(out: Path, plan: RunPlan) -> None:
    """Write the plan into a new run's folder, all at once."""
    out.mkdir(parents=True, exist_ok=True)
    _replace(out / PLAN_FILE, plan.model_dump_json(indent=1))


def read_plan(out: Path) -> RunPlan | None:
    """Return the plan of a run, or none when the folder holds no run.

    Raises:
        ContentError: If the file is not a plan of a known format.
    """
    path = out / PLAN_FILE
    try:
        return RunPlan.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ContentError(f"this is not a run's plan of format 1: {first['msg']}", file=path, field=field) from error


def write_not_run(out: Path, left_out: Iterable[NotRun]) -> None:
    """Write down what could not be run, so that a report of the folder counts it too."""
    rows = [row.model_dump() for row in left_out]
    if rows:
        _replace(out / NOT_RUN_FILE, json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        (out / NOT_RUN_FILE).unlink(missing_ok=True)


def read_not_run(out: Path) -> dict[Planned, str]:
    """Return the reason by episode that could not be run."""
    path = out / NOT_RUN_FILE
    try:
        rows = TypeAdapter(list[NotRun]).validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValidationError as error:
        raise ContentError(f"this is not a list of episodes: {error.errors()[0]['msg']}", file=path) from error
    return {row.episode: row.reason for row in rows}


def interrupted(folder: Path) -> Iterator[Path]:
    """Yield the folders to which interrupted recordings of an episode were moved."""
    yield from sorted(folder.parent.glob(f"{folder.name}.interrupted-*"))


def _replace(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".part")
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(path)
