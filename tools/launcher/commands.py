"""Commands that a tool server runs for the agent: what they print, when they end, and killing all they started."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time

from mcp_stdio import Call, ToolError, prop

DEFAULT_SECONDS, MOST_SECONDS = 60, 600
HEAD, TAIL = 32 * 1024, 16 * 1024
SETTLE = 0.05


class Output:
    """The head and tail of what a command printed."""

    def __init__(self) -> None:
        self.head = bytearray()
        self.tail = bytearray()
        self.size = 0

    def add(self, data: bytes) -> None:
        self.size += len(data)
        room = HEAD - len(self.head)
        self.head += data[:room]
        self.tail += data[room:] if room > 0 else data
        if len(self.tail) > 2 * TAIL:
            del self.tail[:-TAIL]

    def text(self) -> str:
        left_out = self.size - len(self.head) - min(len(self.tail), TAIL)
        mark = f"\n[... {left_out} bytes left out ...]\n".encode() if left_out > 0 else b""
        return (bytes(self.head) + mark + bytes(self.tail[-TAIL:])).decode("utf-8", "replace")


def timeout() -> dict:
    """Return the schema of the argument that says after how many seconds a command is killed."""
    return prop(
        "number",
        f"Seconds after which it is killed; {DEFAULT_SECONDS} when left out.",
        f"この秒数で打ち切る。省略時は {DEFAULT_SECONDS} 秒。",
        minimum=0.1,
        maximum=MOST_SECONDS,
    )


def run(call: Call, command: list, environment: dict | None, timeout: float) -> str:
    """Run a command with nothing on its stdin; return its exit code and what it printed, on stdout and stderr together.

    Raises:
        ToolError: If it cannot be started, or does not end in time.
    """
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise ToolError(f"the command could not be started: {error}") from error
    call.on_cancel.append(lambda: kill(process.pid))
    output = Output()
    ended = follow(process, output, timeout, call)
    if not ended:
        kill(process.pid)
        process.wait()
    hand_over(process)
    if not ended:
        raise ToolError(f"killed after {timeout:g} s without an end\n{output.text()}")
    return f"exit code: {process.returncode}\n{output.text()}"


def follow(process: subprocess.Popen, output: Output, timeout: float, call: Call) -> bool:
    """Read what the command prints until it ends; False at the time-out or when the call was cancelled."""
    descriptor, handle = process.stdout.fileno(), open_handle(process.pid)
    os.set_blocking(descriptor, False)
    deadline = time.monotonic() + timeout
    open_ = True
    try:
        while process.poll() is None:
            left = deadline - time.monotonic()
            if left <= 0 or call.cancelled.is_set():
                return False
            # The pipe's end does not tell that the command ended: a background child may hold it open.
            watched = [each for each, counts in ((descriptor, open_), (handle, handle >= 0)) if counts]
            wait = left if handle >= 0 else min(left, SETTLE)
            if not watched:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(wait)
            elif descriptor in select.select(watched, [], [], wait)[0]:
                open_ = read(descriptor, output)
    finally:
        if handle >= 0:
            os.close(handle)
    settled = time.monotonic() + SETTLE
    while open_ and time.monotonic() < settled and select.select([descriptor], [], [], 0)[0]:
        open_ = read(descriptor, output)
    return True


def open_handle(pid: int) -> int:
    """Return a descriptor that is readable once a child ended, or -1 where the kernel has none (pidfd_open(2))."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return -1


def read(descriptor: int, output: Output) -> bool:
    data = os.read(descriptor, 1 << 16)
    output.add(data)
    return bool(data)


def hand_over(process: subprocess.Popen) -> None:
    """Close the command's pipe, or keep emptying it while a process in the background still holds it."""
    descriptor = process.stdout.fileno()
    try:
        more = os.read(descriptor, 1 << 16)
    except BlockingIOError:
        more = b"held"
    if not more:
        process.stdout.close()
        return
    os.set_blocking(descriptor, True)
    try:
        threading.Thread(target=drain, args=(process,), daemon=True).start()
    except RuntimeError:
        process.stdout.close()


def drain(process: subprocess.Popen) -> None:
    while os.read(process.stdout.fileno(), 1 << 16):
        pass
    process.stdout.close()


def kill(leader: int) -> None:
    """Kill a command: its descendants and every process of its session, until none is left."""
    for _ in range(20):
        victims = kin(leader)
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        if not victims - {leader}:
            return
        time.sleep(0.01)


def kin(leader: int) -> set:
    """Return the living processes that descend from a process or are of its session."""
    parents = {}
    found = {leader}
    for entry in (each.name for each in os.scandir("/proc")):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", "rb") as file:
                state, parent, _, session = file.read(4096).rpartition(b")")[2].split()[:4]
        except (OSError, ValueError):
            continue
        if state == b"Z":
            continue
        parents[int(entry)] = int(parent)
        if int(session) == leader:
            found.add(int(entry))
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return found & (set(parents) | {leader})
