"""Processes of the launcher: protecting its own, becoming a tool server, finding descendants."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import signal
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 4, 36


def protect() -> None:
    """Keep programs of the same user away, and adopt orphans also when this is not process 1."""
    process = ctypes.CDLL(None, use_errno=True)
    process.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    process.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Program:
    """A server's module, imported. The modules of its own folder are kept apart from those of other servers."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        folder = str(self.path.parent)
        spec = importlib.util.spec_from_file_location("tool_server_" + self.path.parent.name, path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path} is no Python file")
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        sys.path.insert(0, folder)
        try:
            spec.loader.exec_module(module)
        finally:
            sys.path.remove(folder)
            own = [
                name
                for name, each in sys.modules.items()
                if (getattr(each, "__file__", "") or "").startswith(folder + "/")
            ]
            self.siblings = {name: sys.modules.pop(name) for name in own}
        self.module = module

    def prepare(self) -> None:
        getattr(self.module, "prepare", lambda: None)()

    def main(self) -> None:
        sys.modules.update(self.siblings)
        sys.path.insert(0, str(self.path.parent))
        self.module.main()


def become(server: dict, workdir: str, pipes: list, programs: dict) -> None:
    """Turn this forked child into a tool server; never returns.

    Args:
        server: How it is started: name, path, command or url, environment.
        workdir: Its working directory.
        pipes: Its stdin, stdout and stderr as pairs of descriptors.
        programs: Servers that are already imported, by path.
    """
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        os.dup2(pipes[0][0], 0)
        os.dup2(pipes[1][1], 1)
        os.dup2(pipes[2][1], 2)
        os.closerange(3, 4096)
        os.chdir(workdir)
        os.environ.update(server.get("environment") or {})
        command = server.get("command")
        if command:
            for number in (signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)
            os.execvp(command[0], command)
        path = server.get("path") or str(HERE.parent / server["name"] / "server.py")
        if server.get("url"):
            path = str(HERE / "http_bridge.py")
        (programs.get(path) or Program(path)).main()
        status = 0
    except SystemExit as leave:
        status = leave.code if isinstance(leave.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def descendants() -> list:
    """Return the processes below this one, by their parents in /proc."""
    parents = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                with open(f"/proc/{entry.name}/stat", "rb") as file:
                    parents[int(entry.name)] = int(file.read(4096).rpartition(b")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
    found, grown = {os.getpid()}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return sorted(found - {os.getpid()})
