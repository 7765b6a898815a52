"""Find the container engine that is there, and talk to it with errors that a reader can act on.

An engine is only ever used: never reconfigured, started or stopped.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hiyari.errors import EngineError, EngineMissing

if TYPE_CHECKING:
    from docker import DockerClient

Result = TypeVar("Result")

TIMEOUT = 30.0
"""Wall seconds after which a request to the engine counts as failed; starts last well under a second."""


@dataclass(frozen=True)
class Engine:
    """A container engine that answers."""

    client: DockerClient
    """The SDK's client; safe to use from several threads."""
    address: str
    """Where it was found, such as ``unix:///var/run/docker.sock``."""
    product: str
    """``Docker`` or ``Podman``."""
    version: str
    """Its version."""
    api_version: str
    """API version in use."""
    cgroup_version: str
    """``1`` or ``2``."""
    runtimes: tuple[str, ...]
    """OCI runtimes it can start, such as ``runc`` and ``runsc``."""
    kernel: str
    """Kernel the containers run on."""
    memory: int
    """Memory of its machine, bytes."""
    local: bool
    """Whether it runs on this machine, not on another or in a virtual one."""

    @property
    def api(self) -> Any:
        """The SDK's low-level client, whose stubs are incomplete."""
        return self.client.api

    def close(self) -> None:
        """Close the connections to the engine; the engine goes on."""
        self.client.close()


def connect(timeout: float = TIMEOUT) -> Engine:
    """Connect to the engine of ``DOCKER_HOST``, else to the first usual socket that answers.

    Args:
        timeout: Wall seconds for each request.

    Raises:
        EngineMissing: If none answers; the message says what to do.
    """
    host = os.environ.get("DOCKER_HOST", "")
    failures: list[str] = []
    for address in [host] if host else _sockets():
        try:
            return _open(address, timeout)
        except EngineError as error:
            failures.append(str(error))
    raise EngineMissing(_advice(host, failures))


@contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Turn failures of the SDK, of HTTP and of sockets into EngineError.

    Args:
        doing: What was being done, for the message: "starting the world container".
    """
    import requests
    from docker.errors import DockerException

    try:
        yield
    except DockerException as error:
        raise EngineError(f"{doing}: {getattr(error, 'explanation', None) or error}") from error
    except (requests.RequestException, OSError) as error:
        raise EngineError(f"{doing}: the container engine does not answer: {error}") from error


def retried(read: Callable[[], Result], attempts: int = 3, pause: float = 0.2) -> Result:
    """Do an idempotent read, again when the connection breaks or times out.

    Args:
        read: What to do; it must change nothing.
        attempts: How often at most.
        pause: Wall seconds between attempts.
    """
    import requests

    for attempt in range(attempts):
        try:
            return read()
        except (requests.ConnectionError, requests.Timeout):
            if attempt == attempts - 1:
                raise
            time.sleep(pause)
    raise AssertionError("not reached")


def _sockets() -> list[str]:
    """List the sockets engines usually listen on, that exist."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    home = Path.home()
    paths = [
        Path("/var/run/docker.sock"),
        home / ".docker/run/docker.sock",
        home / ".docker/desktop/docker.sock",
        Path(runtime) / "docker.sock",
        Path("/run/podman/podman.sock"),
        Path(runtime) / "podman/podman.sock",
    ]
    found = []
    for path in paths:
        try:
            if path.exists():
                found.append(f"unix://{path}")
        except PermissionError:
            continue
    return found


def _open(address: str, timeout: float) -> Engine:
    import docker

    with engine_errors(address):
        if address == os.environ.get("DOCKER_HOST"):
            client = docker.from_env(timeout=int(timeout))
        else:
            client = docker.DockerClient(base_url=address, timeout=int(timeout))
        try:
            version = retried(client.version)
            info = retried(client.info)
        except Exception:
            client.close()
            raise
    names = " ".join(str(part.get("Name", "")) for part in version.get("Components") or ())
    return Engine(
        client=client,
        address=address,
        product="Podman" if "podman" in names.lower() else "Docker",
        version=str(version.get("Version", "")),
        api_version=str(client.api.api_version),
        cgroup_version=str(info.get("CgroupVersion") or "1"),
        runtimes=tuple(sorted(info.get("Runtimes") or ())),
        kernel=str(info.get("KernelVersion", "")),
        memory=int(info.get("MemTotal") or 0),
        local=address.startswith("unix:") and _same_machine(info),
    )


def _same_machine(info: Mapping[str, Any]) -> bool:
    """Tell by kernel and size of memory: Docker Desktop has a local socket and a machine of its own."""
    try:
        total = int(Path("/proc/meminfo").read_text().partition("MemTotal:")[2].split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        return False
    return info.get("KernelVersion") == os.uname().release and info.get("MemTotal") == total


def _advice(host: str, failures: list[str]) -> str:
    lines = ["no container engine answers."]
    lines += [f"  tried {failure}" for failure in failures] or ["  no engine socket was found."]
    if any("Permission denied" in failure for failure in failures):
        lines.append("Your user may not open the socket: sudo usermod -aG docker $USER, then log in again.")
    if host:
        lines.append(f"DOCKER_HOST is set to {host}; unset it to use the engine of this machine.")
    lines += [
        "To get one:",
        "  Debian, Ubuntu   sudo apt-get install -y docker.io && sudo systemctl start docker",
        "                   (where there is no systemd: sudo dockerd >/var/log/dockerd.log 2>&1 &)",
        "  macOS, Windows   install and start Docker Desktop",
        "  Podman           systemctl --user start podman.socket",
        "  elsewhere        export DOCKER_HOST=unix:///path/to/docker.sock or tcp://host:port",
    ]
    return "\n".join(lines)
