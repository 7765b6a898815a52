"""Pods on a Docker that the test started itself, in a network namespace of its own so that it touches no bridge.

Asked for by ``HIYARI_TEST_ENGINES=1``; needs root and a Docker engine that lends its images. ``HIYARI_TEST_DOCKERD``
names the folders, as in PATH, of another ``dockerd``, ``containerd`` and shims than the machine's; ``runsc`` is
registered where it is found. Ran with Docker 20.10.24 and 26.1.5, containerd 1.6 and 1.7, runc 1.1.5, runsc 20221219.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from .conftest import lend, prove_an_episode

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("asked")]


@pytest.fixture
def docker(monkeypatch):
    """The command that speaks to an engine of the test's own, which DOCKER_HOST names as well."""
    path = os.pathsep.join(filter(None, (os.environ.get("HIYARI_TEST_DOCKERD"), os.environ["PATH"])))
    daemon = shutil.which("dockerd", path=path)
    if daemon is None:
        pytest.skip("needs dockerd")
    folder = Path(tempfile.mkdtemp(prefix="hy-"))
    runsc = shutil.which("runsc")
    # ptrace works in virtual machines too; gVisor's own network stack would not be the pod's.
    runtimes = {"runsc": {"path": runsc, "runtimeArgs": ["--platform=ptrace", "--network=host"]}} if runsc else {}
    (folder / "daemon.json").write_text(json.dumps({"runtimes": runtimes}))
    address = f"unix://{folder}/docker.sock"
    options = {"config-file": "daemon.json", "data-root": "data", "exec-root": "exec", "pidfile": "pid"}
    command = ["unshare", "-n", daemon, "-H", address, "--bridge=none", "--iptables=false"]
    command += [f"--{name}={folder / value}" for name, value in options.items()]
    with (folder / "log").open("w") as log:
        service = subprocess.Popen(command, stderr=log, env=os.environ | {"PATH": path})
    try:
        client = ["docker", "-H", address]
        deadline = time.monotonic() + 60
        while subprocess.run([*client, "version"], capture_output=True, check=False).returncode:
            assert time.monotonic() < deadline and service.poll() is None, (folder / "log").read_text()[-2000:]
            time.sleep(0.1)
        lend(client)
        monkeypatch.setenv("DOCKER_HOST", address)
        yield client
    finally:
        service.terminate()
        service.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def test_a_pod_is_proven_closed_and_an_episode_runs_in_it(docker):
    """With runc: an episode in a pod whose proofs all hold, and nothing left."""
    prove_an_episode(docker, "Docker")


def test_the_agent_runs_in_gvisor(docker):
    """With runsc for the agent: an episode in a pod whose proofs all hold, and nothing left."""
    if shutil.which("runsc") is None:
        pytest.skip("needs runsc")
    prove_an_episode(docker, "Docker", "gvisor")
