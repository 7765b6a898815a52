"""The physics worker: speaks the wire protocol on its stdin and stdout. The nursery forks it.

One world per process. Requests: open, reset, tools, call, wait, next, halt, finish, serve, watch, probe. A call, a
wait and what is served run one block per request, so the episode can stop them after any block, and where they stop is
the same in every run.
"""

from __future__ import annotations

import base64
import os
import signal
import traceback
from collections.abc import Generator
from typing import Any

from hiyari.adapters.bullet.wire import Broken, Message, pack, read
from hiyari.adapters.engines import make_engine
from hiyari.errors import ContentError
from hiyari.physics.divergence import Diverged, Timed
from hiyari.physics.scene.stage import Stage
from hiyari.physics.session import Batch, Session
from hiyari.scenario.model import Operator


class Worker:
    """Answers requests with one session."""

    def __init__(self) -> None:
        self._session: Session | None = None
        self._running: Generator[Batch, None, None] | None = None

    def answer(self, request: Message) -> tuple[Message, bytes]:
        """Return the reply to one request."""
        operation = request["op"]
        if operation == "open":
            return self._open(request), b""
        session = self._session
        if session is None:
            raise LookupError("open comes first")
        if operation == "tools":
            return {"tools": [spec.model_dump(mode="json") for spec in session.tools()]}, b""
        if operation == "probe":
            return {"result": session.probe(request["query"])}, b""
        if operation == "halt":
            self._halt()
            return {}, b""
        if operation == "next":
            return self._next()
        self._halt()
        if operation == "reset":
            return self._told(session.reset(int(request["seed"])), done=True)
        if operation == "finish":
            return self._told(session.finish(), done=True)
        if operation == "watch":
            settable = session.watch(request["signal"])
            value = session.simulation.signals[request["signal"]].read()
            return {"settable": settable, "value": value}, b""
        if operation == "serve":
            self._running = session.serve(request["request"])
        elif operation == "call":
            self._running = session.call(request["tool"], request["arguments"])
        elif operation == "wait":
            self._running = session.wait(float(request["seconds"]))
        else:
            raise LookupError(f"there is no request {operation!r}")
        return self._next()

    def _open(self, request: Message) -> Message:
        stage = Stage.model_validate(request["stage"])
        operator = Operator.model_validate(request["operator"])
        self._session = Session(stage, make_engine(request["engine"]), operator, request["language"])
        return {}

    def _next(self) -> tuple[Message, bytes]:
        if self._running is None:
            return {"events": [], "time": self._time(), "done": True}, b""
        try:
            batch = next(self._running)
        except StopIteration:
            self._running = None
            reply: Message = {"events": [], "time": self._time(), "done": True}
            assert self._session is not None
            reply["answer"], returned = self._session.answered, self._session.returned
            if returned is not None:
                images = [base64.b64encode(image).decode() for image in returned.images]
                reply["returned"] = {"status": returned.status, "text": returned.text, "images": images}
            return reply, b""
        return self._told(batch, done=False)

    def _told(self, batch: Batch, *, done: bool) -> tuple[Message, bytes]:
        assert self._session is not None
        events = [_event(timed) for timed in batch.events]
        return {"events": events, "time": self._time(), "done": done, "signals": self._session.changes()}, batch.rows

    def _halt(self) -> None:
        if self._running is not None:
            self._running.close()
            self._running = None

    def _time(self) -> float:
        assert self._session is not None
        return self._session.simulation.time


def _event(timed: Timed) -> list[Any]:
    return [timed.time, timed.event.model_dump_json()]


def main() -> int:
    """Serve until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, sink = os.dup(0), os.dup(1)
    os.dup2(2, 1)

    def exactly(count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            more = os.read(source, count - len(data))
            if not more:
                raise Broken("the episode is gone")
            data += more
        return bytes(data)

    worker = Worker()
    while True:
        try:
            request, _ = read(exactly)
        except Broken:
            return 0
        try:
            reply, rows = worker.answer(request)
            reply["ok"] = True
        except Diverged as error:
            reply, rows = {"ok": True, "events": [_event(error.told)], "diverged": str(error)}, b""
        except ContentError as error:
            where = None if error.file is None else str(error.file)
            reply, rows = {"ok": False, "content": [error.problem, where, error.field]}, b""
        except LookupError as error:
            reply, rows = {"ok": False, "lookup": str(error.args[0] if error.args else error)}, b""
        except Exception as error:  # told to the episode, which makes it an EngineError
            traceback.print_exc()
            reply, rows = {"ok": False, "error": f"{type(error).__name__}: {error}"}, b""
        data = memoryview(pack(reply, rows))
        while data:
            data = data[os.write(sink, data) :]
