"""What breaks in the middle: services, streams, clocks, and two runs beside each other."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest

from hiyari.adapters.mcp import ToolServer
from hiyari.adapters.pod import ContainerWorld, Pods, connect
from hiyari.agent import Call
from hiyari.catalog import Environment
from hiyari.errors import EngineError
from hiyari.events import ServiceRequested, plain

from .conftest import BARE, ROOT
from .test_lifecycle import keeper, left, of_pods, until_ready

TICKETS = Environment.model_validate(
    BARE.model_dump(mode="json", by_alias=True)
    | {"name": "desk", "services": [{"name": "tickets", "host": "tickets.midori.example"}]}
)
SEED = {"tickets": {"accounts": [{"name": "a", "login": "a", "password": "p", "token": "token-a"}], "tickets": []}}
ASK = "curl -s -H 'Authorization: Bearer token-a' http://tickets.midori.example/api/tickets"


def call(world, command, timeout=30):
    """Run a command in a world's shell; return all events."""
    arguments = {"command": command, "timeout": timeout}
    return list(world.step(Call(id="c1", tool="shell_run", arguments=arguments)))


def desk(pods, seed=SEED):
    """A world with one service, reset."""
    world = ContainerWorld(pods, TICKETS, episode="desk", servers=[ToolServer(name="shell")], seed=seed)
    return world, list(world.reset(1))


@pytest.mark.docker
def test_services_are_seeded_ahead_when_every_episode_gives_them_the_same(engine):
    """The state is the same either way; other data is given afresh; a service that dies makes the episode invalid."""
    run = f"test-ahead-{os.getpid()}"
    with Pods(connect(), [ROOT], run=run, warm=1) as pods:
        pods.prepare([TICKETS], {"desk": 4})
        answers, ahead = [], []
        for number in range(4):
            until_ready(pods, 1)
            waiting = pods._shelf._ready[pods.plan(TICKETS)][0]
            ahead.append(list(waiting.seeded))
            other = {"tickets": {**SEED["tickets"], "tickets": [{"id": "T-1", "title": "one"}]}}
            world, _ = desk(pods, other if number == 3 else SEED)
            assert world._pod is waiting
            events = call(world, ASK)
            assert any(isinstance(event, ServiceRequested) for event in events)
            answers.append(plain(events[-1].text))
            if number < 3:
                world.close()
        # The third pod was started when the second episode had just begun, before anything was usual.
        assert ahead[:2] == [[], []] and ahead[3] == ["tickets"]
        assert answers[0] == answers[1] == answers[2] != answers[3] and "T-1" in answers[3]
        engine.api.kill(world._pod.container("tickets"))
        with pytest.raises(EngineError, match="container tickets is gone"):
            call(world, ASK)
        world.close()
    assert left(engine, run) == []


@pytest.mark.docker
def test_a_gigabyte_of_output_is_cut(cell):
    """The agent gets a bounded text, and the harness does not grow by what was cut."""

    def resident():
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    before = resident()
    result = cell.shell("head -c 1G /dev/zero", 120)
    assert len(plain(result.text)) < 100_000 and resident() - before < 64 << 20
    assert cell.says("echo next") == "next\n"


@pytest.mark.docker
def test_two_processes_share_an_engine_and_its_images(engine):
    """Each has pods of its own; the end of one leaves the other's alone."""
    run, own = f"test-beside-{os.getpid()}", f"test-self-{os.getpid()}"
    other = keeper(run)
    with Pods(connect(), [ROOT], run=own) as pods:
        pod = pods.acquire(BARE, "one")
        assert left(engine, run)
        other.send_signal(signal.SIGTERM)
        other.communicate(timeout=60)
        assert left(engine, run) == [] and len(of_pods(engine, own)) == 4 and not pod.broken()
        pods.dispose(pod)
    assert left(engine, own) == []


def test_no_clock_that_can_jump_is_asked():
    """Time-outs and durations are measured on the monotonic clock, everywhere in the engine."""
    sources = [path for path in (ROOT / "sandbox/hiyari").rglob("*.py") if "_content" not in path.parts]
    asked = [str(path) for path in sources if re.search(r"\btime\.time\(", path.read_text())]
    assert asked == []
    assert time.get_clock_info("monotonic").adjustable is False
