from pathlib import Path

import pytest

from hiyari.physics.scene.stage import load_stage

ROBOTS = Path(__file__).parents[3] / "robots"


@pytest.fixture
def stages():
    """Load a scene with changes."""
    return lambda scene, place: load_stage(ROBOTS / "scenes" / scene, lambda name: ROBOTS / name, place or {})
