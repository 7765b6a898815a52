"""How many pods fit: by the memory that is free on the engine's machine, and what pods use and may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .engine import Engine
from .flags import MEGABYTE, WORLD_MEMORY_MB
from .plan import PodPlan

SHIM_MB = 16.0
"""What the engine itself keeps for each running container, MiB: 7 to 18 measured with containerd 1.6."""
IDLE_SHARE = 0.25
"""Share of its limits that an idle pod is taken to use before one was measured."""


def limit_mb(plan: PodPlan) -> float:
    """Return what a pod may use at most, MiB: the limits of all its containers and its work volume."""
    services = sum(service.memory_mb for service in plan.services)
    return WORLD_MEMORY_MB + plan.memory_mb + services + SHIM_MB * (2 + len(plan.services))


def idle_mb(plan: PodPlan) -> float:
    """Return what an idle pod is taken to use, MiB, before one was measured."""
    return IDLE_SHARE * limit_mb(plan)


def free_mb(engine: Engine, used_mb: float) -> float:
    """Return how much memory pods may still take, MiB.

    Args:
        engine: The engine that runs them.
        used_mb: What the pods that are there use, MiB; counts where the engine's machine cannot be looked into.
    """
    if engine.local:
        found = meminfo().get("MemAvailable")
        if found is not None:
            return found / MEGABYTE
    return engine.memory / MEGABYTE / 2 - used_mb


def measured_mb(inspected: Iterable[Mapping[str, Any]]) -> float | None:
    """Return what running containers use, MiB, read from their control groups; None where they cannot be read.

    Args:
        inspected: The engine's inspection of each.
    """
    total = 0.0
    for found in inspected:
        used = _control_group(int(found["State"]["Pid"]), str(found["Id"]))
        if used is None:
            return None
        total += used / MEGABYTE + SHIM_MB
    return total


def meminfo() -> dict[str, int]:
    """Return this machine's memory, bytes, as in /proc/meminfo; nothing where there is no /proc."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return {}
    return {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines)}


def _control_group(pid: int, container: str) -> int | None:
    try:
        for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            # Only a process of this very container: the engine may run on another machine or in a virtual one.
            if container not in path:
                continue
            if "memory" in controllers.split(","):
                return int(Path(f"/sys/fs/cgroup/memory{path}/memory.usage_in_bytes").read_text())
            if not controllers:
                return int(Path(f"/sys/fs/cgroup{path}/memory.current").read_text())
    except (OSError, ValueError):
        return None
    return None
