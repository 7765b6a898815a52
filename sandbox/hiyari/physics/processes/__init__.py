"""Processes of nature in a scene: one module for each kind, named in ``AnyProcess``."""

from __future__ import annotations

from .weather import Weather

AnyProcess = Weather
"""Any process, told apart by its ``kind``."""

__all__ = ["AnyProcess", "Weather"]
