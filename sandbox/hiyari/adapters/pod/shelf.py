"""What is kept warm: which pod is started next, and how many fit into memory. Its owner holds the lock."""

from __future__ import annotations

import math
import threading
from collections import Counter, deque
from collections.abc import Collection

from hiyari.errors import EngineError

from .capacity import free_mb, idle_mb, limit_mb, measured_mb
from .engine import Engine
from .plan import PodPlan
from .pod import Pod


class Shelf:
    """Warm pods by plan, the plan that was last asked for first.

    Args:
        engine: The engine that runs them.
        warm: How many pods to keep ready of each plan, as far as memory goes.
    """

    def __init__(self, engine: Engine, warm: int) -> None:
        self.lock = threading.RLock()
        """Held around every call."""
        self.warm = warm
        """How many pods to keep ready of each plan."""
        self.cramped = False
        """Whether a pod was left unstarted for want of memory."""
        self._engine = engine
        self._ready: dict[PodPlan, deque[Pod]] = {}
        self._starting: Counter[PodPlan] = Counter()
        self._waiters: Counter[PodPlan] = Counter()
        self._left: dict[PodPlan, float] = {}
        self._failed: set[PodPlan] = set()
        self._measured: dict[PodPlan, float] = {}
        self._numbers = 0

    def want(self, plan: PodPlan, episodes: float) -> None:
        """Keep pods of a plan ready for so many more episodes."""
        self._ready.setdefault(plan, deque())
        self._left[plan] = self._left.get(plan, 0) + episodes

    def asked(self, plan: PodPlan) -> None:
        """Note that an episode asks for a pod of a plan: it comes first from now on."""
        if plan in self._ready:
            self._ready = {plan: self._ready.pop(plan), **self._ready}
            self._left[plan] = max(0, self._left[plan] - 1)

    def take(self, plan: PodPlan) -> Pod | None:
        """Take a warm pod off the shelf."""
        waiting = self._ready.get(plan)
        return waiting.popleft() if waiting else None

    def starting(self, plan: PodPlan) -> int:
        """Return how many pods of a plan are being started in the background."""
        return self._starting[plan]

    def join(self, plan: PodPlan) -> bool:
        """Wait for one that is being started; false when others wait for all of them."""
        if self._waiters[plan] >= self._starting[plan]:
            return False
        self._waiters[plan] += 1
        return True

    def leave(self, plan: PodPlan) -> None:
        """Stop waiting."""
        self._waiters[plan] -= 1

    def next(self, used: Collection[Pod]) -> PodPlan | None:
        """Return the plan to start a pod of, None when all is there or memory is short."""
        self.cramped = False
        for plan, ready in self._ready.items():
            there = len(ready) + self._starting[plan]
            # Those who wait for a pod that is on its way were counted off when they asked.
            if there >= min(self.warm, self._left[plan]) + self._waiters[plan] or plan in self._failed:
                continue
            if self._fits(plan, used):
                return plan
            self.cramped = True
            return None
        return None

    def begin(self, plan: PodPlan) -> int:
        """Note that a pod is being started; return its number."""
        self._starting[plan] += 1
        self._numbers += 1
        return self._numbers

    def end(self, plan: PodPlan, pod: Pod | None) -> None:
        """Put a pod on the shelf; None when it did not start, and none is tried again before one was started."""
        self._starting[plan] -= 1
        if pod is None:
            self._failed.add(plan)
        else:
            self._ready[plan].append(pod)

    def started(self, plan: PodPlan) -> None:
        """Note that a pod of a plan did start, outside of the shelf."""
        self._failed.discard(plan)

    def measure(self, plan: PodPlan, pod: Pod) -> None:
        """Learn from the first pod of a plan what an idle one uses. The only call that needs no lock."""
        if plan in self._measured:
            return
        try:
            used = measured_mb([pod.inspect(name) for name in plan.images()])
        except EngineError:
            return
        if used is not None:
            self._measured[plan] = used

    def make_room(self, plan: PodPlan, used: Collection[Pod]) -> list[Pod]:
        """Take pods of other plans off the shelf until one of this plan fits; the last asked for is kept longest."""
        spare: list[Pod] = []
        freed = 0.0
        for other, ready in reversed(list(self._ready.items())):
            while other != plan and ready and not self._fits(plan, used, freed):
                freed += self._idle(other)
                spare.append(ready.pop())
        return spare

    def count(self) -> int:
        """Return how many warm pods wait."""
        return sum(map(len, self._ready.values()))

    def clear(self) -> list[Pod]:
        """Take everything off the shelf."""
        left = [pod for ready in self._ready.values() for pod in ready]
        for ready in self._ready.values():
            ready.clear()
        return left

    def _fits(self, plan: PodPlan, used: Collection[Pod], freed: float = 0.0) -> bool:
        """Tell whether one more idle pod fits and one may still grow to its limits."""
        idle = [self._idle(each) * len(ready) for each, ready in self._ready.items()]
        free = free_mb(self._engine, math.fsum(idle) + sum(limit_mb(pod.plan) for pod in used)) + freed
        coming = sum(self._idle(each) * count for each, count in self._starting.items())
        return free - coming >= self._idle(plan) + limit_mb(plan)

    def _idle(self, plan: PodPlan) -> float:
        return self._measured.get(plan) or idle_mb(plan)
