"""Real containers of the services, confined as in a pod, in one network with nothing outside but what we put there."""

from __future__ import annotations

import base64
import inspect
import json
import queue
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from hiyari.adapters.pod import flags
from hiyari.adapters.pod.attach import AttachedStream
from hiyari.adapters.pod.control import ControlStream, Inbox, Told
from hiyari.adapters.pod.engine import Engine, connect
from hiyari.adapters.pod.images import Images
from hiyari.adapters.pod.owner import labels
from hiyari.adapters.pod.plan import ServicePlan
from hiyari.catalog import shipped_content
from hiyari.scenario.files import read_yaml

ADDRESSES = {"mail": "127.80.0.11", "database": "127.80.0.12", "hr": "127.80.0.13"}
"""Addresses that the data of tests names; other services get the next free one."""
OUTSIDE = "127.80.0.99"
LABELS = labels("tests", "services")


def _request(host, port, method, path, data, headers):  # type: ignore[no-untyped-def]
    import base64
    import http.client

    connection = http.client.HTTPConnection(host, port, timeout=20)
    try:
        connection.request(method, path, data, headers)
        response = connection.getresponse()
        fields = {name.lower(): value for name, value in response.getheaders()}
        return [response.status, fields, base64.b64encode(response.read()).decode()]
    finally:
        connection.close()


@dataclass(frozen=True)
class Answer:
    """What a service answered."""

    status: int
    headers: dict[str, str]
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.data)


class Running:
    """A container that runs and speaks the control stream."""

    def __init__(self, engine: Engine, name: str, create: dict[str, Any]) -> None:
        self._engine = engine
        self._id = engine.api.create_container(name=None, stdin_open=True, tty=False, labels=LABELS, **create)["Id"]
        self.address = (create.get("environment") or {}).get("HIYARI_ADDRESS", OUTSIDE)
        self.stream = AttachedStream(engine, self._id, name)
        self._inbox: Inbox = queue.SimpleQueue()
        engine.api.start(self._id)
        self.control = ControlStream(self.stream, name, self._inbox)

    @property
    def id(self) -> str:
        return str(self._id)

    def seed(self, data: dict[str, Any], now: str = "2026-04-06T09:00:00+09:00") -> None:
        self.control.request("seed", data=data, now=now)

    def probe(self, **query: Any) -> Any:
        return self.control.request("probe", query=query)

    def events(self) -> list[dict[str, Any]]:
        """Return what was told since the last time, after everything that was done before is out."""
        self.control.request("sync")
        told = []
        while not self._inbox.empty():
            message = self._inbox.get()
            assert isinstance(message, Told), f"{message}\n{self.stream.diagnostics()}"
            told.append(message.event)
        return told

    def requests(self, operation: str = "") -> list[dict[str, Any]]:
        return [
            event for event in self.events() if event["event"] == "request" and event["operation"].startswith(operation)
        ]

    def close(self) -> None:
        self.stream.close()
        self._engine.api.remove_container(self._id, force=True, v=True)


class Network:
    """The services under test and their one network."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.images = Images(engine, [shipped_content() / "environments"])
        self.started: list[Running] = []
        sysctls = {"net.ipv4.ip_unprivileged_port_start": "0"}
        self.outside = self._python("mail", "outside", network_mode="none", dns=[OUTSIDE], sysctls=sysctls)

    def _python(self, folder: str | Path, module: str, **host: Any) -> Running:
        """Start a container of a service's image, or of a folder's, that runs one of our modules instead."""
        modules = {name: (Path(__file__).parent / f"{name}.py").read_text() for name in ("client", "outside")}
        code = (
            f"import sys, types\nclient = sys.modules['client'] = types.ModuleType('client')\n"
            f"exec({modules['client']!r}, vars(client))\n"
            f"exec({modules[module]!r}, {{'__name__': 'module'}})\nclient.control.serve()"
        )
        image = self.images.ensure(folder if isinstance(folder, Path) else f"services/{folder}")
        config = self.engine.api.create_host_config(cap_drop=["ALL"], **host)
        create = {"image": image.name, "command": ["python3", "-c", code], "host_config": config}
        running = Running(self.engine, module, create)
        self.started.append(running)
        running.control.request("health")
        return running

    @cached_property
    def database_client(self) -> Running:
        """A client beside the services that has a PostgreSQL driver."""
        return self._python("postgres", "client", network_mode=f"container:{self.outside.id}")

    def service(self, name: str, folder: str = "") -> Running:
        """Start a service as its service.yaml says; its folder has its name when none is given."""
        folder = folder or name
        stated = read_yaml(shipped_content() / "environments/services" / folder / "service.yaml")
        state = stated.get("state", {})
        state = {"path": state} if isinstance(state, str) else state
        plan = ServicePlan(
            name=name,
            image=self.images.ensure(f"services/{folder}"),
            address=ADDRESSES.get(name, f"127.80.0.{20 + len(self.started)}"),
            hosts=(f"{name}.midori.example",),
            state_path=state.get("path", "/state"),
            state_mb=state.get("megabytes", 64),
            memory_mb=stated.get("memory_mb", 384),
            pids=stated.get("pids", 128),
        )
        running = Running(self.engine, name, flags.service_create(self.engine, plan, self.outside.id))
        self.started.append(running)
        running.control.request("health")
        return running

    def http(
        self,
        running: Running,
        method: str,
        path: str,
        body: Any = None,
        login: str = "",
        headers: dict[str, str] | None = None,
        port: int = 80,
    ) -> Answer:
        """Make a request inside the network.

        Args:
            running: The service.
            method: HTTP method.
            path: Path and query, already quoted.
            body: Text as it is, bytes, or a value that is sent as JSON.
            login: ``name:password``, or a bearer token when it has no colon.
            headers: More headers.
            port: Where the service listens.
        """
        sent = dict(headers or {})
        if login:
            pair = base64.b64encode(login.encode()).decode()
            sent["Authorization"] = f"Basic {pair}" if ":" in login else f"Bearer {login}"
        if body is not None and not isinstance(body, (str, bytes)):
            body, sent["Content-Type"] = json.dumps(body, ensure_ascii=False), "application/json"
        data = body.encode() if isinstance(body, str) else body
        status, answered, encoded = self.client(_request, running.address, port, method, path, data, sent)
        return Answer(status, answered, base64.b64decode(encoded))

    def client(self, function: Callable[..., Any], *arguments: Any, at: Running | None = None) -> Any:
        """Run a function inside the network and return what it returns; it sees its arguments and nothing else."""
        source = textwrap.dedent(inspect.getsource(function))
        code = f"from __future__ import annotations\n{source}\nresult = {function.__name__}(*{arguments!r})\n"
        return (at or self.outside).control.request("run", code=code)

    def close(self) -> None:
        for running in reversed(self.started):
            running.close()


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    engine = connect()
    network = Network(engine)
    try:
        yield network
    finally:
        network.close()
        engine.close()


@pytest.fixture(scope="session")
def mail_service(network: Network) -> Running:
    return network.service("mail", "mail")


@pytest.fixture(scope="session")
def database_service(network: Network) -> Running:
    return network.service("database", "postgres")


@pytest.fixture(scope="session")
def hr_service(network: Network, database_service: Running) -> Running:
    return network.service("hr", "hr")
