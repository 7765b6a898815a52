"""Where physics workers come from: one warm process that has imported everything and forks a fresh worker on demand.

Importing NumPy, PyBullet and the scene code costs about a second of CPU; a fork of a process that has done so, and has
built no world yet, costs a few milliseconds. Every worker is still a process of its own with one physics world.
``python -m hiyari.adapters.bullet.nursery FD`` serves on an inherited Unix socket: each message carries two
descriptors, the worker's end of its stream and the file for its diagnostics, and is answered with the worker's number.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from typing import IO

from hiyari.errors import EngineError

_NUMBER = struct.Struct("!q")


class Nursery:
    """The warm process, started at the first request of this process and again should it have died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._owner = 0
        atexit.register(self._forget)

    def fork(self, stream: socket.socket, diagnostics: IO[bytes]) -> int:
        """Return the process id of a fresh worker that speaks on the stream.

        Raises:
            EngineError: If no worker can be started.
        """
        with self._lock:
            for _ in range(2):
                try:
                    line = self._open()
                    socket.send_fds(line, [b"w"], [stream.fileno(), diagnostics.fileno()])
                    answer = line.recv(_NUMBER.size, socket.MSG_WAITALL)
                except OSError:
                    answer = b""
                if len(answer) == _NUMBER.size:
                    return int(_NUMBER.unpack(answer)[0])
                self._forget()
        raise EngineError("the physics workers cannot be started; see the diagnostics above")

    def _open(self) -> socket.socket:
        if self._line is None or self._owner != os.getpid():
            self._forget()
            ours, theirs = socket.socketpair()
            environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
            with theirs:
                subprocess.Popen(
                    [sys.executable, "-m", "hiyari.adapters.bullet.nursery", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    env=environment,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                ).returncode = 0  # it ends by itself when our end of the socket closes
            self._line, self._owner = ours, os.getpid()
        return self._line

    def _forget(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


NURSERY = Nursery()
"""The nursery of this process."""


def main(line: socket.socket) -> int:
    """Fork workers until the other end closes."""
    # PyBullet greets on the standard streams when it is imported.
    streams, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        from hiyari.adapters.bullet import engine, worker

        assert engine
    finally:
        os.dup2(streams, 2)
        os.close(streams)
        os.close(nowhere)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, descriptors, _, _ = socket.recv_fds(line, 1, 2)
        if not message:
            return 0
        number = os.fork()
        if number == 0:
            status = 1
            try:
                line.close()
                stream, diagnostics = descriptors
                os.dup2(stream, 0)
                os.dup2(stream, 1)
                os.dup2(diagnostics, 2)
                os.closerange(3, max(descriptors) + 1)
                os.setsid()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                status = worker.main()
            finally:
                os._exit(status)
        for descriptor in descriptors:
            os.close(descriptor)
        line.sendall(_NUMBER.pack(number))


if __name__ == "__main__":
    sys.exit(main(socket.socket(fileno=int(sys.argv[1]))))
