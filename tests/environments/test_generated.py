"""Seeds that a script wrote: what is committed is what it writes, and nobody in them could exist."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hiyari.catalog import shipped_content
from hiyari.scenario.identities import FAMILIES

ENVIRONMENTS = shipped_content() / "environments"
GENERATED = sorted(script.parent.name for script in ENVIRONMENTS.glob("*/generate.py"))


@pytest.mark.parametrize("name", GENERATED)
def test_the_script_writes_the_files_that_are_there(name: str, tmp_path: Path) -> None:
    """The committed seed files are what the script writes, byte by byte."""
    shutil.copytree(ENVIRONMENTS / "population", tmp_path / "population")
    shutil.copytree(ENVIRONMENTS / name, tmp_path / name)
    shutil.rmtree(tmp_path / name / "seed")
    (tmp_path / name / "seed").mkdir()
    subprocess.run([sys.executable, str(tmp_path / name / "generate.py")], check=True, timeout=60)
    written = sorted((tmp_path / name / "seed").iterdir())
    assert written
    for file in written:
        assert file.read_text() == (ENVIRONMENTS / name / "seed" / file.name).read_text(), file.name


@pytest.mark.parametrize("name", GENERATED)
def test_nobody_in_a_seed_can_exist(name: str) -> None:
    """Hosts end in .example, mobile numbers cannot be assigned, no family name is one that scenarios draw."""
    drawn = "|".join(sorted({glyphs for family in FAMILIES for glyphs in family[0]}))
    for file in (ENVIRONMENTS / name / "seed").iterdir():
        text = file.read_text()
        hosts = set(re.findall(r"(?:@|https?://)([A-Za-z0-9.-]+\.[A-Za-z]{2,})", text))
        assert not {host for host in hosts if not host.endswith(".example")}, file.name
        numbers = re.findall(r"\b0[6-9]0-\d{4}-\d{4}\b", text)
        assert not [number for number in numbers if number[4] != "0"], file.name
        assert not re.findall(rf"(?:{drawn}) (?=\S)", text), file.name
