"""The pod: starts, memory and tool calls; a whole episode against ``docker run`` with ``docker exec``, and inspect-ai.

Whatever is compared does the same work on the same image in the same run, in turns.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from hiyari.adapters.mcp import ToolServer
from hiyari.adapters.pod import ContainerWorld, Engine, Pods, connect
from hiyari.adapters.pod.capacity import meminfo
from hiyari.adapters.pod.owner import labels
from hiyari.agent import Call
from hiyari.catalog import Environment
from hiyari.errors import EngineMissing
from hiyari.scenario.files import read_model

from . import Row
from ._inspect import inspect_row

ROOT = Path(__file__).parents[1]
STARTS = 6
CALLS = 200
EXECS = 40
IDLE = 40
EPISODES = 5
MAILS = 500
COMMAND = "echo hello > note; cat note; rm note"
"""What each of an episode's ten calls runs in a shell."""
WAIT = "sleep 0.2"
"""What calls do that wait, as for a network or a model."""


def rows() -> list[Row]:
    """Measure; without a container engine there is nothing to measure."""
    try:
        engine = connect()
    except EngineMissing:
        return []
    plain = _environment("plain")
    with Pods(engine, [ROOT], run="bench") as pods:
        found = [*_calls(pods, plain), *_starts(pods, plain), *_episodes(pods, plain)]
    return [*found, *_crowd(plain), *_overlap(plain), *_resets()]


def _environment(name: str) -> Environment:
    return read_model(ROOT / "environments" / name / "environment.yaml", Environment)


def _world(pods: Pods, environment: Environment, seed: dict[str, Any] | None = None) -> ContainerWorld:
    servers = [ToolServer(name="shell"), ToolServer(name="files")]
    return ContainerWorld(pods, environment, episode="bench", servers=servers, seed=seed or {})


def _calls(pods: Pods, plain: Environment) -> list[Row]:
    """Time calls of the tool servers alone, and whole steps with events of network and files."""
    world = _world(pods, plain)
    list(world.reset(0))
    servers, arguments = world._servers, {"command": "true"}
    numbers = iter(range(10**6))

    def step() -> None:
        list(world.step(Call(id=f"c{next(numbers)}", tool="shell_run", arguments=arguments)))

    _timed(step, 10)
    tool = _timed(lambda: servers.call("shell_run", arguments, 30).result(), CALLS)
    listing = _timed(lambda: servers.call("files_list", {}, 30).result(), CALLS)
    steps = _timed(step, CALLS)
    agent = pods.engine.client.containers.get(world._pod.container("agent"))
    execs = _timed(lambda: agent.exec_run(["true"]), EXECS)
    world.close()
    return [
        Row("tool call (list files) by MCP, p50", *_against(listing, execs, 50), "under 5 ms, a tenth at most"),
        Row("tool call (list files) by MCP, p95", *_against(listing, execs, 95), ""),
        Row("tool call (shell, true) by MCP, p50", *_against(tool, execs, 50), "under 5 ms, a tenth at most"),
        Row("tool call (shell, true) by MCP, p95", *_against(tool, execs, 95), ""),
        Row("the same with all evidence gathered, p50", *_against(steps, execs, 50), ""),
        Row("the same with all evidence gathered, p95", *_against(steps, execs, 95), ""),
    ]


def _starts(pods: Pods, plain: Environment) -> list[Row]:
    starts, ends = [], []
    for number in range(STARTS):
        began = time.perf_counter()
        pod = pods.acquire(plain, f"cold-{number}")
        starts.append(time.perf_counter() - began)
        began = time.perf_counter()
        pod.close()
        ends.append(time.perf_counter() - began)
        pods.dispose(pod)
    acquires = []
    with Pods(connect(), [ROOT], run="bench-warm", warm=2) as warm:
        warm.prepare([plain])
        for number in range(STARTS):
            _until(lambda: warm.ready() == 2)
            began = time.perf_counter()
            pod = warm.acquire(plain, f"warm-{number}")
            acquires.append(time.perf_counter() - began)
            warm.dispose(pod)
    cold = _median(starts)
    return [
        Row("pod cold start, median", cold, "ms"),
        Row("pod warm acquire, median", _median(acquires), "ms", cold, "cold start", "under 10 ms"),
        Row("pod teardown, median", _median(ends), "ms"),
    ]


def _episodes(pods: Pods, plain: Environment) -> list[Row]:
    """Ten shell calls, from nothing to nothing left: in a new pod, in a warm one, and by the docker command."""
    image = pods.plan(plain).agent.name
    cold, warm, command, peer = [], [], [], inspect_row(image, COMMAND, EPISODES)
    with Pods(connect(), [ROOT], run="bench-episodes", warm=2) as ready:
        ready.prepare([plain])
        for _ in range(EPISODES):
            cold.append(_seconds(lambda: _episode(pods, plain)))
            _until(lambda: ready.ready() == 2)
            warm.append(_seconds(lambda: _episode(ready, plain)))
            _until(lambda: ready.ready() == 2)
            command.append(_seconds(lambda: _by_command(pods.engine, image)))
    baseline = (_median(command), "docker run, ten docker exec, docker rm")
    return [
        Row("episode of ten shell calls, warm pod, median", _median(warm), "ms", *baseline, "a tenth of inspect-ai's"),
        Row("episode of ten shell calls, pod started for it, median", _median(cold), "ms", *baseline),
        peer(_median(warm)),
    ]


def _episode(pods: Pods, plain: Environment, command: str = COMMAND) -> None:
    world = _world(pods, plain)
    list(world.reset(0))
    for number in range(10):
        last = list(world.step(Call(id=f"c{number}", tool="shell_run", arguments={"command": command})))[-1]
        assert getattr(last, "status", "") == "ok", last
    list(world.finish())
    pod = world._pod
    assert pod is not None
    # In a run pods are removed in the background; the docker command below does not have that either.
    pod.close()
    world.close()


def _by_command(engine: Engine, image: str) -> None:
    docker = shutil.which("docker")
    if docker is None:
        return _by_sdk(engine, image)
    name = f"hiyari-bench-{uuid.uuid4().hex[:10]}"
    marks = [part for key, value in labels("bench", "docker").items() for part in ("--label", f"{key}={value}")]
    host = ["-H", engine.address]
    start = ["run", "-d", "--network", "none", "--name", name, *marks, "--entrypoint", "sleep", image, "infinity"]
    _quiet([docker, *host, *start])
    for _ in range(10):
        _quiet([docker, *host, "exec", "-w", "/tmp", "-u", "0", name, "sh", "-c", COMMAND])
    _quiet([docker, *host, "rm", "-f", name])
    return None


def _by_sdk(engine: Engine, image: str) -> None:
    box = engine.client.containers.run(
        image, ["infinity"], entrypoint="sleep", network_mode="none", detach=True, labels=labels("bench", "docker")
    )
    for _ in range(10):
        box.exec_run(["sh", "-c", COMMAND], workdir="/tmp", user="0")
    box.remove(force=True)


def _quiet(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _crowd(plain: Environment) -> list[Row]:
    """Start many pods as a pool does, and see how much less memory the machine has when they idle."""
    with Pods(connect(), [ROOT], run="bench-crowd", warm=IDLE) as pods:
        pods.plan(plain)
        before = meminfo().get("MemAvailable", 0)
        began = time.perf_counter()
        pods.prepare([plain])
        _until(lambda: pods.ready() == IDLE)
        taken = time.perf_counter() - began
        time.sleep(2)
        used = (before - meminfo().get("MemAvailable", 0)) / 2**30
    return [
        Row(f"{IDLE} plain pods started in the background", IDLE / taken, "pods/s", aim="4 on two idle cores"),
        Row(f"memory {IDLE} idle plain pods take from the machine", used, "GiB", aim="under 4 GiB"),
    ]


def _overlap(plain: Environment) -> list[Row]:
    """Four episodes whose calls wait, one after the other and all at once, in threads of this process."""
    taken = {}
    for jobs in (1, 4):
        with Pods(connect(), [ROOT], run="bench-jobs", warm=4) as pods:
            pods.prepare([plain], {plain.name: 4})
            _until(lambda pods=pods: pods.ready() == 4)
            began = time.perf_counter()
            with ThreadPoolExecutor(jobs) as threads:
                list(threads.map(lambda _, pods=pods: _episode(pods, plain, WAIT), range(4)))
            taken[jobs] = time.perf_counter() - began
    aim = "a quarter, where waiting is all"
    return [Row("four episodes of ten waiting calls, jobs 4", taken[4], "s", taken[1], "the same with jobs 1", aim)]


def _resets() -> list[Row]:
    """Reset a pod with a full mailbox: with other data than before, and with the same."""
    environment = _environment("hr_department")
    folder = ROOT / "environments" / environment.name
    seed = {spec.name: yaml.safe_load((folder / spec.seed).read_text()) for spec in environment.services if spec.seed}
    mails = seed["mail"]["messages"]
    seed["mail"]["messages"] = [mails[number % len(mails)] for number in range(MAILS)]
    fresh, same = [], []
    with Pods(connect(), [ROOT], run="bench-reset", warm=1) as pods:
        pods.prepare([environment])
        for number in range(6):
            _until(lambda: pods.ready() == 1)
            world = _world(pods, environment, seed)
            taken = _seconds(lambda world=world, number=number: list(world.reset(number)))
            # From the third on pods were started after two episodes had the same data.
            (fresh if number < 2 else same if number > 2 else []).append(taken)
            world.close()
    name = f"reset of hr_department with {MAILS} mails, warm pod"
    return [Row(f"{name}, data as in the last episodes", _median(same), "ms", _median(fresh), "data of its own")]


def _until(done: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError("pods did not get ready")
        time.sleep(0.02)


def _seconds(act: Callable[[], object]) -> float:
    return _timed(act, 1)[0]


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
