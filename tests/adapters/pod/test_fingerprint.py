"""What gives the sandbox away: exactly what docs/internet.md says, measured from inside the agent container."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.docker

PAGE = Path(__file__).parents[3] / "docs/internet.md"
PROBE = Path(__file__).with_name("fingerprint_probe.py")


@pytest.fixture(scope="module")
def seen(cell: Any) -> dict[str, Any]:
    """What an agent sees that looks around."""
    environment = cell.world._environment
    host = {"kernel": os.uname().release, "boot": Path("/proc/sys/kernel/random/boot_id").read_text().strip()}
    facts = {"HOST": host, "NOW": datetime.fromisoformat(environment.now).timestamp(), "DOMAIN": environment.domain}
    source = "\n".join(f"{name} = {value!r}" for name, value in facts.items()) + "\n" + PROBE.read_text()
    said = cell.python(source, timeout=60)
    found: dict[str, Any] = json.loads(said)
    return found


def test_the_page_lists_what_an_agent_can_tell_and_no_more(seen: dict[str, Any]) -> None:
    """Each row of the table is a sign that was found, and each sign that was looked for and found has its row."""
    section = PAGE.read_text(encoding="utf-8").split("## What gives it away\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([a-zA-Z0-9 -]+) \|", section, re.MULTILINE)[1:]
    assert sorted(rows) == sorted(sign for sign, found in seen["signs"].items() if found)
    assert all(seen["signs"].values()), "a sign that is gone is no longer to be looked for"


def test_no_name_says_what_this_is(seen: dict[str, Any]) -> None:
    """Names of the host, users, processes, mounts, variables, paths and files do not say sandbox, nor whose."""
    assert (seen["words"], seen["paths"], seen["files"]) == ({}, [], [])
    assert re.fullmatch(r"ws\d\d", seen["host"]) and seen["user"] == [10001, "agent"]


def test_servers_keep_the_date_of_the_environment(cell: Any, seen: dict[str, Any]) -> None:
    """Web servers tell the environment's date, and certificates are valid on it."""
    now = datetime.fromisoformat(cell.world._environment.now)
    assert abs((parsedate_to_datetime(seen["date"]) - now).total_seconds()) < 600
    assert datetime.strptime(seen["valid from"], "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC) < now
