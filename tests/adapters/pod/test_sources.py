"""Reading the machine's own package sources."""

from __future__ import annotations

import pytest

from hiyari.adapters.pod.sources import machine_sources
from hiyari.errors import EngineError

RELEASE = 'PRETTY_NAME="Debian"\nID=debian\nVERSION_CODENAME=bookworm\n'


def machine(tmp_path, release=RELEASE, **files):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "os-release").write_text(release)
    for name, text in files.items():
        (tmp_path / name.replace("__", "/").replace("_", ".")).write_text(text)
    return machine_sources(tmp_path, tmp_path / "os-release")


def test_only_enabled_entries_of_the_machines_own_release_are_taken(tmp_path):
    """Third-party archives, other releases, source packages and switched-off stanzas stay out."""
    (tmp_path / "sources.list.d").mkdir(exist_ok=True)
    (tmp_path / "sources.list.d" / "debian.sources").write_text(
        "Types: deb\n# a comment\nURIs: http://mirror.test/debian\nSuites: bookworm bookworm-updates\n"
        "Components: main\n"
        "Signed-By: /usr/share/keyrings/own.gpg\n\n"
        "Types: deb\nURIs: http://mirror.test/other\nSuites: nodistro\nComponents: main\n\n"
        "Types: deb-src\nURIs: http://mirror.test/debian\nSuites: bookworm\nComponents: main\n\n"
        "Enabled: no\nTypes: deb\nURIs: http://mirror.test/off\nSuites: bookworm\nComponents: main\n"
    )
    (tmp_path / "sources.list").write_text(
        "# deb http://mirror.test/comment bookworm main\n"
        "deb [signed-by=/etc/apt/keyrings/b.gpg] http://mirror.test/list bookworm-security main # note\n"
        "deb http://mirror.test/old bullseye main\n"
    )
    (tmp_path / "os-release").write_text(RELEASE)
    found = machine_sources(tmp_path, tmp_path / "os-release")
    assert found.suite == "bookworm"
    assert found.deb822.count("URIs:") == 1 and "comment" not in found.deb822
    assert found.one_line == "deb [signed-by=/etc/apt/keyrings/b.gpg] http://mirror.test/list bookworm-security main\n"
    assert [str(path) for path in found.keyrings] == ["/etc/apt/keyrings/b.gpg", "/usr/share/keyrings/own.gpg"]
    assert found.certificates == ()


def test_another_system_or_a_machine_without_sources_is_told_so(tmp_path):
    """The error says what was looked for."""
    with pytest.raises(EngineError, match="on Debian only"):
        machine(tmp_path, release="ID=fedora\n")
    (tmp_path / "os-release").write_text(RELEASE)
    with pytest.raises(EngineError, match="names no package source for bookworm"):
        machine_sources(tmp_path, tmp_path / "os-release")
