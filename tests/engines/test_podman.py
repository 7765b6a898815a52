"""Pods on a Podman that the test started itself, with a socket and a storage of its own: no second Docker daemon.

Asked for by ``HIYARI_TEST_ENGINES=1``; needs root, ``podman``, ``runc``, and a Docker engine that lends its images.
Ran with Podman 4.3.1 and runc 1.1.5 on Debian 12.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from hiyari.adapters.mcp import ToolServer
from hiyari.adapters.pod import ContainerWorld, Pods, connect
from hiyari.agent import Call
from hiyari.catalog import Environment
from hiyari.errors import EngineError
from hiyari.events import Egress, PodStarted, plain
from hiyari.scenario.files import read_model

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.docker


@pytest.fixture
def podman(monkeypatch):
    """Podman's Docker-compatible socket, and the command that speaks to the same storage."""
    if os.environ.get("HIYARI_TEST_ENGINES") != "1":
        pytest.skip("engines beside the machine's own are tested with HIYARI_TEST_ENGINES=1")
    if shutil.which("podman") is None or shutil.which("runc") is None or os.getuid() != 0:
        pytest.skip("needs root, podman and runc")
    # Podman takes no long paths.
    folder = Path(tempfile.mkdtemp(prefix="hy-"))
    # A virtual machine may not let root raise its limits, which Podman otherwise tries.
    limit = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    settings = folder / "containers.conf"
    settings.write_text(
        f'[containers]\ndefault_ulimits = ["nproc={limit}:{limit}"]\n'
        '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nruntime = "runc"\n'
    )
    monkeypatch.setenv("CONTAINERS_CONF", str(settings))
    command = ["podman", "--root", str(folder / "storage"), "--runroot", str(folder / "run")]
    address = f"unix://{folder}/podman.sock"
    service = subprocess.Popen([*command, "system", "service", "--time=0", address])
    try:
        deadline = time.monotonic() + 30
        while not (folder / "podman.sock").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        yield command, address
    finally:
        service.terminate()
        service.wait(30)
        subprocess.run([*command, "rm", "-fa"], capture_output=True, check=False)
        subprocess.run([*command, "rmi", "-fa"], capture_output=True, check=False)
        subprocess.run(["umount", str(folder / "storage/overlay")], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def test_a_pod_is_proven_closed_and_an_episode_runs_in_it(podman, monkeypatch):
    """Every proof holds, calls and egress are recorded, the agent sees nothing of the host, and nothing is left."""
    command, address = podman
    plain_environment = read_model(ROOT / "environments/plain/environment.yaml", Environment)
    with Pods(connect(), [ROOT], run="test-lend") as pods:
        plan = pods.plan(plain_environment)
        wanted = [plan.world.name, plan.agent.name, *_parents(pods)]
    saved = subprocess.Popen(["docker", "save", *wanted], stdout=subprocess.PIPE)
    subprocess.run([*command, "load", "-q"], stdin=saved.stdout, check=True, capture_output=True)
    saved.stdout.close()
    assert saved.wait() == 0
    monkeypatch.setenv("DOCKER_HOST", address)
    engine = connect()
    assert engine.product == "Podman"
    with Pods(engine, [ROOT], run="test-podman") as pods:
        world = ContainerWorld(pods, plain_environment, episode="one", servers=[ToolServer(name="shell")], seed={})
        started = next(event for event in list(world.reset(1)) if isinstance(event, PodStarted))
        assert all(started.proofs.values()) and "kernel: no interface leads out" in started.proofs
        shell = "curl -s http://a.example/ >/dev/null; id -u; cat /proc/version; grep CapBnd /proc/self/status"
        *events, last = world.step(Call(id="c1", tool="shell_run", arguments={"command": shell}))
        assert [event.host for event in events if isinstance(event, Egress)] == ["a.example"]
        assert plain(last.text).split("\n")[1:3] == ["10001", "CapBnd:\t0000000000000000"]
        list(world.finish())
        pod = world._pod
        engine.api.kill(pod.container("world"))
        with pytest.raises(EngineError):
            world.probe({"files": "*"})
        world.close()
    left = subprocess.run([*command, "ps", "-aq"], capture_output=True, text=True, check=True).stdout
    volumes = subprocess.run([*command, "volume", "ls", "-q"], capture_output=True, text=True, check=True).stdout
    assert left == volumes == ""


def _parents(pods):
    """Names of the images that the digests of world and agent are made from."""
    images = pods._images
    return [images.ensure("pod/base").name, images._parent("rootfs").name]
