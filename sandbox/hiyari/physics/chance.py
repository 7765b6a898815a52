"""Randomness by seed: a generator of its own for each thing."""

from __future__ import annotations

import random


def drawn(seed: int, *names: str) -> random.Random:
    """Return a generator of its own for one thing, so that adding another thing changes nothing else."""
    return random.Random(":".join((str(seed), *names)))
