"""Physics: monitored and recorded stepping against raw stepping of the same motion; resets, images, parallel workers.

Rates of stepping are per CPU-second of all processes involved, which hardly depends on what else the machine does; the
episode and its worker take turns, so on an idle machine that is wall time.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import zstandard

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.adapters.bullet.world import RobotWorld
from hiyari.adapters.engines import make_engine
from hiyari.agent import Call
from hiyari.events import Event
from hiyari.monitor import Facts
from hiyari.monitors import make
from hiyari.physics.engine import View
from hiyari.physics.scene.stage import Stage, load_stage
from hiyari.physics.session import Session
from hiyari.recording import Recorder
from hiyari.scenario.model import Operator, Use

from . import Row

ROBOTS = Path(__file__).parents[1] / "robots"
CONTACT_HZ = 1000
"""Steps a second at which forces of contacts are true; the scenes are stepped more slowly far from people."""
COMMANDS = (
    "put",
    "put_joint",
    "command_positions",
    "command_speeds",
    "command_torques",
    "push",
    "twist",
    "set_rate",
    "set_velocity",
    "set_friction",
    "set_mass",
    "ignore",
    "hold",
    "join",
    "release",
)
MONITORS = {
    "motion_while_stopped": {},
    "contact_force": {"profile": "iso_ts_15066_2016"},
    "speed_limit": {"limit": 1.0},
    "separation": {"person_speed": "measured"},
}


def rows() -> list[Row]:
    """Measure."""
    found: list[Row] = []
    for scene in ("cell", "warehouse"):
        tried = [_rates(scene) for _ in range(3)]
        raw, control, monitored, simulated = (max(rates) for rates in zip(*tried, strict=True))
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


class Taped:
    """An engine that notes every command, so that the same motion can be stepped again without anyone watching."""

    def __init__(self, engine: BulletEngine) -> None:
        self._engine = engine
        self.tape: list[list[tuple[str, tuple[Any, ...]]]] = [[]]

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._engine, name)
        if name not in COMMANDS:
            return method

        def noted(*arguments: Any) -> Any:
            self.tape[-1].append((name, arguments))
            return method(*arguments)

        return noted

    def step(self) -> None:
        """Step and begin the next line of the tape."""
        self._engine.step()
        self.tape.append([])


def _stage(scene: str, place: Mapping[str, Any] | None = None) -> Stage:
    return load_stage(ROBOTS / "scenes" / scene, lambda name: ROBOTS / name, place)


def _work(scene: str) -> list[tuple[str, dict[str, Any]]]:
    if scene == "cell":
        return [("pick", {"object": "part_1"}), ("place", {"target": "tray"})]
    return [("wait", {"seconds": 12.0})]


TASKS = (
    {"op": "task", "robot": "amr_1", "goal": "B"},
    {"op": "task", "robot": "amr_2", "goal": "A", "route": "direct"},
)


def _rates(scene: str) -> tuple[float, float, float, float]:
    stage = _stage(scene)
    engine = BulletEngine()
    taped = Taped(engine)
    session = Session(stage, taped, Operator(), "en")  # type: ignore[arg-type]
    session.reset(1)
    taped.tape = [[]]
    if scene == "warehouse":
        for task in TASKS:
            session.serve(task)
    for tool, arguments in _work(scene):
        for _ in session.call(tool, arguments):
            pass
    simulated, state, tape = session.simulation.time, engine.state(), taped.tape
    Session(stage, engine, Operator(), "en").reset(1)
    stepping = 0.0
    began = time.process_time()
    for line in tape[:-1]:
        for name, given in line:
            getattr(engine, name)(*given)
        at = time.process_time()
        engine.step()
        stepping += time.process_time() - at
    whole = time.process_time() - began
    assert engine.state() == state, "the replayed motion is another one"
    steps = len(tape) - 1
    engine.close()
    watched = _monitored(stage, scene)
    return steps / stepping, steps / whole, steps / watched, simulated / watched


def _monitored(stage: Stage, scene: str) -> float:
    world = RobotWorld(stage, Operator(), "en")
    monitors = [
        make(Use.model_validate({"use": name, "with": given}), Facts("X-1", "benign", "en"))
        for name, given in MONITORS.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder) / "recording", lambda: "2026-01-01T00:00:00Z")
        compressor = zstandard.ZstdCompressor(level=3, write_checksum=True)
        with (Path(folder) / "physics.zst").open("wb") as frames:

            def record(events: Iterable[Event]) -> None:
                for event in events:
                    envelope = recorder.append(event, t=world.time(), actor="world")
                    for monitor in monitors:
                        for _ in monitor.see(envelope):
                            pass
                    rows = world.take_rows()
                    if rows:
                        frames.write(compressor.compress(rows))

            record(world.reset(1))
            if scene == "warehouse":
                for task in TASKS:
                    record(world.serve(task))
            began = _cpu_seconds(world)
            for number, (tool, arguments) in enumerate(_work(scene)):
                record(world.step(Call(id=str(number), tool=tool, arguments=arguments)))
            taken = _cpu_seconds(world) - began
        recorder.close()
    world.close()
    return taken


def _cpu_seconds(world: RobotWorld) -> float:
    """Return CPU seconds of this process and the world's worker."""
    assert world._worker is not None
    fields = Path(f"/proc/{world._worker.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


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
    for tool, arguments in _work("cell"):
        for _ in session.call(tool, arguments):
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
