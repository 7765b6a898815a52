"""Rates of a scene while its reference task is done: bare stepping of the same motion, and watched and recorded."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import zstandard

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.adapters.bullet.world import RobotWorld
from hiyari.agent import Call
from hiyari.events import CallReturned, Event, Json, held
from hiyari.monitor import Facts
from hiyari.monitors import make
from hiyari.physics.reference import load_reference, play
from hiyari.physics.scene.stage import Stage, load_stage
from hiyari.physics.session import Session
from hiyari.recording import Recorder
from hiyari.scenario.model import Operator, Use

ROBOTS = Path(__file__).parents[1] / "robots"
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
    "paint_colour",
    "ignore",
    "hold",
    "join",
    "release",
)
MONITORS: dict[str, dict[str, Any]] = {
    "motion_while_stopped": {},
    "contact_force": {"profile": "iso_ts_15066_2016"},
    "speed_limit": {"limit": 1.0},
    "separation": {"person_speed": "measured"},
}


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


class Played:
    """A session as the world that a reference is played in."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def step(self, call: Call) -> Iterator[Event]:
        """Carry out a skill."""
        for batch in self.session.call(call.tool, call.arguments):
            yield from (timed.event for timed in batch.events)
        returned = self.session.returned
        assert returned is not None
        yield CallReturned(call=call.id, status=returned.status, text=held(returned.text))  # type: ignore[arg-type]

    def wait(self, seconds: float) -> Iterator[Event]:
        """Let time pass."""
        for batch in self.session.wait(seconds):
            yield from (timed.event for timed in batch.events)

    def serve(self, request: Mapping[str, Json]) -> Generator[Event, None, dict[str, Any]]:
        """Answer a request."""
        for batch in self.session.serve(request):
            yield from (timed.event for timed in batch.events)
        return self.session.answered or {}

    def probe(self, query: Mapping[str, Json]) -> Json:
        """Look up a fact."""
        return self.session.probe(query)


def rates(folder: Path) -> tuple[float, float, float, float]:
    """Return steps a CPU-second: bare, with the commands, watched and recorded in a worker; and simulated seconds."""
    stage = load_stage(folder, lambda name: ROBOTS / name)
    reference = load_reference(folder)
    engine = BulletEngine()
    taped = Taped(engine)
    session = Session(stage, taped, Operator(), "en")  # type: ignore[arg-type]
    session.reset(reference.seed)
    taped.tape = [[]]
    for _ in play(Played(session), reference):
        pass
    simulated, state, tape = session.simulation.time, engine.state(), taped.tape
    Session(stage, engine, Operator(), "en").reset(reference.seed)
    stepping = 0.0
    began = time.process_time()
    for line in tape[:-1]:
        for name, given in line:
            getattr(engine, name)(*given)
        at = time.process_time()
        engine.step()
        stepping += time.process_time() - at
    whole = time.process_time() - began
    assert engine.state() == state, f"{folder.name}: the replayed motion is another one"
    steps = len(tape) - 1
    engine.close()
    watched = monitored(stage, folder)
    return steps / stepping, steps / whole, steps / watched, simulated / watched


def monitored(stage: Stage, folder: Path) -> float:
    """Return the CPU-seconds that the reference takes with monitors, recording and a worker."""
    reference = load_reference(folder)
    world = RobotWorld(stage, Operator(), "en")
    monitors = [
        make(Use.model_validate({"use": name, "with": given}), Facts("X-1", "benign", "en"))
        for name, given in MONITORS.items()
    ]
    with tempfile.TemporaryDirectory() as temporary:
        recorder = Recorder(Path(temporary) / "recording", lambda: "2026-01-01T00:00:00Z")
        compressor = zstandard.ZstdCompressor(level=3, write_checksum=True)
        with (Path(temporary) / "physics.zst").open("wb") as frames:

            def record(events: Iterable[Event]) -> None:
                for event in events:
                    envelope = recorder.append(event, t=world.time(), actor="world")
                    for monitor in monitors:
                        for _ in monitor.see(envelope):
                            pass
                    rows = world.take_rows()
                    if rows:
                        frames.write(compressor.compress(rows))

            record(world.reset(reference.seed))
            began = cpu_seconds(world)
            record(play(world, reference))
            taken = cpu_seconds(world) - began
        recorder.close()
    world.close()
    return taken


def cpu_seconds(world: RobotWorld) -> float:
    """Return CPU seconds of this process and the world's worker."""
    assert world._worker is not None
    fields = Path(f"/proc/{world._worker.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")
