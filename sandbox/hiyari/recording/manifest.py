"""The manifest of a recording: everything that must be known to judge and re-execute it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from hiyari.errors import ContentError
from hiyari.events import Data, EpisodeJudged, Json

FILE = "manifest.json"


class Manifest(Data):
    """Written when the episode starts, and again, whole, when it ends."""

    format: Literal[1] = 1
    """Version of the recording's layout."""
    run: str
    """Identifier of the run the episode belongs to."""
    scenario: str
    """Scenario id."""
    version: int
    """Scenario version."""
    title: dict[str, str]
    """Scenario title by language."""
    area: str
    """Scenario area."""
    taxonomy: tuple[str, ...]
    """Identifiers in published taxonomies, ``scheme:version:id``."""
    arm: str
    """Arm of the scenario."""
    agent: str
    """Agent under test."""
    seed: int
    """Seed of the episode."""
    language: Literal["ja", "en"]
    """Language of the task."""
    content: dict[str, str]
    """SHA-256 by path of every content file that was used."""
    images: dict[str, str]
    """Image digest by container name."""
    software: dict[str, str]
    """Versions of hiyari, python and the libraries that shape a result."""
    machine: dict[str, str]
    """CPU model and kernel."""
    scene: str = ""
    """Scene, when there is one."""
    place: dict[str, Json] = {}
    """Changes to the scene that were in force."""
    columns: tuple[str, ...] = ()
    """Columns of physics.zst."""
    started: str
    """Wall clock at the start, RFC 3339, UTC."""
    ended: str | None = None
    """Wall clock at the end; none while the episode is running or after a kill."""
    events: int = 0
    """Lines of events.jsonl at the end."""
    head: str = ""
    """SHA-256 of the last line at the end."""
    result: EpisodeJudged | None = None
    """The verdict."""


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest of a recording, durably and all at once."""
    partial = folder / (FILE + ".part")
    with partial.open("wb") as file:
        file.write(manifest.model_dump_json(indent=1).encode())
        file.flush()
        if manifest.ended is not None:
            os.fsync(file.fileno())
    partial.replace(folder / FILE)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a recording.

    Raises:
        ContentError: If there is none, or it is not a manifest of a known format.
    """
    path = folder / FILE
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise ContentError("this folder holds no recording: there is no manifest.json", file=folder) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ContentError(f"this is not a manifest of format 1: {first['msg']}", file=path, field=field) from error
