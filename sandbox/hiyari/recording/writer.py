"""Writing a recording: one unbuffered write for each event, chained by SHA-256, after the blobs that it names."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

from hiyari.events import Blob, Envelope, Event

from .blobs import BlobStore
from .frames import FrameWriter

GENESIS = "0" * 64
"""``prev`` of the first event."""

Wall = Callable[[], str]
"""The wall clock: RFC 3339 in UTC."""


class Recorder:
    """Appends events to ``events.jsonl``. What it has returned from is on its way to disk, whatever happens next."""

    def __init__(self, folder: Path, wall: Wall) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.seq = 0
        self.head = GENESIS
        self.rows = FrameWriter(folder / "physics.zst")
        self._wall = wall
        self._lock = threading.Lock()
        self._blobs = BlobStore(folder / "blobs")
        self._file = os.open(folder / "events.jsonl", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)

    def append(self, event: Event, *, t: float, actor: str, cause: int | None = None) -> Envelope:
        """Write one event and return its envelope.

        Args:
            event: What happened.
            t: Virtual seconds since the start of the episode.
            actor: Who did it.
            cause: Sequence number of the event that led to it.
        """
        with self._lock:
            for blob in blobs_of(event):
                self._blobs.put(blob)
            fields = {"cause": cause, "t": t, "wall": self._wall(), "actor": actor, "event": event}
            envelope = Envelope.model_construct(seq=self.seq, prev=self.head, **fields)  # type: ignore[arg-type]
            line = envelope.model_dump_json(warnings=False).encode()
            os.write(self._file, line + b"\n")
            self.seq += 1
            self.head = hashlib.sha256(line).hexdigest()
            return envelope

    def close(self) -> None:
        """Flush the physics rows and sync the log to disk."""
        self.rows.close()
        if self._file >= 0:
            os.fsync(self._file)
            os.close(self._file)
            self._file = -1


def blobs_of(event: Event) -> list[Blob]:
    """Return the blobs an event names, in the order of its fields."""
    found = []
    for value in event.__dict__.values():
        if isinstance(value, Blob):
            found.append(value)
        elif isinstance(value, tuple):
            found += [item for item in value if isinstance(item, Blob)]
    return found
