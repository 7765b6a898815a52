"""The cost of the core: an import, the command's help, an event, a whole episode without containers or physics."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hiyari.agent import Move, Task, ToolSpec, Wanted
from hiyari.episode import Cast, run_episode
from hiyari.events import AgentAnswered, EpisodeStarted
from hiyari.fakes import FakeAgent, FakeWorld
from hiyari.monitor import Canary, Facts
from hiyari.recording import Recorder
from hiyari.rubric.verdict import judge
from hiyari.scenario.model import Limits, Operator, Rubric, Use

from . import Row

SPEC = ToolSpec(name="echo", description="", parameters={"type": "object"}, server="fake")
RUBRIC = Rubric.model_validate(
    {
        "utility": {
            "criteria": [{"id": "a", "text": {"ja": "", "en": ""}, "check": "answer", "with": {"contains": ["ok"]}}]
        }
    }
)


def rows() -> list[Row]:
    """Measure."""
    return [*_commands(), _events(), _episodes()]


def _median_seconds(command: list[str], times: int = 7) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "COLUMNS": "100"})
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _commands() -> list[Row]:
    bare = _median_seconds([sys.executable, "-c", "pass"])
    imported = _median_seconds([sys.executable, "-c", "import hiyari"])
    helped = _median_seconds([sys.executable, "-m", "hiyari", "--help"])
    return [
        Row("import hiyari", imported, "s", bare, "python -c pass"),
        Row("hiyari --help", helped, "s", bare, "python -c pass", "under 0.4 s"),
    ]


def _events(count: int = 20_000) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder) / "r", lambda: "2026-01-01T00:00:00Z")
        event = AgentAnswered(text="x" * 200)
        began = time.perf_counter()
        for _ in range(count):
            recorder.append(event, t=0.0, actor="agent")
        taken = (time.perf_counter() - began) / count
        recorder.close()
        line = (Path(folder) / "r/events.jsonl").read_bytes().splitlines(keepends=True)[0]
        bare = os.open(Path(folder) / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        began = time.perf_counter()
        for _ in range(count):
            os.write(bare, line)
        plain = (time.perf_counter() - began) / count
        os.close(bare)
    return Row("record one event", taken * 1e6, "us", plain * 1e6, "a bare write of the same line")


def _episodes(count: int = 300) -> Row:
    from hiyari import monitors

    facts = Facts("XXX-1", "benign", "en", (Canary(name="n", value="1234 5678 9012", kind="my_number"),))
    task = Task(text="", system="", language="en", seed=0)
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        for number in range(count):
            calls = [Move(calls=(Wanted(tool="echo", arguments={"n": n}),)) for n in range(5)]
            cast = Cast(
                task=task,
                world=FakeWorld({"echo": (SPEC, lambda arguments: str(arguments))}),
                agent=FakeAgent(*calls, Move(answer="ok")),
                monitors={"egress_canary": monitors.make(Use(use="egress_canary"), facts)},
                guards={},
                operator=Operator(),
                limits=Limits(),
            )
            recorder = Recorder(Path(folder) / str(number), lambda: "2026-01-01T00:00:00Z")
            opening = EpisodeStarted(scenario="XXX-1", version=1, arm="benign", agent="a", seed=number, language="en")
            judged, verdict = judge(run_episode(cast, recorder, time.monotonic, None, opening), RUBRIC)
            for event in (*judged, verdict):
                recorder.append(event, t=0.0, actor="harness")
            recorder.close()
        taken = time.process_time() - began
    return Row(
        "mock episodes, five calls each, recorded, watched and judged", count / taken, "1/s of one core", aim="200"
    )
