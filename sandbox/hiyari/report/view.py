"""One episode prepared for a page: findings with their evidence, egress, judgements, transcript, pictures."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from markupsafe import Markup

from hiyari.errors import ContentError
from hiyari.events import (
    Blob,
    Egress,
    Envelope,
    EpisodeEnded,
    Finding,
    FindingRaised,
    Json,
    Judged,
    ModelRequested,
    MonitorFailed,
)
from hiyari.recording import Manifest, Recording

from .episode import EpisodeResult, read_result
from .escape import one_line, preview
from .plots import Plot, plots
from .telling import tell
from .timeline import timeline
from .transcript import Item, transcript

EGRESS_LIMIT = 200
"""Rows of one episode's egress table."""
PAYLOAD_LIMIT = 2048
"""Bytes of one payload that a page shows."""
IMAGE_LIMIT = 400_000
"""Bytes of one picture that a page holds."""
FILM, FILM_LIMIT = "film.gif", 4_000_000
"""Name in the folder of the recording, and bytes, of a film that a page holds."""
IMAGES_LIMIT = 8
"""Pictures of one episode that a page holds."""


@dataclass(frozen=True)
class Evidence:
    """An event that shows a finding."""

    seq: int
    """Sequence number."""
    t: float
    """Virtual seconds."""
    label: str
    """What happened, one of the interface's own texts."""
    headline: str
    """The event's own facts."""


@dataclass(frozen=True)
class FindingView:
    """A finding as a page shows it."""

    seq: int
    """Sequence number of its event."""
    t: float
    """Virtual seconds."""
    monitor: str
    """Who raised it."""
    finding: Finding
    """The finding."""
    evidence: list[Evidence]
    """What shows it."""
    facts: list[tuple[str, str]]
    """Numbers and names behind it, ready to be shown."""


@dataclass(frozen=True)
class EgressView:
    """Bytes that tried to leave."""

    seq: int
    """Sequence number."""
    t: float
    """Virtual seconds."""
    egress: Egress
    """The event."""
    payload: str
    """Preview of the bytes, made visible."""
    canaries: list[str]
    """Rules of the findings that cite it."""


@dataclass(frozen=True)
class EpisodeView:
    """An episode as a page shows it."""

    anchor: str
    """Prefix of its anchors."""
    result: EpisodeResult
    """What is counted."""
    manifest: Manifest
    """Everything it was made with."""
    trouble: str
    """What is wrong with the recording; empty when its chain holds."""
    events: int
    """Events read."""
    ended: str
    """Why the episode ended."""
    models: list[str]
    """Language models asked."""
    findings: list[FindingView]
    """Worst first."""
    failures: list[str]
    """Monitors that failed."""
    judged: list[Judged]
    """Criteria of both axes."""
    egress: list[EgressView]
    """What tried to leave."""
    egress_left_out: int
    """Rows beyond the limit."""
    items: list[Item]
    """The transcript."""
    left_out: int
    """Entries of the transcript beyond the limit."""
    cited: dict[int, list[FindingView]]
    """Findings by the events that show them."""
    groups: list[list[FindingView]]
    """Findings of one rule and severity together, the worst first."""
    timeline: dict[str, Markup]
    """The timeline by language."""
    plots: dict[str, list[Plot]]
    """Physics plots by language."""
    film: str = ""
    """The film of the episode as a data address, when one was made and is not too large."""
    images: dict[str, str] = field(default_factory=dict)
    """Pictures as data addresses, by SHA-256."""


def view(recording: Recording, anchor: str, folder: str = "") -> EpisodeView:
    """Prepare an episode; a recording that was tampered with is shown up to the break.

    Args:
        recording: The episode on disk.
        anchor: Prefix of its anchors, unique in the page.
        folder: Where it lies, as shown to the reader.
    """
    envelopes: list[Envelope] = []
    trouble = ""
    try:
        envelopes.extend(recording.envelopes())
    except ContentError as error:
        trouble = error.problem
    findings = _findings(envelopes)
    cited: dict[int, list[FindingView]] = {}
    for finding in findings:
        for seq in finding.finding.evidence:
            cited.setdefault(seq, []).append(finding)
    events = [envelope.event for envelope in envelopes]
    judged = [event for event in events if isinstance(event, Judged)]
    items, left_out = transcript(envelopes, [*cited, *(seq for verdict in judged for seq in verdict.evidence)])
    egress = [envelope for envelope in envelopes if isinstance(envelope.event, Egress)]
    egress.sort(key=lambda envelope: (envelope.seq not in cited, envelope.seq))
    ended = next((event for event in events if isinstance(event, EpisodeEnded)), None)
    return EpisodeView(
        anchor=anchor,
        result=read_result(recording, folder),
        manifest=recording.manifest,
        trouble=trouble,
        events=len(envelopes),
        ended=f"{ended.reason} {ended.detail}".strip() if ended else "",
        models=sorted({event.model for event in events if isinstance(event, ModelRequested)}),
        findings=findings,
        failures=[f"{event.monitor}: {event.error}" for event in events if isinstance(event, MonitorFailed)],
        judged=judged,
        egress=[_egress(envelope, cited) for envelope in egress[:EGRESS_LIMIT]],
        egress_left_out=max(0, len(egress) - EGRESS_LIMIT),
        items=items,
        left_out=left_out,
        cited=cited,
        groups=[list(group) for _, group in groupby(findings, key=_kind)],
        timeline={language: timeline(envelopes, anchor, language) for language in ("en", "ja")},
        plots={language: plots(envelopes, anchor, language) for language in ("en", "ja")},
        film=_film(recording.folder / FILM),
        images=_images(items),
    )


def _film(file: Path) -> str:
    if not file.is_file() or file.stat().st_size > FILM_LIMIT:
        return ""
    data = file.read_bytes()
    return f"data:image/gif;base64,{base64.b64encode(data).decode()}" if data.startswith(b"GIF89a") else ""


def _findings(envelopes: list[Envelope]) -> list[FindingView]:
    by_seq = {envelope.seq: envelope for envelope in envelopes}
    found = []
    for envelope in envelopes:
        if isinstance(envelope.event, FindingRaised):
            finding = envelope.event.finding
            shown = [by_seq[seq] for seq in finding.evidence if seq in by_seq][:20]
            evidence = []
            for cited in shown:
                told = tell(cited.event)
                evidence.append(Evidence(cited.seq, cited.t, told.label, one_line(told.headline, 240)))
            monitor, facts = envelope.event.monitor, _facts(finding.detail)
            found.append(FindingView(envelope.seq, envelope.t, monitor, finding, evidence, facts))
    first: dict[str, int] = {}
    for view in found:
        first.setdefault(view.finding.rule, view.seq)
    return sorted(found, key=lambda view: (-view.finding.severity, first[view.finding.rule], view.seq))


def _kind(view: FindingView) -> tuple[int, str]:
    return view.finding.severity, view.finding.rule


def _facts(detail: dict[str, Json]) -> list[tuple[str, str]]:
    """Return the numbers and names of a finding; numbers with four digits."""
    facts = []
    for name, value in detail.items():
        if isinstance(value, float):
            text = f"{value:.4g}"
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        facts.append((name, text))
    return facts


def _egress(envelope: Envelope, cited: dict[int, list[FindingView]]) -> EgressView:
    event = envelope.event
    if not isinstance(event, Egress):
        raise TypeError(event.kind)
    try:
        payload = preview(event.payload.read(), PAYLOAD_LIMIT)[0]
    except (ContentError, LookupError) as error:
        payload = f"({error})"
    rules = sorted({finding.finding.rule for finding in cited.get(envelope.seq, [])})
    return EgressView(envelope.seq, envelope.t, event, payload, rules)


def _images(items: list[Item]) -> dict[str, str]:
    """Return the first pictures as data addresses; only what really is a PNG, and none that is too large."""
    held: dict[str, str] = {}
    for item in items:
        for blob in item.images:
            if len(held) >= IMAGES_LIMIT:
                return held
            data = _png(blob)
            if data:
                held[blob.sha256] = "data:image/png;base64," + base64.b64encode(data).decode()
    return held


def _png(blob: Blob) -> bytes:
    if blob.size > IMAGE_LIMIT:
        return b""
    try:
        data = blob.read()
    except (ContentError, LookupError):
        return b""
    return data if data.startswith(b"\x89PNG\r\n\x1a\n") else b""
