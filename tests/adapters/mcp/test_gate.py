"""The gate before the official client: fuzzed with lines of every kind, it lets only asked answers through."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Iterator

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import types

from hiyari.adapters.mcp.channel import Channel
from hiyari.adapters.mcp.gate import Gate
from hiyari.adapters.mcp.lines import LineReader

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
values = st.recursive(scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=6), v, max_size=3))
methods = st.sampled_from(
    ["ping", "sampling/createMessage", "notifications/tools/list_changed", "notifications/message", "tools/list", "x"]
)
messages = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.sampled_from(["2.0", "1.0", 2]),
        "id": st.integers(-2, 4) | st.sampled_from(["1", "2", "listen-1"]) | values,
        "method": methods | values,
        "params": values,
        "result": values | st.just({}),
        "error": values | st.just({"code": 1, "message": "m"}),
    },
)
lines = messages.map(lambda m: json.dumps(m).encode()) | st.binary(max_size=60).map(lambda b: b.replace(b"\n", b""))


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that never runs: the gate's own work is synchronous."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@given(st.lists(lines, max_size=20))
def test_only_answers_that_were_asked_for_reach_the_client(loop: asyncio.AbstractEventLoop, sent: list[bytes]) -> None:
    """Whatever comes, nothing is raised, each asked identifier is answered at most once, and the rest is counted."""
    channel = Channel("x", 1, loop, lambda data: None, lambda channel: None)
    inward, read = anyio.create_memory_object_stream(math.inf)
    gate = Gate(channel, inward, asyncio.Event())
    gate._asked |= {"1", "2"}
    try:
        for line in LineReader().feed(b"\n".join(sent) + b"\n"):
            channel.receive(line)
        passed = []
        while read.statistics().current_buffer_used:
            passed.append(read.receive_nowait().message)
        answers = [m for m in passed if isinstance(m, types.JSONRPCResponse | types.JSONRPCError)]
        assert sorted({str(answer.id) for answer in answers}) == sorted(str(answer.id) for answer in answers)
        assert {str(answer.id) for answer in answers} <= {"1", "2"}
        assert all(m.method == "notifications/subscriptions/acknowledged" for m in passed if m not in answers)
    finally:
        for stream in (inward, read, *gate.streams):
            stream.close()
