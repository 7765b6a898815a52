"""The episode's end of a physics worker: starting it, asking it, and telling what became of it."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import tempfile
import time
from typing import IO

from hiyari.errors import ContentError, EngineError

from .wire import Broken, Message, pack, read

PATIENCE = 120.0
"""Wall seconds to wait for a reply before the worker counts as hung."""


class WorkerProcess:
    """A worker in a process of its own; it ends when its stdin does, whatever becomes of us."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._noise: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed with the worker
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hiyari.adapters.bullet.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._noise,
            env=environment,
            start_new_session=True,
            bufsize=0,
        )

    @property
    def pid(self) -> int:
        """Process id of the worker."""
        return self._process.pid

    def ask(self, request: Message) -> tuple[Message, bytes]:
        """Send a request and return the reply and its rows.

        Raises:
            ContentError: If the scene is wrong.
            LookupError: If a probe cannot be answered.
            EngineError: If the worker failed, hung or is gone.
        """
        process = self._process
        if process.stdin is None or process.stdin.closed:
            raise EngineError("the physics worker was closed")
        deadline = time.monotonic() + self._patience
        try:
            self._send(pack(request))
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
        process = self._process
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            process.wait(timeout=2.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _send(self, data: bytes) -> None:
        assert self._process.stdin is not None
        view = memoryview(data)
        while view:
            view = view[os.write(self._process.stdin.fileno(), view) :]

    def _exactly(self, count: int, deadline: float) -> bytes:
        assert self._process.stdout is not None
        source = self._process.stdout.fileno()
        data = bytearray()
        while len(data) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([source], [], [], left)[0]:
                self._process.kill()
                raise Broken(f"no reply within {self._patience:g} s")
            more = os.read(source, min(count - len(data), 1 << 20))
            if not more:
                raise Broken("it ended")
            data += more
        return bytes(data)

    def _last_words(self) -> str:
        code = self._process.poll()
        self._noise.seek(0)
        lines = self._noise.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
        return f"exit code {code}; last words: {' | '.join(lines[-3:]) or 'none'}"
