"""The episode's end of a physics worker: starting it, asking it, and telling what became of it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import tempfile
import time
from typing import IO

from hiyari.errors import ContentError, EngineError

from .nursery import NURSERY
from .wire import Broken, Message, pack, read

PATIENCE = 120.0
"""Wall seconds to wait for a reply before the worker counts as hung."""


class WorkerProcess:
    """A worker in a process of its own; it ends when its stream does, whatever becomes of us."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._noise: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed with the worker
        self._stream, theirs = socket.socketpair()
        try:
            with theirs:
                self.pid = NURSERY.fork(theirs, self._noise)
                """Process id of the worker."""
        except BaseException:
            self._stream.close()
            self._noise.close()
            raise
        try:
            self._handle: int | None = os.pidfd_open(self.pid)
        except ProcessLookupError:
            self._handle = None

    def ask(self, request: Message) -> tuple[Message, bytes]:
        """Send a request and return the reply and its rows.

        Raises:
            ContentError: If the scene is wrong.
            LookupError: If a probe cannot be answered.
            EngineError: If the worker failed, hung or is gone.
        """
        if self._stream.fileno() < 0:
            raise EngineError("the physics worker was closed")
        deadline = time.monotonic() + self._patience
        try:
            self._stream.sendall(pack(request))
            reply, rows = read(lambda count: self._exactly(count, deadline))
        except (Broken, OSError) as error:
            self._end()
            words = self._last_words()
            self.close()
            raise EngineError(f"the physics worker is gone: {error}; {words}") from None
        if reply.get("ok"):
            return reply, rows
        if "content" in reply:
            problem, file, field = reply["content"]
            raise ContentError(problem, file=file, field=field)
        if "lookup" in reply:
            raise LookupError(reply["lookup"])
        raise EngineError(f"the physics worker failed: {reply.get('error')}")

    def close(self) -> None:
        """End the worker; may be called more than once."""
        self._end()
        self._noise.close()

    def _end(self) -> None:
        self._stream.close()
        handle, self._handle = self._handle, None
        if handle is None:
            return
        if not select.select([handle], [], [], 2.0)[0]:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            select.select([handle], [], [], 10.0)
        os.close(handle)

    def _exactly(self, count: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._stream], [], [], left)[0]:
                if self._handle is not None:
                    with contextlib.suppress(ProcessLookupError):
                        signal.pidfd_send_signal(self._handle, signal.SIGKILL)
                raise Broken(f"no reply within {self._patience:g} s")
            more = self._stream.recv(min(count - len(data), 1 << 20))
            if not more:
                raise Broken("it ended")
            data += more
        return bytes(data)

    def _last_words(self) -> str:
        self._noise.seek(0)
        lines = self._noise.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
        return f"last words: {' | '.join(lines[-3:]) or 'none'}"
