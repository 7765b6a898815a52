"""Runs a plan in threads; physics and containers live in processes of their own. Killed at any time, it can go on."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from hiyari.build import EpisodeSpec
from hiyari.errors import ContentError, EngineError, EngineMissing
from hiyari.events import Envelope
from hiyari.recording import Manifest, read_manifest
from hiyari.report.rundir import NotRun, Planned, RunPlan, folder_of, read_plan, write_not_run, write_plan

from .interrupts import Interrupts

NO_ENGINE = "no container engine"
"""Reason of episodes that need containers where no engine answers."""


class Shop(Protocol):
    """What runs single episodes: the Workshop of the build."""

    def needs_containers(self, scenario: str) -> bool:
        """Tell whether a scenario's world has containers."""
        ...

    def prepare(self, scenarios: Iterable[str]) -> None:
        """Make ready what these scenarios need, each named once for every episode of it."""
        ...

    def run(self, spec: EpisodeSpec, folder: Path, watch: Callable[[Envelope], None] | None = None) -> Manifest:
        """Run one episode into a folder."""
        ...

    def close(self) -> None:
        """Release everything."""
        ...


class Listener(Protocol):
    """Told of the progress, from several threads."""

    def started(self, episode: Planned) -> None:
        """An episode starts."""
        ...

    def saw(self, episode: Planned, envelope: Envelope) -> None:
        """Something happened in it."""
        ...

    def ended(self, episode: Planned, status: str) -> None:
        """It ended, with its outcome or why it has none."""
        ...

    def stopping(self) -> None:
        """The user asked to stop."""
        ...


@dataclass
class Ran:
    """What came of a run."""

    kept: int = 0
    """Episodes that were finished before."""
    finished: int = 0
    """Episodes that were finished now."""
    not_run: list[NotRun] = field(default_factory=list)
    """Episodes that could not be started."""
    interrupted: bool = False
    """True when the user stopped it."""
    notes: list[str] = field(default_factory=list)
    """What the user must be told, such as how to get a container engine."""


class Stopped(BaseException):
    """Raised inside an episode to abandon it; not an Exception, so that nothing in between swallows it."""


def open_run(out: Path, plan: RunPlan) -> RunPlan:
    """Return the plan to follow in a folder: the one it holds, if it is the same, or the new one, written down.

    Raises:
        ContentError: If the folder holds a run with another plan.
    """
    before = read_plan(out)
    if before is None:
        if out.is_dir() and any(out.iterdir()):
            raise ContentError("this folder holds other things than a run; name a new or an empty one", file=out)
        try:
            write_plan(out, plan)
        except OSError as error:
            raise ContentError(f"no run can be written here: {error.strerror}", file=out) from error
        return plan
    if before.model_copy(update={"run": plan.run}) != plan:
        raise ContentError(
            f"this folder holds another run ({_differences(before, plan)}); name another folder with --out, "
            "or go on with the old run by naming only --out",
            file=out,
        )
    return before


def run_plan(shop: Shop, plan: RunPlan, out: Path, *, jobs: int, listener: Listener) -> Ran:
    """Run what a plan has left to do. Finished episodes are kept; interrupted ones are moved aside and run again.

    Args:
        shop: Runs the single episodes.
        plan: The plan that lies in the folder.
        out: The run's folder.
        jobs: How many episodes run at the same time.
        listener: Told of the progress.

    Raises:
        ContentError: If content is wrong, or another process runs in this folder.
    """
    ran, stop = Ran(), threading.Event()
    with _only_one(out), Interrupts(stop, listener.stopping):
        waiting = [episode for episode in plan.episodes if not _finished(folder_of(out, episode))]
        ran.kept = len(plan.episodes) - len(waiting)
        waiting = _prepare(shop, waiting, ran)
        write_not_run(out, ran.not_run)
        for row in ran.not_run:
            listener.ended(row.episode, "not-run")
        try:
            _run_all(shop, plan, waiting, out, jobs, listener, stop, ran)
        finally:
            write_not_run(out, ran.not_run)
    ran.interrupted = stop.is_set()
    return ran


def left_to_do(plan: RunPlan, out: Path) -> int:
    """Return how many episodes of a plan are not finished yet."""
    return sum(1 for episode in plan.episodes if not _finished(folder_of(out, episode)))


def set_aside(folder: Path) -> Path | None:
    """Move an unfinished recording aside, so that nothing is lost; return where to, or none when there was nothing."""
    if not folder.exists():
        return None
    number = 1
    while (target := folder.with_name(f"{folder.name}.interrupted-{number}")).exists():
        number += 1
    folder.rename(target)
    return target


def _prepare(shop: Shop, waiting: list[Planned], ran: Ran) -> list[Planned]:
    """Make containers ready; return what can be run, and note what cannot."""
    names = list(dict.fromkeys(episode.scenario for episode in waiting))
    contained = [name for name in names if shop.needs_containers(name)]
    if not contained:
        return waiting
    try:
        shop.prepare(episode.scenario for episode in waiting if episode.scenario in contained)
    except EngineError as error:
        reason = NO_ENGINE if isinstance(error, EngineMissing) else f"the engine failed: {error}"
        ran.not_run += [NotRun(episode=e, reason=reason) for e in waiting if e.scenario in contained]
        ran.notes.append(str(error))
        return [episode for episode in waiting if episode.scenario not in contained]
    return waiting


def _run_all(
    shop: Shop,
    plan: RunPlan,
    waiting: list[Planned],
    out: Path,
    jobs: int,
    listener: Listener,
    stop: threading.Event,
    ran: Ran,
) -> None:
    def one(episode: Planned) -> str:
        if stop.is_set():
            return ""
        folder = folder_of(out, episode)
        set_aside(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        listener.started(episode)

        def watch(envelope: Envelope) -> None:
            if stop.is_set():
                raise Stopped
            listener.saw(episode, envelope)

        status = "failed"
        try:
            manifest = shop.run(EpisodeSpec(**episode.model_dump(), language=plan.language), folder, watch)
            status = manifest.result.outcome if manifest.result else "invalid"
        except EngineError as error:
            reason = NO_ENGINE if isinstance(error, EngineMissing) else f"the engine failed: {error}"
            ran.not_run.append(NotRun(episode=episode, reason=reason))
            status = "not-run"
        except Stopped:
            status = "interrupted"
        finally:
            listener.ended(episode, status)
        return status

    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="episode")
    pending: set[Future[str]] = {pool.submit(one, episode) for episode in waiting}
    failure: BaseException | None = None
    try:
        while pending:
            done, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in done:
                error = future.exception()
                if error is None:
                    ran.finished += future.result() not in ("", "interrupted", "not-run")
                elif failure is None:
                    failure = error
                    for other in pending:
                        other.cancel()
                    pending = {other for other in pending if not other.cancelled()}
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    if failure is not None:
        raise failure


def _finished(folder: Path) -> bool:
    """Tell whether a folder holds an episode that ran to its end."""
    try:
        return read_manifest(folder).ended is not None
    except ContentError:
        return False


@contextmanager
def _only_one(out: Path) -> Iterator[None]:
    """Hold the run's folder, so that two processes never write into one run."""
    descriptor = os.open(out / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ContentError("another process is running in this folder", file=out) from None
        yield
    finally:
        os.close(descriptor)


def _differences(before: RunPlan, now: RunPlan) -> str:
    parts = []
    if before.language != now.language:
        parts.append(f"language {before.language}, not {now.language}")
    for name in ("scenario", "arm", "agent", "seed"):
        had = {getattr(episode, name) for episode in before.episodes}
        has = {getattr(episode, name) for episode in now.episodes}
        if had != has:
            odd = sorted(map(str, had ^ has))[:4]
            parts.append(f"{name} {', '.join(odd)} in one of them only")
    return "; ".join(parts) or "other episodes"
