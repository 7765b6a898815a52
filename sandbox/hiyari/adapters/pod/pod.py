"""One pod: started, proven closed, spoken to, removed."""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from hiyari.errors import EngineError
from hiyari.events import ContainerExited

from .attach import AttachedStream
from .control import ControlStream, Gone, Inbox, Message, Told
from .engine import Engine, engine_errors, retried
from .flags import Volumes, agent_create, ca_volume, service_create, work_volume, world_create
from .owner import OWNER_LABEL, labels
from .plan import AGENT, WORLD, PodPlan, ServicePlan
from .proofs import prove
from .reaper import remove

READY_TIMEOUT = 60.0
"""Wall seconds within which world and services must be ready, also on a busy machine."""


class Pod:
    """The containers of one episode. Made by ``start_pod``; used once.

    Args:
        engine: The engine that runs it.
        plan: What it is made of.
        episode: ``(run, episode)``, for the labels.
        settings: Volume of the agent's ``/etc``; empty for that of its image.
    """

    def __init__(self, engine: Engine, plan: PodPlan, episode: tuple[str, str], settings: str = "") -> None:
        self.plan = plan
        """What it is made of."""
        self.inbox: Inbox = queue.SimpleQueue()
        """Events, questions and ends of world and services, in the order they came."""
        self.services: dict[str, ControlStream] = {}
        """Control stream of each service, by name."""
        self.proofs: dict[str, bool] = {}
        """What was checked at the start; all true."""
        self.seeded: dict[str, tuple[str, tuple[Told, ...]]] = {}
        """Digest of what services were seeded with ahead, by name, and what they told meanwhile."""
        self._engine = engine
        self._labels = labels(*episode)
        token = secrets.token_hex(5)
        names = [WORLD, *(service.name for service in plan.services), AGENT]
        self._names = {name: f"hiyari-{token}-{name}" for name in names}
        self._volumes = Volumes(f"hiyari-{token}-work", f"hiyari-{token}-certificate", settings)
        self._streams: dict[str, AttachedStream] = {}
        self._closing = threading.Lock()
        self._closed = False

    @property
    def agent(self) -> AttachedStream:
        """The attached stream of the agent container's first process."""
        return self._streams[AGENT]

    @property
    def world(self) -> ControlStream:
        """Control stream of the world container."""
        return self._world

    def container(self, name: str) -> str:
        """Return the engine's name of a container of the pod."""
        return self._names[name]

    def inspect(self, name: str) -> dict[str, Any]:
        """Return the engine's inspection of a container of the pod.

        Raises:
            EngineError: If the engine does not answer or the container is gone.
        """
        with engine_errors(f"inspecting container {name}"):
            found: dict[str, Any] = retried(lambda: self._engine.api.inspect_container(self._names[name]))
        return found

    def exited(self, name: str) -> ContainerExited | None:
        """Return how a container ended, None while it runs."""
        state = self.inspect(name)["State"]
        if state["Running"]:
            return None
        return ContainerExited(container=name, exit_code=state["ExitCode"], out_of_memory=bool(state["OOMKilled"]))

    def broken(self) -> bool:
        """Tell whether world or a service has ended, as after the engine was restarted."""
        return any(control.gone for control in (self._world, *self.services.values()))

    def kill(self, name: str) -> None:
        """End a container at once; fine when it has ended.

        Raises:
            EngineError: If the engine does not answer.
        """
        import docker.errors

        with engine_errors(f"ending container {name}"):
            try:
                self._engine.api.kill(self._names[name])
            except docker.errors.APIError as error:
                if error.status_code not in (404, 409):
                    raise

    def start(self) -> None:
        """Start everything and prove it closed; after an error nothing is left.

        Raises:
            EngineError: If a container does not start or get ready, or a containment check fails.
        """
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove all containers and volumes; may be called at any time and more than once.

        Raises:
            EngineError: If the engine could not remove something.
        """
        with self._closing:
            if self._closed:
                return
            for stream in self._streams.values():
                stream.close()
            remove(self._engine, list(self._names.values()), [self._volumes.work, self._volumes.certificate])
            self._closed = True

    def _start(self) -> None:
        plan, engine, volumes = self.plan, self._engine, self._volumes
        with ThreadPoolExecutor(len(plan.services) + 2, thread_name_prefix="hiyari-start") as threads:
            made = [
                threads.submit(self._volume, volumes.work, work_volume(engine, plan)),
                threads.submit(self._volume, volumes.certificate, ca_volume(engine)),
            ]
            _all(made)
            world = self._create(WORLD, world_create(engine, plan, volumes))
            self._world = ControlStream(self._streams[WORLD], WORLD, self.inbox)
            agent = threads.submit(self._create, AGENT, agent_create(engine, plan, world, volumes))
            services = [threads.submit(self._service, service, world) for service in plan.services]
            self._run(WORLD)
            _all([agent])
            running = threads.submit(self._run, AGENT)
            self._await_ready()
            _all(services)
            _all([running, *(threads.submit(self._serve, service.name) for service in plan.services)])
            inspected = dict(zip(self._names, threads.map(self.inspect, self._names), strict=True))
        self.proofs = prove(plan, inspected, volumes, engine.product)
        if volumes.settings:
            self.proofs["agent's settings are those of the run"] = self._own(volumes.settings)
        failed = [name for name, holds in self.proofs.items() if not holds]
        if failed:
            raise EngineError(f"the pod is not closed, so no agent may run in it; not true: {'; '.join(failed)}")

    def _volume(self, name: str, options: dict[str, str]) -> None:
        with engine_errors(f"making volume {name}"):
            self._engine.api.create_volume(name=name, driver="local", driver_opts=options, labels=self._labels)

    def _own(self, volume: str) -> bool:
        """Tell whether a volume is one of this run: an engine makes an empty one in place of one that is gone."""
        with engine_errors(f"inspecting volume {volume}"):
            found = retried(lambda: self._engine.api.inspect_volume(volume))
        return (found.get("Labels") or {}).get(OWNER_LABEL) == self._labels[OWNER_LABEL]

    def _create(self, name: str, arguments: dict[str, Any]) -> str:
        with engine_errors(f"creating container {name}"):
            made = self._engine.api.create_container(
                name=self._names[name], labels=self._labels, stdin_open=True, tty=False, **arguments
            )
        self._streams[name] = AttachedStream(self._engine, made["Id"], name)
        return str(made["Id"])

    def _run(self, name: str) -> None:
        with engine_errors(f"starting container {name}"):
            self._engine.api.start(self._names[name])

    def _service(self, service: ServicePlan, world: str) -> None:
        self._create(service.name, service_create(self._engine, service, world))

    def _serve(self, name: str) -> None:
        self._run(name)
        self.services[name] = ControlStream(self._streams[name], name, self.inbox)
        self.services[name].request("health", timeout=READY_TIMEOUT)

    def _await_ready(self) -> None:
        """Wait until world says that its network is there. Nothing else can speak before it."""
        until = time.monotonic() + READY_TIMEOUT
        while True:
            try:
                message: Message = self.inbox.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise EngineError(f"world was not ready within {READY_TIMEOUT:g} s{self._last_words(WORLD)}") from None
            if isinstance(message, Gone):
                raise EngineError(f"world ended at its start: {message.why}{self._last_words(WORLD)}")
            if isinstance(message, Told) and message.event["event"] == "ready":
                return

    def _last_words(self, name: str) -> str:
        said = self._streams[name].diagnostics().strip()[-2000:]
        return f"; its last words:\n{said}" if said else ""


def start_pod(engine: Engine, plan: PodPlan, run: str, episode: str, settings: str = "") -> Pod:
    """Start a pod and prove it closed.

    Args:
        engine: The engine that runs it.
        plan: What it is made of.
        run: Run it belongs to.
        episode: Episode it belongs to.
        settings: Volume of the agent's ``/etc``; empty for that of its image.

    Raises:
        EngineError: If it does not start or is not closed; nothing is left then.
    """
    pod = Pod(engine, plan, (run, episode), settings)
    pod.start()
    return pod


def _all(tasks: Sequence[Future[Any]]) -> None:
    """Wait for all, then raise the first error: what is still starting must not outlive a removal."""
    errors = [error for task in tasks if (error := task.exception()) is not None]
    if errors:
        raise errors[0]
