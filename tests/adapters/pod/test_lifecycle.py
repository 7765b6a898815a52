"""Pods come warm, are used once, and leave nothing behind; a dying engine or world makes an episode invalid."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time

import pytest

from hiyari.adapters.mcp import ToolServer
from hiyari.adapters.pod import ContainerWorld, Pods, connect, reap
from hiyari.adapters.pod.engine import engine_errors
from hiyari.adapters.pod.owner import abandoned, owner
from hiyari.adapters.pod.proofs import prove
from hiyari.adapters.pod.reaper import remove
from hiyari.agent import Call
from hiyari.errors import EngineError

from .conftest import BARE, ROOT
from .engine_proxy import EngineProxy

pytestmark = pytest.mark.docker
KEEPER = f"""
import signal, sys, time
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from hiyari.adapters.pod import Pods, connect
from hiyari.catalog import Environment
environment = Environment.model_validate({BARE.model_dump(mode="json", by_alias=True)!r})
for number in (signal.SIGINT, signal.SIGTERM):  # a job in the background is started with SIGINT ignored
    signal.signal(number, signal.default_int_handler)
with Pods(connect(), [Path({str(ROOT)!r})], run=sys.argv[1], warm=2) as pods:
    pods.prepare([environment])
    pod = pods.acquire(environment, "used")
    print("started", flush=True)
    time.sleep(120)
"""


def left(engine, run):
    """Names of containers and volumes of a run that are still there."""
    containers = engine.api.containers(all=True, filters={"label": "hiyari"})
    volumes = engine.api.volumes(filters={"label": "hiyari"})["Volumes"] or []
    return [
        (found.get("Names") or [found.get("Name")])[0].lstrip("/")
        for found in [*containers, *volumes]
        if found["Labels"]["hiyari"].startswith(f"{run}/")
    ]


def of_pods(engine, run):
    """What is left of pods themselves: not the one volume that all pods of a run share."""
    return [name for name in left(engine, run) if not name.endswith("-settings")]


def keeper(run):
    """A process that holds pods of a run; returns when it has one in use and others on their way."""
    process = subprocess.Popen(
        [sys.executable, "-c", KEEPER, run], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "started\n", process.stderr.read()
    return process


def until_ready(pods, count):
    """Wait until so many pods are warm."""
    deadline = time.monotonic() + 60
    while pods.ready() < count and time.monotonic() < deadline:
        time.sleep(0.05)
    assert pods.ready() >= count


def test_warm_pods_wait_and_are_used_once(engine):
    """A warm pod is taken at once, another takes its place, and all are gone after the close."""
    run = f"test-warm-{os.getpid()}"
    with Pods(connect(), [ROOT], run=run, warm=1) as pods:
        pods.prepare([BARE])
        until_ready(pods, 1)
        first = pods.acquire(BARE, "one")
        second = pods.acquire(BARE, "two")
        assert first.container("agent") != second.container("agent")
        assert len(left(engine, run)) >= 8
        pods.dispose(first)
    assert left(engine, run) == []
    with pytest.raises(EngineError, match="the run is over"):
        pods.acquire(BARE, "three")


def test_a_warm_pod_that_died_is_not_handed_out(engine):
    """What was lost while it waited is replaced."""
    run = f"test-died-{os.getpid()}"
    with Pods(connect(), [ROOT], run=run, warm=1) as pods:
        pods.prepare([BARE])
        until_ready(pods, 1)
        waiting = pods._shelf._ready[pods.plan(BARE)][0]
        engine.api.kill(waiting.container("world"))
        deadline = time.monotonic() + 10
        while not waiting.broken() and time.monotonic() < deadline:
            time.sleep(0.02)
        pod = pods.acquire(BARE, "one")
        assert pod is not waiting and not pod.broken()
        pods.dispose(pod)
    assert left(engine, run) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_after_an_interrupt(engine, number):
    """Ctrl-C and SIGTERM remove pods in use, waiting, and on their way."""
    run = f"test-{number.name.lower()}-{os.getpid()}"
    process = keeper(run)
    assert left(engine, run)
    process.send_signal(number)
    _, complaints = process.communicate(timeout=100)
    assert "KeyboardInterrupt" in complaints
    assert left(engine, run) == []


def test_the_reaper_removes_what_a_killed_process_left(engine):
    """After kill -9 the next start cleans up, and touches nothing that a living process owns."""
    run, own = f"test-killed-{os.getpid()}", f"test-own-{os.getpid()}"
    process = keeper(run)
    process.kill()
    process.communicate()
    assert left(engine, run)
    with Pods(connect(), [ROOT], run=own) as pods:
        assert left(engine, run) == []
        pod = pods.acquire(BARE, "one")
        reap(engine)
        assert len(of_pods(engine, own)) == 4
        pods.dispose(pod)
    assert left(engine, own) == []


def test_an_owner_is_known_by_more_than_its_number():
    """A process number that was given out again, another boot and another machine are told apart."""
    mine = owner()
    process, _, place = mine.partition("@")
    pid, _, started = process.partition(".")
    boot, _, host = place.partition("/")
    assert not abandoned(mine)
    assert abandoned(f"{pid}.{int(started) + 1}@{boot}/{host}")
    assert abandoned(f"{pid}.{started}@another-boot/{host}")
    assert not abandoned(f"1.1@{boot}/another-machine")
    assert not abandoned("") and not abandoned("nonsense")


def test_a_pod_that_is_not_closed_is_refused(engine, cell):
    """Every flag counts: change any one in what the engine reports, and a proof fails."""
    pod = cell.world._pod
    volumes = pod._volumes

    def inspected():
        return {name: pod.inspect(name) for name in ("world", "agent")}

    assert all(prove(pod.plan, inspected(), volumes).values())
    for container, part, field, value in (
        ("world", "HostConfig", "NetworkMode", "bridge"),
        ("world", "HostConfig", "CapAdd", ["SYS_ADMIN"]),
        ("world", "HostConfig", "Privileged", True),
        ("world", "HostConfig", "PortBindings", {"80/tcp": [{"HostPort": "80"}]}),
        ("agent", "HostConfig", "NetworkMode", "host"),
        ("agent", "HostConfig", "PidMode", "host"),
        ("agent", "HostConfig", "IpcMode", "host"),
        ("agent", "HostConfig", "CapDrop", []),
        ("agent", "HostConfig", "CapAdd", ["NET_RAW"]),
        ("agent", "HostConfig", "SecurityOpt", ["no-new-privileges:true"]),
        ("agent", "HostConfig", "SecurityOpt", ["no-new-privileges:true", "seccomp=unconfined"]),
        ("agent", "HostConfig", "ReadonlyRootfs", False),
        ("agent", "HostConfig", "Memory", 0),
        ("agent", "HostConfig", "PidsLimit", None),
        ("agent", "HostConfig", "NanoCpus", 0),
        ("agent", "HostConfig", "MaskedPaths", []),
        ("agent", "HostConfig", "Devices", [{"PathOnHost": "/dev/kvm"}]),
        ("agent", "HostConfig", "Tmpfs", {"/tmp": "", "/var": ""}),
        ("agent", "Config", "User", "0:0"),
    ):
        found = inspected()
        found[container][part][field] = value
        assert not all(prove(pod.plan, found, volumes).values()), (container, field, value)
    found = inspected()
    found["agent"]["Mounts"].append({"Type": "bind", "Source": "/", "Destination": "/host", "RW": True})
    assert not all(prove(pod.plan, found, volumes).values())


def test_a_dead_world_is_an_engine_error_that_names_it(play, engine):
    """Without the recorder the episode is invalid, in the middle of a call."""
    world = play()
    engine.api.kill(world.world._pod.container("world"))
    with pytest.raises(EngineError, match="container world is gone"):
        world.shell("sleep 5")


@pytest.fixture
def forgetful():
    """Collect, while their warnings are ignored, the sockets that the SDK leaves open when it cannot connect."""
    yield
    gc.collect()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_engine_that_vanishes_in_the_middle_is_an_engine_error(engine, tmp_path, monkeypatch, forgetful):
    """Calls, probes and new pods fail with EngineError; nothing hangs; what is left can be removed later."""
    run = f"test-vanished-{os.getpid()}"
    proxy = EngineProxy(tmp_path / "engine.sock", engine.address.removeprefix("unix://"))
    try:
        monkeypatch.setenv("DOCKER_HOST", proxy.address)
        pods = Pods(connect(timeout=5), [ROOT], run=run)
        world = ContainerWorld(pods, BARE, episode="one", servers=[ToolServer(name="shell")], seed={})
        list(world.reset(1))
        step = world.step(Call(id="c1", tool="shell_run", arguments={"command": "curl -s http://a.example/; sleep 20"}))
        next(step)
        proxy.cut()
        with pytest.raises(EngineError, match="container world is gone"):
            list(step)
        with pytest.raises(EngineError):
            world.probe({"files": "*"})
        world.close()
        with pytest.raises(EngineError, match="does not answer"):
            pods.acquire(BARE, "two")
        with pytest.raises(EngineError, match="does not answer"):
            pods.close()
    finally:
        proxy.close()
        names = left(engine, run)
        volumes = [name for name in names if name.endswith(("-work", "-certificate", "-settings"))]
        with engine_errors("cleaning"):
            remove(engine, [name for name in names if name not in volumes], volumes)
    assert left(engine, run) == []


def test_an_engine_reached_by_tcp_works_alike(engine, monkeypatch):
    """Attached streams, volumes and removal need no local socket."""
    run = f"test-tcp-{os.getpid()}"
    proxy = EngineProxy(None, engine.address.removeprefix("unix://"))
    try:
        monkeypatch.setenv("DOCKER_HOST", proxy.address)
        with Pods(connect(), [ROOT], run=run) as pods:
            world = ContainerWorld(pods, BARE, episode="one", servers=[ToolServer(name="shell")], seed={})
            list(world.reset(1))
            last = list(world.step(Call(id="c1", tool="shell_run", arguments={"command": "echo by tcp"})))[-1]
            assert last.text == "exit code: 0\nby tcp\n"
            world.close()
    finally:
        proxy.close()
    assert left(engine, run) == []
