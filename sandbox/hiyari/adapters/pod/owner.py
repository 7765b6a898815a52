"""Labels that say to which run a container or volume belongs, and which process answers for it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

EPISODE_LABEL = "hiyari"
"""``<run>/<episode>``, on every container and volume."""
OWNER_LABEL = "hiyari.owner"
"""``<pid>.<start time>@<boot id>/<host name>`` of the process that made it."""


def owner() -> str:
    """Name this process so that no later process is taken for it."""
    pid = os.getpid()
    return f"{pid}.{_start_time(pid)}@{_boot()}/{socket.gethostname()}"


def labels(run: str, episode: str) -> dict[str, str]:
    """Return the labels of what this process makes."""
    return {EPISODE_LABEL: f"{run}/{episode}", OWNER_LABEL: owner()}


def abandoned(label: str) -> bool:
    """Tell whether the owner was a process of this machine and is gone.

    Args:
        label: Value of OWNER_LABEL. What another machine owns is never called abandoned.
    """
    process, _, place = label.partition("@")
    boot, _, host = place.partition("/")
    pid, _, started = process.partition(".")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    return boot != _boot() or _start_time(int(pid)) != started


def _boot() -> str:
    file = Path("/proc/sys/kernel/random/boot_id")
    return file.read_text().strip() if file.exists() else ""


def _start_time(pid: int) -> str:
    """Return when a process started, in clock ticks since boot; empty when there is none, 0 where there is no /proc."""
    try:
        # Field 22 of proc(5) stat, counted after the command name, which may hold spaces and brackets.
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        if Path("/proc/self/stat").exists():
            return ""
        return "0" if _alive(pid) else ""
    return "" if fields[0] == "Z" else fields[19]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
