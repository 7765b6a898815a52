"""The MCP conversation with one tool server, by the official client, behind a gate that lets only the expected through.

The client keeps a task for every request and notification it is sent, and validates results with schemas the server
chose. So the gate passes on only answers to requests that were made; it answers the server's own requests itself, and a
result is read by its shape alone.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp import Client, MCPError, types
from mcp.client import ClientSession
from mcp.client._transport import TransportStreams
from mcp.shared.message import SessionMessage
from mcp.types import jsonrpc_message_adapter
from mcp.types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import TypeAdapter, ValidationError

from .channel import LINE_BURDEN, Channel
from .definitions import TOOLS_LIMIT, Definitions, Unusable, canonical
from .lines import Line, Oversized
from .results import ToolResult, read_result, shorten

CHANGES_LIMIT = 50
"""How often a server may change its tools before it is given up."""
_PAUSE = 0.1
_CHATTER = "notifications/subscriptions/acknowledged"
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
        gate = _Gate(self._channel, inward, self._changed)
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


class _Gate:
    """Decides what of a server's output reaches the client."""

    def __init__(
        self, channel: Channel, inward: MemoryObjectSendStream[SessionMessage | Exception], changed: asyncio.Event
    ) -> None:
        self._channel = channel
        self._inward = inward
        self._changed = changed
        self._asked: set[str] = set()
        self._replies, self._replying = anyio.create_memory_object_stream[bytes](16)
        self.streams = (self._replies, self._replying)
        """The gate's own streams, to be closed."""
        channel.receive = self.receive

    def receive(self, line: Line | Oversized) -> None:
        """Take one line of the server's stdout."""
        if isinstance(line, Oversized):
            self._refuse(line)
            return
        if not line.data.lstrip().startswith(b"{"):
            self._channel.noise(line.data)
            return
        try:
            message = jsonrpc_message_adapter.validate_json(line.data, by_name=False)
        except ValueError:
            self._channel.noise(line.data)
            return
        if isinstance(message, types.JSONRPCResponse | types.JSONRPCError):
            if str(message.id) in self._asked:
                self._asked.discard(str(message.id))
                self._deliver(message)
            else:
                self._channel.noise(line.data)
        elif isinstance(message, types.JSONRPCNotification):
            self._notice(message, len(line.data))
        else:
            self._answer(message, len(line.data))

    def _deliver(self, message: types.JSONRPCMessage) -> None:
        try:
            self._inward.send_nowait(SessionMessage(message))
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return

    def _refuse(self, line: Oversized) -> None:
        identifier = line.answers()
        if identifier not in self._asked:
            self._channel.noise(line.head, line.size)
        else:
            error = types.ErrorData(
                code=-32603, message=f"the tool's answer of {line.size} bytes is too large to be read"
            )
            known: int | str = int(identifier) if identifier.isdigit() else identifier
            self._deliver(types.JSONRPCError(jsonrpc="2.0", id=known, error=error))

    def _notice(self, message: types.JSONRPCNotification, size: int) -> None:
        if message.method == "notifications/tools/list_changed":
            self._changed.set()
        elif message.method == _CHATTER:
            self._deliver(message)
        self._channel.burden(max(size, LINE_BURDEN))

    def _answer(self, request: types.JSONRPCRequest, size: int) -> None:
        """Answer a request of the server: a ping, or nothing we offer."""
        self._channel.burden(max(size, LINE_BURDEN))
        reply: types.JSONRPCMessage
        if request.method == "ping":
            reply = types.JSONRPCResponse(jsonrpc="2.0", id=request.id, result={})
        else:
            error = types.ErrorData(code=-32601, message="this client offers no such method")
            reply = types.JSONRPCError(jsonrpc="2.0", id=request.id, error=error)
        try:
            self._replies.send_nowait(_wire(reply))
        except anyio.WouldBlock:
            self._channel.burden(size)

    async def carry(self, outward: MemoryObjectReceiveStream[SessionMessage]) -> None:
        """Carry the client's messages, and the gate's own replies, to the server."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._reply)
            async for item in outward:
                if isinstance(item.message, types.JSONRPCRequest):
                    self._asked.add(str(item.message.id))
                await self._channel.send(_wire(item.message))

    async def _reply(self) -> None:
        async with self._replying:
            async for data in self._replying:
                await self._channel.send(data)

    async def shut(self) -> None:
        """Close the client's read stream when the channel has ended."""
        await self._channel.ended.wait()
        self._inward.close()


def gone(channel: Channel) -> ToolResult:
    """Return the result of a call to a server that is gone."""
    return ToolResult("lost", f"the tool server {channel.name} is gone: it {channel.reason or 'is not ready'}")


def _wire(message: types.JSONRPCMessage) -> bytes:
    return message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n"


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
