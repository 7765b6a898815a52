"""The servers' own end of the protocol: both ways of opening, cancellation, and lines without sense."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "tools"
SOURCE = """
import sys, time
sys.path.insert(0, sys.argv[1])
from mcp_stdio import Tool, prop, serve
def build(parameters, language):
    def wait(call, seconds):
        print("waiting")
        if call.cancelled.wait(seconds):
            open("cancelled", "w").close()
        return "waited"
    return [Tool("wait", {"en": "Wait.", "ja": "待つ。"}, {"seconds": prop("number", "s", "秒")}, wait, ["seconds"])]
serve("waiter", build)
"""


class Server:
    """A server as a plain process, spoken to line by line."""

    def __init__(self, folder: Path) -> None:
        (folder / "server.py").write_text(SOURCE)
        self.process = subprocess.Popen(
            [sys.executable, str(folder / "server.py"), str(ROOT / "launcher")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        self.send(b"{}")

    def send(self, line: bytes) -> None:
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def ask(self, method: str, id_: object = 1, **params: object) -> dict:
        self.send(json.dumps({"jsonrpc": "2.0", "id": id_, "method": method, "params": params}).encode())
        return json.loads(self.process.stdout.readline())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """One server, ended with the test."""
    each = Server(tmp_path)
    yield each
    each.process.stdin.close()
    assert each.process.wait(10) == 0
    each.process.stdout.close()


@pytest.mark.parametrize(
    ("wanted", "got"),
    [("2024-11-05", "2024-11-05"), ("2025-11-25", "2025-11-25"), ("1999-01-01", "2025-11-25"), (7, "2025-11-25")],
)
def test_the_handshake_takes_the_version_or_offers_the_newest(server: Server, wanted: object, got: str) -> None:
    """`initialize` of every revision is answered."""
    assert server.ask("initialize", protocolVersion=wanted)["result"]["protocolVersion"] == got
    assert server.ask("ping", id_="p") == {"jsonrpc": "2.0", "id": "p", "result": {}}


def test_the_modern_opening_names_its_version(server: Server) -> None:
    """`server/discover` is answered, and another modern version refused with what is supported."""
    assert server.ask("server/discover")["result"]["supportedVersions"] == ["2026-07-28"]
    meta = {"io.modelcontextprotocol/protocolVersion": "2027-01-01"}
    assert server.ask("tools/list", _meta=meta)["error"]["data"]["supported"] == ["2026-07-28"]


def test_unknown_methods_and_tools_are_refused(server: Server) -> None:
    """With the codes of JSON-RPC."""
    assert server.ask("resources/list")["error"]["code"] == -32601
    assert server.ask("tools/call", name="walk")["error"]["code"] == -32602


def test_a_cancelled_call_is_not_answered(server: Server, tmp_path: Path) -> None:
    """The handler is told, nothing is written for it, and the next call is answered."""
    call = {"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": "wait", "arguments": {"seconds": 60}}}
    server.send(json.dumps(call).encode())
    server.send(b'{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}}')
    answer = server.ask("tools/call", id_=6, name="wait", arguments={"seconds": 0.01})
    assert (answer["id"], answer["result"]["content"][0]["text"]) == (6, "waited")


def test_lines_without_sense_do_not_end_a_server(server: Server) -> None:
    """After two thousand damaged lines a ping is answered; damaged JSON is told as such."""
    chance = random.Random(0)
    whole = json.dumps(
        {"jsonrpc": "2.0", "id": [1], "method": "tools/call", "params": {"name": "wait", "arguments": [1]}}
    )
    lines = []
    for _ in range(2000):
        line = bytearray(whole.encode())
        for _ in range(chance.randrange(1, 6)):
            line[chance.randrange(len(line))] = chance.randrange(256)
        lines.append(bytes(line).replace(b"\n", b" ")[: chance.randrange(1, 120)])
    lines += [b"[" * 100_000, b'{"jsonrpc": "2.0", "id": "last", "method": "ping"}']
    writer = threading.Thread(target=server.send, args=(b"\n".join(lines),))
    writer.start()
    answers = iter(server.process.stdout.readline, b"")
    assert any(json.loads(answer).get("id") == "last" for answer in answers)
    writer.join()
