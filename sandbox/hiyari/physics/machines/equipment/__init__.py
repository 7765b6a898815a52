"""What a robot carries beside arm and drive: one module for each kind, named in ``AnyEquipment``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .lift import Lift
from .platform import Platform
from .sprayer import Sprayer

AnyEquipment = Annotated[Lift | Platform | Sprayer, Field(discriminator="kind")]
"""Any equipment, told apart by its ``kind``."""

__all__ = ["AnyEquipment", "Lift", "Platform", "Sprayer"]
