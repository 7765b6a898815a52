"""First process of the agent container: starts the tool servers and carries their stdin and stdout to the harness.

One frame is a 12-byte header, big endian: magic ``hyF1``, type u8, flags u8 (0), channel u16, length u32, then at most
1 MiB of payload. Frames travel on the launcher's own stdin and stdout; no child ever holds those descriptors. Each tool
server has one channel. Either side sends at most WINDOW bytes of a channel ahead of what the other has consumed and
granted again with CREDIT, so that no flood can fill the memory of anyone.

    harness -> launcher   1 INIT (JSON)   2 DATA   3 CREDIT (u32)   4 RESTART (JSON)   5 STOP
    launcher -> harness  16 HELLO (JSON) 17 STARTED (JSON) 2 DATA  3 CREDIT (u32) 18 STDERR 19 EXITED (JSON)

The process runs as the same user as the agent's own programs. It is made non-dumpable, so that they can neither trace
it nor open its descriptors through /proc; as process 1 of the container it cannot be killed by them either. It holds no
secrets in its environment or arguments, allocates nothing to report, and needs no fork and no disk once it has started
the servers: a fork bomb or a full disk does not silence it. It restarts nothing unasked.

Python standard library only, 3.9 or later.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from processes import Program, become, descendants, protect
from running import CHUNK, WINDOW, Server

HEADER = struct.Struct(">4sBBHI")
MAGIC = b"hyF1"
PAYLOAD_LIMIT = 1 << 20
INIT, DATA, CREDIT, RESTART, STOP = 1, 2, 3, 4, 5
HELLO, STARTED, STDERR, EXITED = 16, 17, 18, 19

OUTGOING_LIMIT = 1 << 20
TOOLS = Path(__file__).resolve().parent.parent


class Launcher:
    """The event loop: one thread, poll, no blocking call."""

    def __init__(self) -> None:
        self.incoming = bytearray()
        self.outgoing = bytearray()
        self.servers: dict[str, Server] = {}
        self.channels: dict[int, Server] = {}
        self.next_channel = 1
        self.init: dict = {}
        self.programs: dict = {}
        self.wake, wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for descriptor in (0, 1):
            os.set_blocking(descriptor, False)

    # ---- frames ------------------------------------------------------------------------------------------------

    def send(self, kind: int, channel: int, payload: bytes) -> None:
        self.outgoing += HEADER.pack(MAGIC, kind, 0, channel, len(payload))
        self.outgoing += payload
        self.flush()

    def send_json(self, kind: int, channel: int, value: object) -> None:
        self.send(kind, channel, json.dumps(value).encode()[:PAYLOAD_LIMIT])

    def flush(self) -> None:
        try:
            while self.outgoing:
                written = os.write(1, self.outgoing)
                del self.outgoing[:written]
        except BlockingIOError:
            pass
        except OSError:
            self.end(0)

    def receive(self) -> None:
        try:
            data = os.read(0, CHUNK)
        except BlockingIOError:
            return
        if not data:
            self.end(0)
        self.incoming += data
        while len(self.incoming) >= HEADER.size:
            magic, kind, _, channel, length = HEADER.unpack_from(self.incoming)
            if magic != MAGIC or length > PAYLOAD_LIMIT:
                self.complain("the harness sent something that is no frame")
                self.end(2)
            if len(self.incoming) < HEADER.size + length:
                return
            payload = bytes(self.incoming[HEADER.size : HEADER.size + length])
            del self.incoming[: HEADER.size + length]
            self.obey(kind, channel, payload)

    def obey(self, kind: int, channel: int, payload: bytes) -> None:
        if kind == INIT and not self.init:
            self.initialise(json.loads(payload))
            return
        if kind == RESTART:
            server = self.servers.get(json.loads(payload).get("name"))
            if server is not None:
                self.stop(server)
                self.send_json(STARTED, 0, {"servers": [self.start(Server(server.spec))]})
            return
        server = self.channels.get(channel)
        if server is None:
            return
        if kind == DATA:
            self.feed(server, payload)
        elif kind == CREDIT:
            server.credit = min(WINDOW, server.credit + int.from_bytes(payload[:4], "big"))
        elif kind == STOP:
            self.stop(server)

    # ---- servers -----------------------------------------------------------------------------------------------

    def initialise(self, init: dict) -> None:
        self.init = init
        os.environ.update(init.get("environment") or {})
        self.send_json(STARTED, 0, {"servers": [self.start(Server(spec)) for spec in init.get("servers") or []]})

    def start(self, server: Server) -> dict:
        pipes: list = []
        try:
            while len(pipes) < 3:
                pipes.append(os.pipe2(os.O_CLOEXEC))
            pid = os.fork()
        except OSError as error:
            for pair in pipes:
                os.close(pair[0])
                os.close(pair[1])
            return {"name": server.name, "channel": 0, "error": f"cannot start a process: {error}"}
        if pid == 0:
            become(server.spec, self.init.get("workdir") or "/", pipes, self.programs)
        for descriptor in (pipes[0][0], pipes[1][1], pipes[2][1]):
            os.close(descriptor)
        server.open(pid, self.next_channel, pipes[0][1], pipes[1][0], pipes[2][0])
        self.next_channel += 1
        self.servers[server.name] = self.channels[server.channel] = server
        if not server.spec.get("command"):
            first = {"parameters": server.spec.get("parameters") or {}, "language": self.init.get("language", "en")}
            data = json.dumps(first).encode() + b"\n"
            server.taken -= len(data)
            server.give(data)
        return {"name": server.name, "channel": server.channel}

    def feed(self, server: Server, data: bytes = b"") -> None:
        """Give the server data, and grant the harness what was taken."""
        server.give(data)
        size = server.granted()
        if size:
            self.send(CREDIT, server.channel, size.to_bytes(4, "big"))

    def carry(self, server: Server) -> bool:
        """Carry one piece of the server's stdout to the harness."""
        data = server.say()
        if data:
            self.send(DATA, server.channel, data)
        return bool(data)

    def hear(self, server: Server) -> bool:
        """Carry one piece of the server's stderr to the harness."""
        data = server.complain()
        if data:
            self.send(STDERR, server.channel, data)
        return bool(data)

    def stop(self, server: Server) -> None:
        if server.channel in self.channels:
            self.bury(server, server.kill())

    def reap(self) -> None:
        try:
            while os.read(self.wake, 512):
                pass
        except BlockingIOError:
            pass
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for server in list(self.channels.values()):
                if server.pid == pid:
                    self.bury(server, status)

    def bury(self, server: Server, status: int) -> None:
        """Report what a dead server still had to say, and its end."""
        while self.hear(server) or self.carry(server):
            pass
        server.close()
        del self.channels[server.channel]
        self.send_json(EXITED, server.channel, {"name": server.name, "status": os.waitstatus_to_exitcode(status)})

    # ---- the loop ----------------------------------------------------------------------------------------------

    def preload(self, names: list) -> None:
        """Import the named servers once, so that a fork is all it takes to start one; others are imported when used.

        A server's function ``prepare`` is called: what it remembers, every fork has.
        """
        for path in [TOOLS / name / "server.py" for name in names]:
            if not path.is_file():
                continue
            try:
                program = self.programs[str(path)] = Program(str(path))
                program.prepare()
            except Exception as error:
                self.complain(f"cannot import {path}: {error!r}")
        gc.freeze()
        gc.enable()

    def run(self) -> None:
        while True:
            poll = select.poll()
            poll.register(self.wake, select.POLLIN)
            poll.register(1, select.POLLOUT if self.outgoing else 0)
            interest = {}
            if len(self.outgoing) < OUTGOING_LIMIT:
                poll.register(0, select.POLLIN)
                for server in self.channels.values():
                    if server.stdout >= 0 and server.credit > 0:
                        interest[server.stdout] = (select.POLLIN, self.carry, server)
                    if server.stderr >= 0:
                        interest[server.stderr] = (select.POLLIN, self.hear, server)
            for server in self.channels.values():
                if server.pending and server.stdin >= 0:
                    interest[server.stdin] = (select.POLLOUT, self.feed, server)
            for descriptor, (mask, _, _) in interest.items():
                poll.register(descriptor, mask)
            ready = dict(poll.poll())
            for descriptor in ready:
                if descriptor in interest:
                    _, act, server = interest[descriptor]
                    act(server)
            if ready.get(1, 0) & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
                self.end(0)
            if 1 in ready:
                self.flush()
            if self.wake in ready:
                self.reap()
            if 0 in ready:
                self.receive()

    @staticmethod
    def complain(text: str) -> None:
        with contextlib.suppress(OSError):
            os.write(2, f"launcher: {text}\n".encode()[:CHUNK])

    def end(self, status: int) -> None:
        """Kill every descendant that is left, also those that moved to sessions of their own, and exit."""
        for _ in range(200):
            kin = descendants()
            for pid in kin:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                break
            if kin:
                select.select([], [], [], 0.005)
        os._exit(status)


def main() -> None:
    # What is imported at the start stays: looking through it for garbage again and again would be for nothing.
    gc.disable()
    protect()
    launcher = Launcher()
    launcher.send_json(HELLO, 0, {"protocol": 1, "python": sys.version.split()[0]})
    launcher.preload(sys.argv[1:])
    launcher.run()


if __name__ == "__main__":
    main()
