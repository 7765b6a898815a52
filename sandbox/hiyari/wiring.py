"""Cyber-physical wiring: tags of services and signals of the scene kept equal, as a scenario's bindings declare.

What clients write is set in the scene at once and acts at its next control tick. What changes in the scene shows in the
services after every block of steps, and surely at the end of every call, wait and request.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import Any, Protocol

from .errors import ContentError, EngineError
from .events import Event, Json, PhysicsAdvanced
from .scenario.bindings import Binding, Kind, Misfit, Value

ROUNDS = 4
"""How often what changes because of a change is shown at once; the rest is shown the next time."""


class Scene(Protocol):
    """What wiring needs of a world with physics."""

    def watch(self, signal: str) -> bool:
        """Have ``signals`` tell of a signal from now on; returns whether it can be set.

        Raises:
            LookupError: If there is no such signal.
        """
        ...

    def signals(self) -> Mapping[str, Value]:
        """Return the watched signals as they are now."""
        ...

    def serve(self, request: Mapping[str, Json]) -> Generator[Event, None, dict[str, Any]]:
        """Answer a request of a service."""
        ...

    def time(self) -> float:
        """Return simulated seconds."""
        ...


class Services(Protocol):
    """What wiring needs of a world of containers."""

    def send(self, service: str, operation: str, fields: Mapping[str, Json]) -> Any:
        """Have a service carry out an operation and wait for nothing."""
        ...

    def outcome(self, sent: Any) -> Generator[Event, None, Json]:
        """Tell what happens until it is done; returns its result; LookupError if it was refused."""
        ...


@dataclass
class _Wire:
    binding: Binding
    tag: str
    kind: Kind
    shown: Value | None = None
    due: float = 0.0


class Wiring:
    """The wiring of one world; ``connect`` must be called before it is used.

    Args:
        bindings: What is wired to what.
        scene: The world with physics.
        file: The scenario's file, for messages.
    """

    def __init__(self, bindings: Sequence[Binding], scene: Scene, file: Path | None = None) -> None:
        self._bindings, self._scene, self._file = tuple(bindings), scene, file
        self._services: Services | None = None
        self._wires: dict[tuple[str, str], _Wire] = {}
        self._sent: list[tuple[str, Any]] = []
        self._carrying = self._again = False

    def connect(self, services: Services) -> None:
        """Name the world of containers."""
        self._services = services

    def begin(self) -> Iterator[Event]:
        """Wire a world that was reset: tell services which tags are bound, and show the scene in them.

        Raises:
            ContentError: If a binding names no signal or tag, or one that cannot be bound so.
        """
        self._wires, self._sent, self._carrying = {}, [], False
        for index, binding in enumerate(self._bindings):
            field = f"world.bindings[{index}]"
            try:
                settable = self._scene.watch(binding.signal)
            except LookupError as error:
                raise ContentError(_said(error), file=self._file, field=f"{field}.signal") from error
            if binding.writes and not settable:
                problem = f"{binding.signal} can only be read: direction must be from_scene"
                raise ContentError(problem, file=self._file, field=f"{field}.direction")
            fields: dict[str, Json] = {"tag": binding.tag, "writes": binding.writes}
            try:
                found: Any = yield from self._done(self._send(binding.service, "bind", fields))
            except LookupError as error:
                raise ContentError(_said(error), file=self._file, field=f"{field}.tag") from error
            self._wires[binding.service, found["name"]] = _Wire(binding, found["name"], found["kind"])
        yield from self.carry()

    def answer(self, service: str, request: Mapping[str, Json]) -> Generator[Event, None, Json]:
        """Answer what a service asks of the scene."""
        if request.get("op") == "tag.write":
            answer = yield from self._write(service, request)
        else:
            answer = yield from self._shown(self._scene.serve(request))
        yield from self.carry()
        return answer

    def showing(self, events: Iterator[Event]) -> Iterator[Event]:
        """Pass events of the scene on, and show after each block what has changed."""
        for event in events:
            yield event
            if isinstance(event, PhysicsAdvanced):
                self._show()

    def carry(self) -> Iterator[Event]:
        """Show what has changed in the scene; ends when all services have it.

        Raises:
            EngineError: If a service cannot show it.
        """
        if self._carrying:
            self._again = True
            return
        self._carrying = True
        try:
            for _ in range(ROUNDS):
                self._again = False
                self._show()
                while self._sent:
                    service, sent = self._sent.pop(0)
                    try:
                        yield from self._done(sent)
                    except LookupError as error:
                        raise EngineError(
                            f"what is bound to {service} cannot be shown there: {_said(error)}"
                        ) from error
                if not self._again:
                    return
        finally:
            self._carrying = False

    def _write(self, service: str, request: Mapping[str, Json]) -> Generator[Event, None, dict[str, Any]]:
        tag, account = str(request.get("tag")), str(request.get("account") or "")[:100]
        wire = self._wires.get((service, tag))
        if wire is None or not wire.binding.writes:
            return {"ok": False, "error": f"{tag} is not bound to anything that can be set", "reason": "read_only"}
        signal, given = wire.binding.signal, request.get("value")
        try:
            value = wire.binding.to_signal(given, self._scene.signals()[signal])
        except Misfit as error:
            return {"ok": False, "error": str(error), "reason": "kind"}
        cause = f"{service} {tag} by {account or 'anybody'}"
        answer = yield from self._scene.serve({"op": "signal.set", "signal": signal, "value": value, "cause": cause})
        if answer.get("ok"):
            if not wire.binding.shows:
                return {"ok": True, "value": given}
            wire.shown = wire.binding.to_tag(answer["value"], wire.kind)
            return {"ok": True, "value": wire.shown}
        return answer

    def _shown(self, serving: Generator[Event, None, dict[str, Any]]) -> Generator[Event, None, dict[str, Any]]:
        try:
            while True:
                try:
                    event = next(serving)
                except StopIteration as end:
                    answer: dict[str, Any] = end.value
                    return answer
                yield event
                if isinstance(event, PhysicsAdvanced):
                    self._show()
        finally:
            serving.close()

    def _show(self) -> None:
        values: dict[str, dict[str, Json]] = {}
        now, signals = self._scene.time(), self._scene.signals()
        for (service, tag), wire in self._wires.items():
            every = wire.binding.every
            value = wire.binding.to_tag(signals[wire.binding.signal], wire.kind) if wire.binding.shows else None
            if value is None or (value == wire.shown if every is None else now < wire.due - 1e-9):
                continue
            wire.shown = value
            if every is not None:
                wire.due = (floor(now / every + 1e-9) + 1) * every
            values.setdefault(service, {})[tag] = value
        for service, changed in values.items():
            self._sent.append((service, self._send(service, "set", {"values": changed})))

    def _send(self, service: str, operation: str, fields: Mapping[str, Json]) -> Any:
        assert self._services is not None
        return self._services.send(service, operation, fields)

    def _done(self, sent: Any) -> Generator[Event, None, Json]:
        assert self._services is not None
        return (yield from self._services.outcome(sent))


def _said(error: LookupError) -> str:
    return str(error.args[0] if error.args else error)
