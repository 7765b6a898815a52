"""The launcher as a plain process of this machine, to try tool servers without a container. Nothing is isolated."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from hiyari.catalog import shipped_content
from hiyari.errors import EngineError


class ProcessStream:
    """The stdin and stdout of a process, as a ByteStream.

    Args:
        argv: What to run; the launcher when left out.
        directory: Working directory.
    """

    def __init__(self, argv: Sequence[str] | None = None, directory: Path | None = None) -> None:
        launcher = shipped_content() / "tools" / "launcher" / "launcher.py"
        self._process = subprocess.Popen(
            [*(argv or (sys.executable, "-I", str(launcher)))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=directory,
            bufsize=0,
        )
        self._lock = threading.Lock()

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def send(self, data: bytes) -> None:
        """Write all bytes; raises EngineError if the process is gone."""
        assert self._process.stdin is not None
        view = memoryview(data)
        try:
            with self._lock:
                while view:
                    view = view[self._process.stdin.write(view) :]
        except (OSError, ValueError) as error:
            raise EngineError("the launcher's process is gone") from error

    def listen(self, receive: Callable[[bytes], None], closed: Callable[[str], None]) -> None:
        """Deliver every chunk of stdout from a thread of its own."""

        def read() -> None:
            assert self._process.stdout is not None
            try:
                while data := os.read(self._process.stdout.fileno(), 1 << 16):
                    receive(data)
            except (OSError, ValueError):
                pass
            closed("the launcher's process ended")

        self._reader = threading.Thread(target=read, name="hiyari-process", daemon=True)
        self._reader.start()

    def close(self) -> int:
        """End the process by closing its stdin, and return its exit code; kills it after 5 s."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.close()
        try:
            status = self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._reader.join(5)
        self._process.stdout.close()
        return status
