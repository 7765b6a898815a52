"""What can happen in a scene: one module for each kind, named in ``AnyHappening``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .behave import Behaves
from .failing import Fails
from .panel import EmergencyButton
from .pushing import Pushes
from .putting import Puts
from .reach import PersonReaches
from .setting import SetsSignal
from .speech import Says
from .timing import Timing

AnyHappening = Annotated[
    PersonReaches | Behaves | EmergencyButton | SetsSignal | Says | Fails | Pushes | Puts, Field(discriminator="kind")
]
"""Any happening, told apart by its ``kind``."""

__all__ = [
    "AnyHappening",
    "Behaves",
    "EmergencyButton",
    "Fails",
    "PersonReaches",
    "Pushes",
    "Puts",
    "Says",
    "SetsSignal",
    "Timing",
]
