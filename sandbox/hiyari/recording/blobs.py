"""Content-addressed bytes beside an event log: ``blobs/<sha256>``, each one zstd frame."""

from __future__ import annotations

import hashlib
from pathlib import Path

import zstandard

from hiyari.errors import ContentError
from hiyari.events import Blob


class BlobStore:
    """A folder of blobs. Writing the same bytes twice stores them once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: set[str] = set()

    def put(self, blob: Blob) -> None:
        """Store a blob whose bytes are at hand; a killed process leaves a whole file or none."""
        if blob.sha256 in self._known:
            return
        path = self.folder / blob.sha256
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".part")
            partial.write_bytes(zstandard.ZstdCompressor(level=3, write_checksum=True).compress(blob.read()))
            partial.replace(path)
        self._known.add(blob.sha256)

    def get(self, sha256: str) -> bytes:
        """Return the bytes of a blob.

        Raises:
            ContentError: If the blob is missing, damaged, or not what its name says.
        """
        path = self.folder / sha256
        try:
            data = zstandard.ZstdDecompressor().decompress(path.read_bytes())
        except (OSError, zstandard.ZstdError) as error:
            raise ContentError(f"the blob cannot be read: {error}", file=path) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ContentError("the blob's bytes do not have the SHA-256 it is named by", file=path)
        return data
