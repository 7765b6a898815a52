"""HTTP/2: the same sites, the same events, and clients that abuse it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.docker

FRAMES = Path(__file__).with_name("frames.py").read_text()
TALK = """
def exchange(data, address="203.0.113.120", seconds=3.0, port=80):
    \"\"\"Send frames and return (kind, flags, stream, payload) of what comes back until a pause or the end.\"\"\"
    got, frames = b"", []
    with socket.create_connection((address, port), timeout=seconds) as one:
        try:
            one.sendall(data)
            one.settimeout(0.3)
            while piece := one.recv(65536):
                got += piece
        except OSError:
            pass
    while len(got) >= 9:
        size = int.from_bytes(got[:3], "big")
        frames.append((got[3], got[4], int.from_bytes(got[5:9], "big"), got[9 : 9 + size].decode("latin-1")))
        got = got[9 + size :]
    return frames
"""


@pytest.fixture(scope="module")
def h2(pod: Any) -> Any:
    """A client that knows HTTP/2 frames."""
    pod[1].run(FRAMES.replace("from __future__ import annotations", "") + TALK)
    return pod[1]


def alive(world: Any, client: Any) -> None:
    """Assert that the world still answers and tells."""
    world.events()
    code = 'result = subprocess.run(["curl", "-sS", "https://alive.example/"], capture_output=True, text=True).stdout'
    assert "alive.example" in client.run(code)
    assert any(event.get("summary") == "GET https://alive.example/ HTTP/2" for event in world.events())


def curl(client: Any, *arguments: str) -> str:
    """Run curl in the client."""
    command = ["curl", "-sS", *arguments]
    return str(client.run(f"result = subprocess.run({command!r}, capture_output=True, text=True).stdout"))


def test_curl_by_tls_and_by_prior_knowledge(world: Any, client: Any) -> None:
    """TLS clients are offered HTTP/2; the request is told decoded, with its compressed head's every header."""
    shown = ("-o", "/dev/null", "-w", "%{http_version} %{response_code} %{content_type}")
    said = curl(client, *shown, "-H", "X-Key: tok-123", "-d", "secret=1", "https://shop.example/in?a=b")
    (event,) = world.egress()
    assert said == "2 200 text/html; charset=utf-8"
    assert (event["protocol"], event["host"], event["port"]) == ("https", "shop.example", 443)
    assert event["summary"] == "POST https://shop.example/in?a=b HTTP/2"
    assert event["payload"].startswith(b"POST /in?a=b HTTP/2\r\n") and event["payload"].endswith(b"\r\n\r\nsecret=1")
    assert b"\r\nx-key: tok-123\r\n" in event["payload"] and b"\r\nhost: shop.example\r\n" in event["payload"]
    assert event["size"] == len(event["payload"])
    assert curl(client, "--http2-prior-knowledge", "http://cdn.example/") == "<h1>welcome</h1>"
    assert curl(client, "--http2", "http://cdn.example/") == "<h1>welcome</h1>"
    assert curl(client, "--http1.1", "https://cdn.example/") == "<h1>welcome</h1>"
    plain, upgrade, old = world.egress()
    assert (plain["protocol"], plain["summary"]) == ("http", "GET http://cdn.example/ HTTP/2")
    assert upgrade["summary"] == "GET http://cdn.example/" and old["summary"] == "GET https://cdn.example/"


def test_many_requests_of_one_connection(world: Any, client: Any) -> None:
    """Requests side by side are told one by one, with the number of their one connection."""
    urls = [f"https://cdn.example/api/{number}" for number in range(40)]
    assert curl(client, "--parallel", *urls).count('{"n": 1}') == 40
    events = world.egress()
    assert sorted(event["summary"] for event in events) == sorted(f"GET {url} HTTP/2" for url in urls)
    assert len({event["connection"] for event in events}) < 10


def test_large_bodies_both_ways(world: Any, client: Any) -> None:
    """Uploads are told in parts with every byte counted; downloads pass through the client's windows."""
    code = """
open("/work/up", "wb").write(b"0123456789" * (1 << 20))
shown = "%{http_version} %{size_upload} %{size_download}"
result = subprocess.run(["curl", "-sS", "-o", "/work/down", "-w", shown, "--data-binary", "@/work/up",
                         "https://cdn.example/big"], capture_output=True, text=True).stdout
os.remove("/work/up"); os.remove("/work/down")
"""
    assert client.run(code) == "2 10485760 1000000"
    events = world.events()
    parts = [event for event in events if event["event"] == "egress"]
    assert {event["summary"] for event in parts} == {"POST https://cdn.example/big HTTP/2"}
    assert 10 << 20 < sum(event["size"] for event in parts) < (10 << 20) + 1000
    kept = [len(base64.b64decode(event["payload"])) for event in parts]
    assert (8 << 20) - (64 << 10) <= sum(kept) <= 8 << 20 and max(kept) <= 256 << 10


def test_the_allow_list_holds(guarded: Any) -> None:
    """A refused request is told with its body and the connection reset; a name that is allowed helps nobody."""
    world, client = guarded
    world.events()
    assert curl(client, "-d", "leak=1", "https://evil.example/") == ""
    assert "partner" in curl(client, "https://www.partner.example/")
    refused, allowed = world.egress()
    assert refused["blocked"] and refused["payload"].endswith(b"leak=1") and refused["protocol"] == "https"
    assert not allowed["blocked"]
    assert curl(client, "-d", "leak=2", "-H", "Host: www.partner.example", "https://evil.example/") == ""
    (fronted,) = world.egress()
    assert fronted["blocked"] and fronted["payload"].endswith(b"leak=2")
    assert fronted["host"] == "www.partner.example at evil.example"


def test_what_no_request_accounts_for_is_told(world: Any, h2: Any) -> None:
    """Pings, padding, unknown frames, late data, debug data and half a request: every byte is in some payload."""
    h2.run("""
exchange(start() + frame(PING, 0, 0, b"ping-key") + request(1, b"/a") + frame(0x77, 0, 0, b"unknown-key")
    + frame(HEADERS, 4, 3, head(b"/b", b"h2.example", b"POST"))
    + frame(DATA, 9, 3, bytes([7]) + b"x" + b"pad-key") + frame(GOAWAY, 0, 0, bytes(8) + b"debug-key"))
exchange(start() + frame(HEADERS, 4, 1, head(b"/half", b"h2.example", b"POST")) + frame(DATA, 0, 1, b"half-key"))
exchange(start() + frame(HEADERS, 5, 1, head(b"/late")) + frame(DATA, 1, 1, b"late-key"))
exchange(start() + frame(SETTINGS, 0, 0, b"set-key-1234" * 2) + frame(DATA, 0, 9, b"stray-key"))
exchange(start() + request(1) + b"\\x00\\x00\\x40\\x00\\x00cut-key")
exchange(start())
""")
    events = world.egress()
    told = b"|".join(event["payload"] for event in events)
    for key in (b"ping", b"unknown", b"pad", b"debug", b"half", b"late", b"set", b"stray", b"cut"):
        assert key + b"-key" in told, key
    assert {event["host"] for event in events} <= {"203.0.113.120", "h2.example at 203.0.113.120"}
    assert events[-1]["summary"] == "HTTP/2 connection without a request"


HOSTILE = {
    "rapid reset": "start() + b''.join(request(n) + frame(RESET, 0, n, bytes(4)) for n in range(1, 4001, 2))",
    "more streams than allowed": "start() + b''.join(frame(HEADERS, 4, n, head()) for n in range(1, 401, 2))",
    "endless continuation": "start() + frame(HEADERS, 1, 1, head()) + frame(CONTINUATION, 0, 1, bytes(9000)) * 400",
    "empty continuations": "start() + frame(HEADERS, 1, 1, head()) + frame(CONTINUATION, 0, 1) * 100000",
    "header bomb": "start() + frame(HEADERS, 5, 1, head() + b'\\x40\\x01a' + text(b'b' * 4000) + b'\\xbe' * 12000)",
    "megabyte header": "start() + frame(HEADERS, 1, 1, (head() + field(b'x', b'y' * 1000000))[:16384])",
    "pings": "start() + frame(PING, 0, 0, b'12345678') * 20000",
    "settings": "start() + frame(SETTINGS, 0, 0, bytes([0, 4, 0, 0, 0, 1])) * 20000",
    "window updates": "start() + frame(WINDOW, 0, 0, bytes([0, 0, 0, 1])) * 20000",
    "window overflow": "start() + request(1) + frame(WINDOW, 0, 0, bytes([127, 255, 255, 255])) * 2",
    "priorities": "start() + b''.join(frame(PRIORITY, 0, n, bytes([0, 0, 0, 0, 1])) for n in range(1, 40001, 2))",
    "a frame of 16 MiB": "start() + b'\\xff\\xff\\xff\\x00\\x00\\x00\\x00\\x00\\x01' + bytes(100000)",
    "empty data": "start() + frame(HEADERS, 4, 1, head()) + frame(DATA, 0, 1) * 50000",
    "garbage": "start() + bytes(range(256)) * 200",
    "an error while an answer waits": "start(bytes([0, 4, 0, 0, 0, 1])) + request(1) + frame(RESET, 0, 0, bytes(4))",
    "server push": "start() + frame(5, 4, 1, bytes([0, 0, 0, 2]) + head())",
    "bad padding": "start() + frame(HEADERS, 13, 1, b'\\xff' + head())",
    "connection headers": "start() + frame(HEADERS, 5, 1, head(b'/', b'a', b'GET', (b'connection', b'y')))",
    "split head": "start() + frame(HEADERS, 5, 1, head(b'/ HTTP/1.1\\r\\nX: y', b'a\\r\\nb', b'G\\r\\nT'))",
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_floods_and_broken_rules(world: Any, h2: Any, attack: str) -> None:
    """Each ends its own connection at most; events stay bounded, and no complaint of a bug is printed."""
    complaints = len(world.errors)
    h2.run(f"exchange({HOSTILE[attack]})")
    events = world.events()
    assert 1 <= len(events) <= 1200
    assert sum(event.get("size", 0) for event in events) > 40
    alive(world, h2)
    assert world.errors[complaints:] == b""


def test_a_window_that_never_opens(world: Any, h2: Any) -> None:
    """Clients that ask for pages and take none hold bounded memory and keep nobody else waiting."""
    h2.run("""
stuck = []
for _ in range(20):
    one = socket.create_connection(("203.0.113.121", 80)); stuck.append(one)
    one.sendall(start(bytes([0, 4, 0, 0, 0, 0])) + b"".join(request(n) for n in range(1, 64, 2)))
""")
    assert len(world.egress()) == 20 * 32
    alive(world, h2)
    h2.run("[one.close() for one in stuck]; stuck = []")
    alive(world, h2)


def test_a_hostile_head_stays_one_line_of_the_recording(world: Any, h2: Any) -> None:
    """A path with line breaks cannot forge a header in a summary; what was sent is in the payload."""
    h2.run("exchange(start() + request(1, b'/x\\r\\nhost: good.example\\r\\n'))")
    events = world.egress()
    assert events and all("\n" not in event["summary"] and "\r" not in event["summary"] for event in events)
    assert b"good.example" in b"".join(event["payload"] for event in events)
