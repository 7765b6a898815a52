"""What one pod is made of, as plain data: images, addresses, limits. Equal plans may share warm pods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from hiyari.catalog import Environment, Tool
from hiyari.errors import unknown_name
from hiyari.events import Data
from hiyari.scenario.files import fit, read_model, read_yaml

from .images import Images
from .types import ImageRef

Tier = Literal["docker", "gvisor"]
"""Isolation of the agent container: the host's kernel by runc, or gVisor's by runsc."""

WORLD = "world"
AGENT = "agent"
AGENT_ADDRESS = "10.0.2.15"


class _State(Data):
    """Where a service keeps what it is given; memory only, lost with the pod."""

    path: str = Field(default="/state", pattern=r"^/[A-Za-z0-9_./-]+$")
    """Folder in the container."""
    megabytes: int = Field(default=64, ge=1, le=4096)
    """Its size, MiB."""


class _ServiceFile(Data):
    """What the pod needs to know of service.yaml; its other fields are for readers."""

    state: _State = _State()
    """Where it keeps its data."""
    memory_mb: int = Field(default=384, ge=32)
    """Memory limit, MiB, the state's included; swap is off."""
    pids: int = Field(default=128, ge=4)
    """Process limit."""
    after: tuple[str, ...] = ()
    """Folders of the services it needs while it is seeded, such as a database; others are seeded at the same time."""
    keeps: bool = False
    """Whether it keeps what a new seed leaves as it was, so that one that differs little from the last is quick."""

    @field_validator("state", mode="before")
    @classmethod
    def _path_alone(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value


@dataclass(frozen=True)
class ServicePlan:
    """One trusted service of a pod."""

    name: str
    """Name in the pod."""
    image: ImageRef
    """What it runs."""
    address: str
    """Its address in the pod."""
    hosts: tuple[str, ...]
    """DNS names it is reached by."""
    state_path: str
    """Where it keeps its data."""
    state_mb: int
    """Size of that, MiB."""
    memory_mb: int
    """Memory limit, MiB."""
    pids: int
    """Process limit."""
    after: tuple[str, ...] = ()
    """Names of the services of the pod that are seeded before it."""
    keeps: bool = False
    """Whether a seed that differs little from the last is quick."""


@dataclass(frozen=True)
class PodPlan:
    """All containers of one pod."""

    environment: str
    """Name of the environment."""
    world: ImageRef
    """What the world container runs."""
    agent: ImageRef
    """What the agent container runs."""
    services: tuple[ServicePlan, ...]
    """Trusted services, in the order of environment.yaml."""
    memory_mb: int
    """Memory limit of the agent container, MiB."""
    pids: int
    """Process limit of the agent container."""
    cpus: float
    """CPU limit of the agent container."""
    disk_mb: int
    """Size of the work volume, MiB."""
    preload: tuple[str, ...] = ()
    """Tool servers that the launcher imports while the pod waits: those of the environment."""
    tier: Tier = "docker"
    """Isolation of the agent container."""
    host: str = "ws01"
    """Name of the machine that the agent seems to work on."""

    def images(self) -> dict[str, str]:
        """Return the content digest of each container's image."""
        return {
            WORLD: self.world.content,
            **{service.name: service.image.content for service in self.services},
            AGENT: self.agent.content,
        }

    def containers(self) -> dict[str, str]:
        """Return the name of the container at each address."""
        return {AGENT_ADDRESS: AGENT, **{service.address: service.name for service in self.services}}


def plan_pod(environment: Environment, images: Images, roots: Sequence[Path], tier: Tier = "docker") -> PodPlan:
    """Plan the pod of an environment, building the images it needs.

    Args:
        environment: What is wanted.
        images: Builds and finds images.
        roots: Projects with ``environments`` and ``tools`` folders, the built-in content first; the last that has a
            folder wins.
        tier: Isolation of the agent container.

    Raises:
        ContentError: If a service or an image does not exist or its file is wrong.
        EngineError: If an image cannot be built.
    """
    names = ["pod/world", environment.agent.image, *(f"services/{spec.folder}" for spec in environment.services)]
    world, agent, *built = images.ensure_all(names)
    services = []
    for index, (spec, image) in enumerate(zip(environment.services, built, strict=True)):
        stated = _service_file(spec.folder, roots)
        services.append(
            ServicePlan(
                name=spec.name,
                image=image,
                address=f"10.80.0.{11 + index}",
                hosts=spec.host,
                state_path=stated.state.path,
                state_mb=stated.state.megabytes,
                memory_mb=stated.memory_mb,
                pids=stated.pids,
                after=tuple(each.name for each in environment.services[:index] if each.folder in stated.after),
                keeps=stated.keeps,
            )
        )
    found = {tool.folder: _own_tool(tool.folder, roots) for tool in environment.tools if tool.bundled}
    own = {name: folder for name, folder in found.items() if folder is not None}
    packages = [name for folder in own.values() for name in read_model(folder / "tool.yaml", Tool).packages]
    return PodPlan(
        environment=environment.name,
        world=world,
        agent=images.with_tools(agent, own, packages),
        services=tuple(services),
        memory_mb=environment.agent.memory_mb,
        pids=environment.agent.pids,
        cpus=environment.agent.cpus,
        disk_mb=environment.agent.disk_mb,
        preload=tuple(sorted({tool.folder for tool in environment.tools if tool.bundled})),
        tier=tier,
        host=machine_name(environment.name),
    )


def machine_name(environment: str) -> str:
    """Return what a workplace of an environment calls itself: always the same, and nothing that names a sandbox."""
    return f"ws{int.from_bytes(sha256(environment.encode()).digest()[:2], 'big') % 90 + 10}"


def _service_file(name: str, roots: Sequence[Path]) -> _ServiceFile:
    for root in reversed(roots):
        file = root / "environments/services" / name / "service.yaml"
        if file.is_file():
            stated = read_yaml(file)
            kept = {key: stated[key] for key in _ServiceFile.model_fields if key in stated}
            return fit(kept, _ServiceFile, file=file)
    known = [file.parent.name for root in roots for file in root.glob("environments/services/*/service.yaml")]
    raise unknown_name("service", name, known)


def _own_tool(name: str, roots: Sequence[Path]) -> Path | None:
    """Return the folder of a tool that is not part of the built-in agent image."""
    folders = [root / "tools" / name for root in roots[1:] if (root / "tools" / name).is_dir()]
    return folders[-1] if folders else None
