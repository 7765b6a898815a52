"""The shell tool: one command a call, run by bash as a login shell in the working directory.

The system's profile is read once, if possible while the pod waits for its episode, and its environment kept: it costs
more than a short command. As soon as there is a profile of the user's own, every call is a login shell of its own.

The command's output (stdout and stderr together) comes back with its exit code. At the time-out everything the command
started is killed, except processes that hid from it in a session of their own with another parent. What a command left
running in the background goes on after the call and ends with the episode; what it still prints is dropped.
"""

from __future__ import annotations

import functools
import os
import subprocess

import commands
from commands import DEFAULT_SECONDS, run
from mcp_stdio import Call, Tool, prop, serve

PROFILES = (".bash_profile", ".bash_login", ".profile")


def shell_run(call: Call, command: str, timeout: float = DEFAULT_SECONDS) -> str:
    return run(call, ["bash", "-lc" if own_profile() else "-c", command], system_environment(), timeout)


def own_profile() -> bool:
    home = os.environ.get("HOME", "/")
    return any(os.path.lexists(f"{home}/{name}") for name in PROFILES)


def prepare() -> None:
    """Read the system's profile ahead; the launcher calls this before it starts any server."""
    system_environment()


def system_environment() -> dict:
    """Return the environment that the system's profile makes of this process's."""
    return made_of(tuple(sorted(os.environ.items())))


@functools.lru_cache(maxsize=2)
def made_of(environment: tuple) -> dict:
    """Return the environment that the system's profile makes of an environment."""
    command = ["bash", "-lc", "env -0"]
    given = dict(environment)
    done = subprocess.run(command, env=given, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)
    found = dict(os.fsdecode(each).partition("=")[::2] for each in done.stdout.split(b"\0") if b"=" in each)
    return {name: value for name, value in found.items() if name not in ("_", "SHLVL", "PWD", "OLDPWD")}


def build(parameters: dict, language: str) -> list:
    return [
        Tool(
            "shell_run",
            {
                "en": "Run a command with bash in the working directory and return its exit code and output.",
                "ja": "作業フォルダで bash のコマンドを実行し、終了コードと出力を返す。",
            },
            {
                "command": prop("string", "The command line.", "コマンドライン。"),
                "timeout": commands.timeout(),
            },
            shell_run,
            ["command"],
        )
    ]


def main() -> None:
    serve("shell", build)


if __name__ == "__main__":
    main()
