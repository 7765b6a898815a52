"""Every scene: steps a CPU-second of its reference task watched and bare, the cost of a reset, pictures a second."""

from __future__ import annotations

import time
from pathlib import Path

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.physics.engine import View
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.session import Session
from hiyari.scenario.model import Operator

from . import Row
from ._stepping import ROBOTS, rates


def rows() -> list[Row]:
    """Measure."""
    found: list[Row] = []
    for folder in sorted(path.parent for path in ROBOTS.glob("scenes/*/scene.yaml")):
        name = folder.name
        raw, _, watched, simulated = rates(folder)
        reset, picture = _others(folder)
        found += [
            Row(f"{name}: reference task, watched and recorded", watched, "steps/CPU-s", raw, "stepSimulation alone"),
            Row(f"{name}: simulated time", simulated, "s/CPU-s"),
            Row(f"{name}: reset", reset, "s"),
            Row(f"{name}: pictures of 320 x 240", 1.0 / picture, "images/s"),
        ]
    return found


def _others(folder: Path) -> tuple[float, float]:
    engine = BulletEngine()
    session = Session(load_stage(folder, lambda name: ROBOTS / name), engine, Operator(), "en")
    session.reset(1)
    began = time.process_time()
    for _ in range(3):
        session.reset(1)
    reset = (time.process_time() - began) / 3
    camera = session.stage.scene.camera
    began = time.process_time()
    for _ in range(3):
        engine.camera(View(camera.eye, camera.target, 320, 240))
    picture = (time.process_time() - began) / 3
    engine.close()
    return reset, picture
