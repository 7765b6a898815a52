"""The real launcher as a process of this machine, and servers written by a test."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from hiyari.adapters.mcp import ToolResult, ToolServer, ToolServers
from hiyari.adapters.mcp.process import ProcessStream
from hiyari.events import Event

settings.register_profile("no timed assertions", deadline=None)
settings.load_profile("no timed assertions")

PREFIX = """
import json, os, sys, time
def say(message):
    sys.stdout.buffer.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\\n")
    sys.stdout.buffer.flush()
def answer(request, result):
    say({"id": request["id"], "result": result})
def handshake(tools=({"name": "go", "inputSchema": {"type": "object"}},), capabilities={"tools": {}}):
    '''Answer the opening and yield every tools/call.'''
    for line in sys.stdin:
        request = json.loads(line)
        method = request.get("method")
        if method == "server/discover":
            say({"id": request["id"], "error": {"code": -32601, "message": "no"}})
        elif method == "initialize":
            answer(request, {"protocolVersion": "2025-06-18", "capabilities": capabilities,
                             "serverInfo": {"name": "x", "version": "1"}})
        elif method == "tools/list":
            answer(request, {"tools": list(tools)})
        elif method == "tools/call":
            yield request
def done(request, text="done"):
    answer(request, {"content": [{"type": "text", "text": text}]})
"""


class Opened:
    """Tool servers behind the launcher, and what they told at the start."""

    def __init__(self, stream: ProcessStream, servers: ToolServers) -> None:
        self.stream = stream
        self.servers = servers
        self.told: list[Event] = []

    def call(self, tool: str, *, within: float = 20.0, **arguments: object) -> ToolResult:
        return self.servers.call(tool, arguments, within).result(within + 20)


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str, str], ToolServer]:
    """Write a third-party server from its body; `handshake()` yields the calls."""

    def write(name: str, body: str) -> ToolServer:
        path = tmp_path / f"{name}.py"
        path.write_text(PREFIX + textwrap.dedent(body))
        return ToolServer(name=name, command=(sys.executable, "-I", "-S", str(path)))

    return write


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Start servers behind the real launcher; everything ends with the test."""
    opened: list[Opened] = []

    def begin(*servers: ToolServer, timeout: float = 30.0, argv: tuple[str, ...] | None = None) -> Opened:
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        stream = ProcessStream(argv)
        each = Opened(stream, ToolServers(stream, "en", workdir=str(work), environment={"HOME": str(work)}))
        opened.append(each)
        each.told = each.servers.start(servers, timeout)
        return each

    yield begin
    for each in opened:
        each.servers.close()
        each.stream.close()
