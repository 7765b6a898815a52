"""One running tool server as the launcher holds it: its pipes, what waits for it, what it may still say."""

from __future__ import annotations

import contextlib
import os
import signal

CHUNK = 1 << 16
WINDOW = 1 << 20
STDERR_LIMIT = 1 << 16


class Server:
    """A tool server: how it is started, and its pipes while it runs. No method blocks."""

    def __init__(self, spec: dict) -> None:
        self.spec = spec
        self.name = str(spec["name"])
        self.channel = self.pid = 0
        self.stdin = self.stdout = self.stderr = -1
        self.pending = bytearray()
        self.credit = WINDOW
        self.taken = 0
        self.complained = 0

    def open(self, pid: int, channel: int, stdin: int, stdout: int, stderr: int) -> None:
        self.pid, self.channel = pid, channel
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        for descriptor in (stdin, stdout, stderr):
            os.set_blocking(descriptor, False)

    def give(self, data: bytes) -> None:
        """Write to the server's stdin, after what still waits; what does not fit waits too."""
        self.pending += data
        try:
            while self.pending:
                written = os.write(self.stdin, self.pending[:CHUNK])
                del self.pending[:written]
                self.taken += written
        except BlockingIOError:
            pass
        except OSError:
            self.taken += len(self.pending)
            self.pending.clear()

    def granted(self) -> int:
        """Return how many bytes the harness may send again; 0 while that is not worth a frame."""
        if self.taken < WINDOW // 4 and (self.taken <= 0 or self.pending):
            return 0
        size, self.taken = self.taken, 0
        return size

    def say(self) -> bytes:
        """Return a piece of the server's stdout within its credit; empty when there is none now."""
        data = self._read("stdout", min(CHUNK, self.credit))
        self.credit -= len(data)
        return data

    def complain(self) -> bytes:
        """Return a piece of the server's stderr; beyond the limit it is read and dropped."""
        data = self._read("stderr", CHUNK)[: max(0, STDERR_LIMIT - self.complained)]
        self.complained += len(data)
        return data

    def _read(self, pipe: str, size: int) -> bytes:
        if getattr(self, pipe) < 0 or size <= 0:
            return b""
        try:
            data = os.read(getattr(self, pipe), size)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._close(pipe)
        return data

    def _close(self, pipe: str) -> None:
        if getattr(self, pipe) >= 0:
            os.close(getattr(self, pipe))
            setattr(self, pipe, -1)

    def close(self) -> None:
        for pipe in ("stdin", "stdout", "stderr"):
            self._close(pipe)

    def kill(self) -> int:
        """Kill the server and its process group, and return its wait status."""
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(OSError):
                kill(self.pid, signal.SIGKILL)
        try:
            return os.waitpid(self.pid, 0)[1]
        except ChildProcessError:
            return 0
