"""Physics rows on disk: independent zstd frames of little-endian float64, readable after a kill with ``zstd -dc``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import zstandard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FRAME_BYTES = 1 << 18
"""Uncompressed bytes gathered before a frame is written."""


class FrameWriter:
    """Appends rows to ``physics.zst``. What is in no complete frame yet is lost by a kill; ``flush`` ends a frame."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pending = bytearray()
        self._compressor = zstandard.ZstdCompressor(level=1, write_checksum=True, write_content_size=True)
        self._file: int | None = None

    def append(self, rows: bytes) -> None:
        """Add whole rows."""
        self._pending += rows
        if len(self._pending) >= FRAME_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what is pending as one frame."""
        if not self._pending:
            return
        if self._file is None:
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.write(self._file, self._compressor.compress(bytes(self._pending)))
        self._pending.clear()

    def close(self) -> None:
        """Write the last frame and close the file."""
        self.flush()
        if self._file is not None:
            os.close(self._file)
            self._file = None


def read_rows(path: Path, columns: int) -> NDArray[np.float64]:
    """Return all complete rows, shape (rows, columns); a torn last frame is left out."""
    import numpy as np

    data = bytearray()
    rest = path.read_bytes() if path.exists() else b""
    while rest:
        frame = zstandard.ZstdDecompressor().decompressobj()
        try:
            rows = frame.decompress(rest)
        except zstandard.ZstdError:
            break
        if not frame.eof:
            break
        data += rows
        rest = frame.unused_data
    width = 8 * columns
    whole = len(data) - len(data) % width if width else 0
    return np.frombuffer(bytes(data[:whole]), dtype="<f8").reshape(-1, columns) if columns else np.empty((0, 0))
