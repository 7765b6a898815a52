"""Guards: monitors that may also block or change a proposed call. A module here is a guard by its name.

Every module has ``build(parameters, facts) -> Guard``.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import cast

from hiyari.errors import unknown_name
from hiyari.monitor import Facts, Guard
from hiyari.scenario.model import Use
from hiyari.scenario.named import modules_of, own


def names() -> tuple[str, ...]:
    """Return the names of the built-in guards."""
    return modules_of(__path__)


def make(use: Use, facts: Facts, *, file: Path | str | None = None, field: str = "guards") -> Guard:
    """Build a guard for one episode.

    Args:
        use: Name of a built-in guard, or ``module:factory`` of the user's own, and its parameters.
        facts: What it is told of the episode.
        file: The scenario file, for errors.
        field: The field that holds the use, for errors.

    Raises:
        ContentError: If there is no such guard or its parameters are wrong.
    """
    if ":" in use.use:
        return cast(Guard, own("guard", use.use, file=file, field=field)(use.with_, facts))
    if use.use not in names():
        raise unknown_name("guard", use.use, names(), file=file, field=field)
    module = importlib.import_module(f"{__name__}.{use.use}")
    return cast(Guard, module.build(use.with_, facts))
