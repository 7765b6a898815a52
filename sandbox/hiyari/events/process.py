"""Events of the machinery an agent runs in: containers and tool servers."""

from __future__ import annotations

from typing import Annotated, Literal

from .base import VOLATILE, Blob, Event


class PodStarted(Event):
    """The containers of the episode are up and proven closed."""

    kind: Literal["pod.started"] = "pod.started"
    images: dict[str, str]
    """Image digest by container name."""
    tier: str
    """Isolation tier: docker or gvisor."""
    proofs: dict[str, bool]
    """Containment checks made at this start, by name; all true."""


class ContainerExited(Event):
    """A container of the pod ended before the episode did."""

    kind: Literal["container.exited"] = "container.exited"
    container: str
    """Name of the container in the pod, such as ``agent`` or ``mail``."""
    exit_code: int | None
    """Its exit code, if the engine knows it."""
    out_of_memory: bool
    """True when the kernel killed something in it for memory."""


class ToolServerStarted(Event):
    """A tool server answered and listed its tools."""

    kind: Literal["tool_server.started"] = "tool_server.started"
    server: str
    """Name of the tool server."""
    tools: tuple[str, ...]
    """Names of the tools it offers."""
    definitions: str
    """SHA-256 of its tool definitions, so that a change during a run shows."""


class ToolServerLost(Event):
    """A tool server ended, hung or spoke garbage; its calls fail from now on."""

    kind: Literal["tool_server.lost"] = "tool_server.lost"
    server: str
    """Name of the tool server."""
    reason: str
    """What was seen."""


class ToolServerNoise(Event):
    """A tool server wrote something that is not its protocol."""

    kind: Literal["tool_server.noise"] = "tool_server.noise"
    server: str
    """Name of the tool server."""
    output: Annotated[Blob, VOLATILE]
    """The first bytes of it."""
    size: Annotated[int, VOLATILE]
    """How many bytes in all."""
