"""The robot world: a scene in a physics worker, as the episode sees it."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from hiyari.adapters.engines import check_engine
from hiyari.agent import Call, ToolSpec
from hiyari.errors import EngineError
from hiyari.events import AnyEvent, Blob, CallReturned, Event, Json, held
from hiyari.person import Deed
from hiyari.physics.scene.stage import Stage
from hiyari.physics.signals import Value
from hiyari.scenario.model import Operator

from .client import PATIENCE, WorkerProcess
from .wire import Message

_EVENT: TypeAdapter[Event] = TypeAdapter(AnyEvent)


class RobotWorld:
    """A World over one physics worker process, which is started by the first ``reset``.

    Args:
        stage: The scene with the scenario's changes, from ``hiyari.physics.scene.stage.load_stage``.
        operator: Who answers ``ask_human`` and acknowledges at the panel.
        language: Language of tools and answers, ``ja`` or ``en``.
        patience: Wall seconds for one block of steps before the worker counts as hung.
        engine: Name of the physics engine.

    Raises:
        ContentError: If the engine is not installed.
    """

    def __init__(
        self,
        stage: Stage,
        operator: Operator,
        language: str,
        patience: float = PATIENCE,
        engine: str = "bullet",
    ) -> None:
        check_engine(engine)
        self._stage, self._operator, self._language, self._patience = stage, operator, language, patience
        self._engine = engine
        self._worker: WorkerProcess | None = None
        self._tools: tuple[ToolSpec, ...] = ()
        self._time = 0.0
        self._pending: deque[tuple[float, Event]] = deque()
        self._rows: list[bytes] = []
        self._broken = ""
        self._signals: dict[str, Value] = {}

    def reset(self, seed: int) -> Iterator[Event]:
        """See World. Resetting again reuses the process, which was measured to be bit-identical and free of leaks."""
        if self._worker is None:
            self._worker = WorkerProcess(self._patience)
            settings = {
                "stage": self._stage.model_dump(mode="json", by_alias=True),
                "operator": self._operator.model_dump(mode="json"),
                "language": self._language,
                "engine": self._engine,
            }
            self._worker.ask({"op": "open", **settings})
            reply, _ = self._worker.ask({"op": "tools"})
            self._tools = tuple(ToolSpec.model_validate(spec) for spec in reply["tools"])
        self._pending.clear()
        self._rows.clear()
        self._time, self._broken, self._signals = 0.0, "", {}
        yield from self._drive({"op": "reset", "seed": seed})

    def tools(self) -> Sequence[ToolSpec]:
        """See World."""
        return self._tools

    def step(self, call: Call) -> Iterator[Event]:
        """See World. Closing the generator brakes the robot as soon as time passes again."""
        reply = yield from self._drive({"op": "call", "tool": call.tool, "arguments": call.arguments})
        returned = reply["returned"]
        yield CallReturned(
            call=call.id,
            status=returned["status"],
            text=held(returned["text"]),
            images=tuple(Blob.of(base64.b64decode(image)) for image in returned["images"]),
        )

    def wait(self, seconds: float) -> Iterator[Event]:
        """See World."""
        yield from self._drive({"op": "wait", "seconds": seconds})

    def act(self, deed: Deed) -> Iterator[Event]:
        """See World; a scene has no services."""
        raise LookupError(f"a scene has no service {deed.service!r}")

    def finish(self) -> Iterator[Event]:
        """See World; tells of contacts that still last."""
        yield from self._drive({"op": "finish"})

    def serve(self, request: Mapping[str, Json]) -> Generator[Event, None, dict[str, Any]]:
        """Answer a request of one of the pod's services. The answer is the generator's value."""
        reply = yield from self._drive({"op": "serve", "request": dict(request)})
        answer: dict[str, Any] = reply["answer"]
        return answer

    def watch(self, signal: str) -> bool:
        """Have ``signals`` tell of a signal until the next reset; returns whether it can be set.

        Raises:
            LookupError: If there is no such signal.
        """
        reply, _ = self._ask({"op": "watch", "signal": signal})
        self._signals[signal] = reply["value"]
        return bool(reply["settable"])

    def signals(self) -> Mapping[str, Value]:
        """Return the watched signals as they were after the last block."""
        return self._signals

    def probe(self, query: Mapping[str, Json]) -> Json:
        """See World. ``{"robot": {...}}`` and the inner mapping alone mean the same."""
        inner = query.get("robot")
        asked = inner if len(query) == 1 and isinstance(inner, Mapping) else query
        reply, _ = self._ask({"op": "probe", "query": dict(asked)})
        return reply["result"]

    def time(self) -> float:
        """See World."""
        return self._time

    def take_rows(self) -> bytes:
        """Return the rows of physics.zst since the last time, little-endian float64, columns as in PhysicsStarted."""
        rows = b"".join(self._rows)
        self._rows.clear()
        return rows

    def close(self) -> None:
        """See World."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _drive(self, request: Message) -> Generator[Event, None, Message]:
        reply, rows = self._ask(request)
        finished = False
        try:
            while True:
                self._rows.append(rows)
                self._signals.update(reply.get("signals", {}))
                self._pending.extend((time, _EVENT.validate_json(event)) for time, event in reply["events"])
                while self._pending:
                    self._time, event = self._pending.popleft()
                    yield event
                if "diverged" in reply:
                    self._broken = f"the simulation diverged: {reply['diverged']}"
                    raise EngineError(self._broken)
                self._time = reply["time"]
                if reply["done"]:
                    finished = True
                    return reply
                reply, rows = self._ask({"op": "next"})
        except EngineError:
            finished = True
            raise
        finally:
            if not finished and self._worker is not None:
                self._ask({"op": "halt"})

    def _ask(self, request: Message) -> tuple[Message, bytes]:
        if self._broken and request["op"] != "reset":
            raise EngineError(self._broken)
        if self._worker is None:
            raise EngineError("the robot world was not reset, or is closed")
        return self._worker.ask(request)
