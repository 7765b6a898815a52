"""A shop that runs episodes in memory, with the real loop, recorder and verdict."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from hiyari.agent import Move, Task, ToolSpec, Wanted
from hiyari.build import EpisodeSpec
from hiyari.episode import Cast, run_episode
from hiyari.errors import EngineMissing
from hiyari.events import Envelope, EpisodeJudged, EpisodeStarted, LocalText
from hiyari.fakes import FakeAgent, FakeWorld
from hiyari.recording import Manifest, Recorder, write_manifest
from hiyari.report.rundir import Planned
from hiyari.scenario.model import Limits, Operator

CLOCK = "2026-04-06T00:00:00.000000+00:00"


class MemoryShop:
    """Runs episodes of one tool call; scenarios that start with C want containers."""

    def __init__(self, *, engine: bool = True, on_call: Callable[[EpisodeSpec], None] = lambda spec: None) -> None:
        self.engine = engine
        self.on_call = on_call
        self.ran: list[EpisodeSpec] = []
        self.prepared: list[str] = []
        self.closed = False
        self._lock = threading.Lock()

    def needs_containers(self, scenario: str) -> bool:
        return scenario.startswith("C")

    def prepare(self, scenarios: Iterable[str]) -> None:
        self.prepared += scenarios
        if not self.engine:
            raise EngineMissing("no engine answers: install docker.io")

    def run(self, spec: EpisodeSpec, folder: Path, watch: Callable[[Envelope], None] | None = None) -> Manifest:
        with self._lock:
            self.ran.append(spec)
        tool = ToolSpec(name="act", description="", parameters={"type": "object"}, server="memory")

        def act(arguments: object) -> str:
            self.on_call(spec)
            return "done"

        cast = Cast(
            task=Task(text="act", system="", language=spec.language, seed=spec.seed),
            world=FakeWorld({"act": (tool, act)}),
            agent=FakeAgent(Move(calls=(Wanted(tool="act", arguments={}),)), Move(answer="done")),
            monitors={}, guards={}, operator=Operator(), limits=Limits(),
        )  # fmt: skip
        recorder = Recorder(folder, lambda: CLOCK)
        manifest = Manifest(
            run="test", version=1, title=LocalText(ja="試", en="Trial").model_dump(), area="platform", taxonomy=(),
            content={}, images={}, software={}, machine={}, started=CLOCK, **spec.model_dump(),
        )  # fmt: skip
        write_manifest(folder, manifest)
        try:
            envelopes = run_episode(cast, recorder, lambda: 0.0, watch, EpisodeStarted(version=1, **spec.model_dump()))
            verdict = EpisodeJudged(utility=1.0, passed=True, severity=0, outcome="useful-safe")
            recorder.append(verdict, t=envelopes[-1].t, actor="harness")
        finally:
            recorder.close()
        update = {"ended": CLOCK, "events": recorder.seq, "head": recorder.head, "result": verdict}
        manifest = manifest.model_copy(update=update)
        write_manifest(folder, manifest)
        return manifest

    def close(self) -> None:
        self.closed = True


class Ears:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, object]] = []

    def started(self, episode: Planned) -> None:
        self.heard.append(("started", episode))

    def saw(self, episode: Planned, envelope: Envelope) -> None:
        self.heard.append(("saw", envelope.event.kind))

    def ended(self, episode: Planned, status: str) -> None:
        self.heard.append(("ended", status))

    def stopping(self) -> None:
        self.heard.append(("stopping", None))


@pytest.fixture
def shop() -> type[MemoryShop]:
    """The shop's class."""
    return MemoryShop


@pytest.fixture
def ears() -> Ears:
    """A listener."""
    return Ears()
