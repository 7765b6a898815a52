"""The bundled tool servers: behind the real launcher as a process of this machine, and in pods."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hiyari.adapters.mcp import ToolResult, ToolServer, ToolServers
from hiyari.adapters.mcp.process import ProcessStream
from hiyari.adapters.pod import ContainerWorld, Pods, connect
from hiyari.agent import Call
from hiyari.errors import EngineMissing
from hiyari.events import CallReturned, Event, ServiceRequested, plain

ROOT = Path(__file__).parents[2]


class Workplace:
    """A world of containers, and a short way to call its tools."""

    def __init__(self, world: ContainerWorld) -> None:
        self.world = world
        list(world.reset(1))
        self.events: list[Event] = []

    def call(self, tool: str, **arguments: object) -> tuple[str, str]:
        *self.events, last = self.world.step(Call(id="c", tool=tool, arguments=arguments))
        assert isinstance(last, CallReturned)
        return last.status, plain(last.text)

    def text(self, tool: str, **arguments: object) -> str:
        status, text = self.call(tool, **arguments)
        assert status == "ok", text
        return text

    def error(self, tool: str, **arguments: object) -> str:
        status, text = self.call(tool, **arguments)
        assert status == "error", text
        return text

    def told(self) -> list[tuple[str, str, bool]]:
        requests = [event for event in self.events if isinstance(event, ServiceRequested)]
        return [(event.service, event.operation, event.allowed) for event in requests]


@pytest.fixture(scope="module")
def pods() -> Iterator[Pods]:
    """A pool of pods without warm ones."""
    try:
        engine = connect()
    except EngineMissing as error:
        pytest.skip(str(error).splitlines()[0])
    with Pods(engine, [ROOT], run="test-tools") as pool:
        yield pool


class Tools:
    """Started tool servers."""

    def __init__(self, work: Path, stream: ProcessStream, servers: ToolServers) -> None:
        self.work = work
        self.stream = stream
        self.servers = servers

    def call(self, tool: str, *, within: float = 30.0, **arguments: object) -> ToolResult:
        return self.servers.call(tool, arguments, within).result(within + 10)


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Callable[..., Tools]]:
    """Start bundled servers by name, each with its parameters, in an empty working directory."""
    opened: list[Tools] = []

    def begin(*, environment: dict[str, str] | None = None, **parameters: dict[str, object]) -> Tools:
        work = tmp_path / "work"
        work.mkdir()
        stream = ProcessStream()
        around = {"HOME": str(work), "PATH": "/usr/local/bin:/usr/bin:/bin", **(environment or {})}
        each = Tools(work, stream, ToolServers(stream, "en", workdir=str(work), environment=around))
        opened.append(each)
        told = each.servers.start([ToolServer(name=name, parameters=given) for name, given in parameters.items()])
        assert {event.kind for event in told} == {"tool_server.started"}, told
        return each

    yield begin
    for each in opened:
        each.servers.close()
        assert each.stream.close() == 0
