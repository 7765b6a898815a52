"""Servers that speak streamable HTTP, behind the launcher's bridge: official ones, and ones that misbehave."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from hiyari.adapters.mcp import ToolServer
from hiyari.errors import ContentError
from hiyari.events import ToolServerLost, ToolServerStarted

OFFICIAL = '''
import asyncio, socket, sys
import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver import Context

server = MCPServer("weather")

@server.tool()
def forecast(place: str) -> str:
    """Forecast for a place."""
    return f"{place}: sun\\nwind"

@server.tool()
def fail() -> str:
    """Fail."""
    raise RuntimeError("no weather today")

@server.tool()
async def change(ctx: Context) -> str:
    """Change the tools."""
    def evil() -> str:
        """New here."""
        return "evil"
    server.add_tool(evil)
    await ctx.session.send_tool_list_changed()
    return "changed"

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
config = uvicorn.Config(server.streamable_http_app(), log_level="error")
asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))
'''


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the official package over streamable HTTP; yields its URL."""
    path = tmp_path_factory.mktemp("http") / "weather.py"
    path.write_text(OFFICIAL)
    with subprocess.Popen([sys.executable, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/mcp"
        process.kill()


def test_an_official_server_answers_and_its_changes_are_seen(start, official: str) -> None:
    """Tools are listed and called; a list that changes in the middle is an event with another digest."""
    opened = start(ToolServer(name="weather", url=official))
    (first,) = opened.told
    assert isinstance(first, ToolServerStarted), opened.told
    assert first.tools == ("weather_change", "weather_fail", "weather_forecast")
    assert opened.call("weather_forecast", place="札幌").text == "札幌: sun\nwind"
    assert opened.call("weather_fail").status == "error"
    assert opened.call("weather_change").text == "changed"
    seen: list[ToolServerStarted] = []
    for _ in range(200):
        seen += [event for event in opened.servers.events() if isinstance(event, ToolServerStarted)]
        if seen:
            break
        time.sleep(0.05)
    assert "weather_evil" in seen[0].tools
    assert seen[0].definitions != first.definitions
    assert opened.call("weather_evil").text == "evil"


class Odd(http.server.BaseHTTPRequestHandler):
    """A server by hand: what it answers to tools/call is chosen by the tool's name."""

    protocol_version = "HTTP/1.1"
    seen: list[dict[str, str]]

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.say(405)

    def do_DELETE(self) -> None:
        self.seen.append({"method": "DELETE", "session": self.headers.get("Mcp-Session-Id", "")})
        self.say(200)

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        kept = ("Mcp-Session-Id", "MCP-Protocol-Version", "Authorization")
        self.seen.append({"method": message["method"], **{name: self.headers.get(name, "") for name in kept}})
        number = message.get("id")
        if message["method"] == "initialize":
            about = {
                "protocolVersion": "2025-06-18",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "o", "version": "1"},
            }
            self.answer(number, about, **{"Mcp-Session-Id": "s-1"})
        elif message["method"] == "tools/list":
            names = ("fine", "batch", "broken", "huge", "cut", "moved", "nothing", "gone")
            self.answer(number, {"tools": [{"name": name, "inputSchema": {"type": "object"}} for name in names]})
        elif message["method"] != "tools/call":
            self.say(202)
        else:
            getattr(self, message["params"]["name"])(number)

    def fine(self, number: int) -> None:
        text = json.dumps(
            {"jsonrpc": "2.0", "id": number, "result": {"content": [{"type": "text", "text": "fine"}]}}, indent=1
        )
        lines = "".join(f"data: {line}\r\n" for line in text.splitlines())
        self.say(200, f": comment\r\nid: 7\r\n{lines}\r\n".encode(), "text/event-stream; charset=utf-8")

    def batch(self, number: int) -> None:
        notice = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "x"}}
        result = {"jsonrpc": "2.0", "id": number, "result": {"content": [{"type": "text", "text": "batch"}]}}
        self.say(200, json.dumps([notice, result]).encode())

    def broken(self, number: int) -> None:
        self.say(200, b"{not json")

    def huge(self, number: int) -> None:
        self.say(200, b"data: " + b"x" * (9 << 20) + b"\n\n", "text/event-stream")

    def cut(self, number: int) -> None:
        self.say(200, b'data: {"jsonrpc"', "text/event-stream")

    def moved(self, number: int) -> None:
        self.say(307, b"", Location="http://elsewhere.example/")

    def nothing(self, number: int) -> None:
        self.say(202)

    def gone(self, number: int) -> None:
        self.say(404)

    def answer(self, number: int, result: object, **headers: str) -> None:
        self.say(200, json.dumps({"jsonrpc": "2.0", "id": number, "result": result}).encode(), **headers)

    def say(self, status: int, data: bytes = b"", kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def odd() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The server by hand: its URL, and what it was asked."""
    handler: Callable[..., Odd] = type("Handler", (Odd,), {"seen": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/mcp?x=1", handler.seen  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


def test_session_version_and_login_go_with_every_request(start, odd: tuple[str, list[dict[str, str]]]) -> None:
    """The session the server gave, the revision that was agreed on and the declared headers are sent."""
    url, seen = odd
    opened = start(ToolServer(name="odd", url=url, headers={"Authorization": "Bearer TK-9"}))
    assert opened.call("odd_fine").text == "fine"
    assert opened.call("odd_batch").text == "batch"
    assert seen[0]["method"] == "initialize"
    for request in seen[1:]:
        assert (request["Mcp-Session-Id"], request["MCP-Protocol-Version"]) == ("s-1", "2025-06-18")
        assert request["Authorization"] == "Bearer TK-9"


@pytest.mark.parametrize(
    ("tool", "said"),
    [
        ("broken", "no answer from 127.0.0.1"),
        ("huge", "larger than"),
        ("cut", "ended its answer without a result"),
        ("moved", "answered 307"),
        ("nothing", "ended its answer without a result"),
    ],
)
def test_an_answer_that_is_none_is_an_error_of_its_call(
    start, odd: tuple[str, list[dict[str, str]]], tool: str, said: str
) -> None:
    """Garbage, floods, streams cut short, redirects and silence fail one call; the next is answered."""
    opened = start(ToolServer(name="odd", url=odd[0]))
    result = opened.call(f"odd_{tool}")
    assert (result.status, said in result.text) == ("error", True), result.text
    assert opened.call("odd_fine").text == "fine"


def test_a_session_that_the_server_ended_is_a_lost_server(start, odd: tuple[str, list[dict[str, str]]]) -> None:
    """No second conversation is begun unasked."""
    opened = start(ToolServer(name="odd", url=odd[0]))
    assert opened.call("odd_gone").status in ("error", "lost")
    for _ in range(200):
        if opened.call("odd_fine").status == "lost":
            break
        time.sleep(0.02)
    assert any(isinstance(event, ToolServerLost) for event in opened.servers.events())


def test_nobody_at_the_url_is_a_lost_server(start) -> None:
    """It is told why, and what is no URL is an error of the content."""
    opened = start(ToolServer(name="none", url="http://127.0.0.1:1/mcp"))
    assert isinstance(opened.told[0], ToolServerLost)
    assert "no answer from 127.0.0.1" in opened.told[0].reason
    with pytest.raises(ContentError, match="no http or https URL"):
        start(ToolServer(name="none", url="ftp://x"))
    with pytest.raises(ContentError, match="cannot take parameters"):
        start(ToolServer(name="none", url="http://x", parameters={"a": 1}))


def test_a_third_party_server_is_given_its_variables(start, script: Callable[[str, str], ToolServer]) -> None:
    """What the environment declares for it is in its process, and in no other server's."""
    body = """
        for request in handshake():
            done(request, os.environ.get("WEATHER_KEY", "none"))
    """
    keyed = script("keyed", body).model_copy(update={"environment": {"WEATHER_KEY": "K-1"}})
    opened = start(keyed, script("plain", body))
    assert opened.call("keyed_go").text == "K-1"
    assert opened.call("plain_go").text == "none"
