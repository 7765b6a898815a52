"""What the tests of the pod share: one engine, one pool of pods of a bare environment, one world at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hiyari.adapters.mcp import ToolServer
from hiyari.adapters.pod import ContainerWorld, Engine, Pods, connect
from hiyari.agent import Call
from hiyari.catalog import Environment
from hiyari.errors import EngineMissing
from hiyari.events import CallReturned, Event, plain

ROOT = Path(__file__).parents[3]
BARE = Environment.model_validate(
    {
        "name": "bare",
        "title": {"ja": "空", "en": "Bare"},
        "domain": "midori.example",
        "agent": {"memory_mb": 256, "disk_mb": 16},
        "tools": [{"name": "shell"}],
    }
)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The container engine of this machine."""
    try:
        engine = connect()
    except EngineMissing as error:
        pytest.skip(str(error).splitlines()[0])
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def pods(engine: Engine) -> Iterator[Pods]:
    """Pods of this test run."""
    with Pods(connect(), [ROOT], run="test-pods") as pods:
        yield pods


class Played:
    """A world, and a short way to play in it."""

    def __init__(self, world: ContainerWorld, opening: list[Event]) -> None:
        self.world = world
        self.opening = opening
        self.events: list[Event] = []
        self.calls = 0

    def shell(self, command: str, timeout: float = 30) -> CallReturned:
        """Run a command; the events before the result are in ``events``."""
        self.calls += 1
        arguments = {"command": command, "timeout": timeout}
        *self.events, last = self.world.step(Call(id=f"c{self.calls}", tool="shell_run", arguments=arguments))
        assert isinstance(last, CallReturned)
        return last

    def says(self, command: str, timeout: float = 30) -> str:
        """Run a command and return what it wrote, without the line of its exit code."""
        return plain(self.shell(command, timeout).text).partition("\n")[2]

    def python(self, source: str, timeout: float = 30) -> str:
        """Run a Python program in the agent container and return what it wrote."""
        quoted = source.replace("'", "'\"'\"'")
        return self.says(f"python3 -c '{quoted}' 2>&1", timeout)


def played(pods: Pods, environment: Environment = BARE) -> Played:
    """Reset a world of an environment whose only tool server is the shell."""
    world = ContainerWorld(pods, environment, episode="test", servers=[ToolServer(name="shell")], seed={})
    try:
        return Played(world, list(world.reset(1)))
    except BaseException:
        world.close()
        raise


@pytest.fixture
def play(pods: Pods) -> Iterator[Callable[[], Played]]:
    """Make worlds that are closed after the test."""
    made: list[Played] = []

    def make() -> Played:
        made.append(played(pods))
        return made[-1]

    yield make
    for each in made:
        each.world.close()


@pytest.fixture(scope="module")
def cell(pods: Pods) -> Iterator[Played]:
    """One world for all tests of a module that leave it as it was."""
    each = played(pods)
    yield each
    each.world.close()
