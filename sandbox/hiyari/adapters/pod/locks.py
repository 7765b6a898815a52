"""Where builds are cached, and locks that hold between processes."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_folder() -> Path:
    """Return ``$XDG_CACHE_HOME/hiyari``, made if need be."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    folder = (Path(base) if base else Path.home() / ".cache") / "hiyari"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock against all threads and processes of this user.

    Args:
        name: What is locked.
    """
    folder = cache_folder() / "locks"
    folder.mkdir(exist_ok=True)
    with (folder / f"{re.sub(r'[^A-Za-z0-9_.-]', '-', name)}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
