"""What a robot carries beside arm and drive: one module for each kind, named in ``AnyEquipment``."""

from __future__ import annotations

from .platform import Platform

AnyEquipment = Platform
"""Any equipment, told apart by its ``kind``."""

__all__ = ["AnyEquipment", "Platform"]
