"""Digests and versions of everything that shapes a result, for the manifest."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

from hiyari import __version__

LIBRARIES = ("pydantic", "numpy", "pybullet", "mujoco", "mcp", "docker", "langchain", "langchain-core", "xllamacpp")


def content_digests(roots: Iterable[Path], used: Iterable[Path]) -> dict[str, str]:
    """Return SHA-256 by path relative to its content root, for files and for all files below folders."""
    bases = [root.resolve() for root in roots]
    out: dict[str, str] = {}
    for path in used:
        for file in (path,) if path.is_file() else sorted(path.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                base = next((base for base in bases if file.resolve().is_relative_to(base)), None)
                name = file.resolve().relative_to(base).as_posix() if base else file.name
                stat = file.stat()
                out[name] = _sha256(file, stat.st_mtime_ns, stat.st_size)
    return dict(sorted(out.items()))


@cache
def _sha256(file: Path, modified: int, size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@cache
def software() -> dict[str, str]:
    """Return versions of Hiyari, Python and the libraries that shape a result."""
    found = {"hiyari": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


@cache
def machine() -> dict[str, str]:
    """Return the CPU model and the kernel: physics is only known to be bit-identical on one machine."""
    return {"cpu": _cpu(), "kernel": platform.release(), "architecture": platform.machine()}


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
