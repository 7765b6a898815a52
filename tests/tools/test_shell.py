"""The shell tool: output, exit codes, time-outs, and what is left running."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from hiyari.adapters.mcp import ToolServer, ToolServers
from hiyari.adapters.mcp.process import ProcessStream
from hiyari.catalog import shipped_content


def test_a_command_runs_in_the_working_directory(tools) -> None:
    """Output and exit code come back; stdout and stderr together, in order."""
    opened = tools(shell={})
    result = opened.call("shell_run", command="echo 一; echo two >&2; pwd; exit 3")
    assert (result.status, result.text) == ("ok", f"exit code: 3\n一\ntwo\n{opened.work}\n")


def test_output_is_cut_in_the_middle(tools) -> None:
    """Of megabytes head and tail are kept, with the count of what is left out."""
    text = tools(shell={}).call("shell_run", command="echo begin; yes | head -c 5000000; echo end").text
    assert text.startswith("exit code: 0\nbegin\n")
    assert text.endswith("end\n")
    assert "bytes left out" in text
    assert len(text) < 60_000


def test_binary_output_is_readable_text(tools) -> None:
    """Bytes that are no UTF-8 are replaced."""
    assert tools(shell={}).call("shell_run", command="printf '\\377\\0x'").text == "exit code: 0\n�\0x"


def test_a_command_without_an_end_is_killed_with_its_children(tools) -> None:
    """At the time-out children, also those in sessions of their own, are gone; what was printed is told."""
    opened = tools(shell={})
    command = "echo started; sleep 1234 & setsid sleep 1235 & (trap '' TERM INT HUP; sleep 1236) & sleep 1237"
    result = opened.call("shell_run", command=command, timeout=0.7)
    assert result.status == "error"
    assert result.text == "killed after 0.7 s without an end\nstarted\n"
    assert not sleepers()


def sleepers() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\0", b" ").decode().strip())
        except OSError:
            continue
    return [line for line in found if line.startswith("sleep 123")]


def test_a_call_given_up_by_the_harness_is_killed_too(tools) -> None:
    """A cancelled call leaves nothing running, and the next one works."""
    opened = tools(shell={})
    assert opened.call("shell_run", within=0.5, command="sleep 1238").status == "timeout"
    for _ in range(600):
        if not sleepers():
            break
        time.sleep(0.05)
    assert not sleepers()
    assert opened.call("shell_run", command="echo on").text == "exit code: 0\non\n"


def test_what_is_left_in_the_background_lives_until_the_end_of_the_episode(tools) -> None:
    """A background process does not hold the call, survives it, keeps printing, and ends with the launcher."""
    opened = tools(shell={})
    command = "(while sleep 0.02; do echo noise; echo x >> out; done) & echo pid=$!"
    began = time.monotonic()
    pid = int(opened.call("shell_run", command=command).text.partition("pid=")[2].split()[0])
    assert time.monotonic() - began < 15
    printed = opened.work / "out"
    for _ in range(200):
        if printed.exists() and printed.stat().st_size > 20:
            break
        time.sleep(0.05)
    assert printed.stat().st_size > 20
    opened.servers.close()
    opened.stream.close()
    assert not Path(f"/proc/{pid}").exists()


def test_a_shell_that_kills_everything_it_can_is_an_outcome(tools) -> None:
    """Killing the tool server's process loses the call and the server; a restart brings it back."""
    opened = tools(shell={}, files={})
    assert opened.call("shell_run", command="kill -9 $PPID; sleep 5").status == "lost"
    assert [event.kind for event in opened.servers.events()] == ["tool_server.lost"]
    assert opened.call("files_list").status == "ok"
    opened.servers.restart("shell")
    assert opened.call("shell_run", command="echo back").text == "exit code: 0\nback\n"


def test_the_shell_holds_no_descriptor_of_the_launcher(tools) -> None:
    """A command inherits stdin, stdout and stderr of its own and nothing else."""
    text = tools(shell={}).call("shell_run", command="ls /proc/self/fd; readlink /proc/self/fd/0").text
    assert text.splitlines()[1:] == ["0", "1", "2", "3", "/dev/null"]


def test_a_command_that_cannot_be_started_is_an_error(tools) -> None:
    """A null byte in the command line is told, not a crash."""
    assert tools(shell={}).call("shell_run", command="a\0b").status == "error"


def test_orphans_of_commands_are_reaped(tools) -> None:
    """Processes whose parents are gone leave no zombies below the launcher."""
    opened = tools(shell={})
    for _ in range(5):
        opened.call("shell_run", command="(setsid sh -c 'exit 0' &) ; (sh -c 'sleep 0.05' &)")
    for _ in range(600):
        if not zombies(opened.stream.pid):
            break
        time.sleep(0.05)
    assert not zombies(opened.stream.pid)


def zombies(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, above = (entry / "stat").read_bytes().rpartition(b")")[2].split()[:2]
            except OSError:
                continue
            if state == b"Z" and int(above) == parent:
                found.append(int(entry.name))
    return found


def test_profiles_are_those_of_a_login_shell(tools) -> None:
    """The system's profile counts from the first call on, one of the user's own as soon as it is there."""
    opened = tools(shell={}, environment={"GIVEN": "from outside"})
    assert opened.call("shell_run", command="echo $GIVEN $HOME").text.endswith(f"from outside {opened.work}\n")
    opened.call("shell_run", command="echo 'export OWN=mine' > ~/.profile")
    assert opened.call("shell_run", command="echo $OWN").text == "exit code: 0\nmine\n"


def test_a_profile_read_ahead_is_read_again_for_another_environment(tmp_path: Path) -> None:
    """A launcher that prepared the shell gives commands the variables its servers are started with, not its own."""
    launcher = shipped_content() / "tools" / "launcher" / "launcher.py"
    stream = ProcessStream([sys.executable, "-I", str(launcher), "shell"])
    around = {"HOME": str(tmp_path), "WARD": "east"}
    servers = ToolServers(stream, "en", workdir=str(tmp_path), environment=around)
    try:
        (started,) = servers.start([ToolServer(name="shell", environment={"BED": "7"})])
        assert started.kind == "tool_server.started"
        result = servers.call("shell_run", {"command": "echo $WARD $BED $HOME"}, 30).result(40)
        assert result.text == f"exit code: 0\neast 7 {tmp_path}\n"
    finally:
        servers.close()
        assert stream.close() == 0
