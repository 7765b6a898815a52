"""Faults that a scenario injects: one module for each, named in ``AnyFault``; those of sensors are perception's."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hiyari.physics.perception.faults import SensorFault

from .fault import Fault
from .heavy import Heavy
from .late_brakes import LateBrakes
from .power_loss import PowerLoss
from .slippery import Slippery
from .stuck import Stuck
from .weak import Weak

AnyFault = Annotated[
    SensorFault | Stuck | Weak | LateBrakes | Slippery | PowerLoss | Heavy, Field(discriminator="kind")
]
"""Any fault, told apart by its ``kind``."""

__all__ = ["AnyFault", "Fault", "Heavy", "LateBrakes", "PowerLoss", "SensorFault", "Slippery", "Stuck", "Weak"]
