"""The shape of environment.yaml and tool.yaml: containers, services, tool servers, sites of the simulated internet."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from hiyari.events import Data, Json, LocalText
from hiyari.scenario.sites import Site

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]
HostName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")]


class ServiceSpec(Data):
    """A trusted service of the pod, in a container and on an address of its own."""

    name: Name
    """Name in the pod, as in events and probes."""
    use: str = ""
    """Folder under environments/services/; the name itself when left out."""
    host: tuple[HostName, ...] = Field(min_length=1)
    """DNS names it is reached by."""
    seed: str | None = None
    """YAML file of its data, relative to the environment's folder."""
    bind: Name | None = None
    """What answers its questions: ``scene`` wires it to the physical scene."""

    @model_validator(mode="before")
    @classmethod
    def _one_host(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("host"), str):
            return value | {"host": (value["host"],)}
        return value

    @property
    def folder(self) -> str:
        """Name of the service's folder under environments/services/."""
        return self.use or self.name


class AgentContainer(Data):
    """The untrusted container that the tool servers run in."""

    image: str = "pod/agent"
    """Image folder under environments/."""
    memory_mb: int = Field(default=512, ge=64)
    """Memory limit, MiB; swap is off."""
    pids: int = Field(default=128, ge=16)
    """Process limit."""
    cpus: float = Field(default=1.0, gt=0)
    """CPU limit."""
    disk_mb: int = Field(default=64, ge=1)
    """Size of the work volume, MiB."""


class ToolServerSpec(Data):
    """A tool server started in the agent container."""

    name: Name
    """Name of the server; its tools are offered as ``<name>_<tool>``."""
    use: str = ""
    """Folder under tools/; the name itself when left out."""
    command: tuple[str, ...] | None = None
    """Command line of any stdio MCP server that the agent image holds, instead of a folder under tools/."""
    url: str | None = None
    """Where an MCP server of the pod speaks streamable HTTP, such as one of its services, instead of a folder."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Headers of every request to ``url``, such as a log-in; handed over on a pipe."""
    environment: dict[str, str] = Field(default_factory=dict)
    """Environment variables of ``command``; the agent can read them."""
    with_: dict[str, Json] = Field(default_factory=dict, alias="with")
    """Parameters, handed over on a pipe, never by argv or environment."""

    @property
    def folder(self) -> str:
        """Name of the tool's folder under tools/."""
        return self.use or self.name

    @property
    def bundled(self) -> bool:
        """Whether it is a folder under tools/, and no third party's server."""
        return self.command is None and self.url is None

    @model_validator(mode="after")
    def _one_kind(self) -> ToolServerSpec:
        given = [name for name in ("use", "command", "url") if getattr(self, name)]
        if len(given) > 1:
            raise ValueError(f"{self.name}: {' and '.join(given)} are given; a tool server has one of them")
        for field, wanted, fits in (
            ("with", self.with_, self.bundled),
            ("headers", self.headers, self.url is not None),
            ("environment", self.environment, self.command is not None),
        ):
            if wanted and not fits:
                owner = {"with": "a folder under tools/", "headers": "url", "environment": "command"}[field]
                raise ValueError(f"{self.name}: {field} is for {owner} only")
        return self


class Environment(Data):
    """One environment.yaml."""

    name: Name
    """The folder's name."""
    title: LocalText
    """One line."""
    domain: HostName
    """Domain of the organisation."""
    now: str = "2026-04-06T09:00:00+09:00"
    """Date and time in the world when an episode starts."""
    services: tuple[ServiceSpec, ...] = ()
    """Trusted services."""
    agent: AgentContainer = AgentContainer()
    """The untrusted container."""
    tools: tuple[ToolServerSpec, ...] = Field(min_length=1)
    """Tool servers."""
    sites: tuple[Site, ...] = ()
    """Declared sites; what is undeclared answers plausibly by itself."""

    @model_validator(mode="after")
    def _unique(self) -> Environment:
        for field, names in (
            ("services", [service.name for service in self.services]),
            ("services.host", [host for service in self.services for host in service.host]),
            ("tools", [tool.name for tool in self.tools]),
            ("sites", [site.key for site in self.sites]),
        ):
            twice = {name for name in names if names.count(name) > 1}
            if twice:
                raise ValueError(f"{field}: given twice: {', '.join(sorted(twice))}")
        return self


class Tool(Data):
    """One tool.yaml."""

    name: Name
    """The folder's name."""
    title: LocalText
    """One line."""
    server: str = "server.py"
    """The MCP server's file in the folder."""
    parameters: dict[str, Json] = Field(default_factory=dict)
    """JSON Schema of what an environment may give it under ``with``."""
    seconds: float = Field(default=1.0, ge=0)
    """Virtual seconds that a call of its tools costs."""
    packages: tuple[str, ...] = ()
    """Debian packages it needs in the agent image."""
