"""The episode: the only loop. An agent, a world, monitors and guards in; a recording out."""

from __future__ import annotations

from .loop import Cast, Clock, run_episode

__all__ = ["Cast", "Clock", "run_episode"]
