"""Physics: monitored and recorded stepping against raw stepping of the same motion; resets, images, parallel workers.

Rates of stepping are per CPU-second of all processes involved, which hardly depends on what else the machine does; the
episode and its worker take turns, so on an idle machine that is wall time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.adapters.bullet.world import RobotWorld
from hiyari.adapters.engines import make_engine
from hiyari.agent import Call
from hiyari.physics.engine import View
from hiyari.physics.scene.stage import Stage, load_stage
from hiyari.physics.session import Session
from hiyari.scenario.model import Operator

from . import Row
from ._stepping import ROBOTS, rates

CONTACT_HZ = 1000
"""Steps a second at which forces of contacts are true; the scenes are stepped more slowly far from people."""


def rows() -> list[Row]:
    """Measure."""
    found: list[Row] = []
    for scene in ("cell", "warehouse"):
        tried = [rates(ROBOTS / "scenes" / scene) for _ in range(3)]
        raw, control, monitored, simulated = (max(each) for each in zip(*tried, strict=True))
        against = "stepSimulation alone, same motion"
        found += [
            Row(
                f"{scene}: all monitors, recording, worker",
                monitored,
                "steps/CPU-s",
                raw,
                against,
                "60 % of raw or more",
            ),
            Row(f"{scene}: with commands and people only", control, "steps/CPU-s", raw, against),
            Row(
                f"{scene}: all monitors, recording, worker",
                simulated,
                "simulated s/CPU-s",
                raw / CONTACT_HZ,
                f"stepSimulation alone at the {CONTACT_HZ} Hz that contacts need",
                "0.6 or more",
            ),
        ]
    return [*found, *_engine_rows(), _parallel()]


def _stage(scene: str, place: Mapping[str, Any] | None = None) -> Stage:
    return load_stage(ROBOTS / "scenes" / scene, lambda name: ROBOTS / name, place)


def _engine_rows() -> list[Row]:
    engine = BulletEngine()
    session = Session(_stage("cell", {"sensors": {"eye": {"kind": "detector"}}}), engine, Operator(), "en")
    session.reset(0)
    reset = _seconds(lambda: session.reset(1), 5)
    camera = session.stage.scene.camera
    small = _seconds(lambda: engine.camera(View(camera.eye, camera.target, 320, 240)), 5)
    large = _seconds(lambda: engine.camera(View(camera.eye, camera.target, 640, 480)), 3)
    finder = session.simulation.built.senses.finders["eye"]
    listed = _seconds(lambda: finder.look(0.0), 20)
    engine.close()
    stepped = {name: max(_watched(name) for _ in range(3)) for name in ("bullet", "mujoco")}
    return [
        Row("cell: a detector's list", 1.0 / listed, "lists/s"),
        Row("cell on MuJoCo: commands and watching", stepped["mujoco"], "steps/CPU-s", stepped["bullet"], "PyBullet"),
        Row("cell: reset in a warm worker", reset, "s"),
        Row("cell: camera 320 x 240, software renderer", 1.0 / small, "images/s"),
        Row("cell: camera 640 x 480, software renderer", 1.0 / large, "images/s"),
    ]


def _watched(name: str) -> float:
    """Return steps a CPU-second of picking and placing in one process, without recording."""
    engine = make_engine(name)
    session = Session(_stage("cell"), engine, Operator(), "en")
    session.reset(1)
    began = time.process_time()
    for tool, given in (("pick", {"object": "part_1"}), ("place", {"target": "tray"})):
        for _ in session.call(tool, given):
            pass
    taken = time.process_time() - began
    engine.close()
    return session.simulation.step / taken


def _parallel() -> Row:
    def run(_: int) -> None:
        world = worlds.pop()
        for _event in world.step(Call(id="1", tool="wait", arguments={"seconds": 4.0})):
            pass

    taken = []
    for count in (1, 2):
        worlds = [RobotWorld(_stage("cell"), Operator(), "en") for _ in range(count)]
        for world in worlds:
            list(world.reset(1))
        opened = list(worlds)
        began = time.perf_counter()
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(run, range(count)))
        taken.append(count * 4000 / (time.perf_counter() - began))
        for world in opened:
            world.close()
    return Row("cell: two workers at once", taken[1], "steps/s", taken[0], "one worker", "1.8 times on two idle cores")


def _seconds(what: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        what()
        taken.append(time.perf_counter() - began)
    return min(taken)
