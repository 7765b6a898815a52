"""Guards: monitors that may also block or change a proposed call. A module here is a guard by its name.

Every module has ``build(parameters, facts) -> Guard``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

from hiyari.monitor import Facts, Guard
from hiyari.scenario.model import Use
from hiyari.scenario.named import build, modules_of


def names() -> tuple[str, ...]:
    """Return the names of the built-in guards."""
    return modules_of(__path__)


def make(use: Use, facts: Facts, *, file: Path | str | None = None, field: str = "guards") -> Guard:
    """Build a guard for one episode.

    Raises:
        ContentError: If there is no such guard or its parameters are wrong.
    """
    return cast(Guard, build("guard", sys.modules[__name__], use, facts, file=file, field=field))
