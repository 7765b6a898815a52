"""The attached stdin, stdout and stderr of a container, as one duplex stream.

Attach before start: then not a byte is missed, and a call costs no request to the engine (0.2 ms against 55 ms for
``exec_run``, measured on Docker 20.10). The engine multiplexes the outputs in frames: one byte of stream number, three
zeros, a big-endian length of 32 bits, then the bytes (Docker Engine API, "Attach to a container").
"""

from __future__ import annotations

import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from hiyari.errors import EngineError

from .engine import Engine, engine_errors

HEADER = struct.Struct(">BxxxL")
STDERR = 2
STDERR_KEPT = 64 * 1024
"""Bytes of diagnostics kept, the newest."""
SEND_TIMEOUT = 10
"""Wall seconds after which a container that reads nothing counts as lost."""
CHUNK = 256 * 1024


class AttachedStream:
    """A ByteStream to the first process of one container.

    Args:
        engine: The engine that runs it.
        container: Its identifier; created, not started.
        name: Its name in the pod, for messages.
    """

    def __init__(self, engine: Engine, container: str, name: str) -> None:
        parameters = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        with engine_errors(f"attaching to container {name}"):
            handle: Any = engine.api.attach_socket(container, params=parameters)
            self._handle = handle
            # SocketIO over a unix socket or plain TCP, the socket itself over TLS.
            self._socket: socket.socket = getattr(handle, "_sock", handle)
            self._socket.settimeout(None)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_TIMEOUT, 0))
        self.name = name
        """Name of the container in the pod."""
        self._sending = threading.Lock()
        self._stderr: deque[bytes] = deque()
        self._stderr_size = 0
        self._reader: threading.Thread | None = None
        self._why_closed = ""

    @property
    def ended(self) -> bool:
        """Whether the container can no longer be spoken to."""
        return bool(self._why_closed)

    def send(self, data: bytes) -> None:
        """Write all bytes to stdin; safe from any thread.

        Raises:
            EngineError: If the stream is closed, or the container has read nothing for SEND_TIMEOUT.
        """
        with self._sending:
            if self._why_closed:
                raise EngineError(f"container {self.name}: {self._why_closed}")
            try:
                self._socket.sendall(data)
            except OSError as error:
                # A part may have gone out, so nothing after it would be understood.
                self._why_closed = f"its stdin takes nothing more ({error.strerror or error})"
                self._shut()
                raise EngineError(f"container {self.name}: {self._why_closed}") from error

    def listen(self, receive: Callable[[bytes], None], closed: Callable[[str], None]) -> None:
        """Deliver every chunk of stdout, from the first on, and at the end say why it closed.

        Args:
            receive: Told each chunk, in the reader thread.
            closed: Told the reason, once.
        """
        if self._reader is not None:
            raise RuntimeError("a stream has one listener")
        arguments = (receive, closed)
        self._reader = threading.Thread(target=self._read, args=arguments, name=f"hiyari-{self.name}", daemon=True)
        self._reader.start()

    def diagnostics(self) -> str:
        """Return the last of what the container wrote to stderr."""
        return b"".join(list(self._stderr)).decode("utf-8", "replace")

    def close(self) -> None:
        """Close the stream and wait for its reader; may be called more than once."""
        self._why_closed = self._why_closed or "the pod was closed"
        self._shut()
        if self._reader is not None and self._reader is not threading.current_thread():
            self._reader.join(timeout=5)
        response = getattr(self._handle, "_response", None)
        if response is not None:
            response.close()
        self._handle.close()
        self._socket.close()

    def _shut(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def _read(self, receive: Callable[[bytes], None], closed: Callable[[str], None]) -> None:
        buffer = bytearray()
        why = "its output ended"
        try:
            while chunk := self._socket.recv(CHUNK):
                buffer += chunk
                self._demultiplex(buffer, receive)
        except OSError as error:
            why = f"its output broke ({error.strerror or error})"
        except BaseException:
            why = "its reader failed"
            raise
        finally:
            # Whatever ends the reader, nobody waits for a stream that is no longer read.
            self._why_closed = self._why_closed or why
            closed(self._why_closed)

    def _demultiplex(self, buffer: bytearray, receive: Callable[[bytes], None]) -> None:
        """Take all complete frames off the front of the buffer."""
        start = 0
        while len(buffer) - start >= HEADER.size:
            kind, length = HEADER.unpack_from(buffer, start)
            end = start + HEADER.size + length
            if end > len(buffer):
                break
            data = bytes(buffer[start + HEADER.size : end])
            start = end
            if kind == STDERR:
                self._keep(data)
            else:
                receive(data)
        del buffer[:start]

    def _keep(self, data: bytes) -> None:
        self._stderr.append(data[-STDERR_KEPT:])
        self._stderr_size += len(self._stderr[-1])
        while self._stderr_size > STDERR_KEPT and len(self._stderr) > 1:
            self._stderr_size -= len(self._stderr.popleft())
