"""Simulated users and colleagues: played by a script of the scenario, or by a language model."""

from __future__ import annotations

from .persona import Played
from .script import Scripted

__all__ = ["Played", "Scripted"]
