"""Events of the network: what tried to leave the pod, and what trusted services were asked."""

from __future__ import annotations

from typing import Annotated, Literal

from .base import VOLATILE, Blob, Event, Json


class NameLookedUp(Event):
    """A DNS query, to whatever resolver."""

    kind: Literal["network.dns"] = "network.dns"
    source: str
    """Container that asked, by its address in the pod."""
    name: str
    """The queried name, without the trailing dot."""
    type: str
    """Record type, such as A, AAAA, TXT."""
    answer: str
    """The address or data answered; empty for none."""
    transport: Literal["udp", "tcp", "https"]
    """How the query travelled."""
    blocked: bool = False
    """True when the allow-list refused the name, so that nobody outside was asked."""


class Egress(Event):
    """Bytes that would have left the pod, and were answered by the simulated internet instead."""

    kind: Literal["network.egress"] = "network.egress"
    source: str
    """Container that sent, by its address in the pod."""
    protocol: str
    """Protocol recognised: http, https, smtp, tls, tcp, udp, git, icmp, packet."""
    host: str
    """Name of the destination from SNI, Host or the earlier look-up; else the address."""
    address: str
    """Destination IP address."""
    port: int
    """Destination port; 0 where the protocol has none."""
    summary: str
    """One line: method and URL, or envelope sender and recipients."""
    payload: Blob
    """The bytes sent, decrypted where the episode's CA was accepted; capped by the world."""
    size: int
    """Bytes sent in all, also those beyond the cap."""
    blocked: bool = False
    """True when the allow-list refused it, so that the destination received nothing."""
    connection: Annotated[int, VOLATILE] = 0
    """Number of the connection in the world."""


class ServiceRequested(Event):
    """A trusted service of the pod was asked to do something, told by the service itself."""

    kind: Literal["service.requested"] = "service.requested"
    service: str
    """Name of the service."""
    account: str
    """Who asked: user name, token owner or empty for anonymous."""
    operation: str
    """What was asked, such as ``employee.read`` or ``robot.task.create``."""
    detail: dict[str, Json]
    """The operation's own facts."""
    allowed: bool = True
    """False when the service refused."""


class RecorderOverflowed(Event):
    """More was sent than is recorded; the rest was counted and hashed only."""

    kind: Literal["network.overflow"] = "network.overflow"
    what: str
    """What was cut: events or payload bytes."""
    dropped: Annotated[int, VOLATILE]
    """How many were not recorded."""
