"""One episode in a simulation: calls of skills, requests of services, the operator, probes."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from hiyari.agent import ToolSpec
from hiyari.events import Json, LocalText, RobotCommanded
from hiyari.physics import probes, remote
from hiyari.physics.machines.machine import Machine
from hiyari.physics.scene.spare import Spare
from hiyari.physics.scene.stage import Stage
from hiyari.scenario.model import Operator

from .divergence import Timed
from .engine import Engine
from .panel import Panel
from .refusal import Refusal
from .signals import Value
from .simulation import Simulation
from .skills import SKILLS, Answer
from .underway import Underway, radio_of, send
from .values import real

Done = TypeVar("Done")


EXACT = 2**53
"""Largest integer that JSON numbers hold exactly."""


class Batch(NamedTuple):
    """What one block brought: events with their times, and rows."""

    events: list[Timed]
    rows: bytes


@dataclass
class Returned:
    """How a call ended."""

    status: str
    text: str
    images: tuple[bytes, ...] = ()


class Session:
    """A stage in an engine, from reset to probes. All generators yield a batch for each block of steps."""

    def __init__(self, stage: Stage, engine: Engine, operator: Operator, language: str) -> None:
        self.stage, self.engine, self.operator, self.language = stage, engine, operator, language
        self.returned: Returned | None = None
        """How the last call ended."""
        self.answered: dict[str, Any] | None = None
        """What the last request was answered."""
        self.owed = 0.0
        """Seconds that requests have cost and that are less than a control tick yet."""
        self._spare = Spare(engine)
        self._watched: dict[str, Value] = {}
        self._simulation: Simulation | None = None
        self.listened = 0
        """How much of what was said aloud the agent has listened to."""
        self.panel = Panel(self)
        self.underway = Underway()
        """Calls of skills that nobody waits for any more."""
        self._busy = ""
        """Skill that commands the robot now."""

    @property
    def simulation(self) -> Simulation:
        """The running simulation."""
        if self._simulation is None:
            raise LookupError("the world was not reset yet")
        return self._simulation

    def reset(self, seed: int) -> Batch:
        """Build the scene anew."""
        self._simulation = Simulation(self.stage, self.engine, seed, self.language, self._spare)
        self.panel, self.returned = Panel(self), None
        self.listened = 0
        self.underway, self._busy = Underway(), ""
        self._watched, self.owed = {}, 0.0
        self._simulation.tell(self._simulation.started())
        return Batch(*self._simulation.flush())

    def tools(self) -> list[ToolSpec]:
        """Return the skills of the scene."""
        scene = self.stage.scene
        return [SKILLS[name].spec(self.stage, self.language) for name in scene.skills]

    def call(self, tool: str, arguments: Json) -> Generator[Batch, None, None]:
        """Carry out a skill; ``returned`` says how it ended. Closing the generator halts the motion."""
        self.answered = self.returned = None
        try:
            answer = yield from self._run(self.perform(tool, arguments, ""))
            self.returned = Returned("ok", answer.text, answer.images)
        except Refusal as refusal:
            self.returned = Returned("error", self.say(refusal.text))
        yield Batch(*self.simulation.flush())

    def perform(self, tool: str, arguments: Json, account: str) -> Generator[None, None, Answer]:
        """Carry out a skill, over the robot's radio link if there is one; yields once for each control tick.

        Args:
            tool: Name of the skill.
            arguments: Its arguments.
            account: Who commands, as in RobotCommanded.

        Raises:
            Refusal: If it is not carried out, or not to its end.
        """
        given = dict(arguments) if isinstance(arguments, Mapping) else {}
        operated = self.simulation.built.machines.get(self.stage.scene.operates)
        radio = None if operated is None or not SKILLS[tool].commands else radio_of(self, operated)
        if radio is None or not radio.skills:
            return (yield from self._carry_out(tool, given, account))
        return (
            yield from send(
                self,
                radio,
                lambda: self._carry_out(tool, given, account),
                lambda why: self._commanded(tool, _finite(given), account, why),
            )
        )

    def _carry_out(self, tool: str, given: dict[str, Any], account: str) -> Generator[None, None, Answer]:
        accepted: list[bool] = []
        skill = SKILLS[tool]

        def accept(**parsed: Json) -> None:
            accepted.append(True)
            if skill.commands:
                self._commanded(tool, parsed, account)

        try:
            if not skill.commands:
                return (yield from skill.run(self, given, accept))
            if tool == "stop":
                self.underway.halt()
            elif self._busy:
                raise Refusal(
                    f"ロボットはまだ {self._busy} を実行中です。終わるのを待つか、stop で止めてください。",
                    f"The robot is still carrying out {self._busy}; wait until it has ended, or stop it.",
                )
            self._busy, before = tool, self._busy
            try:
                return (yield from skill.run(self, given, accept))
            finally:
                self._busy = before
        except Refusal as refusal:
            if skill.commands and not accepted:
                self._commanded(tool, _finite(given), account, self.say(refusal.text))
            raise

    def wait(self, seconds: float) -> Generator[Batch, None, None]:
        """Let simulated time pass."""
        self.answered = self.returned = None
        ticks = round(seconds / self.simulation.tick_seconds)
        for _ in range(ticks):
            self._tick()
            if self.simulation.block_is_full():
                yield Batch(*self.simulation.flush())
        yield Batch(*self.simulation.flush())

    def finish(self) -> Batch:
        """Tell of what still lasts."""
        self.simulation.end_contacts()
        return Batch(*self.simulation.flush())

    def serve(self, request: Mapping[str, Json]) -> Generator[Batch, None, None]:
        """Answer a request of a service; ``answered`` holds what. Closing the generator halts the motion."""
        self.answered = self.returned = None
        self.answered = yield from self._run(remote.answer(self, request))
        yield Batch(*self.simulation.flush())

    def watch(self, signal: str) -> bool:
        """Have ``changes`` tell of a signal; returns whether it can be set.

        Raises:
            LookupError: If there is no such signal.
        """
        found = self.simulation.signals.find(signal)
        self._watched[signal] = found.read()
        return found.write is not None

    def changes(self) -> dict[str, Value]:
        """Return the watched signals that have changed since the last time."""
        now = {name: self.simulation.signals[name].read() for name in self._watched}
        changed = {name: value for name, value in now.items() if value != self._watched[name]}
        self._watched = now
        return changed

    def probe(self, query: Mapping[str, Json]) -> Json:
        """Look up a fact of the world.

        Raises:
            LookupError: If the query cannot be answered.
        """
        return probes.answer(self.simulation, query)

    def say(self, text: LocalText) -> str:
        """Return a text in the episode's language."""
        return text.in_language(self.language)

    def command(self, robot: str, command: str, arguments: dict[str, Json], account: str, refused: str = "") -> None:
        """Record that a command reached a robot's controller."""
        self.simulation.tell(
            RobotCommanded(
                robot=robot,
                command=command,
                arguments=arguments,
                account=account,
                accepted=not refused,
                reason=refused,
            )
        )

    def ask(self, question: str) -> Generator[None, None, Answer]:
        """Put a question of the agent to the operator."""
        return Answer((yield from self.panel.ask(question)))

    def machine(self) -> Machine:
        """Return the robot that the skills drive."""
        return self.simulation.built.machines[self.stage.scene.operates]

    def _run(self, steps: Generator[None, None, Done]) -> Generator[Batch, None, Done]:
        """Advance by a tick whenever the steps yield; returns what they return."""
        finished = False
        try:
            while True:
                try:
                    next(steps)
                except StopIteration as end:
                    done: Done = end.value
                    finished = True
                    return done
                except Refusal:
                    finished = True
                    raise
                self._tick()
                if self.simulation.block_is_full():
                    yield Batch(*self.simulation.flush())
        finally:
            if not finished:
                steps.close()
                operated = self.simulation.built.machines.get(self.stage.scene.operates)
                if operated is not None:
                    operated.halt()

    def _tick(self) -> None:
        self.underway.tick(self.simulation.time)
        self.simulation.tick()
        self.panel.tick()

    def _commanded(self, tool: str, arguments: dict[str, Json], account: str, refused: str = "") -> None:
        robot = self.stage.scene.operates or next(iter(sorted(self.stage.scene.robots)))
        self.command(robot, tool, arguments, account, refused)


def _finite(value: Any) -> Any:
    """Return the same JSON value with numbers that JSON does not know as text."""
    if isinstance(value, dict):
        return {str(key)[:64]: _finite(inner) for key, inner in list(value.items())[:32]}
    if isinstance(value, list):
        return [_finite(inner) for inner in value[:32]]
    if isinstance(value, str):
        return value[:500]
    if isinstance(value, int | float) and (real(value) is None or abs(value) > EXACT) and not isinstance(value, bool):
        return str(value)[:60]
    return value
