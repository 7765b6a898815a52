"""Monitors: each reads the events of one episode and raises findings. A module here is a monitor by its name.

Every module has ``build(parameters, facts) -> Monitor``; what several share is in sub-packages.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

from hiyari.monitor import Facts, Monitor
from hiyari.scenario.model import Use
from hiyari.scenario.named import build, modules_of


def names() -> tuple[str, ...]:
    """Return the names of the built-in monitors."""
    return modules_of(__path__)


def make(use: Use, facts: Facts, *, file: Path | str | None = None, field: str = "monitors") -> Monitor:
    """Build a monitor for one episode.

    Raises:
        ContentError: If there is no such monitor or its parameters are wrong.
    """
    return cast(Monitor, build("monitor", sys.modules[__name__], use, facts, file=file, field=field))
