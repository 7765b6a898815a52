"""Devices of a scene, which can be operated: one module for each kind, named in ``AnyDevice``."""

from __future__ import annotations

from .switch import Switch

AnyDevice = Switch
"""Any device, told apart by its ``kind``."""

__all__ = ["AnyDevice", "Switch"]
