"""How each kind of event is told to a reader: its lane, a label in the interface's words, a headline, and its texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hiyari import events as e

from .escape import one_line


@dataclass(frozen=True)
class Body:
    """A text that belongs to an event."""

    caption: str
    """What it is; empty when that is plain."""
    content: Any
    """A text, a blob or a JSON value."""
    folded: bool = False
    """True when it is folded away at first."""


@dataclass(frozen=True)
class Told:
    """An event as it is told."""

    lane: str
    """Lane of the timeline it belongs to; also its colour."""
    label: str
    """What happened, one of the interface's own texts."""
    headline: str = ""
    """The event's own facts on one line."""
    bodies: list[Body] = field(default_factory=list)
    """Its longer texts."""
    alarming: bool = False
    """True when it deserves a reader's eye by itself."""


LANES = ("agent", "call", "service", "network", "file", "machine", "person", "physics", "safety", "guard", "finding")
"""Lanes of the timeline, top to bottom."""


def tell(event: e.Event) -> Told:
    """Return how an event is told."""
    match event:
        case e.EpisodeStarted():
            return Told("machine", "Episode started", f"{event.scenario} {event.arm} {event.agent} seed {event.seed}")
        case e.EpisodeEnded():
            alarming = event.reason in ("agent_failed", "engine_failed")
            return Told("machine", "Episode ended", _joined(event.reason, event.detail), alarming=alarming)
        case e.LimitReached():
            return Told("machine", "Limit reached", f"{event.limit} = {event.allowed:g}", alarming=True)
        case e.PodStarted():
            proven = f"{sum(event.proofs.values())}/{len(event.proofs)}"
            facts = [Body("proofs", event.proofs, True), Body("images", event.images, True)]
            return Told("machine", "Containers started", f"{event.tier}, {proven} containment checks", facts)
        case e.ContainerExited():
            why = "out of memory" if event.out_of_memory else f"exit code {event.exit_code}"
            return Told("machine", "Container ended", f"{event.container}: {why}", alarming=True)
        case e.ToolServerStarted():
            return Told("machine", "Tool server started", f"{event.server}: {', '.join(event.tools)}")
        case e.ToolServerLost():
            return Told("machine", "Tool server lost", f"{event.server}: {event.reason}", alarming=True)
        case e.ToolServerNoise():
            return Told(
                "machine", "Tool server noise", f"{event.server}, {event.size:,} B", [Body("", event.output, True)]
            )
    return _of_agent(event) or _of_world(event) or _of_judgement(event) or Told("machine", event.kind, _fields(event))


def _of_agent(event: e.Event) -> Told | None:
    match event:
        case e.TaskGiven():
            texts = [Body("", event.text)]
            texts += [Body("system prompt", event.system, True)] if event.system else []
            return Told("agent", "Task", "", [*texts, Body("tools offered", event.tools, True)])
        case e.ModelRequested():
            return Told("agent", "Model asked", f"{event.model} · {len(event.messages)} messages · #{event.ordinal}")
        case e.ModelResponded():
            tokens = f"{event.input_tokens:,} → {event.output_tokens:,} tokens · #{event.ordinal}"
            return Told("agent", "Model answered", tokens, [Body("raw response", event.raw, True)])
        case e.ModelFailed():
            return Told("agent", "Model failed", f"#{event.ordinal}", [Body("", event.error)], alarming=True)
        case e.AgentSaid():
            return Told("agent", "Agent said", "", [Body("", event.text)])
        case e.AgentFailed():
            return Told("agent", "Agent failed", event.error, [Body("traceback", event.traceback, True)], alarming=True)
        case e.AgentAnswered():
            label = "Agent declined" if event.refused else "Agent answered"
            return Told("agent", label, "", [Body("", event.text)])
        case e.CallProposed():
            return Told("call", "Call", f"{event.tool}  ({event.call})", [Body("", event.arguments)])
        case e.CallRejected():
            return Told("call", "Call rejected", f"({event.call}) {event.reason}", alarming=True)
        case e.CallReturned():
            note = _joined(f"({event.call}) {event.status}", "truncated" if event.truncated else "")
            return Told("call", "Result", note, [Body("", event.text)], alarming=event.status in ("denied", "lost"))
    return None


def _of_world(event: e.Event) -> Told | None:
    match event:
        case e.NameLookedUp():
            return Told(
                "network", "Name looked up", f"{event.type} {event.name} → {event.answer or '–'} ({event.transport})"
            )
        case e.Egress():
            where = f"{event.protocol} {event.host}:{event.port} · {event.size:,} B · {event.summary}"
            label = "Egress blocked" if event.blocked else "Egress"
            return Told("network", label, where, [Body("payload", event.payload, True)], alarming=not event.blocked)
        case e.RecorderOverflowed():
            return Told("network", "Too much to record", f"{event.what}: {event.dropped:,}", alarming=True)
        case e.ServiceRequested():
            label = "Service" if event.allowed else "Service refused"
            who = f"{event.service} · {event.operation} · {event.account or 'anonymous'}"
            return Told("service", label, who, [Body("", event.detail)] if event.detail else [])
        case e.FileChanged():
            return Told("file", "File", f"{event.change} {event.path} · {event.size:,} B")
        case e.PhysicsStarted():
            return Told(
                "physics", "Scene built", f"{event.scene} · {event.step_hz:g} Hz", [Body("engine", event.engine, True)]
            )
        case e.PhysicsAdvanced():
            return Told("physics-quiet", "Physics", f"{event.time:.2f} s")
        case e.PhysicsRateChanged():
            whom = f" · {event.robot} {event.distance:.2f} m from {event.person}" if event.distance is not None else ""
            return Told("physics", "Step rate", f"{event.step_hz:g} Hz{whom}")
        case e.Contact():
            facts = f"{event.robot} {event.link} → {event.person} {event.region} · peak {event.peak_force:.0f} N"
            numbers = Body("measured", event.model_dump(mode="json"), True)
            return Told("physics", "Contact", facts, [numbers], alarming=True)
        case e.RobotCommanded():
            label = "Robot commanded" if event.accepted else "Robot refused"
            who = f"{event.robot} · {event.command}" + (f" · {event.account}" if event.account else "")
            return Told(
                "physics", label, _joined(who, event.reason), [Body("", event.arguments)] if event.arguments else []
            )
        case e.SafetyStateChanged():
            change = f"{event.robot}: {event.before} → {event.after} ({event.cause})"
            return Told("safety", "Safety state", change, alarming=not event.authentic)
        case e.SimulationDiverged():
            return Told("physics", "Simulation diverged", f"{event.what} at step {event.step}", alarming=True)
        case e.PersonPresent():
            return Told("person", "Person present", _joined(event.person, event.name, event.role))
        case e.PersonSaid():
            where = "" if event.channel == "talk" else f"{event.channel} → {', '.join(event.to)}"
            headline = _joined(event.person, where, event.subject, event.undelivered)
            return Told("person", "Person said", headline, [Body("", event.text)], bool(event.undelivered))
        case e.PersonAsked():
            return Told("person", "Person asked", f"{event.asker} → {event.person}", [Body("", event.text)])
        case e.PersonDecided():
            label = "Person approved" if event.approved else "Person refused"
            texts = [Body("", event.text)] if event.text else []
            return Told("person", label, f"{event.person}: {event.subject}", texts)
        case e.PersonSilent():
            return Told("person", "Person silent", f"{event.person}: {event.subject} ({event.waited:g} s)", [], True)
        case e.PersonChanged():
            state = f"{event.person}: {event.state}, mood {event.mood}"
            return Told("person", "Person changed", _joined(state, "done" if event.done else ""))
    return None


def _of_judgement(event: e.Event) -> Told | None:
    match event:
        case e.FindingRaised(finding=finding):
            return Told("finding", "Finding", f"S{finding.severity} {finding.rule} · {event.monitor}", alarming=True)
        case e.MonitorFailed():
            return Told("finding", "Monitor failed", f"{event.monitor}: {event.error}", alarming=True)
        case e.GuardDecided():
            texts = [Body("changed arguments", event.arguments)] if event.arguments is not None else []
            return Told(
                "guard", "Guard", f"{event.guard} · {event.decision} ({event.call}) · {event.reason}", texts, True
            )
        case e.WorldProbed():
            return Told("machine", "World probed", _joined(event.probe, event.error), [Body("", event.result, True)])
    return None


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _fields(event: e.Event) -> str:
    return one_line(", ".join(f"{name} {value}" for name, value in event if name != "kind"))
