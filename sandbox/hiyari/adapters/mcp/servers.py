"""All tool servers of one pod: started, listed, called, and what happened to them told as events."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, TimeoutError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hiyari.adapters.stream import ByteStream
from hiyari.agent import ToolSpec
from hiyari.errors import ContentError
from hiyari.events import Data, Event, Json, ToolServerLost, ToolServerStarted

from .channel import Channel
from .definitions import Definitions, exposed_name, specifications
from .loop import shared_loop
from .mux import Mux
from .results import ToolResult

if TYPE_CHECKING:
    from .conversation import Conversation

ARGUMENTS_LIMIT = 4 << 20
"""Most bytes of JSON that are passed to a tool."""


class ToolServer(Data):
    """One tool server to start."""

    name: str
    """Name in the environment; the prefix of its tools."""
    path: str = ""
    """Absolute path, in the container, of a bundled server; ``/opt/tools/<name>/server.py`` when left out."""
    command: tuple[str, ...] = ()
    """Command line of any stdio MCP server, instead of a bundled one."""
    url: str = ""
    """Where a server speaks streamable HTTP, as the agent container reaches it, instead of one started there."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Headers of every request to ``url``, such as a log-in; handed over on a pipe."""
    parameters: dict[str, Json] = Field(default_factory=dict)
    """Parameters of a bundled server, handed over on its stdin."""
    environment: dict[str, str] = Field(default_factory=dict)
    """Environment variables of this server; the agent can read them."""
    seconds: float | dict[str, float] = 1.0
    """Virtual seconds of a call, for all its tools or by tool."""


@dataclass
class _Running:
    """A server that was started."""

    server: ToolServer
    channel: Channel
    conversation: Conversation
    listed: Future[None] = field(default_factory=Future)
    definitions: Definitions | None = None


class ToolServers:
    """The tool servers of one pod, behind the launcher's stream. Its methods may be called from any one thread.

    Args:
        stream: The attached stdin and stdout of the launcher; listened to at once, closed by its owner.
        language: Language of tool descriptions.
        environment: Environment variables added to the container's own, for all servers.
        workdir: Working directory of the servers.
    """

    def __init__(
        self,
        stream: ByteStream,
        language: Literal["ja", "en"],
        *,
        environment: Mapping[str, str] | None = None,
        workdir: str = "/work",
    ) -> None:
        self._language = language
        self._environment = dict(environment or {})
        self._workdir = workdir
        self._loop = shared_loop()
        self._lock = threading.Lock()
        self._running: dict[str, _Running] = {}
        self._offered: dict[str, tuple[str, str, ToolSpec]] = {}
        self._events: list[Event] = []
        self._mux = Mux(stream, self._lost)

    def start(self, servers: Sequence[ToolServer], timeout: float = 30.0) -> list[Event]:
        """Start the servers and list their tools.

        Args:
            servers: What to start; called once.
            timeout: Wall seconds for all of them.

        Returns:
            For each server, in order, that it started or was lost; then noise they made.

        Raises:
            ContentError: If a third-party server is given parameters, a URL is none, or two tools would get one name.
            EngineError: If the stream is closed or the launcher does not answer.
        """
        for server in servers:
            _check(server)
        begun = time.monotonic()
        started = self._mux.start(
            {
                "language": self._language,
                "environment": self._environment,
                "workdir": self._workdir,
                "servers": [_order(server) for server in servers],
            },
            timeout,
        )
        for server in servers:
            self._begin(server, started[server.name])
        return self._await(servers, timeout - (time.monotonic() - begun))

    def restart(self, name: str, timeout: float = 30.0) -> list[Event]:
        """End a server, if it still runs, and start it again.

        Raises:
            LookupError: If no such server was started.
            EngineError: As ``start``.
        """
        server = self._running[name].server
        started = self._mux.restart(name, timeout)
        self._begin(server, started[name])
        return self._await([server], timeout)

    def tools(self) -> tuple[ToolSpec, ...]:
        """Return the tools the servers offer now, in the order of their servers."""
        with self._lock:
            return tuple(spec for _, _, spec in self._offered.values())

    def call(self, tool: str, arguments: Mapping[str, Json], timeout: float) -> Future[ToolResult]:
        """Call a tool by its exposed name.

        Args:
            tool: One of ``tools()``.
            arguments: Its arguments.
            timeout: Wall seconds until the call is given up and the server told so.

        Returns:
            A future that never fails: whatever happens is a ToolResult.
        """
        with self._lock:
            server, own, _ = self._offered.get(tool, ("", "", None))
            running = self._running.get(server)
        if running is None:
            return _done(ToolResult("error", f"there is no tool {tool!r}"))
        try:
            text = json.dumps(arguments, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        except (TypeError, ValueError, RecursionError) as error:
            return _done(ToolResult("error", f"the arguments are no JSON: {error}"))
        if len(text) > ARGUMENTS_LIMIT:
            return _done(ToolResult("error", f"the arguments are {len(text)} bytes, more than {ARGUMENTS_LIMIT}"))
        return asyncio.run_coroutine_threadsafe(running.conversation.call(own, json.loads(text), timeout), self._loop)

    def events(self) -> list[Event]:
        """Return what happened to the servers since the last time."""
        with self._lock:
            told, self._events = self._events, []
            running = list(self._running.values())
        return [*told, *(event for each in running for event in each.channel.drain())]

    def close(self) -> None:
        """Let go of all servers; calls in progress end as lost. May be called more than once."""
        self._mux.close()

    def _begin(self, server: ToolServer, channel: Channel | str) -> None:
        from .conversation import Conversation

        if isinstance(channel, str):
            with self._lock:
                self._events.append(ToolServerLost(server=server.name, reason=channel))
            return
        running = _Running(server, channel, Conversation(channel, self._listed))
        with self._lock:
            self._running[server.name] = running
        asyncio.run_coroutine_threadsafe(running.conversation.run(), self._loop)
        self._loop.call_soon_threadsafe(self._settle, running)

    @staticmethod
    def _settle(running: _Running) -> None:
        """End the wait for a server that was lost before anyone waited."""
        if running.channel.reason and not running.listed.done():
            running.listed.set_result(None)

    def _await(self, servers: Sequence[ToolServer], timeout: float) -> list[Event]:
        deadline = time.monotonic() + timeout
        for server in servers:
            running = self._running.get(server.name)
            if running is None:
                continue
            try:
                running.listed.result(max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                self._loop.call_soon_threadsafe(running.channel.stop, f"did not list its tools within {timeout:.0f} s")
                running.listed.result()
        order = {server.name: index for index, server in enumerate(servers)}
        self._offer(strict=True)
        return sorted(self.events(), key=lambda event: (event.kind.endswith("noise"), order.get(_server(event), 0)))

    def _listed(self, channel: Channel, definitions: Definitions) -> None:
        """Note, in the loop, what a server lists."""
        with self._lock:
            running = self._running[channel.name]
            before, running.definitions = running.definitions, definitions
            if before is None or before.digest != definitions.digest:
                names = tuple(exposed_name(channel.name, str(tool["name"])) for tool in definitions.tools)
                self._events.append(ToolServerStarted(server=channel.name, tools=names, definitions=definitions.digest))
        if not running.listed.done():
            running.listed.set_result(None)
        elif before != definitions:
            self._offer(strict=False)

    def _lost(self, channel: Channel) -> None:
        """Note, in the loop, that a server is gone."""
        with self._lock:
            running = self._running.get(channel.name)
            current = running is None or running.channel is channel
            if current and not self._mux.closed:
                self._events.append(ToolServerLost(server=channel.name, reason=channel.reason))
        if running is not None and current and not running.listed.done():
            running.listed.set_result(None)

    def _offer(self, *, strict: bool) -> None:
        """Name all tools. Two of one name are an error, or, in the middle of an episode, the second is left out."""
        offered: dict[str, tuple[str, str, ToolSpec]] = {}
        with self._lock:
            running = list(self._running.values())
        for each in running:
            if each.definitions is None:
                continue
            try:
                named = specifications(each.server.name, each.definitions, each.server.seconds)
            except ContentError:
                if strict:
                    raise
                continue
            for name, (own, spec) in named.items():
                if name in offered and strict:
                    raise ContentError(
                        f"tool servers {offered[name][0]!r} and {each.server.name!r} both offer a tool {name!r}; "
                        "give one of them another name"
                    )
                offered.setdefault(name, (each.server.name, own, spec))
        with self._lock:
            self._offered = offered


def _check(server: ToolServer) -> None:
    if (server.command or server.url) and server.parameters:
        raise ContentError(
            f"tool server {server.name!r} is a third party's and cannot take parameters; "
            "put them into its command line, its environment or a file",
            field="with",
        )
    if server.url and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", server.url):
        raise ContentError(f"tool server {server.name!r}: {server.url!r} is no http or https URL", field="url")


def _order(server: ToolServer) -> dict[str, Json]:
    """Return what the launcher needs to know of a server; a URL and its headers are parameters of the bridge to it."""
    order: dict[str, Json] = server.model_dump(exclude={"seconds", "headers"})
    if server.url:
        order["parameters"] = {"url": server.url, "headers": dict(server.headers)}
    return order


def _server(event: Event) -> str:
    return str(getattr(event, "server", ""))


def _done(result: ToolResult) -> Future[ToolResult]:
    future: Future[ToolResult] = Future()
    future.set_result(result)
    return future
