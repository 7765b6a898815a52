"""The transcript of an episode: what the agent was told, said and did, and what the world and the monitors saw."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hiyari.errors import ContentError
from hiyari.events import (
    Blob,
    Envelope,
    EpisodeJudged,
    FileChanged,
    Judged,
    ModelRequested,
    PhysicsAdvanced,
    Text,
    plain,
)

from .escape import preview, visible
from .telling import Body, Told, tell

TEXT_LIMIT = 6000
"""Characters of one text that a page holds; the rest stays in the recording."""

ITEM_LIMIT = 600
"""Items of one transcript that a page holds; findings and their evidence are always among them."""


FILES_APART = 5
"""Files that change one after the other and are told one by one; more share an entry."""


@dataclass
class Item:
    """One entry of a transcript; several quiet physics events share one, and so do many files."""

    seqs: list[int]
    """Sequence numbers of its events."""
    t: float
    """Virtual seconds of the first."""
    actor: str
    """Who did it."""
    told: Told
    """What is shown."""
    bodies: list[Shown] = field(default_factory=list)
    """Its texts, cut to size."""
    images: list[Blob] = field(default_factory=list)
    """Pictures the agent saw."""

    @property
    def seq(self) -> int:
        """Sequence number of the first event."""
        return self.seqs[0]


@dataclass(frozen=True)
class Shown:
    """A text as it is shown."""

    caption: str
    """What it is; empty when that is plain."""
    text: str
    """The visible text, cut to size."""
    folded: bool
    """True when it is folded away at first."""


def transcript(
    envelopes: Sequence[Envelope], evidence: Iterable[int] = (), *, whole: bool = False
) -> tuple[list[Item], int]:
    """Return the entries of an episode and how many were left out because there are too many.

    Args:
        envelopes: All events of the episode.
        evidence: Sequence numbers that must be among the entries.
        whole: Leave nothing out, and tell every file by itself.
    """
    must, seen = set(evidence), set[str]()
    items: list[Item] = []
    run: list[Envelope] = []
    for envelope in envelopes:
        event = envelope.event
        if run and not isinstance(event, FileChanged):
            items += _files(run)
            run = []
        if isinstance(event, FileChanged) and not whole and envelope.seq not in must:
            run.append(envelope)
            continue
        if isinstance(event, Judged | EpisodeJudged):
            continue
        if isinstance(event, PhysicsAdvanced) and items and items[-1].told.lane == "physics-quiet":
            items[-1].seqs.append(envelope.seq)
            items[-1].told = Told("physics-quiet", "Physics", f"{items[-1].t:.2f} – {envelope.t:.2f} s")
            continue
        told = tell(event)
        bodies = _messages(event, seen) if isinstance(event, ModelRequested) else told.bodies
        shown = [_shown(body) for body in bodies]
        images = [blob for blob in getattr(event, "images", ()) if isinstance(blob, Blob)]
        items.append(Item([envelope.seq], envelope.t, envelope.actor, told, shown, images))
    items += _files(run)
    if whole or len(items) <= ITEM_LIMIT:
        return items, 0
    kept = [
        item
        for index, item in enumerate(items)
        if index < ITEM_LIMIT // 2 or item.told.lane == "finding" or must.intersection(item.seqs)
    ][:ITEM_LIMIT]
    return kept, len(items) - len(kept)


def _files(run: Sequence[Envelope]) -> list[Item]:
    """Return entries of files that changed one after the other: one each for a few, one for all of many."""
    told = [(envelope, tell(envelope.event)) for envelope in run]
    if len(run) <= FILES_APART:
        return [Item([envelope.seq], envelope.t, envelope.actor, each) for envelope, each in told]
    counts = Counter(envelope.event.change for envelope in run if isinstance(envelope.event, FileChanged))
    headline = ", ".join(f"{count:,} {change}" for change, count in sorted(counts.items()))
    together = Told("file", "Files", headline)
    listed = [_shown(Body("", "\n".join(each.headline for _, each in told), folded=True))]
    return [Item([envelope.seq for envelope in run], run[0].t, run[0].actor, together, listed)]


def readable(text: Text) -> str:
    """Return a text of an event, or what is wrong when its blob cannot be read."""
    try:
        return plain(text)
    except (ContentError, LookupError) as error:
        return f"({error})"


def pretty(value: Any) -> str:
    """Return a JSON value, on one line when it is short; a text as it is."""
    if isinstance(value, str):
        return value
    short = json.dumps(value, ensure_ascii=False, default=str)
    return short if len(short) <= 110 else json.dumps(value, ensure_ascii=False, indent=1, default=str)


def _shown(body: Body) -> Shown:
    content = body.content
    if isinstance(content, Blob):
        content = _of_blob(content)
    text = visible(pretty(content).rstrip(), TEXT_LIMIT)
    long = len(text) > 700 or text.count("\n") > 14
    return Shown(body.caption, text, body.folded or long)


def _of_blob(blob: Blob) -> str:
    try:
        data = blob.read()
    except (ContentError, LookupError) as error:
        return f"({error})"
    try:
        return pretty(json.loads(data))
    except (ValueError, RecursionError):
        return preview(data, TEXT_LIMIT)[0]


def _messages(event: ModelRequested, seen: set[str]) -> list[Body]:
    """Return the messages of a request that no earlier request of the episode held."""
    fresh = [blob for blob in event.messages if blob.sha256 not in seen]
    seen.update(blob.sha256 for blob in fresh)
    return [Body("new message", blob, folded=True) for blob in fresh]
