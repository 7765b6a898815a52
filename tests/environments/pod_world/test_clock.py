"""A step of the machine's clock: nothing waits by the time of day, and the environment's own time goes on."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
LABELS_ONLY = {
    "sandbox/hiyari/cli/running.py": "the name of a run's folder",
    "sandbox/hiyari/build/workshop.py": "the volatile field ``wall`` of a recording",
    "sandbox/hiyari/adapters/pod/settings.py": "when two files of the agent's /etc were written",
    "environments/pod/world/internet/authority.py": "certificates are valid on the machine's date too",
    "environments/pod/world/internet/sink.py": "the date before an environment has told its own",
    "environments/pod/world/internet/watch.py": "how long ago a file was changed, which has the same clock",
}
"""Who reads the time of day, and what for; none of them waits by it."""


def reads_time_of_day(file: Path) -> bool:
    """Return True when a module asks for the time of day."""
    text = file.read_text(encoding="utf-8")
    if not any(word in text for word in ("time.time", ".now", "utcnow", ".today")):
        return False
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and ast.unparse(node).endswith(
            ("time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today")
        ):
            return True
    return False


def test_nothing_waits_by_the_time_of_day() -> None:
    """The harness, world and launcher measure time by a clock that cannot be set; who reads the date is listed."""
    files = [*(ROOT / "sandbox/hiyari").rglob("*.py"), *(ROOT / "environments/pod").rglob("*.py")]
    files += (ROOT / "tools/launcher").rglob("*.py")
    found = {str(file.relative_to(ROOT)) for file in files if reads_time_of_day(file)}
    assert found == set(LABELS_ONLY)


@pytest.mark.docker
def test_the_sinks_survive_a_step_of_the_clock(parsers: Any) -> None:
    """Years forwards and back between connections: all is answered, told and given back; world's own date goes on."""
    told = parsers.run("""
import datetime, time
real, began = time.time, sinks._world.now()
result = []
for step in (0, 3e8, -3e8, 0):
    time.time = lambda: real() + step
    result.append(len(sinks.tcp(b"GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n", 80)))
    result.append(len(sinks.tcp(b"EHLO a\\r\\nMAIL FROM:<a@b.example>\\r\\nQUIT\\r\\n", 25)))
    result.append(len(sinks.dns(b"\\0\\7\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\1a\\2bc\\0\\0\\1\\0\\1")))
time.time = real
sinks._world._began, sinks._world._started = datetime.datetime(2026, 4, 6, tzinfo=datetime.UTC), time.monotonic()
first = sinks._world.now(); time.time = lambda: 0.0; second = sinks._world.now(); time.time = real
sinks._world._began = None
assert first <= second and (second - first).total_seconds() < 60
""")
    assert told == [1] * 12
