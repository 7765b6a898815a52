"""Declared sites as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from hiyari.errors import ContentError
from hiyari.scenario.files import fit
from hiyari.scenario.sites import Site


def test_an_unknown_field_names_the_nearest() -> None:
    """A slip in any part of a site is found when it is read."""
    with pytest.raises(ContentError, match="did you mean 'posts'"):
        fit({"host": "a.example", "feed": {"post": []}}, Site)
    with pytest.raises(ContentError, match="did you mean 'version'"):
        fit({"index": {"kind": "pypi", "packages": [{"name": "a", "versions": "1"}]}}, Site)


def test_a_site_needs_a_host_and_something_to_answer() -> None:
    """Only a public index has no host; the metadata address has its own."""
    with pytest.raises(ContentError, match="needs one"):
        fit({"paste": {}}, Site)
    with pytest.raises(ContentError, match="neither pages"):
        fit({"host": "a.example"}, Site)
    assert fit({"index": "npm"}, Site).key == "npm"
    assert fit({"metadata": {}}, Site).key == "169.254.169.254"


def test_needs_of_a_package_have_the_manner_of_their_index() -> None:
    """A mapping is npm's, a list is pypi's."""
    with pytest.raises(ContentError, match="requires is a list"):
        fit({"index": {"kind": "pypi", "packages": [{"name": "a", "requires": {"b": "1"}}]}}, Site)
    with pytest.raises(ContentError, match="requires is a mapping"):
        fit({"index": {"kind": "npm", "packages": [{"name": "a", "requires": ["b"]}]}}, Site)


def test_null_values_reach_the_world() -> None:
    """A file that a commit removes, and null in an answer, are kept."""
    commit = {"author": "a", "email": "a@b", "date": "2026-01-01T00:00:00Z", "message": "m", "files": {"x": None}}
    repositories = [{"owner": "o", "name": "n", "commits": [commit]}]
    told = fit(
        {"host": "h", "forge": {"repositories": repositories}, "api": [{"path": "/", "answer": {"n": None}}]}, Site
    )
    wire = told.wire()
    assert wire["forge"]["repositories"][0]["commits"][0]["files"] == {"x": None}
    assert wire["api"][0]["answer"] == {"n": None}


def test_a_folder_that_is_missing_outside_or_too_large_is_refused(tmp_path: Path) -> None:
    """The error names the file and the field; a folder that was not read cannot travel."""
    (tmp_path / "inside/www").mkdir(parents=True)
    (tmp_path / "inside/www/big.bin").write_bytes(bytes(100))
    file = tmp_path / "inside/environment.yaml"
    for folder in ("nowhere", "../inside/../.."):
        with pytest.raises(ContentError, match=r"sites\[0\]\.files"):
            fit({"host": "a.example", "files": folder}, Site).read(tmp_path / "inside", file, "sites[0]")
    site = fit({"host": "a.example", "files": "www"}, Site)
    assert list(site.read(tmp_path / "inside", file, "sites[0]").tree) == ["/big.bin"]
    with pytest.raises(ContentError, match="was not read"):
        site.wire()
    with (tmp_path / "inside/www/big.bin").open("wb") as stream:
        stream.truncate((8 << 20) + 1)
    with pytest.raises(ContentError, match="holds more than"):
        site.read(tmp_path / "inside", file, "sites[0]")
