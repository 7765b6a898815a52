"""What tests of engines share: lending images to an engine that a test started, and an episode that proves it."""

from __future__ import annotations

import os
import subprocess
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
SHELL = "curl -s http://a.example/ >/dev/null; id -u; cat /proc/version; grep CapEff /proc/self/status"


@pytest.fixture
def asked():
    """Skip unless engines beside the machine's own are asked for."""
    if os.environ.get("HIYARI_TEST_ENGINES") != "1":
        pytest.skip("engines beside the machine's own are tested with HIYARI_TEST_ENGINES=1")
    if os.getuid() != 0:
        pytest.skip("needs root")


def plain_environment():
    """Return the smallest environment."""
    return read_model(ROOT / "environments/plain/environment.yaml", Environment)


def lend(command):
    """Copy the images of a plain pod from the machine's own engine to the one that a command speaks to."""
    with Pods(connect(), [ROOT], run="test-lend") as pods:
        plan, images = pods.plan(plain_environment()), pods._images
        wanted = [plan.world.name, plan.agent.name, images.ensure("pod/base").name, images._parent("rootfs").name]
    saved = subprocess.Popen(["docker", "save", *wanted], stdout=subprocess.PIPE)
    subprocess.run([*command, "load", "-q"], stdin=saved.stdout, check=True, capture_output=True)
    saved.stdout.close()
    assert saved.wait() == 0


def prove_an_episode(command, product, tier="docker"):
    """Every proof holds, calls and egress are recorded, the agent sees nothing of the host, and nothing is left."""
    engine = connect()
    assert engine.product == product
    with Pods(engine, [ROOT], run="test-engines", tier=tier) as pods:
        servers = [ToolServer(name="shell")]
        world = ContainerWorld(pods, plain_environment(), episode="one", servers=servers, seed={})
        started = next(event for event in list(world.reset(1)) if isinstance(event, PodStarted))
        assert all(started.proofs.values())
        if tier == "docker":
            assert "kernel: no interface leads out" in started.proofs
        *events, last = world.step(Call(id="c1", tool="shell_run", arguments={"command": SHELL}))
        assert [event.host for event in events if isinstance(event, Egress)] == ["a.example"]
        said = plain(last.text).split("\n")
        assert said[1] == "10001" and said[-2] == "CapEff:\t0000000000000000"
        list(world.finish())
        engine.api.kill(world._pod.container("world"))
        with pytest.raises(EngineError):
            world.probe({"files": "*"})
        world.close()
    left = subprocess.run([*command, "ps", "-aq"], capture_output=True, text=True, check=True).stdout
    volumes = subprocess.run([*command, "volume", "ls", "-q"], capture_output=True, text=True, check=True).stdout
    assert left == volumes == ""
