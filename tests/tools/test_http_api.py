"""The helper of tools for HTTP APIs: honest errors, limits, and arguments that open no other address."""

from __future__ import annotations

import http.server
import importlib.util
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

LAUNCHER = Path(__file__).parents[2] / "tools/launcher"


@pytest.fixture(scope="module")
def http_api() -> Iterator[ModuleType]:
    """The module as a tool server imports it: beside mcp_stdio."""
    sys.path.insert(0, str(LAUNCHER))
    try:
        spec = importlib.util.spec_from_file_location("http_api", LAUNCHER / "http_api.py")
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules["http_api"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(LAUNCHER))
        for name in ("http_api", "mcp_stdio"):
            sys.modules.pop(name, None)


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", headers.pop("length", str(len(body))))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        where = self.path.partition("?")[0].rpartition("/")[2]
        if where == "echo":
            said = {"method": self.command, "path": self.path, "body": sent, "headers": dict(self.headers)}
            self.reply(200, json.dumps(said).encode())
        elif where == "refused":
            self.reply(403, json.dumps({"error": "読めません"}).encode())
        elif where == "broken":
            self.reply(500, b"<h1>" + b"x" * 5000)
        elif where == "moved":
            self.reply(302, b"", Location="http://elsewhere.example/")
        elif where == "text":
            self.reply(200, b"not JSON")
        elif where == "sjis":
            self.reply(200, "表".encode("shift_jis"), Content_Type="text/plain; charset=shift_jis")
        elif where == "endless":
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(200):
                    self.wfile.write(b"x" * 100_000)
            except OSError:
                pass
        elif where == "short":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"{}")
        elif where == "slow":
            self.send_response(200)
            self.end_headers()
            try:
                while not self.server.stopped.wait(0.05):  # type: ignore[attr-defined]
                    self.wfile.write(b" ")
            except OSError:
                pass
        else:
            self.reply(200, b"")

    do_POST = do_PUT = do_GET


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """A real HTTP server on this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.stopped = threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/base/"
        server.stopped.set()  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


def test_requests_carry_json_query_and_log_in(http_api: Any, site: str) -> None:
    """Paths are below the API's own; a token or a log-in is sent; empty query fields are left out."""
    api = http_api.Api.of({"url": site, "token": "TK"}, "the desk")
    said = api.json("POST", http_api.path("echo"), {"text": "本文"}, query={"q": "あ b", "none": None, "empty": ""})
    assert (said["method"], said["path"], json.loads(said["body"])) == (
        "POST", "/base/echo?q=%E3%81%82+b", {"text": "本文"})  # fmt: skip
    assert (said["headers"]["Authorization"], said["headers"]["Content-Type"]) == ("Bearer TK", "application/json")
    basic = http_api.Api.of({"url": site, "login": "saito", "password": "春"}, "the desk")
    assert basic.json("GET", "/echo")["headers"]["Authorization"] == "Basic c2FpdG865pil"
    assert api.json("GET", "/nothing") is None
    assert api.send("GET", "/sjis").text == "表"


def test_an_argument_opens_no_other_address(http_api: Any) -> None:
    """Slashes, queries and dots in an argument stay one part of the path, or are refused."""
    assert http_api.path("api", "a/../b?c#d", 7) == "/api/a%2F..%2Fb%3Fc%23d/7"
    for part in ("", ".", ".."):
        with pytest.raises(Exception, match="cannot be part of an address"):
            http_api.path("api", part)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("/refused", r"^the desk refused: 403 Forbidden: 読めません$"),
        ("/broken", r"^the desk refused: 500 Internal Server Error: <h1>x{596} \.\.\.$"),
        ("/moved", r"^the desk refused: 302 Found: it points to http://elsewhere.example/$"),
        ("/text", "no JSON: not JSON"),
        ("/endless", r"no answer from the desk \(127.0.0.1\): the answer is larger"),
        ("/short", "too early"),
        ("/slow", "not complete after 0.3 s|timed out"),
    ],
)
def test_what_goes_wrong_is_said(http_api: Any, site: str, where: str, said: str) -> None:
    """Who answered, what, and in how far it is no answer."""
    api = http_api.Api(site, "the desk", seconds=0.3 if where == "/slow" else 20)
    with pytest.raises(Exception, match=said) as raised:
        api.json("GET", where)
    assert type(raised.value).__name__ == "ToolError"


def test_nobody_there_is_said(http_api: Any) -> None:
    """A closed port and a name that is none."""
    for url in ("http://127.0.0.1:9", "http://", "nonsense://\0"):
        with pytest.raises(Exception, match="no answer from the desk"):
            http_api.Api(url, "the desk", seconds=2).json("GET", "/")
