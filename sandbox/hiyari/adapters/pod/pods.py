"""Pods kept warm: started, proven and waiting, so that an episode begins at once. Each is used once."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from hiyari.catalog import Environment
from hiyari.errors import EngineError

from .engine import Engine
from .images import Images
from .plan import PodPlan, Tier, plan_pod
from .pod import Pod, start_pod
from .reaper import reap
from .seeds import Usual, seed_ahead
from .settings import Settings
from .shelf import Shelf

STARTERS = max(2, min(16, 2 * (os.cpu_count() or 1)))
"""How many pods are started at the same time in the background; half of a start is waiting for the engine's disk."""


class Pods:
    """Pods of one run, by environment.

    Args:
        engine: The engine that runs them; closed with the pods.
        roots: Projects whose content may be used, the built-in content first.
        run: Identifier of the run, for labels.
        warm: How many pods to keep ready for each prepared environment, as far as memory goes; 0 starts each when
            asked for.
        say: Told the progress of builds, one line each.
        tier: Isolation of agent containers.

    Raises:
        EngineError: If ``tier`` is not available, or what dead runs left behind cannot be removed.
    """

    def __init__(
        self,
        engine: Engine,
        roots: Sequence[Path],
        *,
        run: str,
        warm: int = 0,
        say: Callable[[str], None] = lambda line: None,
        tier: Tier = "docker",
    ) -> None:
        if tier == "gvisor" and "runsc" not in engine.runtimes:
            raise EngineError("isolation by gVisor needs the runtime 'runsc' registered in the container engine")
        self.engine = engine
        """The engine that runs the pods."""
        self.run = run
        """Identifier of the run."""
        self.usual = Usual()
        """What services were given in the last episodes; pods that wait are given it ahead."""
        self._roots = list(roots)
        self._images = Images(engine, [root / "environments" for root in reversed(self._roots)], say)
        self._tier: Tier = tier
        self._plans: dict[str, PodPlan] = {}
        self._shelf = Shelf(engine, warm)
        self._settings = Settings(engine, run)
        self._used: set[Pod] = set()
        self._direct = 0
        self._changed = threading.Condition(self._shelf.lock)
        self._starters: list[threading.Thread] = []
        self._removers = ThreadPoolExecutor(2, thread_name_prefix="hiyari-remove")
        self._removals: list[Future[None]] = []
        self._closed = False
        reap(engine)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def prepare(self, environments: Sequence[Environment], episodes: Mapping[str, int] | None = None) -> None:
        """Build the images of some environments and begin to keep pods of them warm.

        Args:
            environments: What will be needed, the first needed first.
            episodes: How many episodes of each will be run, by name; no more pods are started ahead then.

        Raises:
            ContentError: If a service or an image does not exist or its file is wrong.
            EngineError: If an image cannot be built.
        """
        for environment in environments:
            plan = self.plan(environment)
            with self._changed:
                self._shelf.want(plan, math.inf if episodes is None else episodes.get(environment.name, 0))
                self._begin()
                self._changed.notify_all()

    def plan(self, environment: Environment) -> PodPlan:
        """Return the plan of an environment's pods, building its images at the first call; errors as ``prepare``."""
        plan = self._plans.get(environment.name)
        if plan is None:
            plan = self._plans[environment.name] = plan_pod(environment, self._images, self._roots, self._tier)
        return plan

    def acquire(self, environment: Environment, episode: str) -> Pod:
        """Return a pod that nobody has used: a warm one at once, else a new one.

        Args:
            environment: What the pod is of.
            episode: Name of the episode, for the labels of a pod that is not warm.

        Raises:
            ContentError: If the environment's content is wrong.
            EngineError: If a pod cannot be started.
        """
        plan = self.plan(environment)
        with self._changed:
            pod = self._warm(plan)
            if pod is not None:
                self._used.add(pod)
                return pod
            spare = self._shelf.make_room(plan, self._used)
            # Counted, so that a close waits for it.
            self._direct += 1
        for each in spare:
            self.dispose(each)
        pod = None
        try:
            pod = start_pod(self.engine, plan, self.run, episode, self._settings.of(plan))
        finally:
            with self._changed:
                self._direct -= 1
                if pod is not None:
                    self._used.add(pod)
                    self._shelf.started(plan)
                over = self._closed
                self._changed.notify_all()
        if over:
            self.dispose(pod)
            self._refuse_when_over()
        return pod

    def dispose(self, pod: Pod) -> None:
        """Remove a used pod in the background; errors show when the pods are closed."""
        with self._changed:
            self._used.discard(pod)
            closed = self._closed
            if not closed:
                self._removals = [task for task in self._removals if not task.done() or task.exception()]
                self._removals.append(self._removers.submit(pod.close))
                self._changed.notify_all()
        if closed:
            pod.close()

    def ready(self) -> int:
        """Return how many warm pods wait."""
        with self._changed:
            return self._shelf.count()

    def close(self) -> None:
        """Remove every pod of the run, also those in use, and wait until they are gone; may be called more than once.

        Raises:
            EngineError: If something could not be removed.
        """
        with self._changed:
            if self._closed:
                return
            self._closed = True
            left = {*self._used, *self._shelf.clear()}
            self._used = set()
            self._changed.notify_all()
        errors: list[BaseException] = []
        try:
            self._removals += [self._removers.submit(pod.close) for pod in left]
            for thread in self._starters:
                thread.join()
            with self._changed:
                self._changed.wait_for(lambda: not self._direct)
                late, self._used = self._used, set()
            self._removals += [self._removers.submit(pod.close) for pod in {*late, *self._shelf.clear()}]
            errors = [error for task in self._removals if (error := task.exception()) is not None]
            if not errors:
                self._settings.close()
        finally:
            self._removers.shutdown(wait=True)
            self.engine.close()
        if errors:
            raise errors[0]

    def _warm(self, plan: PodPlan) -> Pod | None:
        """Return a warm pod, waiting for one that is being started; None when there is none. Called with the lock."""
        self._refuse_when_over()
        self._shelf.asked(plan)
        self._begin()
        waiting = False
        try:
            while True:
                pod = self._shelf.take(plan)
                if pod is None:
                    # One that is being started is nearer than a new one, unless somebody else waits for it.
                    if not waiting and not self._shelf.join(plan):
                        return None
                    waiting = True
                    if not self._shelf.starting(plan):
                        return None
                    self._changed.wait()
                    self._refuse_when_over()
                elif pod.broken():
                    self._removals.append(self._removers.submit(pod.close))
                else:
                    return pod
        finally:
            if waiting:
                self._shelf.leave(plan)
            self._changed.notify_all()

    def _refuse_when_over(self) -> None:
        if self._closed:
            raise EngineError("the run is over; its pods are removed")

    def _begin(self) -> None:
        """Start the threads that refill the shelf, when there is something to keep warm. Called with the lock."""
        if not self._starters and not self._closed and self._shelf.warm:
            for number in range(STARTERS):
                thread = threading.Thread(target=self._refill, name=f"hiyari-pods-{number}", daemon=True)
                self._starters.append(thread)
                thread.start()

    def _refill(self) -> None:
        while True:
            with self._changed:
                while not self._closed and (plan := self._shelf.next(self._used)) is None:
                    # Memory becomes free without anybody telling.
                    self._changed.wait(timeout=1.0 if self._shelf.cramped else None)
                if self._closed:
                    return
                assert plan is not None
                number = self._shelf.begin(plan)
            pod = None
            try:
                pod = start_pod(self.engine, plan, self.run, f"warm-{number}", self._settings.of(plan))
                self._shelf.measure(plan, pod)
                seed_ahead(pod, self.usual.of(plan))
            except EngineError:
                if pod is not None:
                    self.dispose(pod)
                    pod = None
            finally:
                with self._changed:
                    self._shelf.end(plan, pod)
                    self._changed.notify_all()
