"""A world of containers: one pod, its services seeded, its tool servers called, everything it tells recorded."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from hiyari.agent import Call, ToolSpec
from hiyari.catalog import Environment
from hiyari.errors import EngineError
from hiyari.events import Blob, CallReturned, Event, Json, PodStarted, held
from hiyari.person import Deed

from .control import Asked, ControlStream, Gone, Message, Refused, Told
from .hearing import Hearing
from .plan import AGENT, WORLD
from .pod import Pod
from .pods import Pods
from .probing import probe
from .seeds import Seed, Seeding
from .telling import Manifest, changes, events_of

if TYPE_CHECKING:
    from hiyari.adapters.mcp import ToolServer, ToolServers

Binding = Callable[[Mapping[str, Json]], Generator[Event, None, Json]]
"""Answers a service's question: yields what happens meanwhile, returns the answer."""


class Sent(NamedTuple):
    """An operation that a service was sent."""

    control: ControlStream
    operation: str
    reply: Future[dict[str, Json]]


CALL_TIMEOUT = 120.0
"""Wall seconds until a call is given up, unless it asks for longer."""
LONGEST_CALL = 660.0
"""Wall seconds a call may ask for by its own ``timeout`` argument."""
PATIENCE = 15.0
"""Wall seconds that tool servers are given to report a call as timed out by themselves."""


class ContainerWorld:
    """A World of containers. Nothing is started before ``reset``.

    Args:
        pods: Where pods come from.
        environment: What the pod is of.
        episode: Name of the episode, for labels.
        servers: Tool servers to start.
        seed: Data of each service, by name; already merged and filled.
        policy: What the world enforces by itself: ``{"egress_allow": [globs]}``.
        language: Language of tool descriptions.
        bindings: Who answers what a service asks, by service.
        places: File and field where each service's data is, for errors.
    """

    def __init__(
        self,
        pods: Pods,
        environment: Environment,
        *,
        episode: str,
        servers: Sequence[ToolServer],
        seed: Mapping[str, Mapping[str, Any]],
        policy: Mapping[str, Json] | None = None,
        language: Literal["ja", "en"] = "en",
        bindings: Mapping[str, Binding] | None = None,
        places: Mapping[str, tuple[Path, str]] | None = None,
    ) -> None:
        self._pods = pods
        self._environment = environment
        self._episode = episode
        self._specified = list(servers)
        self._seed_data = seed
        self._policy = dict(policy or {})
        self._language: Literal["ja", "en"] = language
        self._bindings = dict(bindings or {})
        self._places = dict(places or {})
        self._pod: Pod | None = None
        self._servers: ToolServers | None = None
        self._hearing = Hearing(queue.SimpleQueue(), self._tell)
        self._files: Manifest = {}
        self._seconds: dict[str, float] = {}
        self._time = 0.0
        self._agent_gone = False
        self.images: dict[str, str] = {}
        """Content digest of each container's image; filled by ``reset``."""

    def reset(self, seed: int) -> Iterator[Event]:
        """Take a fresh pod, configure its network, seed its services, start its tool servers."""
        from hiyari.adapters.mcp import ToolServers

        self.close()
        self._pod = pod = self._pods.acquire(self._environment, self._episode)
        self._hearing = Hearing(pod.inbox, self._tell)
        self._time, self._agent_gone = 0.0, False
        self.images = pod.plan.images()
        yield PodStarted(images=self.images, tier=pod.plan.tier, proofs=pod.proofs)
        yield from self._hearing.until_replied(self._configure(seed), "configure", 30.0)
        yield from self._seed(pod)
        self._servers = ToolServers(pod.agent, self._language)
        yield from self._servers.start(self._specified)
        self._seconds = {spec.name: spec.seconds for spec in self._servers.tools()}
        yield from self._settle()

    def tools(self) -> Sequence[ToolSpec]:
        """Return the tools of all servers."""
        return () if self._servers is None else self._servers.tools()

    def step(self, call: Call) -> Iterator[Event]:
        """Make a call; tell what world, services and tool servers saw of it before its result."""
        servers = self._started()
        arguments = call.arguments if isinstance(call.arguments, Mapping) else {}
        allowed = _timeout(arguments)
        began = time.monotonic()
        future = servers.call(call.tool, arguments, allowed)
        result = yield from self._hearing.while_called(future, began + allowed + PATIENCE)
        duration = time.monotonic() - began
        self._time += self._seconds.get(call.tool, 1.0)
        yield from self._settle()
        yield from servers.events()
        yield from self._agent_end()
        if result is None:
            yield CallReturned(call=call.id, status="lost", text="The tool server does not answer.", duration=duration)
            return
        yield CallReturned(
            call=call.id,
            status=result.status,
            text=held(result.text),
            images=tuple(Blob.of(image) for image in result.images),
            truncated=result.truncated,
            duration=duration,
        )

    def wait(self, seconds: float) -> Iterator[Event]:
        """Let virtual time pass; tell what happened meanwhile."""
        self._time += seconds
        yield from self._hearing.by_now()

    def act(self, deed: Deed) -> Iterator[Event]:
        """Have a service carry out what a person does in it."""
        yield from self.command(deed.service, deed.operation, deed.fields)

    def send(self, service: str, operation: str, fields: Mapping[str, Json]) -> Sent:
        """Have a service carry out an operation and wait for nothing; hand what is returned to ``outcome``.

        Raises:
            LookupError: If there is no such service.
        """
        control = self._running().services.get(service)
        if control is None:
            known = ", ".join(self._running().services) or "none"
            raise LookupError(f"there is no service {service!r}; known: {known}")
        return Sent(control, operation, control.start(operation, **fields))

    def outcome(self, sent: Sent) -> Generator[Event, None, Json]:
        """Tell what happens until an operation is done; returns its result.

        Raises:
            LookupError: If the service refused it.
        """
        try:
            return (yield from self._hearing.until_replied((sent.control, sent.reply), sent.operation, 30.0))
        except Refused as error:
            raise LookupError(str(error)) from error

    def command(self, service: str, operation: str, fields: Mapping[str, Json]) -> Generator[Event, None, Json]:
        """Have a service carry out an operation; errors as of ``send`` and ``outcome``."""
        return (yield from self.outcome(self.send(service, operation, fields)))

    def finish(self) -> Iterator[Event]:
        """End the agent container with all it left running; tell what came out last."""
        if self._pod is None:
            return
        yield from self._settle()
        if self._servers is not None:
            yield from self._servers.events()
            self._servers.close()
        yield from self._agent_end()
        if not self._agent_gone:
            self._agent_gone = True
            self._pod.kill(AGENT)
        yield from self._settle()

    def probe(self, query: Mapping[str, Json]) -> Json:
        """Look up a fact.

        Args:
            query: As ``probing.probe`` takes it.

        Raises:
            LookupError: If the query cannot be answered.
        """
        return probe(self._running(), query)

    def take_rows(self) -> bytes:
        """Return nothing: there is no physics."""
        return b""

    def time(self) -> float:
        """Return virtual seconds: the declared cost of calls, and waits."""
        return self._time

    def close(self) -> None:
        """Give the pod up; it is removed in the background."""
        pod, servers = self._pod, self._servers
        self._pod = self._servers = None
        if servers is not None:
            servers.close()
        if pod is not None:
            self._pods.dispose(pod)

    def _configure(self, seed: int) -> tuple[ControlStream, Future[dict[str, Json]]]:
        pod = self._running()
        services = pod.plan.services
        reply = pod.world.start(
            "configure",
            names={host: service.address for service in services for host in service.hosts},
            services={service.name: service.address for service in services},
            sites=[site.wire() for site in self._environment.sites],
            egress_allow=self._policy.get("egress_allow"),
            seed=seed,
            domain=self._environment.domain,
            now=self._environment.now,
        )
        return pod.world, reply

    def _seed(self, pod: Pod) -> Iterator[Event]:
        """Seed all services, and tell what they told in an order that is the same in every run."""
        seeds = {}
        for service in pod.plan.services:
            seed = Seed(dict(self._seed_data.get(service.name) or {}), self._environment.now)
            # What asks the harness while it is seeded can only be seeded when an episode answers.
            bound = service.name in self._bindings
            digest = seed.digest() if bound else self._pods.usual.note(pod.plan, service.name, seed)
            seeds[service.name] = (digest, seed)
        yield from self._hearing.until_seeded(Seeding(pod, seeds, self._places))

    def _settle(self) -> Iterator[Event]:
        """Have services and world finish telling, then tell how files changed."""
        pod = self._running()
        for started in [(control, control.start("sync")) for control in pod.services.values()]:
            yield from self._hearing.until_replied(started, "sync", 30.0)
        # World does one after the other; asked for both at once it is waited for once.
        synced, reply = pod.world.start("sync"), pod.world.start("files")
        yield from self._hearing.until_replied((pod.world, synced), "sync", 30.0)
        yield from self._hearing.until_replied((pod.world, reply), "files", 60.0)
        listed: dict[str, Any] = pod.world.result("files", reply, 0)
        yield from changes(self._files, listed["files"])
        self._files = listed["files"]

    def _tell(self, message: Message) -> Iterator[Event]:
        pod = self._running()
        if isinstance(message, Told):
            yield from events_of(message, pod.plan.containers())
        elif isinstance(message, Gone):
            control = pod.world if message.container == WORLD else pod.services[message.container]
            raise control.dead()
        else:
            yield from self._answer(pod.services[message.container], message)

    def _answer(self, control: ControlStream, asked: Asked) -> Iterator[Event]:
        binding = self._bindings.get(asked.container)
        if binding is None:
            control.answer(asked.number, error=f"nobody answers for {asked.container} in this episode")
            return
        answer = yield from binding(asked.request)
        control.answer(asked.number, answer)

    def _agent_end(self) -> Iterator[Event]:
        """Tell, once, that the agent container has ended."""
        pod = self._running()
        if not self._agent_gone and pod.agent.ended and (exited := pod.exited(AGENT)) is not None:
            self._agent_gone = True
            yield exited

    def _running(self) -> Pod:
        if self._pod is None:
            raise EngineError("the world has no pod: it was not reset, or it is closed")
        return self._pod

    def _started(self) -> ToolServers:
        if self._servers is None:
            raise EngineError("the world has no tool servers: it was not reset, or it is closed")
        return self._servers


def _timeout(arguments: Mapping[str, Json]) -> float:
    """Return the wall seconds a call is given: what it asks for by ``timeout``, within bounds, and some more."""
    asked = arguments.get("timeout")
    if isinstance(asked, (int, float)) and not isinstance(asked, bool) and asked > 0:
        return min(LONGEST_CALL, max(CALL_TIMEOUT, float(asked) + PATIENCE))
    return CALL_TIMEOUT
