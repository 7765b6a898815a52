"""Tool servers together: names, parameters, languages, restart, the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hiyari.adapters.mcp import ToolServer, ToolServers
from hiyari.adapters.mcp.process import ProcessStream
from hiyari.errors import ContentError, EngineError
from hiyari.events import ToolServerLost, ToolServerStarted

BUNDLED = """
from mcp_stdio import Image, Tool, ToolError, prop, serve
import os, sibling

def build(parameters, language):
    def tell(call, what="parameters"):
        print("a print of the tool must not break its protocol")
        if what == "parameters": return f"{parameters} {language} {sibling.NAME}"
        if what == "environment": return repr(sorted(os.environ)) + repr(open("/proc/self/cmdline").read())
        if what == "image": return ["an image", Image(b"\\x89PNG\\r\\n\\x1a\\n", "image/png")]
        if what == "crash": return 1 / 0
        raise ToolError(f"nothing is called {what}")
    words = {"en": f"Tell {parameters.get('x')}.", "ja": "話す。"}
    kinds = ["parameters", "environment", "image", "crash", "none"]
    return [Tool("tell", words, {"what": prop("string", "What.", "何を。", enum=kinds)}, tell)]

def main():
    serve("bundled", build)
"""


@pytest.fixture
def bundled(tmp_path: Path) -> Callable[..., ToolServer]:
    """Write a bundled server with a sibling module of its own."""

    def write(name: str, **parameters: object) -> ToolServer:
        folder = tmp_path / "tools" / name
        folder.mkdir(parents=True)
        (folder / "server.py").write_text(BUNDLED)
        (folder / "sibling.py").write_text(f"NAME = 'sibling of {name}'")
        return ToolServer(name=name, path=str(folder / "server.py"), parameters=parameters)

    return write


def test_a_bundled_server_gets_its_parameters_and_its_own_modules(start, bundled) -> None:
    """Two servers with a module of one name each get their own; parameters come as they were given."""
    opened = start(bundled("a", x="秘密", y=[1, None]), bundled("b"))
    assert [type(event) for event in opened.told] == [ToolServerStarted, ToolServerStarted]
    assert opened.call("a_tell").text == "{'x': '秘密', 'y': [1, None]} en sibling of a"
    assert opened.call("b_tell").text == "{} en sibling of b"


def test_parameters_are_in_no_environment_and_no_argument(start, bundled) -> None:
    """What a server is given cannot be read from outside its memory."""
    opened = start(bundled("a", password="s3cret-hand-over"))
    assert "s3cret" not in opened.call("a_tell", what="environment").text
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _descends(int(entry.name), opened.stream.pid):
            assert b"s3cret" not in (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()


def _descends(pid: int, parent: int) -> bool:
    try:
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1]) == parent
    except OSError:
        return False


def test_results_of_a_bundled_server(start, bundled) -> None:
    """Text, images, honest failures, crashes and wrong arguments are results."""
    opened = start(bundled("a"))
    assert opened.call("a_tell", what="image").images == (b"\x89PNG\r\n\x1a\n",)
    assert opened.call("a_tell", what="none").text == "nothing is called none"
    assert opened.call("a_tell", what="crash").text == "the tool failed: ZeroDivisionError: division by zero"
    assert "must be one of" in opened.call("a_tell", what="other").text
    assert "must be of type string" in opened.call("a_tell", what=5).text
    assert opened.call("a_tell", wat="x").text == "there is no argument 'wat'; there are: what"
    assert opened.call("a_nothing").text == "there is no tool 'a_nothing'"


def test_arguments_that_are_no_json_are_errors(start, bundled) -> None:
    """NaN, objects and half characters never reach the wire as such."""
    opened = start(bundled("a"))
    assert opened.call("a_tell", what=float("nan")).status == "error"
    assert opened.call("a_tell", what=object()).status == "error"
    assert opened.call("a_tell", what="\ud800").status == "error"
    assert opened.call("a_tell", what="x" * 5_000_000).status == "error"
    assert opened.call("a_tell").status == "ok"


def test_descriptions_come_in_the_language_of_the_episode(bundled, tmp_path: Path) -> None:
    """Japanese descriptions in a Japanese episode."""
    stream = ProcessStream()
    servers = ToolServers(stream, "ja", workdir=str(tmp_path))
    try:
        servers.start([bundled("a")])
        [tool] = servers.tools()
        assert (tool.description, tool.parameters["properties"]["what"]["description"]) == ("話す。", "何を。")
    finally:
        servers.close()
        stream.close()


def test_equal_servers_have_equal_digests_and_other_words_another(start, bundled) -> None:
    """The digest is over the definitions alone."""
    told = start(bundled("a", x=1), bundled("b", x=1), bundled("c", x=2)).told
    digests = [event.definitions for event in told]
    assert digests[0] == digests[1] != digests[2]


def test_two_servers_that_offer_one_name_are_an_error(start, script) -> None:
    """The names of tools are unique in an episode."""
    one = script(
        "a", 'for request in handshake([{"name": "b_c", "inputSchema": {"type": "object"}}]):\n    done(request)\n'
    )
    two = script(
        "a_b", 'for request in handshake([{"name": "c", "inputSchema": {"type": "object"}}]):\n    done(request)\n'
    )
    with pytest.raises(ContentError, match="both offer a tool 'a_b_c'"):
        start(one, two)


def test_a_command_of_ones_own_takes_no_parameters(start) -> None:
    """`with` is for bundled servers; the error says what to do instead."""
    with pytest.raises(ContentError, match="cannot take parameters"):
        start(ToolServer(name="x", command=("true",), parameters={"a": 1}))


def test_environment_reaches_the_server_it_is_given_to(start, script) -> None:
    """A third-party server is configured by its environment."""
    body = "for request in handshake():\n    done(request, os.environ.get('COLOUR', 'none') + os.getcwd())\n"
    opened = start(script("x", body).model_copy(update={"environment": {"COLOUR": "赤"}}), script("y", body))
    assert opened.call("x_go").text.startswith("赤/")
    assert opened.call("y_go").text.startswith("none/")
    assert opened.call("y_go").text.endswith("/work")


def test_calls_after_the_end_are_lost_and_closing_twice_is_allowed(start, bundled) -> None:
    """Whatever comes after close is a result."""
    opened = start(bundled("a"))
    opened.servers.close()
    opened.servers.close()
    assert opened.call("a_tell").status == "lost"
    assert opened.servers.events() == []


def test_the_end_of_the_container_loses_every_server(start, bundled) -> None:
    """When the launcher is gone, calls in progress end and each server is told lost."""
    opened = start(bundled("a"), bundled("b"))
    os.kill(opened.stream.pid, 9)
    assert opened.call("a_tell").status == "lost"
    assert {event.server for event in opened.servers.events() if isinstance(event, ToolServerLost)} == {"a", "b"}
    with pytest.raises(EngineError):
        opened.servers.restart("a")


def test_starting_on_a_closed_stream_is_an_error_of_the_engine(start) -> None:
    """A container that is gone before the start makes the episode invalid."""
    with pytest.raises(EngineError):
        start(ToolServer(name="x"), argv=(sys.executable, "-c", "pass"))


def test_many_calls_at_once_are_kept_apart(start, bundled) -> None:
    """Fifty calls in flight on two servers: every answer goes to its own call."""
    opened = start(bundled("a", n=1), bundled("b", n=2))
    calls = [(name, opened.servers.call(f"{name}_tell", {}, 20.0)) for name in "ab" * 25]
    assert all(f"sibling of {name}" in call.result(30).text for name, call in calls)
