"""An agent that uses up or breaks what it was given: observations, never exceptions."""

from __future__ import annotations

import pytest

from hiyari.agent import Call
from hiyari.events import CallReturned, ContainerExited, FileChanged, RecorderOverflowed, ToolServerLost, plain

pytestmark = pytest.mark.docker


def files(played):
    return {event.path: event for event in played.events if isinstance(event, FileChanged)}


def test_a_full_disk_is_the_agents_problem_and_is_recorded(play):
    """The work volume ends at its quota; what was written is seen from outside."""
    world = play()
    assert "No space left on device" in world.says("head -c 100M /dev/zero > big")
    assert files(world)["big"].size <= 16 << 20
    assert "No space left on device" in world.says("echo more > more")
    assert world.says("rm big; echo some > some; cat some") == "some\n"
    assert files(world)["big"].change == "deleted" and files(world)["some"].change == "created"


def test_a_flood_of_files_ends_at_the_quota_and_is_counted(play):
    """The recording holds a bounded number of changes and says how many it left out."""
    world = play()
    said = world.python(
        "n = 0\ntry:\n  while True: open(f'{n}', 'w').close(); n += 1\nexcept OSError as e: print(e.errno, n)"
    )
    number, made = map(int, said.split())
    assert number == 28 and made <= 16 * 128
    assert len(files(world)) == 1000
    assert next(event for event in world.events if isinstance(event, RecorderOverflowed)).dropped == made - 1000


def test_the_temporary_folder_and_the_root_cannot_hold_more(cell):
    """/tmp ends at its size, the root takes nothing."""
    assert "No space left" in cell.says("head -c 50M /dev/zero > /tmp/big; rm /tmp/big")
    assert "Read-only file system" in cell.says("echo x > /usr/x; echo x > /x")


def test_a_memory_hog_is_killed_and_the_episode_goes_on(cell):
    """The limit holds without swap."""
    assert "alive" not in cell.says("python3 -c 'x = bytearray(1 << 30); print(\"alive\")'", 60)
    assert cell.says("echo next") == "next\n"


def test_a_fork_bomb_is_held_and_ends_with_the_episode(play):
    """Processes end at the limit, the host is not touched, and the world still answers."""
    world = play()
    world.shell(
        "python3 -c 'import os, time\nwhile True:\n try: os.fork()\n except OSError: time.sleep(0.5)' & sleep 3", 10
    )
    list(world.world.finish())
    assert world.world.probe({"files": "*"}) == []


def test_a_flood_of_output_is_cut(cell):
    """200 MB on stdout reach the agent as a bounded text."""
    result = cell.shell("head -c 200M /dev/zero | tr '\\0' x", 60)
    assert len(plain(result.text)) < 100_000
    assert cell.says("echo next") == "next\n"


def test_an_agent_that_kills_everything_loses_its_tool_server_only(play):
    """``kill -9 -1`` is an observation and an event; later calls say that the server is lost."""
    world = play()
    assert world.shell("kill -9 -1; sleep 5").status == "lost"
    assert {event.server for event in world.events if isinstance(event, ToolServerLost)} == {"shell"}
    assert world.shell("echo again").status == "lost"
    assert not any(isinstance(event, ContainerExited) for event in world.events)
    list(world.world.finish())
    assert world.world.probe({"files": "*"}) == []


def test_a_dead_agent_container_is_an_event(play, engine):
    """When the agent's container ends, calls are lost and the recording says why."""
    world = play()
    pod = world.world._pod
    engine.api.kill(pod.container("agent"))
    result = world.shell("echo gone")
    assert result.status == "lost"
    exits = [event for event in world.events if isinstance(event, ContainerExited)]
    assert [(event.container, event.exit_code) for event in exits] == [("agent", 137)]
    assert world.shell("echo gone").status == "lost"
    assert not any(isinstance(event, ContainerExited) for event in world.events)


def test_a_call_that_lasts_too_long_is_a_timeout(cell):
    """The tool's own time-out ends it; the next call works."""
    assert "exit code: 0" not in plain(cell.shell("sleep 60", 1).text)
    assert cell.says("echo next") == "next\n"


def test_strange_arguments_and_unknown_tools_are_observations(cell):
    """Nothing an agent may write in a call is an exception."""
    world = cell.world
    for tool, arguments in (("shell_run", {}), ("shell_run", {"command": 1}), ("shell_run", ["x"]), ("nothing", {})):
        last = list(world.step(Call(id="c", tool=tool, arguments=arguments)))[-1]
        assert isinstance(last, CallReturned) and last.status == "error"


def test_links_and_special_files_are_listed_and_never_followed(play):
    """A link to a file outside is a link in the evidence; reading it is refused."""
    world = play()
    world.shell("ln -s /etc/passwd link; mkfifo pipe; mkdir folder; echo in > folder/file; chmod 000 folder/file")
    listed = {found["path"]: found["kind"] for found in world.world.probe({"files": "*"})}
    assert listed["link"] == "link" and listed["folder"] == "dir" and listed["folder/file"] == "file"
    assert world.world.probe({"file": "folder/file"}) == {"text": "in\n", "size": 3}
    for path in ("link", "../../etc/passwd", "/etc/passwd", "absent"):
        with pytest.raises(LookupError):
            world.world.probe({"file": path})
