"""The same ten shell calls in the Docker sandbox of inspect-ai, in a side environment made for this alone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from hiyari.adapters.pod.locks import cache_folder

from . import Row

ENGINE = (24, 0, 6)
"""The oldest engine inspect-ai takes (``util/_sandbox/docker/prereqs.py`` of its 0.3)."""
NAME = "inspect-ai: sample of ten calls in its Docker sandbox"
PROGRAM = """
import json, sys, time
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.solver import solver
from inspect_ai.util import sandbox

command, times = sys.argv[1], int(sys.argv[2])

@solver
def ten():
    async def solve(state, generate):
        for _ in range(10):
            done = await sandbox().exec(["sh", "-c", command], cwd="/tmp")
            assert done.success, done
        return state
    return solve

taken = []
for number in range(times):
    task = Task(dataset=[Sample(input="x")], solver=ten(), sandbox=("docker", "compose.yaml"))
    began = time.perf_counter()
    (log,) = eval(task, model="mockllm/model", display="none", log_dir="logs")
    taken.append(time.perf_counter() - began)
    assert log.status == "success", log.error
print(json.dumps(taken))
"""
COMPOSE = """
services:
  default:
    image: {image}
    x-local: true
    init: true
    user: "0"
    network_mode: none
    entrypoint: ["tail", "-f", "/dev/null"]
"""


def inspect_row(image: str, command: str, times: int) -> Callable[[float], Row]:
    """Run it, and return what makes the row of it once our own milliseconds are known.

    Args:
        image: Image with a shell.
        command: What each of ten calls runs.
        times: How many samples.
    """
    why = _missing()
    if not why:
        try:
            taken = sorted(_run(image, command, times))
            median = taken[len(taken) // 2] * 1000
            return lambda ours: Row(NAME, median, "ms", ours, "our episode in a warm pod")
        except (subprocess.SubprocessError, OSError, ValueError) as error:
            said = getattr(error, "stderr", "") or str(error)
            why = said.strip().splitlines()[-1][:200] if said.strip() else repr(error)
    return lambda ours: Row(f"{NAME}: not run, {why}", 0, "samples")


def _missing() -> str:
    """Return what inspect-ai's Docker sandbox needs and is not here; empty when all is."""
    docker = shutil.which("docker")
    if docker is None:
        return "there is no docker command"
    found = subprocess.run([docker, "compose", "version", "--short"], capture_output=True, text=True, check=False)
    if found.returncode:
        return "docker has no compose plugin, which its sandbox needs"
    found = subprocess.run(
        [docker, "version", "-f", "{{.Server.Version}}"], capture_output=True, text=True, check=False
    )
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", found.stdout)
    if numbers is None or tuple(map(int, numbers.groups())) < ENGINE:
        return f"its sandbox needs Docker {'.'.join(map(str, ENGINE))} or later"
    return ""


def _run(image: str, command: str, times: int) -> list[float]:
    home = cache_folder() / "bench-inspect"
    python = home / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True)
    install = [str(python), "-m", "pip", "install", "-q", "inspect-ai"]
    subprocess.run(install, check=True, capture_output=True, text=True, timeout=600)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "compose.yaml").write_text(COMPOSE.format(image=image))
        done = subprocess.run(
            [str(python), "-c", PROGRAM, command, str(times)],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=600,
        )
    taken: list[float] = json.loads(done.stdout.strip().splitlines()[-1])
    return taken
