"""The pod: start, warm acquire, teardown, and a tool call through MCP against ``docker exec`` in the same container."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hiyari.adapters.mcp import ToolServer
from hiyari.adapters.pod import ContainerWorld, Pods, connect
from hiyari.agent import Call
from hiyari.catalog import Environment
from hiyari.errors import EngineMissing

from . import Row

ROOT = Path(__file__).parents[1]
STARTS = 6
CALLS = 200
EXECS = 40
BARE = Environment.model_validate(
    {
        "name": "bench",
        "title": {"ja": "計測", "en": "Benchmark"},
        "domain": "midori.example",
        "tools": [{"name": "shell"}, {"name": "files"}],
    }
)


def rows() -> list[Row]:
    """Measure; without a container engine there is nothing to measure."""
    try:
        engine = connect()
    except EngineMissing:
        return []
    with Pods(engine, [ROOT], run="bench") as pods:
        pods.plan(BARE)
        world = ContainerWorld(
            pods, BARE, episode="calls", servers=[ToolServer(name="shell"), ToolServer(name="files")], seed={}
        )
        list(world.reset(0))
        calls = _calls(world)
        agent = engine.client.containers.get(world._pod.container("agent"))
        execs = _timed(lambda: agent.exec_run(["true"]), EXECS)
        world.close()
        starts, ends = [], []
        for number in range(STARTS):
            began = time.perf_counter()
            pod = pods.acquire(BARE, f"cold-{number}")
            starts.append(time.perf_counter() - began)
            began = time.perf_counter()
            pod.close()
            ends.append(time.perf_counter() - began)
            pods.dispose(pod)
    with Pods(connect(), [ROOT], run="bench-warm", warm=2) as pods:
        pods.prepare([BARE])
        acquires = []
        for number in range(STARTS):
            while pods.ready() < 2:
                time.sleep(0.05)
            began = time.perf_counter()
            pod = pods.acquire(BARE, f"warm-{number}")
            acquires.append(time.perf_counter() - began)
            pods.dispose(pod)
        while pods.ready() < 2:
            time.sleep(0.05)
        world = ContainerWorld(pods, BARE, episode="reset", servers=[ToolServer(name="shell")], seed={})
        began = time.perf_counter()
        list(world.reset(0))
        reset = time.perf_counter() - began
        world.close()
    cold = _median(starts)
    return [
        Row("pod cold start, median", cold, "ms"),
        Row("pod warm acquire, median", _median(acquires), "ms", cold, "cold start", "under 10 ms"),
        Row("reset of a world with a warm pod", reset * 1000, "ms", cold, "cold start"),
        Row("pod teardown, median", _median(ends), "ms"),
        Row("tool call (list files) by MCP, p50", *_against(calls["list"], execs, 50), "under 5 ms, a tenth at most"),
        Row("tool call (list files) by MCP, p95", *_against(calls["list"], execs, 95), ""),
        Row("tool call (shell, true) by MCP, p50", *_against(calls["tool"], execs, 50), "under 5 ms, a tenth at most"),
        Row("tool call (shell, true) by MCP, p95", *_against(calls["tool"], execs, 95), ""),
        Row("the same with all evidence gathered, p50", *_against(calls["step"], execs, 50), ""),
        Row("the same with all evidence gathered, p95", *_against(calls["step"], execs, 95), ""),
    ]


def _calls(world: ContainerWorld) -> dict[str, list[float]]:
    """Time calls of the tool servers alone, and whole steps with events of network and files."""
    servers, arguments = world._servers, {"command": "true"}
    numbers = iter(range(10**6))

    def step() -> None:
        list(world.step(Call(id=f"c{next(numbers)}", tool="shell_run", arguments=arguments)))

    _timed(step, 10)
    tool = _timed(lambda: servers.call("shell_run", arguments, 30).result(), CALLS)
    listing = _timed(lambda: servers.call("files_list", {}, 30).result(), CALLS)
    return {"tool": tool, "list": listing, "step": _timed(step, CALLS)}


def _timed(act: Callable[[], object], times: int) -> list[float]:
    durations = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        durations.append(time.perf_counter() - began)
    return durations


def _median(seconds: Sequence[float]) -> float:
    return statistics.median(seconds) * 1000


def _against(ours: Sequence[float], theirs: Sequence[float], percentile: int) -> tuple[float, str, float, str]:
    return _percentile(ours, percentile), "ms", _percentile(theirs, percentile), f"exec_run, p{percentile}"


def _percentile(seconds: Sequence[float], percentile: int) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[percentile - 1] * 1000
