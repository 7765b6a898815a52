"""The DevTools protocol with a Chromium of our own, over two pipes: no port that other programs could connect to.

Each message is one JSON object and a NUL byte; Chromium reads descriptor 3 and writes descriptor 4. Source: the flag
``--remote-debugging-pipe`` and https://chromedevtools.github.io/devtools-protocol/.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import signal
import threading
from collections.abc import Callable

MESSAGE_LIMIT = 48 << 20
"""Most bytes of one message: a picture of 4 MiB fits many times; whoever says more is not listened to any longer."""


class Silent(Exception):
    """There was no answer in time."""


class Gone(Exception):
    """The browser has ended."""


class Refused(Exception):
    """The browser understood and did not do it; the text is its reason."""


class Pipe:
    """A running browser and what is said with it.

    Args:
        command: Program and arguments.
        environment: All its variables.
        heard: Told each event, in order, in one thread: method, parameters, session.
    """

    def __init__(self, command: list, environment: dict, heard: Callable[[str, dict, str], None]) -> None:
        self.heard = heard
        self.numbers = itertools.count(1)
        self.waiting: dict = {}
        self.lock = threading.Lock()
        self.gone = False
        ends = [*os.pipe(), *os.pipe()]
        # Beyond 4, so that giving the child its descriptors cannot overwrite one of them.
        hears, self.output, self.input, says = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
        for end in ends:
            os.close(end)
        nothing = [(os.POSIX_SPAWN_OPEN, number, "/dev/null", os.O_RDWR, 0) for number in (0, 1, 2)]
        given = [(os.POSIX_SPAWN_DUP2, hears, 3), (os.POSIX_SPAWN_DUP2, says, 4)]
        try:
            self.pid = os.posix_spawn(command[0], command, environment, file_actions=nothing + given, setsid=True)
        except OSError:
            os.close(self.output)
            os.close(self.input)
            raise
        finally:
            os.close(hears)
            os.close(says)
        threading.Thread(target=self.listen, daemon=True).start()

    def call(self, method: str, parameters: dict | None = None, session: str = "", seconds: float = 10.0) -> dict:
        """Have the browser do something and return its result.

        Raises:
            Refused: If it answers with an error.
            Silent: If it does not answer in time.
            Gone: If it has ended.
        """
        answered = threading.Event()
        place: list = []
        number = next(self.numbers)
        with self.lock:
            if self.gone:
                raise Gone
            self.waiting[number] = (answered, place)
        self.write(number, method, parameters, session)
        if not answered.wait(seconds):
            with self.lock:
                self.waiting.pop(number, None)
            raise Silent(method)
        if not place:
            raise Gone
        if "error" in place[0]:
            raise Refused(str((place[0]["error"] or {}).get("message", "no reason given"))[:500])
        result = place[0].get("result")
        return result if isinstance(result, dict) else {}

    def tell(self, method: str, parameters: dict | None = None, session: str = "") -> None:
        """Have the browser do something without waiting for its answer, as whoever hears events must."""
        with contextlib.suppress(Gone):
            self.write(next(self.numbers), method, parameters, session)

    def write(self, number: int, method: str, parameters: dict | None, session: str) -> None:
        message = {"id": number, "method": method, "params": parameters or {}}
        if session:
            message["sessionId"] = session
        data = memoryview(json.dumps(message).encode() + b"\0")
        with self.lock:
            if self.gone:
                raise Gone
            try:
                while data:
                    data = data[os.write(self.output, data) :]
            except OSError as error:
                raise Gone from error

    def listen(self) -> None:
        buffer = bytearray()
        while len(buffer) <= MESSAGE_LIMIT:
            scanned = len(buffer)
            data = os.read(self.input, 1 << 18)
            if not data:
                break
            buffer += data
            while (end := buffer.find(b"\0", scanned)) >= 0:
                self.hear(bytes(buffer[:end]))
                del buffer[: end + 1]
                scanned = 0
        self.end()
        os.close(self.input)

    def hear(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(message, dict):
            return
        if "id" in message:
            with self.lock:
                answered, place = self.waiting.pop(message["id"], (None, None))
            if answered is not None:
                place.append(message)
                answered.set()
        elif isinstance(message.get("params"), dict):
            self.heard(str(message.get("method")), message["params"], str(message.get("sessionId", "")))

    def end(self) -> None:
        """Kill the browser with all its processes; whoever waits for an answer is told."""
        with self.lock:
            if self.gone:
                return
            self.gone = True
            waiting, self.waiting = list(self.waiting.values()), {}
        with contextlib.suppress(OSError):
            os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.waitpid(self.pid, 0)
        os.close(self.output)
        for answered, _ in waiting:
            answered.set()
