"""Pods on a Podman that the test started itself, with a socket and a storage of its own: no second Docker daemon.

Asked for by ``HIYARI_TEST_ENGINES=1``; needs root, ``podman``, ``runc``, and a Docker engine that lends its images.
Ran with Podman 4.3.1 and runc 1.1.5 on Debian 12.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from .conftest import lend, prove_an_episode

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("asked")]


@pytest.fixture
def podman(monkeypatch):
    """The command that speaks to a Podman of the test's own; DOCKER_HOST names its Docker-compatible socket."""
    if shutil.which("podman") is None or shutil.which("runc") is None:
        pytest.skip("needs podman and runc")
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
        lend(command)
        monkeypatch.setenv("DOCKER_HOST", address)
        yield command
    finally:
        service.terminate()
        service.wait(30)
        subprocess.run([*command, "rm", "-fa"], capture_output=True, check=False)
        subprocess.run([*command, "rmi", "-fa"], capture_output=True, check=False)
        subprocess.run(["umount", str(folder / "storage/overlay")], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def test_a_pod_is_proven_closed_and_an_episode_runs_in_it(podman):
    """An episode in a pod whose proofs all hold, and nothing left."""
    prove_an_episode(podman, "Podman")
