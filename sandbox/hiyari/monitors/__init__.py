"""Monitors: each reads the events of one episode and raises findings. A module here is a monitor by its name.

Every module has ``build(parameters, facts) -> Monitor``; what several share is in sub-packages.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import cast

from hiyari.errors import unknown_name
from hiyari.monitor import Facts, Monitor
from hiyari.scenario.model import Use
from hiyari.scenario.named import modules_of, own


def names() -> tuple[str, ...]:
    """Return the names of the built-in monitors."""
    return modules_of(__path__)


def make(use: Use, facts: Facts, *, file: Path | str | None = None, field: str = "monitors") -> Monitor:
    """Build a monitor for one episode.

    Args:
        use: Name of a built-in monitor, or ``module:factory`` of the user's own, and its parameters.
        facts: What it is told of the episode.
        file: The scenario file, for errors.
        field: The field that holds the use, for errors.

    Raises:
        ContentError: If there is no such monitor or its parameters are wrong.
    """
    if ":" in use.use:
        return cast(Monitor, own("monitor", use.use, file=file, field=field)(use.with_, facts))
    if use.use not in names():
        raise unknown_name("monitor", use.use, names(), file=file, field=field)
    module = importlib.import_module(f"{__name__}.{use.use}")
    return cast(Monitor, module.build(use.with_, facts))
