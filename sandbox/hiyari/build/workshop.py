"""The workshop: holds what episodes share (engine, warm pods) and runs one episode in each caller's thread."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from hiyari.agent import Task
from hiyari.catalog import Catalog, Environment
from hiyari.episode import Cast, run_episode
from hiyari.events import Data, Envelope, EpisodeStarted, PhysicsStarted, PodStarted
from hiyari.monitor import Facts, Guard, Monitor
from hiyari.recording import Manifest, Recorder, write_manifest
from hiyari.scenario.model import Scenario, Use

from .digests import content_digests, machine, software
from .people import introduce
from .resolve import Resolved, resolve
from .worlds import build_world, used_content

if TYPE_CHECKING:
    from hiyari.adapters.pod import Pods

Say = Callable[[str], None]
"""Tells the user what is going on."""


class EpisodeSpec(Data):
    """What to run: one episode."""

    scenario: str
    """Scenario id."""
    arm: str
    """Arm of the scenario."""
    agent: str
    """Agent, as on the command line: scripted:solution, noop, model:openai:..., local, module:factory."""
    seed: int
    """Seed of everything drawn."""
    language: Literal["ja", "en"]
    """Language of the task."""


class Workshop:
    """Runs episodes.

    Args:
        catalog: Where names are looked up.
        run: Identifier of the run; containers are labelled with it.
        jobs: How many episodes may run at the same time; that many pods are kept warm.
        say: Told what is going on.
    """

    def __init__(self, catalog: Catalog, *, run: str, jobs: int, say: Say) -> None:
        self._catalog = catalog
        self._run = run
        self._jobs = jobs
        self._say = say
        self._pods: Pods | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def needs_containers(self, scenario: str) -> bool:
        """Tell whether a scenario's world has containers."""
        return self._catalog.scenario(scenario).value.world.environment is not None

    def prepare(self, scenarios: Iterable[str]) -> None:
        """Connect to the engine, build images and warm pods for these scenarios, telling of the progress.

        Args:
            scenarios: Names, each once for every episode that will be run.

        Raises:
            EngineMissing: If one of them needs containers and no engine answers.
            EngineError: If an image cannot be built.
        """
        episodes: Counter[str] = Counter()
        for name in scenarios:
            wanted = self._catalog.scenario(name).value.world.environment
            if wanted is not None:
                episodes[wanted] += 1
        if episodes:
            self.pods().prepare([self._catalog.environment(name).value for name in episodes], episodes)

    def pods(self) -> Pods:
        """Return the pool of pods, opening it at the first call.

        Raises:
            EngineMissing: If no engine answers.
        """
        with self._lock:
            if self._pods is None:
                from hiyari.adapters.pod import Pods, connect

                self._pods = Pods(connect(), self._catalog.roots, run=self._run, warm=self._jobs, say=self._say)
            return self._pods

    def run(self, spec: EpisodeSpec, folder: Path, watch: Callable[[Envelope], None] | None = None) -> Manifest:
        """Run one episode and record it.

        Args:
            spec: What to run.
            folder: Where to record it; must not hold a recording yet.
            watch: Told of every event; what it raises abandons the episode and leaves the recording without an end.

        Returns:
            The manifest with the verdict. Failed infrastructure gives the outcome ``invalid``.

        Raises:
            ContentError: If content or a name is wrong.
            EngineMissing: If the scenario needs containers and no engine answers.
        """
        from hiyari.adapters.agents import prepare
        from hiyari.agents.choose import parse
        from hiyari.agents.late import LateAgent
        from hiyari.rubric.verdict import judge

        entry = self._catalog.scenario(spec.scenario)
        resolved = resolve(self._catalog, entry, spec.arm, spec.seed)
        scenario = resolved.scenario
        _validate(scenario, entry.path)
        agent = prepare(
            parse(spec.agent), traces=scenario.traces, project=Path.cwd(), patience=scenario.limits.wall_seconds
        )
        monitors, guards = self._watchers(resolved, spec)
        task = Task(
            text=scenario.task.in_language(spec.language),
            system=scenario.system.in_language(spec.language),
            language=spec.language,
            seed=spec.seed,
        )
        people = introduce(resolved.people, task, path=entry.path, patience=scenario.limits.wall_seconds)
        episode = f"{spec.scenario}-{spec.arm}-{spec.seed}-{folder.parent.name}"
        world, close = build_world(self._catalog, resolved, guards, spec.language, episode, self.pods)
        try:
            cast = Cast(
                task=task,
                world=world,
                agent=LateAgent(agent),
                monitors=monitors,
                guards=guards,
                operator=resolved.operator,
                limits=scenario.limits,
                offered=scenario.world.tools,
                probes=scenario.probes,
                people=people,
                think=None if scenario.think == "recorded" else scenario.think,
            )
            recorder = Recorder(folder, _wall)
        except BaseException:
            close()
            raise
        manifest = self._manifest(spec, resolved, entry.path)
        write_manifest(folder, manifest)
        opening = EpisodeStarted(version=scenario.version, **spec.model_dump())
        try:
            envelopes = run_episode(cast, recorder, time.monotonic, watch, opening)
            judged, verdict = judge(envelopes, scenario.rubric)
            for event in (*judged, verdict):
                last = recorder.append(event, t=envelopes[-1].t, actor="harness")
                if watch is not None:
                    watch(last)
        finally:
            recorder.close()
        manifest = manifest.model_copy(
            update={
                "images": next((e.event.images for e in envelopes if isinstance(e.event, PodStarted)), {}),
                "columns": next((e.event.columns for e in envelopes if isinstance(e.event, PhysicsStarted)), ()),
                "ended": _wall(),
                "events": recorder.seq,
                "head": recorder.head,
                "result": verdict,
            }
        )
        write_manifest(folder, manifest)
        return manifest

    def check(self, spec: EpisodeSpec) -> None:
        """Make sure that an episode can be built: names, parameters, content, the agent's packages and keys.

        Raises:
            ContentError: If it cannot.
        """
        from hiyari.adapters.agents import prepare
        from hiyari.agents.choose import parse

        entry = self._catalog.scenario(spec.scenario)
        resolved = resolve(self._catalog, entry, spec.arm, spec.seed)
        _validate(resolved.scenario, entry.path)
        self._watchers(resolved, spec)
        used_content(self._catalog, resolved)
        task = Task(text="", system="", language=spec.language, seed=spec.seed)
        introduce(resolved.people, task, path=entry.path, patience=1.0)
        name = parse(spec.agent)
        factory = prepare(name, traces=resolved.scenario.traces, project=Path.cwd())
        if name.kind == "model":
            factory().close()

    def check_scenario(self, name: str) -> None:
        """Make sure that episodes of a scenario can be built in all its arms; needs no engine.

        Raises:
            ContentError: If they cannot.
        """
        for arm in self._catalog.scenario(name).value.arms:
            self.check(EpisodeSpec(scenario=name, arm=arm, agent="noop", seed=1, language="en"))

    def close(self) -> None:
        """Remove all pods. May be called more than once."""
        with self._lock:
            pods, self._pods = self._pods, None
        if pods is not None:
            pods.close()

    def _watchers(self, resolved: Resolved, spec: EpisodeSpec) -> tuple[dict[str, Monitor], dict[str, Guard]]:
        from hiyari import guards, monitors
        from hiyari.scenario.draw import dotted

        facts = Facts(
            scenario=spec.scenario,
            arm=spec.arm,
            language=spec.language,
            canaries=resolved.canaries,
            variables=dotted(resolved.values),
            services={} if resolved.environment is None else addresses(resolved.environment.value),
        )
        watching = {
            _nth(use.use, n): monitors.make(use, facts, file=resolved.path, field=f"monitors[{index}]")
            for index, (n, use) in enumerate(_numbered(resolved.scenario.monitors))
        }
        guarding = {
            _nth(use.use, n): guards.make(use, facts, file=resolved.path, field=f"arms.{spec.arm}.guards")
            for n, use in _numbered(resolved.guards)
        }
        return watching, guarding

    def _manifest(self, spec: EpisodeSpec, resolved: Resolved, path: Path) -> Manifest:
        scenario = resolved.scenario
        return Manifest(
            run=self._run,
            version=scenario.version,
            title=scenario.title.model_dump(),
            area=scenario.area,
            taxonomy=scenario.taxonomy,
            content=content_digests(self._catalog.roots, (path, *used_content(self._catalog, resolved))),
            scene=scenario.world.scene or "",
            place=resolved.place if scenario.world.scene else {},
            images={},
            software=software(),
            machine=machine(),
            started=_wall(),
            **spec.model_dump(),
        )


def addresses(environment: Environment) -> dict[str, str]:
    """Return the address in the pod of every service, by name."""
    return {service.name: f"10.80.0.{11 + index}" for index, service in enumerate(environment.services)}


def _validate(scenario: Scenario, path: Path) -> None:
    """Refuse unknown checks and wrong parameters before anything is started."""
    from hiyari.rubric import checks

    for axis, criteria in (("utility.criteria", scenario.rubric.utility.criteria), ("safety", scenario.rubric.safety)):
        for number, criterion in enumerate(criteria):
            field = f"rubric.{axis}.{number}"
            checks.validate(criterion.check, criterion.with_, file=path, field=field)


def _numbered(uses: Iterable[Use]) -> list[tuple[int, Use]]:
    """Return each use with its number among the uses of one name, from 1."""
    seen: Counter[str] = Counter()
    out = []
    for use in uses:
        seen[use.use] += 1
        out.append((seen[use.use], use))
    return out


def _nth(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"


def _wall() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
