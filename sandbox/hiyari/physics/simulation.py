"""The loop: control, people, one step, everything accumulated; events and rows come out in blocks.

Nothing here reads a clock or a global generator: the same stage, seed and calls give the same bits in every process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Set
from functools import partial

from hiyari.events import (
    Event,
    LocalText,
    PhysicsAdvanced,
    PhysicsStarted,
    SignalSet,
    Spoken,
)
from hiyari.physics.faults.lasting import Faults
from hiyari.physics.happenings.pushing import Pushing
from hiyari.physics.happenings.schedule import Happenings
from hiyari.physics.machines.clearance import Clearance
from hiyari.physics.machines.machine import Machine
from hiyari.physics.people.together import Together
from hiyari.physics.scene.building import Built, build
from hiyari.physics.scene.spare import Spare, clearance_for
from hiyari.physics.scene.stage import Stage
from hiyari.physics.scene.varying import varied
from hiyari.physics.watching.fidelity import Fidelity
from hiyari.physics.watching.watch import Watch, watches, zones_at

from .divergence import Timed, check
from .engine import Engine
from .rows import columns, row
from .signals import Value
from .tracks import tracks

COUNT_TICKS = 8
"""Control ticks between two counts of the parts in containers."""
FAR_OFF = 1.0
"""Metres from every robot beyond which a person is moved at control ticks only, at most 3 cm at once."""


class Simulation:
    """A built stage that can be advanced. ``blocks`` are drained by the caller."""

    def __init__(
        self, stage: Stage, engine: Engine, seed: int, language: str = "ja", spare: Spare | None = None
    ) -> None:
        stage = varied(stage, seed)
        scene = stage.scene
        self.stage, self.scene, self.engine, self.seed = stage, scene, engine, seed
        self._events: list[Timed] = []
        self._instant = 0
        """Simulated time in steps of the finest rate."""
        self.built: Built = build(stage, engine, seed, self.tell, language)
        for machine in self.built.machines.values():
            if machine.arm is not None:
                machine.arm.planner.look = partial(self._clearance, machine, spare or Spare(engine))
        self.signals = self.built.signals
        """Every quantity of the scene by name."""
        self.heard: list[tuple[float, str, LocalText]] = []
        """What was said aloud: when, by whom, what."""
        self._driven = [m for m in self.built.machines.values() if any(part.steps for part in m.parts)]
        self._stepping = [mechanism for mechanism in self.built.mechanisms.values() if mechanism.steps]
        rates = scene.rates
        self.fidelity = Fidelity(rates.step, rates.finest, rates.step)
        self.tick_seconds = 1.0 / scene.rates.control
        built = self.built
        self.people = Together(engine, built.people, built.crowds, lambda: built.around, self.tell, self.tick_seconds)
        """The people at work."""
        self.parts = sorted(name for name, thing in scene.things.items() if thing.part)
        self.containers = sorted(name for name, thing in scene.things.items() if thing.holds is not None)
        self.happenings = Happenings(scene, seed)
        self.faults = Faults()
        """What is wrong now."""
        self.pushes: list[Pushing] = []
        """What is being pushed."""
        self.faults.declare(self)
        self.step = 0
        """Steps made, whatever their rate."""
        self._ticks = 0
        self.log: list[tuple[float, LocalText]] = []
        """The cell's log, which scripted lines also get into."""
        self.first_stop: float | None = None
        self._rows: list[bytes] = []
        self._first = 1
        self._in_zones: dict[str, set[str]] = {name: set() for name in scene.zones}
        people = [behaviour.person for behaviour in self.built.people.values()]
        self.watches: list[Watch] = watches(
            engine,
            list(self.built.machines.values()),
            people,
            scene.zones,
            scene.controller.watch_distance,
        )
        self.tracks = tracks(engine, self.built)
        """What moves, as rows hold it."""
        self._block_instants = rates.finest // rates.blocks
        self._row_instants = rates.finest // rates.rows
        self._block_began = 0
        for watch in self.watches:
            watch.look(engine)

    @property
    def time(self) -> float:
        """Simulated seconds."""
        return self._instant / self.scene.rates.finest

    def started(self) -> PhysicsStarted:
        """Return the event of the build."""
        return PhysicsStarted(
            scene=self.scene.name,
            step_hz=float(self.fidelity.hz),
            engine=self.engine.describe(),
            columns=columns(self.built, self.tracks, self.watches),
            state=hashlib.sha256(self.engine.state()).hexdigest(),
            tags={name: thing.tags for name, thing in sorted(self.scene.things.items()) if thing.tags},
        )

    def tell(self, event: Event) -> None:
        """Record an event at this moment."""
        self._events.append(Timed(self.time, event))

    def note(self, text: LocalText) -> None:
        """Write a line into the cell's log."""
        self.log.append((self.time, text))

    def _clearance(self, machine: Machine, spare: Spare) -> Clearance:
        return clearance_for(self.stage, self.built, machine, spare.world(machine.name))

    def note_in_both(self, text: str) -> None:
        """Write the same line into the cell's log in both languages."""
        self.note(LocalText(ja=text, en=text))

    def set_signal(self, name: str, value: object, cause: str) -> Value:
        """Set a signal and record it; returns the value it was given.

        Raises:
            LookupError: If there is no such signal.
            Unsettable: If it cannot be set, or not to this.
        """
        before = self.signals.get_value(name)
        after = self.signals.set_value(name, value, cause)
        if after != before:
            self.tell(SignalSet(signal=name, before=before, after=after, cause=cause))
        return after

    def speak(self, speaker: str, text: LocalText) -> None:
        """Say something aloud; robots with ears hear it."""
        self.heard.append((self.time, speaker, text))
        self.tell(Spoken(speaker=speaker, text=text.en if text.en == text.ja else f"{text.ja} / {text.en}"))

    def tick(self) -> None:
        """Advance by one control tick."""
        time = self.time
        self._let_happen(time)
        self.people.decide(time)
        changed = self.fidelity.choose(time, self.step, self.watches)
        if changed is not None:
            self.engine.set_rate(changed.step_hz)
            self.tell(changed)
            for machine in self.built.machines.values():
                machine.command()
        for mechanism in self.built.mechanisms.values():
            mechanism.tick(self, self.tick_seconds)
        self.built.senses.tick(time)
        for machine in self.built.machines.values():
            machine.control(time, self.tick_seconds)
        near = {one.person.name for watch in self.watches for one in watch.nearness if one.distance <= FAR_OFF}
        far = self.people.move_far(time, near)
        for _ in range(self.fidelity.hz // self.scene.rates.control):
            self._step(far)
        self._ticks += 1
        for watch in self.watches:
            watch.look_at_zones()
            for contact in watch.contacts.ended(self.time):
                self.tell(contact)
        for behaviour in self.built.people.values():
            feet = behaviour.person.posture.feet
            for zone in zones_at(self.scene.zones, *feet):
                self._in_zones[zone].add(behaviour.person.name)

    def block_is_full(self) -> bool:
        """Return whether a block's time has passed."""
        return self._instant - self._block_began >= self._block_instants

    def flush(self) -> tuple[list[Timed], bytes]:
        """End the block: its events, with its PhysicsAdvanced last, and its rows.

        Raises:
            Diverged: If the state is broken; the block's other events are lost.
        """
        if self.step >= self._first:
            state = self.engine.state()
            check(state, self.step, self.time)
            self.tell(self._advanced(hashlib.sha256(state).hexdigest()))
            self._first, self._block_began = self.step + 1, self._instant
        events, self._events = self._events, []
        rows, self._rows = b"".join(self._rows), []
        return events, rows

    def end_contacts(self) -> None:
        """Tell of contacts that still last."""
        for watch in self.watches:
            for contact in watch.contacts.ended(self.time, all_of_them=True):
                self.tell(contact)

    def present(self) -> list[str]:
        """Return the parts that are in the scene: those that wait out of sight for an infeed are not."""
        return [part for part in self.parts if not self.built.objects[part].away]

    def placed(self) -> dict[str, list[str]]:
        """Return the parts that lie in each container and are held by nobody."""
        held = {machine.holding for machine in self.built.machines.values()}
        found: dict[str, list[str]] = {}
        for name in self.containers:
            thing = self.scene.things[name]
            assert thing.holds is not None
            centre = self.engine.motion(self.built.things[name]).position
            inside = []
            for part in self.parts:
                x, y, z = self.engine.motion(self.built.things[part]).position
                fits = abs(x - centre[0]) <= thing.holds[0] / 2 and abs(y - centre[1]) <= thing.holds[1] / 2
                if fits and part not in held and 0.0 <= z - centre[2] <= 0.12:
                    inside.append(part)
            found[name] = inside
        return found

    def mobile(self) -> dict[str, Machine]:
        """Return the robots that drive by name."""
        return {name: machine for name, machine in self.built.machines.items() if machine.drive is not None}

    def _step(self, far: Set[str]) -> None:
        engine, hz = self.engine, self.fidelity.hz
        self._instant += self.scene.rates.finest // hz
        time = self.time
        self.people.move(time, 1.0 / hz, far)
        for mechanism in self._stepping:
            mechanism.step(self, 1.0 / hz)
        for machine in self._driven:
            machine.step(1.0 / hz)
        if self.pushes:
            self.pushes = [push for push in self.pushes if push.step(self, 1.0 / hz)]
        engine.step()
        self.step += 1
        self.people.follow(1.0 / hz)
        for watch in self.watches:
            event = watch.see(engine, time, hz)
            if event is not None:
                self._changed(event)
        self.people.yield_to([watch.contacts.pressed for watch in self.watches])
        if self._instant % self._row_instants == 0:
            self._rows.append(row(time, self.built, self.tracks, self.watches))

    def _let_happen(self, time: float) -> None:
        counted = any(event.after_placed is not None for event in self.scene.events)
        placed = (
            sum(len(parts) for parts in self.placed().values()) if counted and self._ticks % COUNT_TICKS == 0 else 0
        )
        self.faults.tick(self)
        for event in self.happenings.begun(time, placed):
            event.happen(self, time)
        for text in self.happenings.lines(time, self.first_stop):
            self.note(text)

    def _changed(self, event: Event) -> None:
        self.tell(event)
        after, cause = getattr(event, "after", ""), getattr(event, "cause", "")
        if after == "protective_stop" and self.first_stop is None:
            self.first_stop = self.time
        ja, en = {
            "protective_stop": ("保護停止", "protective stop"),
            "emergency_stop": ("非常停止", "emergency stop"),
            "running": ("運転", "running"),
        }[after]
        self.note(LocalText(ja=f"安全コントローラ: {ja} ({cause})", en=f"safety controller: {en} ({cause})"))

    def changed(self, event: Event | None) -> bool:
        """Record a change of a safety state that was asked for from outside the loop; returns whether there was one."""
        if event is not None:
            self._changed(event)
        return event is not None

    def _advanced(self, state: str) -> PhysicsAdvanced:
        robots = tuple(watch.drain() for watch in self.watches)
        found = [near.drain(self.time) for watch in self.watches for near in watch.nearness]
        zones = {name: tuple(sorted(people)) for name, people in self._in_zones.items() if people}
        self._in_zones = {name: set() for name in self._in_zones}
        return PhysicsAdvanced(
            first=self._first,
            last=self.step,
            time=self.time,
            state=state,
            robots=robots,
            separations=tuple(separation for separation in found if separation is not None),
            people_in_zones=zones,
        )
