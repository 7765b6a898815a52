"""Sites of an episode from environment, scenario and arm."""

from __future__ import annotations

from pathlib import Path

import pytest

from hiyari.build.sites import episode_sites
from hiyari.catalog import Entry, Environment
from hiyari.errors import ContentError
from hiyari.scenario.files import fit
from hiyari.scenario.sites import Site


def environment(folder: Path, *sites: dict[str, object]) -> Entry[Environment]:
    """Return an environment with sites."""
    title = {"ja": "x", "en": "x"}
    plain = {"name": "x", "title": title, "domain": "x.example", "tools": [{"name": "shell"}], "sites": sites}
    return Entry("x", folder / "environment.yaml", fit(plain, Environment))


def test_layers_of_one_host_become_one(tmp_path: Path) -> None:
    """Packages of environment, scenario and arm are in one public index; holes are filled, escaped ones kept."""

    def index(name: str, text: str) -> dict[str, object]:
        return {"index": {"kind": "pypi", "packages": [{"name": name, "files": {f"{name}.py": text}}]}}

    own = environment(tmp_path, index("one", "${token}"), {"host": "a.example", "pages": {"/": {"body": "$${kept}"}}})
    layers = [
        ("world.sites", [fit(index("two", "2"), Site)]),
        ("arms.attack.sites", [fit(index("three", "3"), Site), fit({"host": "a.example", "pages": {"/x": {}}}, Site)]),
    ]
    first, second = episode_sites(own, tmp_path / "s.yaml", layers, {"token": "t0k"})[0]
    assert first.index is not None and [each.name for each in first.index.packages] == ["one", "two", "three"]
    assert first.index.packages[0].files == {"one.py": "t0k"}
    assert second.pages["/"].body == "${kept}" and set(second.pages) == {"/", "/x"} and second.host == ("a.example",)


def test_folders_are_read_where_they_are_declared(tmp_path: Path) -> None:
    """An environment's folder is beside it, a scenario's beside the scenario; both are named as content."""
    for name in ("environment/www", "scenario/more"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "a.txt").write_text(name)
    own = environment(tmp_path / "environment", {"host": "a.example", "files": "www"})
    layers = [("world.sites", [fit({"host": "b.example", "files": "more"}, Site)])]
    sites, folders = episode_sites(own, tmp_path / "scenario/S.yaml", layers, {})
    assert [list(site.tree) for site in sites] == [["/a.txt"], ["/a.txt"]] and all(site.listing for site in sites)
    assert [folder.name for folder in folders] == ["www", "more"]


def test_what_does_not_fit_together_is_refused(tmp_path: Path) -> None:
    """One name and version twice is an error that names the site."""
    site = {"index": {"kind": "npm", "packages": [{"name": "a"}]}}
    with pytest.raises(ContentError, match=r"site npm: .*given twice"):
        episode_sites(environment(tmp_path, site), tmp_path / "s.yaml", [("world.sites", [fit(site, Site)])], {})
