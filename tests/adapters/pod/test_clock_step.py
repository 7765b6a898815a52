"""The clock of the trusted side jumps in the middle of an episode, for every program of its container.

A container has no clock of its own to set, and the machine's is not for a test to set. libfaketime stands between all
programs of the world container and the C library, as far as the time of day goes; the kernel's own stamps stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from hiyari.adapters.mcp import ToolServer
from hiyari.adapters.pod import ContainerWorld, Engine, Images, Pods, connect
from hiyari.agent import Call
from hiyari.events import CallReturned, Egress, Event, NameLookedUp, plain

from .conftest import BARE, ROOT

pytestmark = pytest.mark.docker
CLOCK = "/run/clock"
DOCKERFILE = f"""ARG BASE_IMAGE
FROM ${{BASE_IMAGE}}
RUN apt-get update -q \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends libfaketime \\
 && ln -s /usr/lib/*/faketime/libfaketime.so.1 /usr/lib/stepping.so
ENV LD_PRELOAD=/usr/lib/stepping.so FAKETIME_TIMESTAMP_FILE={CLOCK} FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1
"""
DATE = ["python3", "-c", "import time; print(int(time.time()))"]
YEARS = 10 * 365 * 86400


@pytest.fixture
def stepping(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pods]:
    """Pods whose world container sees a clock that can be set."""
    root = tmp_path_factory.mktemp("stepping")
    folder = root / "pod/stepping"
    folder.mkdir(parents=True)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "image.yaml").write_text("parent: pod/world\nnetwork: true\n")
    image = Images(engine, [root, ROOT / "environments"]).ensure("pod/stepping")
    with Pods(connect(), [ROOT], run="test-clock") as pods:
        pods._plans[BARE.name] = replace(pods.plan(BARE), world=image)
        yield pods
    engine.client.images.remove(image.name, force=True)


def test_the_clock_steps_in_the_middle_of_an_episode(stepping: Pods) -> None:
    """Ten years forwards, twenty back, and home, each under an open connection: all is answered and told, and the
    episode's own date goes on."""
    world = ContainerWorld(stepping, BARE, episode="clock", servers=[ToolServer(name="shell")], seed={})
    try:
        list(world.reset(1))
        container = stepping.engine.client.containers.get(world._pod.container("world"))
        real = int(container.exec_run(DATE).output)
        dates = []

        def set_clock(step: int) -> int:
            assert container.exec_run(["sh", "-c", f"sleep 0.7; echo '{step:+d}' > {CLOCK}"]).exit_code == 0
            return int(container.exec_run(DATE).output) - real

        with ThreadPoolExecutor(1) as thread:
            for number, step in enumerate((YEARS, -YEARS, 0)):
                stepped = thread.submit(set_clock, step)
                call = Call(id=f"c{number}", tool="shell_run", arguments={"command": talk(number)})
                *events, last = list(world.step(call))
                assert abs(stepped.result() - step) < 600
                assert isinstance(last, CallReturned)
                said = plain(last.text)
                assert said.count("200") == 3 and "250" in said, said
                dates += [line[:22] for line in said.splitlines() if line.startswith("Date:")]
                assert told(events) >= {"dns", "http", "smtp"}, events
        # The day and hour of the environment, whatever day the machine believes in.
        assert len(dates) == 3 and len(set(dates)) == 1, dates
        list(world.finish())
    finally:
        world.close()


def talk(number: int) -> str:
    """A command whose first connection stays open while the clock steps, and which then speaks three protocols."""
    request = f"GET / HTTP/1.1\\r\\nHost: slow{number}.example\\r\\nConnection: close\\r\\n"
    return (
        f"(printf '{request}'; sleep 3; printf '\\r\\n'; sleep 0.5)"
        f" | curl -s telnet://slow{number}.example:80 | grep -a '^HTTP'; "
        f"curl -si http://h{number}.example/ | grep -ai -e '^HTTP' -e '^date'; "
        f"curl -s -o /dev/null -w '%{{http_code}}\\n' https://s{number}.example/; "
        f"(printf 'EHLO a\\r\\n'; sleep 0.3; printf 'QUIT\\r\\n') | curl -s telnet://m{number}.example:25; true"
    )


def told(events: list[Event]) -> set[str]:
    """What was told, by kind."""
    seen = {event.protocol for event in events if isinstance(event, Egress)}
    return seen | {"dns" for event in events if isinstance(event, NameLookedUp)}
