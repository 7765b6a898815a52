"""What every event is made of: frozen models, blobs, and the mark that says a field is volatile."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PrivateAttr

INLINE_LIMIT = 4096
"""Texts of more UTF-8 bytes than this are stored as blobs."""


class Volatile:
    """Marks a field that may differ between two runs of one seed (durations, pids, wall time)."""


VOLATILE = Volatile()

Seconds = Annotated[float, VOLATILE]
"""A measured duration in wall seconds; volatile."""


class Data(BaseModel):
    """A frozen record that refuses unknown keys, NaN and infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Event(Data):
    """Something that happened in an episode."""

    kind: str


class Blob(Data):
    """Bytes kept beside the event log, named by their SHA-256."""

    sha256: str
    """Hex SHA-256 of the bytes."""
    size: int
    """Length in bytes."""

    _source: Callable[[], bytes] | None = PrivateAttr(default=None)

    def __eq__(self, other: object) -> bool:
        """Blobs are equal when their bytes are, wherever those come from."""
        return isinstance(other, Blob) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        """Hash by content."""
        return hash(self.sha256)

    @classmethod
    def of(cls, data: bytes) -> Blob:
        """Name some bytes and keep them at hand until the recorder has stored them."""
        blob = cls(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        return blob.backed_by(lambda: data)

    def backed_by(self, source: Callable[[], bytes]) -> Blob:
        """Say where the bytes come from; returns the blob itself."""
        self._source = source
        return self

    def read(self) -> bytes:
        """Return the bytes.

        Raises:
            LookupError: If the blob has no source, because its recording was not opened with a blob store.
        """
        if self._source is None:
            raise LookupError(f"the bytes of blob {self.sha256} are not at hand")
        return self._source()


Text = str | Blob
"""A text: itself when short, a blob of its UTF-8 bytes when longer than INLINE_LIMIT."""


def held(text: str) -> Text:
    """Return a short text as it is and a long one as a blob."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= INLINE_LIMIT:
        return data.decode("utf-8", "replace")
    return Blob.of(data.decode("utf-8", "replace").encode())


def plain(text: Text) -> str:
    """Return the whole text, reading its blob if it has one."""
    return text if isinstance(text, str) else text.read().decode("utf-8", "replace")


class LocalText(Data):
    """One text in the two languages of the project."""

    ja: str
    """Japanese."""
    en: str
    """English."""

    def in_language(self, language: str) -> str:
        """Return the Japanese text for ``ja`` and the English one for anything else."""
        return self.ja if language == "ja" else self.en


Json = Any
"""A JSON value."""
