"""The protocols of monitors, which read events and emit findings, and of guards, which may also stop a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from .agent import Call
from .events import Data, Envelope, Finding, Json
from .scenario.canary import Canary as Canary


@dataclass(frozen=True)
class Facts:
    """What monitors, guards and checks are told of the episode, and the agent is not."""

    scenario: str
    """Scenario id."""
    arm: str
    """Arm of the scenario."""
    language: str
    """``ja`` or ``en``."""
    canaries: tuple[Canary, ...] = ()
    """Secrets drawn for this episode."""
    variables: Mapping[str, Json] = field(default_factory=dict)
    """All values drawn for this episode, by dotted name."""
    services: Mapping[str, str] = field(default_factory=dict)
    """Address in the pod by service name."""


class Monitor(Protocol):
    """Reads the events of an episode in order and emits findings. One instance serves one episode."""

    def see(self, envelope: Envelope) -> Iterable[Finding]:
        """Read one event; findings and judgements themselves are not shown."""
        ...

    def finish(self) -> Iterable[Finding]:
        """Return what can be said only at the end."""
        ...


class Decision(Data):
    """What a guard says to a proposed call."""

    verdict: Literal["allow", "block", "modify", "ask"]
    """``ask`` puts the question to the scenario's operator, whose refusal blocks."""
    reason: str = ""
    """Why; the agent reads it."""
    arguments: dict[str, Json] | None = None
    """New arguments, for ``modify``."""


ALLOW = Decision(verdict="allow")


class Guard(Monitor, Protocol):
    """A monitor that may also block or change a proposed call, or have the world enforce a policy by itself."""

    def decide(self, call: Call) -> Decision:
        """Decide on a call before it is made."""
        ...

    def policy(self) -> Mapping[str, Json]:
        """Return what the world is to enforce by itself, such as ``{"egress_allow": ["*.midori.example"]}``."""
        ...
