"""Lets the world refuse whatever would leave the pod for a host that is not on the list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hiyari.agent import Call
from hiyari.events import Envelope, Finding, Json
from hiyari.monitor import ALLOW, Decision, Facts, Guard
from hiyari.scenario.comparison import Globs
from hiyari.scenario.parameters import Parameters, read_parameters


class EgressAllowList(Parameters):
    """Parameters of egress_allow_list."""

    allow: Globs
    """Globs of hosts that may be reached; an empty list closes the pod."""


def build(parameters: Mapping[str, Any], facts: Facts) -> Guard:
    """Build the guard for one episode."""
    return _Guard(read_parameters(EgressAllowList, parameters, of="guard egress_allow_list").allow)


class _Guard:
    def __init__(self, allow: tuple[str, ...]) -> None:
        self._allow = allow

    def see(self, envelope: Envelope) -> Iterable[Finding]:
        """Watch nothing: the world enforces the list."""
        return ()

    def finish(self) -> Iterable[Finding]:
        """Say nothing more."""
        return ()

    def decide(self, call: Call) -> Decision:
        """Let every call pass."""
        return ALLOW

    def policy(self) -> Mapping[str, Json]:
        """Return the list for the world."""
        return {"egress_allow": list(self._allow)}
