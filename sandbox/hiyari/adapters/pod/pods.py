"""Pods kept warm: started, proven and waiting, so that an episode begins at once. Each is used once."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
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

STARTERS = 2
"""How many pods are started at the same time in the background; two keep two cores busy."""


class Pods:
    """Pods of one run, by environment.

    Args:
        engine: The engine that runs them; closed with the pods.
        roots: Projects whose content may be used, the built-in content first.
        run: Identifier of the run, for labels.
        warm: How many pods to keep ready for each prepared environment; 0 starts each when asked for.
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
        self._roots = list(roots)
        self._images = Images(engine, [root / "environments" for root in reversed(self._roots)], say)
        self._warm = warm
        self._tier: Tier = tier
        self._plans: dict[str, PodPlan] = {}
        self._starting: dict[PodPlan, deque[Future[Pod]]] = {}
        self._used: set[Pod] = set()
        self._promised: set[Future[Pod]] = set()
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(STARTERS, thread_name_prefix="hiyari-pods")
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

    def prepare(self, environments: Sequence[Environment]) -> None:
        """Build the images of some environments and begin to keep pods of them warm.

        Raises:
            ContentError: If a service or an image does not exist or its file is wrong.
            EngineError: If an image cannot be built.
        """
        for environment in environments:
            plan = self.plan(environment)
            with self._lock:
                self._fill(plan)

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
        self._refuse_when_over()
        with self._lock:
            waiting = self._starting.get(plan)
            taken = waiting.popleft() if waiting else None
            if taken is not None:
                self._promised.add(taken)
            if waiting is not None:
                self._fill(plan)
        pod = self._awaited(taken) if taken is not None else None
        if pod is None:
            pod = start_pod(self.engine, plan, self.run, episode)
        with self._lock:
            self._used.add(pod)
            if taken is not None:
                self._promised.discard(taken)
        try:
            self._refuse_when_over()
        except EngineError:
            self.dispose(pod)
            raise
        return pod

    def dispose(self, pod: Pod) -> None:
        """Remove a used pod in the background; errors show when the pods are closed."""
        with self._lock:
            self._used.discard(pod)
            closed = self._closed
            if not closed:
                self._removals = [task for task in self._removals if not task.done() or task.exception()]
                self._removals.append(self._removers.submit(pod.close))
        if closed:
            pod.close()

    def ready(self) -> int:
        """Return how many warm pods wait."""
        with self._lock:
            tasks = [task for waiting in self._starting.values() for task in waiting]
        return sum(task.done() and task.exception() is None for task in tasks)

    def close(self) -> None:
        """Remove every pod of the run, also those in use, and wait until they are gone; may be called more than once.

        Raises:
            EngineError: If something could not be removed.
        """
        with self._lock:
            if self._closed:
                return
            self._closed = True
            tasks = [*self._promised, *(task for waiting in self._starting.values() for task in waiting)]
            used, self._used = self._used, set()
        errors: list[BaseException] = []
        try:
            self._removals += [self._removers.submit(pod.close) for pod in used]
            for task in tasks:
                if not task.cancel() and task.exception() is None:
                    self._removals.append(self._removers.submit(task.result().close))
            errors = [error for task in self._removals if (error := task.exception()) is not None]
        finally:
            self._threads.shutdown(wait=True, cancel_futures=True)
            self._removers.shutdown(wait=True)
            self.engine.close()
        if errors:
            raise errors[0]

    def _awaited(self, taken: Future[Pod]) -> Pod | None:
        """Return a pod started in the background, None when it failed or has died while it waited."""
        try:
            # One that is still on its way is nearer than a new one.
            pod = taken.result()
        except (EngineError, CancelledError):
            self._refuse_when_over()
            return None
        if pod.broken():
            self.dispose(pod)
            return None
        return pod

    def _refuse_when_over(self) -> None:
        if self._closed:
            raise EngineError("the run is over; its pods are removed")

    def _fill(self, plan: PodPlan) -> None:
        waiting = self._starting.setdefault(plan, deque())
        while len(waiting) < self._warm:
            episode = f"warm-{next(self._numbers)}"
            waiting.append(self._threads.submit(start_pod, self.engine, plan, self.run, episode))
