"""Sites of an episode: the environment's, the scenario's and the arm's, laid over each other, their folders read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hiyari.catalog import Entry, Environment
from hiyari.errors import ContentError
from hiyari.scenario.files import fit
from hiyari.scenario.sites import Site
from hiyari.scenario.template import fill

from .overlay import overlay


def episode_sites(
    environment: Entry[Environment],
    scenario: Path,
    layers: Iterable[tuple[str, Iterable[Site]]],
    values: Mapping[str, Any],
) -> tuple[tuple[Site, ...], tuple[Path, ...]]:
    """Return the sites of an episode and the folders that were read for them.

    Sites of one first host, and public indexes of one kind, become one: its lists are appended, its mappings merged.

    Args:
        environment: The environment; holes in its sites are filled.
        scenario: The scenario's file; holes in it are filled already.
        layers: Field and sites of the scenario and its arms, in the order they apply.
        values: What was drawn.

    Raises:
        ContentError: If a folder is wrong, or what comes together does not fit.
    """
    merged: dict[str, dict[str, Any]] = {}
    folders: list[Path] = []

    def lay(sites: Iterable[Site], file: Path, field: str, filled: Mapping[str, Any] | None) -> None:
        for number, site in enumerate(sites):
            place = f"{field}[{number}]"
            if site.files is not None:
                folders.append(file.parent / site.files)
            read = site.read(file.parent, file, place)
            tree = read.tree
            plain = read.model_dump(by_alias=True, exclude_unset=True, exclude={"tree", "files"})
            if filled is not None:
                plain = fill(plain, filled, field=place, file=file)
            if read.listing is not None:
                plain["listing"] = read.listing
            key = fit({**plain, "tree": tree}, Site, file=file, field=place).key
            merged[key] = overlay(merged.get(key, {}), {**plain, "tree": tree})
            merged[key]["host"] = _hosts(merged[key].get("host"))

    lay(environment.value.sites, environment.path, "sites", values)
    for field, sites in layers:
        lay(sites, scenario, field, None)
    together = []
    for key, plain in merged.items():
        try:
            together.append(fit(plain, Site, file=scenario, field="world.sites"))
        except ContentError as error:
            raise ContentError(f"site {key}: {error.problem}", file=error.file, field=error.field) from error
    return tuple(together), tuple(folders)


def _hosts(host: Any) -> tuple[str, ...]:
    """Return hosts once each: layers name the same ones again."""
    return tuple(dict.fromkeys([host] if isinstance(host, str) else host or ()))
