"""Containment, proven at every start: what the engine says it applied, and what the kernel says it enforces.

A flag that was asked for is not yet a flag in force: engines ignore options they do not know. So each container is
inspected before the agent may act, and where the engine runs on this machine the kernel is asked as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .flags import (
    AGENT_USER,
    CA_IN_AGENT,
    MASKED_PATHS,
    MEGABYTE,
    READONLY_PATHS,
    SECCOMP_FILE,
    WORK,
    WORLD_CAPABILITIES,
    Volumes,
    seccomp_text,
)
from .plan import AGENT, WORLD, PodPlan
from .settings import FOLDER

AGENT_USERS = range(10001, 10100)
"""Numbers world takes for untrusted."""
INTERFACES = {"lo", "eth0", "gw0"}
"""Interfaces in a pod: loopback, and the two ends of the pair that world made."""
DEFAULT_CAPABILITIES = frozenset(
    (
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW"),
        *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    )
)
"""What engines give unless it is dropped; Podman reports what was dropped of these one by one."""
PODMAN_TMPFS = frozenset(("/tmp", "/run", "/var/tmp"))
"""What Podman lets be written in containers with a read-only root; memory, so the memory limit ends it."""


def prove(
    plan: PodPlan, inspected: Mapping[str, Mapping[str, Any]], volumes: Volumes, product: str = "Docker"
) -> dict[str, bool]:
    """Check all containers of a pod.

    Args:
        plan: What was wanted.
        inspected: The engine's inspection of each container, by its name in the pod.
        volumes: Names of its volumes.
        product: The engine, ``Docker`` or ``Podman``, which reports some things in other words.

    Returns:
        Whether each check holds, by name.
    """
    world, agent = inspected[WORLD], inspected[AGENT]
    services = {name: found for name, found in inspected.items() if name not in (WORLD, AGENT)}
    joined = f"container:{world['Id']}"
    host = agent["HostConfig"]
    limits = {limit["Name"].lower().removeprefix("rlimit_"): limit["Hard"] for limit in host.get("Ulimits") or ()}
    covered = set(host.get("MaskedPaths") or ()) >= set(MASKED_PATHS)
    covered = covered and set(host.get("ReadonlyPaths") or ()) >= set(READONLY_PATHS)
    written = {"/tmp"} if product == "Docker" else PODMAN_TMPFS
    mounts = {(mount["Type"], mount.get("Name"), mount["Destination"], mount["RW"]) for mount in agent["Mounts"]}
    own = {("volume", volumes.work, WORK, True), ("volume", volumes.certificate, CA_IN_AGENT, False)}
    if volumes.settings:
        own.add(("volume", volumes.settings, FOLDER, False))
    memory = plan.memory_mb * MEGABYTE
    proofs = {
        "world has no network of the engine": _no_network(world),
        "world has no privileges beyond its list": _capabilities(world) <= set(WORLD_CAPABILITIES) and _confined(world),
        "no container mounts anything of the host": all(map(_no_host_mounts, inspected.values())),
        "no container publishes ports or has devices": all(map(_no_doors, inspected.values())),
        "no container shares namespaces of the host": all(map(_no_host_namespaces, inspected.values())),
        "services join world's network": all(
            found["HostConfig"]["NetworkMode"] == joined for found in services.values()
        ),
        "services run confined": all(_unprivileged(found) for found in services.values()),
        "agent joins world's network": host["NetworkMode"] == joined,
        "agent runs as its user": agent["Config"]["User"] == AGENT_USER,
        "agent has no capability": not _capabilities(agent) and _confined(agent),
        "agent runs under our seccomp profile": _our_seccomp(agent),
        "agent mounts its own volumes only": mounts == own
        and "/tmp" in (host.get("Tmpfs") or ())
        and set(host["Tmpfs"]) <= written,
        "agent's limits are in force": host["Memory"] == memory
        and host["MemorySwap"] == memory
        and host["PidsLimit"] == plan.pids
        and host["NanoCpus"] == int(plan.cpus * 1e9)
        and limits.get("nofile") == 1024
        and limits.get("core") == 0
        and host["ShmSize"] == 16 * MEGABYTE,
        "agent sees no paths of the kernel": covered if product == "Docker" else _covered(agent),
        "agent runs in the wanted runtime": plan.tier != "gvisor" or host.get("Runtime") == "runsc",
    }
    return proofs | _kernel(agent, plan)


def _capabilities(found: Mapping[str, Any]) -> set[str]:
    """Return the capabilities given: those that are added, and those of the usual ones that are not dropped."""
    host = found["HostConfig"]
    dropped, added = (
        {str(name).upper().removeprefix("CAP_") for name in host.get(field) or ()} for field in ("CapDrop", "CapAdd")
    )
    return added if "ALL" in dropped else added | (DEFAULT_CAPABILITIES - dropped)


def _covered(found: Mapping[str, Any]) -> bool:
    """Ask the kernel what is mounted over the paths to hide: Podman does not report it."""
    try:
        lines = Path(f"/proc/{found['State']['Pid']}/mountinfo").read_text().splitlines()
    except OSError:
        return False
    mounted = {line.split()[4] for line in lines}
    return all(path in mounted or not Path(path).exists() for path in (*MASKED_PATHS, *READONLY_PATHS[:2]))


def _confined(found: Mapping[str, Any]) -> bool:
    host = found["HostConfig"]
    options = host.get("SecurityOpt") or ()
    return (
        not host["Privileged"]
        and host["ReadonlyRootfs"]
        and any(option in ("no-new-privileges", "no-new-privileges:true") for option in options)
        and not any("unconfined" in option for option in options)
    )


def _our_seccomp(found: Mapping[str, Any]) -> bool:
    applied = [option.removeprefix("seccomp=") for option in found["HostConfig"].get("SecurityOpt") or ()]
    return any(_equal_json(text) if text.startswith("{") else text == str(SECCOMP_FILE) for text in applied)


def _equal_json(text: str) -> bool:
    return text == seccomp_text() or bool(json.loads(text) == _profile())


@cache
def _profile() -> Any:
    return json.loads(seccomp_text())


def _unprivileged(found: Mapping[str, Any]) -> bool:
    user = str(found["Config"]["User"]).partition(":")[0]
    # Numbers of the agent's own range would let a service be taken for an agent.
    own = user.isdigit() and int(user) != 0 and int(user) not in AGENT_USERS
    return own and not _capabilities(found) and _confined(found) and _our_seccomp(found)


def _no_network(found: Mapping[str, Any]) -> bool:
    return found["HostConfig"]["NetworkMode"] == "none" and set(found["NetworkSettings"]["Networks"]) <= {"none"}


def _no_host_mounts(found: Mapping[str, Any]) -> bool:
    return all(mount["Type"] in ("volume", "tmpfs") for mount in found["Mounts"])


def _no_doors(found: Mapping[str, Any]) -> bool:
    host = found["HostConfig"]
    return not (host.get("PortBindings") or host.get("Devices") or host.get("DeviceRequests") or host.get("Links"))


def _no_host_namespaces(found: Mapping[str, Any]) -> bool:
    host = found["HostConfig"]
    shared = [host.get(field) for field in ("PidMode", "UTSMode", "UsernsMode")]
    return "host" not in shared and host.get("IpcMode") in ("private", "none", "shareable")


def _kernel(agent: Mapping[str, Any], plan: PodPlan) -> dict[str, bool]:
    """Ask the kernel about the agent's first process, where the engine runs on this machine and with runc."""
    folder = Path("/proc") / str(agent["State"]["Pid"])
    try:
        if plan.tier != "docker" or agent["Id"] not in (folder / "cgroup").read_text():
            return {}
        status = dict(re.findall(r"^(\w+):\s*(.*)$", (folder / "status").read_text(), re.M))
        mapped = (folder / "uid_map").read_text()
        interfaces = set(re.findall(r"^\s*([^\s:]+):", (folder / "net/dev").read_text(), re.M))
    except OSError:
        return {}
    capabilities = [status.get(field, "1") for field in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")]
    user = _outside(int(AGENT_USER.partition(":")[0]), mapped)
    return {
        "kernel: no capability in any set": all(int(value, 16) == 0 for value in capabilities),
        "kernel: no new privileges": status.get("NoNewPrivs") == "1",
        "kernel: a seccomp filter is on": status.get("Seccomp") == "2",
        "kernel: the user is the agent's": set(status.get("Uid", "").split()) == {str(user)},
        "kernel: no interface leads out": interfaces <= INTERFACES,
    }


def _outside(user: int, mapped: str) -> int:
    """Return the number a container's user has here, where engines without root or with user namespaces shift it."""
    for line in mapped.splitlines():
        inside, outside, count = map(int, line.split())
        if inside <= user < inside + count:
            return outside + user - inside
    return -1
