"""The gate between a tool server and the official MCP client: only what is expected passes.

The client keeps a task for every request and notification it is sent. So the gate passes on only answers to requests
that were made, answers the server's own requests itself, and counts the rest as noise.
"""

from __future__ import annotations

import asyncio

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp import types
from mcp.shared.message import SessionMessage
from mcp.types import jsonrpc_message_adapter

from .channel import LINE_BURDEN, Channel
from .lines import Line, Oversized

_CHATTER = "notifications/subscriptions/acknowledged"


class Gate:
    """Decides what of a server's output reaches the client.

    Args:
        channel: The server's channel; its lines come here from now on.
        inward: Where the client reads.
        changed: Set when the server says that its tools changed.
    """

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


def _wire(message: types.JSONRPCMessage) -> bytes:
    return message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n"
