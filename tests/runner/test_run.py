"""Running a plan: everything once, resumable, interruptible."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from hiyari.build import EpisodeSpec
from hiyari.errors import ContentError, EngineError
from hiyari.recording import Recording
from hiyari.report.episode import read_results
from hiyari.report.rundir import Planned, RunPlan, folder_of, read_not_run
from hiyari.report.summary import summarise
from hiyari.runner.run import NO_ENGINE, left_to_do, open_run, run_plan


def plan(*scenarios: str, seeds: int = 2, agent: str = "noop") -> RunPlan:
    """A plan over scenarios and seeds."""
    episodes = [Planned(scenario=s, arm="benign", agent=agent, seed=seed) for s in scenarios for seed in range(seeds)]
    return RunPlan(run="test", names=scenarios, language="en", episodes=tuple(episodes))


def test_every_episode_is_run_once(tmp_path: Path, shop: Any, ears: Any) -> None:
    """All episodes are recorded in their places, complete and judged."""
    wanted = open_run(tmp_path, plan("ROB-1", "ROB-2", seeds=3))
    memory = shop()
    ran = run_plan(memory, wanted, tmp_path, jobs=3, listener=ears)
    assert (ran.finished, ran.kept, ran.not_run, ran.interrupted) == (6, 0, [], False)
    assert len(memory.ran) == 6
    assert all(Recording(folder_of(tmp_path, episode)).complete for episode in wanted.episodes)
    assert [what for what, _ in ears.heard].count("ended") == 6
    assert summarise("test", read_results(tmp_path)).all_judged


def test_a_finished_run_has_nothing_left(tmp_path: Path, shop: Any, ears: Any) -> None:
    """Run again, finished episodes are kept and nothing is done."""
    wanted = open_run(tmp_path, plan("ROB-1"))
    run_plan(shop(), wanted, tmp_path, jobs=1, listener=ears)
    again = shop()
    ran = run_plan(again, open_run(tmp_path, plan("ROB-1")), tmp_path, jobs=1, listener=ears)
    assert (ran.kept, ran.finished, again.ran) == (2, 0, [])
    assert left_to_do(wanted, tmp_path) == 0


def test_an_interrupted_episode_is_moved_aside_and_run_again(tmp_path: Path, shop: Any, ears: Any) -> None:
    """Nothing of an unfinished recording is lost, and the episode is run again; also twice over."""
    wanted = open_run(tmp_path, plan("ROB-1", seeds=1))
    folder = folder_of(tmp_path, wanted.episodes[0])
    for text in ("first", "second"):
        folder.mkdir(parents=True)
        (folder / "events.jsonl").write_text(text)
        run_plan(shop(), wanted, tmp_path, jobs=1, listener=ears)
        (folder / "manifest.json").unlink()
        (folder / "events.jsonl").unlink()
        for left in folder.iterdir():
            left.unlink() if left.is_file() else [each.unlink() for each in left.iterdir()] and left.rmdir()
        folder.rmdir()
    kept = [folder.with_name(f"0.interrupted-{number}") / "events.jsonl" for number in (1, 2)]
    assert [path.read_text() for path in kept] == ["first", "second"]


def test_another_plan_is_refused(tmp_path: Path) -> None:
    """A folder that holds a run with another plan is a clear error that says what differs."""
    open_run(tmp_path, plan("ROB-1"))
    with pytest.raises(ContentError, match="seed 2, 3 in one of them only"):
        open_run(tmp_path, plan("ROB-1", seeds=4))
    with pytest.raises(ContentError, match="agent noop, refuse"):
        open_run(tmp_path, plan("ROB-1", agent="refuse"))


def test_without_an_engine_robots_still_run(tmp_path: Path, shop: Any, ears: Any) -> None:
    """Scenarios with containers are not run and say why; the others are."""
    wanted = open_run(tmp_path, plan("COM-1", "ROB-1"))
    ran = run_plan(shop(engine=False), wanted, tmp_path, jobs=2, listener=ears)
    assert ran.finished == 2
    assert {row.reason for row in ran.not_run} == {NO_ENGINE}
    assert "install docker.io" in ran.notes[0]
    statuses = {result.scenario: (result.status, result.reason) for result in read_results(tmp_path)}
    assert statuses == {"COM-1": ("not-run", NO_ENGINE), "ROB-1": ("useful-safe", "")}
    assert not summarise("test", read_results(tmp_path)).all_judged
    again = run_plan(shop(), wanted, tmp_path, jobs=2, listener=ears)
    assert (again.kept, again.finished) == (2, 2)
    assert read_not_run(tmp_path) == {}


def test_an_engine_that_fails_before_an_episode(tmp_path: Path, shop: Any, ears: Any) -> None:
    """An episode whose world cannot be built is not run, with the reason."""

    class Failing(shop):  # type: ignore[misc]
        def run(self, spec: EpisodeSpec, folder: Path, watch: Any = None) -> Any:
            if spec.seed == 0:
                raise EngineError("the disk is full")
            return super().run(spec, folder, watch)

    ran = run_plan(Failing(), open_run(tmp_path, plan("ROB-1")), tmp_path, jobs=1, listener=ears)
    assert [row.reason for row in ran.not_run] == ["the engine failed: the disk is full"]
    assert ran.finished == 1


def test_wrong_content_ends_the_run(tmp_path: Path, shop: Any, ears: Any) -> None:
    """A content error stops the run, and what had been finished stays."""

    class Wrong(shop):  # type: ignore[misc]
        def run(self, spec: EpisodeSpec, folder: Path, watch: Any = None) -> Any:
            if spec.scenario == "ROB-2":
                raise ContentError("there is no trace", file="ROB-2.yaml")
            return super().run(spec, folder, watch)

    wanted = open_run(tmp_path, plan("ROB-1", "ROB-2", seeds=1))
    with pytest.raises(ContentError, match="no trace"):
        run_plan(Wrong(), wanted, tmp_path, jobs=1, listener=ears)
    assert left_to_do(wanted, tmp_path) == 1


def test_two_processes_never_write_into_one_run(tmp_path: Path, shop: Any, ears: Any) -> None:
    """While one run writes into a folder, another is refused."""
    wanted = open_run(tmp_path, plan("ROB-1", seeds=1))
    refused: list[BaseException] = []

    def second(spec: EpisodeSpec) -> None:
        code = (
            "import sys; from pathlib import Path; from hiyari.runner.run import _only_one\n"
            "try:\n with _only_one(Path(sys.argv[1])): print('in')\nexcept Exception as error: print(error)"
        )
        found = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
        refused.append(AssertionError(found.stdout))

    run_plan(shop(on_call=second), wanted, tmp_path, jobs=1, listener=ears)
    assert "another process is running in this folder" in str(refused[0])


def test_an_interrupt_stops_cleanly_and_the_run_goes_on_later(tmp_path: Path, shop: Any, ears: Any) -> None:
    """At the first interrupt the running episode is abandoned readable, nothing more starts, and a resume finishes."""
    wanted = open_run(tmp_path, plan("ROB-1", seeds=4))
    told = threading.Event()

    def interrupt(spec: EpisodeSpec) -> None:
        if spec.seed == 1 and not told.is_set():
            told.set()
            os.kill(os.getpid(), signal.SIGINT)
            while ("stopping", None) not in ears.heard:
                told.wait(0.01)
                threading.Event().wait(0.01)

    ran = run_plan(shop(on_call=interrupt), wanted, tmp_path, jobs=1, listener=ears)
    assert (ran.finished, ran.interrupted) == (1, True)
    assert ("ended", "interrupted") in ears.heard
    abandoned = Recording(folder_of(tmp_path, wanted.episodes[1]))
    assert not abandoned.complete
    assert next(envelope.event.kind for envelope in abandoned.envelopes()) == "episode.started"
    assert [result.status for result in read_results(tmp_path)] == ["useful-safe", "interrupted", "not-run", "not-run"]
    again = run_plan(shop(), wanted, tmp_path, jobs=1, listener=ears)
    assert (again.kept, again.finished, again.interrupted) == (1, 3, False)
    assert (folder_of(tmp_path, wanted.episodes[1]).parent / "1.interrupted-1" / "events.jsonl").exists()


def test_a_killed_run_goes_on(tmp_path: Path, shop: Any, ears: Any) -> None:
    """After kill -9 in the middle of an episode the recording is readable to its last event and the run resumable."""
    script = Path(__file__).parent / "conftest.py"
    code = f"""
import importlib.util, os, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("shops", {str(script)!r})
shops = importlib.util.module_from_spec(spec); sys.modules["shops"] = shops; spec.loader.exec_module(shops)
from hiyari.report.rundir import Planned, RunPlan
from hiyari.runner.run import open_run, run_plan
out = Path(sys.argv[1])
episodes = tuple(Planned(scenario="ROB-1", arm="benign", agent="noop", seed=seed) for seed in range(2))
plan = open_run(out, RunPlan(run="test", names=("ROB-1",), language="en", episodes=episodes))
die = lambda spec: os.kill(os.getpid(), 9) if spec.seed == 1 else None
run_plan(shops.MemoryShop(on_call=die), plan, out, jobs=1, listener=shops.Ears())
"""
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    results = read_results(tmp_path)
    assert [result.status for result in results] == ["useful-safe", "interrupted"]
    assert results[1].calls == 1
    wanted = open_run(tmp_path, plan("ROB-1"))
    assert run_plan(shop(), wanted, tmp_path, jobs=1, listener=ears).finished == 1
