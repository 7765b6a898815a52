"""The bundled tool servers behind the real launcher, as a process of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hiyari.adapters.mcp import ToolResult, ToolServer, ToolServers
from hiyari.adapters.mcp.process import ProcessStream


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
