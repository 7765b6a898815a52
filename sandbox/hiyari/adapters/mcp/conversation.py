"""The MCP conversation with one tool server, by the official client.

The client would validate results with schemas the server chose; here a result is read by its shape alone.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp import Client, MCPError, types
from mcp.client import ClientSession
from mcp.client._transport import TransportStreams
from mcp.shared.message import SessionMessage
from mcp.types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import TypeAdapter, ValidationError

from .channel import Channel
from .definitions import TOOLS_LIMIT, Definitions, Unusable, canonical
from .gate import Gate
from .results import ToolResult, read_result, shorten

CHANGES_LIMIT = 50
"""How often a server may change its tools before it is given up."""
_PAUSE = 0.1
_RESULT: TypeAdapter[Any] = TypeAdapter(types.CallToolResult | types.InputRequiredResult)

logging.getLogger("mcp").addHandler(logging.NullHandler())


class Conversation:
    """One tool server, spoken to. Belongs to the loop.

    Args:
        channel: Its channel.
        listed: Told its tools when it first lists them and whenever they changed.
    """

    def __init__(self, channel: Channel, listed: Callable[[Channel, Definitions], None]) -> None:
        self._channel = channel
        self._listed = listed
        self._changed = asyncio.Event()
        self._session: ClientSession | None = None
        self._abandoned: set[asyncio.Future[Any]] = set()

    async def run(self) -> None:
        """Speak until the channel ends; a server that cannot be spoken to is stopped."""
        channel = self._channel
        try:
            async with Client(_Transport(self._connect), mode="auto", cache=None) as client:
                definitions = await _list_tools(client.session)
                self._session = client.session
                self._listed(channel, definitions)
                async with anyio.create_task_group() as group:
                    group.start_soon(self._follow, client.session)
                    if client.protocol_version in MODERN_PROTOCOL_VERSIONS and _announces(client):
                        group.start_soon(_subscribe, client)
                    await channel.ended.wait()
                    group.cancel_scope.cancel()
        except Exception as error:
            channel.stop(_why(error))
        finally:
            self._session = None

    async def call(self, tool: str, arguments: dict[str, Any], timeout: float) -> ToolResult:
        """Call a tool by its own name; never raises.

        Args:
            tool: The server's own name of it.
            arguments: JSON without lone surrogates.
            timeout: Wall seconds.
        """
        channel, session = self._channel, self._session
        if session is None or channel.reason:
            return gone(channel)
        request = types.CallToolRequest(params=types.CallToolRequestParams(name=tool, arguments=arguments))
        asked = asyncio.ensure_future(session.send_request(request, _RESULT))
        try:
            await asyncio.wait({asked}, timeout=timeout)
        finally:
            # The client then tells the server, if it reads at all; nobody waits for that.
            if not asked.done():
                asked.cancel()
                self._abandoned.add(asked)
                asked.add_done_callback(self._forget)
        if not asked.done():
            return ToolResult("timeout", f"the tool did not answer within {timeout:g} s")
        try:
            answer = asked.result()
        except MCPError as error:
            return gone(channel) if channel.reason else ToolResult("error", *_cut(error.error.message))
        except ValidationError:
            return ToolResult("error", "the tool server answered with something that is no tool result")
        except Exception as error:
            return ToolResult("error", f"the tool server's answer cannot be read ({type(error).__name__})")
        if isinstance(answer, types.InputRequiredResult):
            return ToolResult("error", "the tool asks for further input, which nobody gives here")
        content = [block.model_dump(mode="json", by_alias=True, exclude_none=True) for block in answer.content]
        return read_result(content, answer.structured_content, bool(answer.is_error))

    def _forget(self, asked: asyncio.Future[Any]) -> None:
        """Let go of a request that was given up, with whatever error it ended in."""
        self._abandoned.discard(asked)
        if not asked.cancelled():
            asked.exception()

    async def _follow(self, session: ClientSession) -> None:
        for _ in range(CHANGES_LIMIT):
            await self._changed.wait()
            self._changed.clear()
            self._listed(self._channel, await _list_tools(session))
            await anyio.sleep(_PAUSE)
        raise Unusable(f"it changed its tools more than {CHANGES_LIMIT} times")

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[TransportStreams]:
        """Give the client its two streams, and carry what passes the gate."""
        inward, read = anyio.create_memory_object_stream[SessionMessage | Exception](math.inf)
        write, outward = anyio.create_memory_object_stream[SessionMessage](0)
        gate = Gate(self._channel, inward, self._changed)
        async with anyio.create_task_group() as group:
            group.start_soon(gate.carry, outward)
            group.start_soon(gate.shut)
            try:
                yield read, write
            finally:
                group.cancel_scope.cancel()
                for stream in (read, write, outward, inward, *gate.streams):
                    stream.close()


class _Transport:
    """The official client's transport protocol around a context manager of two streams."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._context = connect()

    async def __aenter__(self) -> TransportStreams:
        streams: TransportStreams = await self._context.__aenter__()
        return streams

    async def __aexit__(self, *error: Any) -> bool | None:
        handled: bool | None = await self._context.__aexit__(*error)
        return handled


def gone(channel: Channel) -> ToolResult:
    """Return the result of a call to a server that is gone."""
    return ToolResult("lost", f"the tool server {channel.name} is gone: it {channel.reason or 'is not ready'}")


def _cut(text: str) -> tuple[str, tuple[bytes, ...], bool]:
    short, cut = shorten(text)
    return short, (), cut


def _announces(client: Client) -> bool:
    tools = client.server_capabilities.tools
    return bool(tools and tools.list_changed)


async def _subscribe(client: Client) -> None:
    """Ask a server of the 2026 protocol to tell when its tools change; the gate hears it."""
    try:
        async with client.listen(tools_list_changed=True):
            await anyio.sleep_forever()
    except (MCPError, RuntimeError, TimeoutError):
        return


async def _list_tools(session: ClientSession) -> Definitions:
    """List all tools of a server.

    Raises:
        Unusable: If the definitions are out of bounds.
        MCPError: If the server refuses.
    """
    tools: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(TOOLS_LIMIT):
        params = types.PaginatedRequestParams(cursor=cursor) if cursor else None
        page = await session.send_request(types.ListToolsRequest(params=params), types.ListToolsResult)
        tools += [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in page.tools]
        cursor = page.next_cursor
        if not cursor or len(tools) > TOOLS_LIMIT:
            break
    return canonical(tools)


def _why(error: BaseException) -> str:
    """Say in one sentence why a server cannot be spoken to."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, Unusable):
        return f"cannot be used: {error}"
    if isinstance(error, MCPError):
        return f"refused to speak MCP: {error.error.message[:200]}"
    return f"does not speak MCP ({type(error).__name__})"
