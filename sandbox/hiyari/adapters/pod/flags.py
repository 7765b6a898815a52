"""How each container of a pod is confined: the create calls, as data.

Every flag here is proven again on the running container by proofs.py, because engines drop options they do not know.
Measured on Docker 20.10 (docs/pods.md): an ``internal`` network reaches the host, so there is no Docker network at
all; ``storage_opt size`` is refused on overlay2 over ext4, so what may be written is memory with a size; the default
seccomp profile depends on the engine's age, so ours is sent as text.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .engine import Engine
from .plan import PodPlan, ServicePlan
from .settings import FOLDER, RESOLVER

WORLD_CAPABILITIES = ("NET_ADMIN", "NET_RAW", "SETUID", "SETGID", "SETPCAP", "DAC_READ_SEARCH")
"""To make the network, to become an unprivileged user, and to read what the agent hid from itself."""
WORK, WATCH, CA_IN_AGENT, CA_IN_WORLD = "/work", "/watch", "/usr/local/share/ca-certificates", "/ca"
CA_FILE = f"{CA_IN_AGENT}/ca.crt"
AGENT_USER = "10001:10001"
INODES_PER_MB = 128
MASKED_PATHS = (
    "/proc/acpi",
    "/proc/asound",
    "/proc/bus",
    "/proc/cmdline",
    "/proc/config.gz",
    "/proc/driver",
    "/proc/fs",
    "/proc/interrupts",
    "/proc/kallsyms",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/pressure",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/version",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
    "/sys/kernel",
)
"""Docker's own list and what else tells of the host; the engine's list is replaced by this one."""
READONLY_PATHS = ("/proc/irq", "/proc/sys", "/proc/sysrq-trigger")
CERTIFICATE_VARIABLES = (
    "SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
)
MEGABYTE = 1024 * 1024
WORLD_MEMORY_MB = 256
"""Memory limit of the world container, MiB."""


@dataclass(frozen=True)
class Volumes:
    """Names of a pod's volumes."""

    work: str
    """What the agent works in."""
    certificate: str
    """The certificates it trusts; world writes them."""
    settings: str = ""
    """Its ``/etc``, shared by the pods of a plan; empty when it has that of its image."""


SECCOMP_FILE = Path(__file__).with_name("seccomp.json")


@cache
def seccomp_text() -> str:
    """Return our seccomp profile as the JSON text that Docker's API wants."""
    return SECCOMP_FILE.read_text()


def _seccomp(engine: Engine) -> str:
    # Podman's API wants the path of a file on its own machine.
    return f"seccomp={SECCOMP_FILE if engine.product == 'Podman' else seccomp_text()}"


def work_volume(engine: Engine, plan: PodPlan) -> dict[str, str]:
    """Return driver options of the work volume: memory with a size and a number of files, the agent's own."""
    inodes = max(1024, plan.disk_mb * INODES_PER_MB)
    return _memory(engine, plan.disk_mb, f"nr_inodes={inodes},uid=10001,gid=10001,mode=0755,nosuid,nodev")


def ca_volume(engine: Engine) -> dict[str, str]:
    """Return driver options of the volume that holds nothing but the episode's CA certificate."""
    return _memory(engine, 2, "nr_inodes=16,mode=0755,nosuid,nodev,noexec")


def _memory(engine: Engine, megabytes: int, options: str) -> dict[str, str]:
    # Podman takes ``size`` for a quota of its disk; this is the same limit in pages (tmpfs(5)).
    pages = megabytes * MEGABYTE // os.sysconf("SC_PAGE_SIZE")
    size = f"nr_blocks={pages}" if engine.product == "Podman" else f"size={megabytes}m"
    return {"type": "tmpfs", "device": "tmpfs", "o": f"{size},{options}"}


def world_create(engine: Engine, plan: PodPlan, volumes: Volumes) -> dict[str, Any]:
    """Return the create call of the world container: no network but the one it makes for itself.

    Args:
        engine: The engine.
        plan: The pod.
        volumes: Its volumes.
    """
    host = _host(
        engine,
        memory_mb=WORLD_MEMORY_MB,
        pids=64,
        files=4096,
        network_mode="none",
        cap_add=list(WORLD_CAPABILITIES),
        security_opt=["no-new-privileges:true"],
        **({} if volumes.settings else {"dns": [RESOLVER]}),
        sysctls={
            "net.ipv4.ping_group_range": "1 0",
            "net.ipv4.ip_unprivileged_port_start": "0",
            "net.ipv6.conf.all.disable_ipv6": "1",
            "net.ipv6.conf.default.disable_ipv6": "1",
        },
        tmpfs=dict.fromkeys(("/run", "/tmp"), "rw,nosuid,nodev,noexec,size=64m,mode=1777"),
        binds=[f"{volumes.work}:{WATCH}:ro,nocopy", f"{volumes.certificate}:{CA_IN_WORLD}:rw,nocopy"],
    )
    return {
        "image": plan.world.name,
        "user": "0:0",
        "hostname": plan.host,
        "network_disabled": bool(volumes.settings),
        "host_config": host,
    }


def service_create(engine: Engine, service: ServicePlan, world: str) -> dict[str, Any]:
    """Return the create call of a service: its image's own user, without any capability.

    Args:
        engine: The engine.
        service: The service.
        world: Identifier of the world container, whose network it joins.
    """
    mode = "rw,nosuid,nodev,mode=1777"
    host = _host(
        engine,
        memory_mb=service.memory_mb,
        pids=service.pids,
        files=4096,
        network_mode=f"container:{world}",
        security_opt=["no-new-privileges:true", _seccomp(engine)],
        tmpfs={
            "/tmp": f"{mode},noexec,size=32m",
            "/run": f"{mode},noexec,size=16m",
            service.state_path: f"{mode},noexec,size={service.state_mb}m",
        },
    )
    environment = {
        "HIYARI_SERVICE": service.name,
        "HIYARI_ADDRESS": service.address,
        "HIYARI_HOST": service.hosts[0],
    }
    return {"image": service.image.name, "environment": environment, "host_config": host}


def agent_create(engine: Engine, plan: PodPlan, world: str, volumes: Volumes) -> dict[str, Any]:
    """Return the create call of the agent container, which trusts nothing and is trusted with nothing.

    Args:
        engine: The engine.
        plan: The pod.
        world: Identifier of the world container, whose network it joins.
        volumes: Its volumes.
    """
    # Podman knows no such option; there the memory limit, which counts inodes too, is all that ends a flood of them.
    inodes = "" if engine.product == "Podman" else "nr_inodes=4096,"
    host = _host(
        engine,
        memory_mb=plan.memory_mb,
        pids=plan.pids,
        files=1024,
        network_mode=f"container:{world}",
        security_opt=["no-new-privileges:true", _seccomp(engine)],
        nano_cpus=int(plan.cpus * 1e9),
        shm_size="16m",
        oom_score_adj=500,
        tmpfs={"/tmp": f"rw,noexec,nosuid,nodev,size=16m,{inodes}mode=1777"},
        binds=[
            f"{volumes.work}:{WORK}:rw,nocopy",
            f"{volumes.certificate}:{CA_IN_AGENT}:ro,nocopy",
            *([f"{volumes.settings}:{FOLDER}:ro,nocopy"] if volumes.settings else ()),
        ],
        **({"runtime": "runsc"} if plan.tier == "gvisor" else {}),
    )
    environment = {"HOME": WORK, "LANG": "C.UTF-8", **dict.fromkeys(CERTIFICATE_VARIABLES, CA_FILE)}
    return {
        "image": plan.agent.name,
        "command": list(plan.preload),
        "user": AGENT_USER,
        "working_dir": WORK,
        "environment": environment,
        "host_config": host,
    }


def _host(engine: Engine, *, memory_mb: int, pids: int, files: int, **more: Any) -> dict[str, Any]:
    from docker.types import LogConfig, Ulimit

    memory = memory_mb * MEGABYTE
    # Podman otherwise asks for more than it may have without CAP_SYS_RESOURCE; the limit that counts is ``pids``.
    processes = [Ulimit(name="nproc", soft=16384, hard=16384)] if engine.product == "Podman" else []
    host: dict[str, Any] = engine.api.create_host_config(
        cap_drop=["ALL"],
        read_only=True,
        ipc_mode="private",
        mem_limit=memory,
        memswap_limit=memory,
        pids_limit=pids,
        ulimits=[
            Ulimit(name="nofile", soft=files, hard=files),
            Ulimit(name="core", soft=0, hard=0),
            Ulimit(name="memlock", soft=65536, hard=65536),
            Ulimit(name="msgqueue", soft=0, hard=0),
            *processes,
        ],
        # What they write goes to the attached stream only; nothing can fill the host's disk.
        log_config=LogConfig(type="none", config={}),
        init=False,
        **more,
    )
    if engine.product == "Podman":
        host["SecurityOpt"].append(f"mask={':'.join(MASKED_PATHS)}")
    # The SDK has no parameters for these two.
    host["MaskedPaths"] = list(MASKED_PATHS)
    host["ReadonlyPaths"] = list(READONLY_PATHS)
    return host
