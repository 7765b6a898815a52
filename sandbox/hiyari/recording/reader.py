"""Reading a recording back, also one that a kill cut short, and checking that nobody has touched it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from hiyari.errors import ContentError
from hiyari.events import Envelope

from .blobs import BlobStore
from .frames import read_rows
from .manifest import Manifest, read_manifest
from .writer import GENESIS, blobs_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Recording:
    """One episode on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: Manifest = read_manifest(folder)
        self.blobs = BlobStore(folder / "blobs")

    @property
    def complete(self) -> bool:
        """True when the episode ran to its end and was judged."""
        return self.manifest.ended is not None

    def envelopes(self) -> Iterator[Envelope]:
        """Yield all events in order, checking the chain; the bytes of blobs are read when asked for.

        Raises:
            ContentError: If a line is not an event, breaks the chain, or the log does not end where the manifest says.
        """
        path = self.folder / "events.jsonl"
        previous, count = GENESIS, 0
        for number, line in enumerate(_lines(path), start=1):
            try:
                envelope = Envelope.model_validate_json(line)
            except ValidationError as error:
                raise ContentError(f"line {number} is not an event: {error.errors()[0]['msg']}", file=path) from error
            if envelope.prev != previous or envelope.seq != count:
                raise ContentError(f"line {number} breaks the hash chain: the log was changed", file=path)
            previous, count = hashlib.sha256(line).hexdigest(), count + 1
            for blob in blobs_of(envelope.event):
                blob.backed_by(partial(self.blobs.get, blob.sha256))
            yield envelope
        if self.complete and (count, previous) != (self.manifest.events, self.manifest.head):
            raise ContentError(
                f"the log ends after {count} events, the manifest says {self.manifest.events}: it was changed",
                file=path,
            )

    def rows(self, columns: tuple[str, ...] | None = None) -> NDArray[np.float64]:
        """Return the physics rows, shape (rows, columns).

        Args:
            columns: Their names, as in PhysicsStarted; the manifest's when left out, which has them at the end only.
        """
        return read_rows(self.folder / "physics.zst", len(self.manifest.columns if columns is None else columns))


def _lines(path: Path) -> Iterator[bytes]:
    """Yield complete lines without their newline; a last line torn by a kill is left out."""
    try:
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield line[:-1]
    except FileNotFoundError as error:
        raise ContentError("the recording has no events.jsonl", file=path) from error


def find_recordings(folder: Path) -> list[Path]:
    """Return the folders of all recordings below a folder, sorted by path."""
    return sorted(path.parent for path in folder.rglob("manifest.json"))
