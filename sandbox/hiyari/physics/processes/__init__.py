"""Processes of nature in a scene: one module for each kind, named in ``AnyProcess``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from .battery import Battery
from .crowd import Crowd
from .drift import Drift
from .gas import Gas
from .hazards import Hazards
from .heat import Heat
from .liquid import Liquid
from .load import Load
from .weather import Weather

AnyProcess = Annotated[
    Battery | Crowd | Drift | Gas | Hazards | Heat | Liquid | Load | Weather, Field(discriminator="kind")
]
"""Any process, told apart by its ``kind``."""

ONCE = ("weather", "liquid", "heat", "drift", "load")
"""Kinds of which a scene has one at most, since two would both move the same quantities."""


def check_once(processes: Mapping[str, AnyProcess]) -> None:
    """Refuse two processes that would move the same quantities.

    Raises:
        ValueError: ``processes.<name>.<field>: what is wrong``.
    """
    first: dict[tuple[str, str], str] = {}
    for name, process in sorted(processes.items()):
        if process.kind == "battery":
            what, field = ("battery", process.robot), "robot"
        elif process.kind in ONCE:
            what, field = (process.kind, ""), "kind"
        else:
            continue
        if what in first:
            of = f" of {what[1]!r}" if what[1] else ""
            raise ValueError(f"processes.{name}.{field}: {first[what]!r} is the {what[0]}{of} already")
        first[what] = name


__all__ = ["AnyProcess", "Weather", "check_once"]
