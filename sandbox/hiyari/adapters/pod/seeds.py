"""Seeding of services: at once where the order allows, and ahead of time where every episode has the same data."""

from __future__ import annotations

import hashlib
import json
import queue
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hiyari.errors import ContentError, EngineError
from hiyari.events import Json

from .control import Refused, Told
from .plan import PodPlan, ServicePlan
from .pod import Pod

SEED_TIMEOUT = 120.0
"""Wall seconds within which a service must have taken its data."""
AHEAD_LIMIT = 1000
"""Messages kept that services tell while they are seeded ahead; a pod whose services tell more is not used."""


@dataclass(frozen=True)
class Seed:
    """What a service is given."""

    data: Mapping[str, Any]
    """The data, whole: it replaces all there is."""
    now: str
    """Date and time in the world."""

    def digest(self) -> str:
        """Return the SHA-256 by which equal seeds are known."""
        text = json.dumps([self.data, self.now], sort_keys=True, ensure_ascii=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


class Usual:
    """What the services of each plan were given in the last episodes; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[tuple[PodPlan, str], tuple[str, Seed, bool]] = {}

    def note(self, plan: PodPlan, service: str, seed: Seed) -> str:
        """Note what a service is given in an episode, and return the seed's digest."""
        digest = seed.digest()
        with self._lock:
            before = self._last.get((plan, service))
            again = before is not None and before[0] == digest
            self._last[(plan, service)] = (digest, seed, again)
        return digest

    def of(self, plan: PodPlan) -> dict[str, tuple[str, Seed]]:
        """Return digest and seed of the services that were given the same in two episodes running.

        A service that keeps what a new seed leaves as it was is given that of the last episode in any case.
        """
        keeping = {service.name for service in plan.services if service.keeps}
        with self._lock:
            found = {
                name: (digest, seed)
                for (each, name), (digest, seed, again) in self._last.items()
                if each == plan and (again or name in keeping)
            }
        # A service that needs another one finds it by a name, which no pod has before its episode.
        return {
            service.name: found[service.name]
            for service in plan.services
            if service.name in found and not service.after
        }


def seed_ahead(pod: Pod, usual: Mapping[str, tuple[str, Seed]]) -> None:
    """Give services of a pod that waits what they will very likely be given; ``pod.seeded`` then says so.

    Raises:
        EngineError: If one refuses, dies, takes too long, or asks the harness something.
    """
    replies = {
        name: pod.services[name].start("seed", data=dict(seed.data), now=seed.now) for name, (_, seed) in usual.items()
    }
    for name, reply in replies.items():
        pod.services[name].result("seed", reply, SEED_TIMEOUT)
    told: dict[str, list[Told]] = {name: [] for name in usual}
    while True:
        try:
            message = pod.inbox.get_nowait()
        except queue.Empty:
            break
        if not isinstance(message, Told) or sum(map(len, told.values())) >= AHEAD_LIMIT:
            raise EngineError("a service cannot be seeded ahead: it died, asked for something, or told too much")
        if message.container in told:
            told[message.container].append(message)
    for name, (digest, _) in usual.items():
        pod.seeded[name] = (digest, tuple(told[name]))


@dataclass(frozen=True)
class Woken:
    """Put into the inbox when a future that is waited for has ended."""

    future: Future[Any]


class Seeding:
    """Seeds the services of a pod as one episode needs them.

    Args:
        pod: The pod, its world configured.
        seeds: What each service is given, and its digest.
        places: File and field where each service's data is, for errors.
    """

    def __init__(
        self, pod: Pod, seeds: Mapping[str, tuple[str, Seed]], places: Mapping[str, tuple[Path, str]] | None = None
    ) -> None:
        self._pod = pod
        self._seeds = seeds
        self._places = places or {}
        self._order = [service.name for service in pod.plan.services]
        self._told: dict[str, list[Told]] = {}
        self._left = {service.name: service for service in pod.plan.services}
        self._done: set[str] = set()
        self._running: dict[Future[dict[str, Json]], str] = {}

    def begin(self, wake: Callable[[Woken], None]) -> bool:
        """Start all seeds that wait for nothing any more; false when all are done.

        Args:
            wake: Told when one has ended.
        """
        for service in self._ready():
            del self._left[service.name]
            digest, seed = self._seeds[service.name]
            before, told = self._pod.seeded.pop(service.name, ("", ()))
            if before == digest:
                self._told[service.name] = list(told)
                self._done.add(service.name)
                return self.begin(wake)
            reply = self._pod.services[service.name].start("seed", data=dict(seed.data), now=seed.now)
            self._running[reply] = service.name
            reply.add_done_callback(lambda done: wake(Woken(done)))
        return bool(self._running)

    def ended(self, future: Future[Any]) -> None:
        """Take the reply of a seed.

        Raises:
            ContentError: If it was refused.
            EngineError: If the service died.
        """
        name = self._running.pop(future, None)
        if name is not None:
            try:
                self._pod.services[name].result("seed", future, 0)
            except Refused as error:
                file, field = self._places.get(name, (None, ""))
                raise ContentError(
                    f"service {name} refused its data: {_words(error.why)}", file=file, field=field
                ) from error
            self._done.add(name)

    def hold(self, message: Told) -> None:
        """Keep what a container told, to be told in an order that is the same in every run."""
        self._told.setdefault(message.container, []).append(message)

    def told(self) -> Iterator[Told]:
        """Return all that was told, by container in the order of the environment, then what world told."""
        for name in [*self._order, *(name for name in sorted(self._told) if name not in self._order)]:
            yield from self._told.get(name, ())

    def late(self) -> str:
        """Return the names of the services that have not answered."""
        return ", ".join(self._running.values())

    def _ready(self) -> Sequence[ServicePlan]:
        return [service for service in self._left.values() if self._done >= set(service.after)]


def _words(why: str) -> str:
    """Return a refusal as a sentence: a Python service that misses a field says its name and nothing else."""
    return f"the field {why!r} is missing" if re.fullmatch(r"[\w.-]+", why) else why
