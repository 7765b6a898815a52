"""The DNS sink."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.docker


def dns(world: Any) -> list[dict[str, Any]]:
    """Return DNS events since the last time."""
    return [event for event in world.events() if event["event"] == "dns"]


def test_any_resolver_answers_and_is_told(world: Any, client: Any) -> None:
    """A handwritten query to 8.8.8.8 is answered, the same address from any resolver and for any case of letters."""
    client.run("""
asked = (("8.8.8.8", "t.evil.example"), ("10.0.2.3", "T.evil.example"), ("192.168.9.9", "t.evil.example"))
answers = [ask(resolver, query(name))[-4:] for resolver, name in asked]
result = [socket.inet_ntoa(answer) for answer in answers]
""")
    events = dns(world)
    assert len(events) == 3 and len({event["answer"] for event in events}) == 1
    assert events[0]["source"] == "10.0.2.15" and events[0]["transport"] == "udp" and not events[0]["blocked"]


def test_declared_names_and_kinds_of_records(world: Any, client: Any) -> None:
    """Declared names have their service's address; MX, TXT, PTR and AAAA answer in their ways."""
    client.run("""
for name, kind in (("mail.midori.example", 1), ("midori.example", 15), ("other.example", 15), ("other.example", 16),
                   ("other.example", 28), ("nosuchhost", 1), ("11.0.80.10.in-addr.arpa", 12)):
    ask("10.0.2.3", query(name, kind))
""")
    answers = {(event["name"], event["type"]): event["answer"] for event in dns(world)}
    assert answers["mail.midori.example", "A"] == "10.80.0.11"
    assert answers["midori.example", "MX"] == "10 mail.midori.example."
    assert answers["other.example", "MX"] == "10 mx.other.example."
    assert "spf1" in answers["other.example", "TXT"] and answers["other.example", "AAAA"] == ""
    assert answers["nosuchhost", "A"] == "NXDOMAIN"
    assert answers["11.0.80.10.in-addr.arpa", "PTR"] == "mail.midori.example."


def test_dns_over_tcp_and_https(world: Any, client: Any) -> None:
    """The same answers come by TCP and by HTTPS, binary and JSON, and say how they travelled."""
    result = client.run("""
import base64, json
message = query("doh.example")
wire = talk("9.9.9.9", 53, len(message).to_bytes(2, "big") + message).encode("latin-1")[2:]
text = base64.urlsafe_b64encode(message).rstrip(b"=").decode()
headers = {"Content-Type": "application/dns-message"}
got = fetch("https://one.one.one.one/dns-query?dns=" + text)[2].encode("latin-1")
posted = fetch("https://dns.google/dns-query", message, headers)[2].encode("latin-1")
answer = json.loads(fetch("https://dns.google/resolve?name=doh.example&type=A")[2])["Answer"][0]["data"]
result = [socket.inet_ntoa(each[-4:]) for each in (wire, got, posted)] + [answer]
""")
    assert len(set(result)) == 1
    travelled = [event["transport"] for event in dns(world) if event["name"] == "doh.example"]
    assert travelled == ["tcp", "https", "https", "https"]


def test_bytes_hidden_beside_the_question_are_told(world: Any, client: Any) -> None:
    """What follows a question, and what is no DNS at all, is told as bytes."""
    client.run("""
ask("8.8.8.8", query("cover.example", extra=b"hidden secret " * 10))
ask("8.8.8.8", b"just some bytes that are not DNS")
talk("8.8.8.8", 53, b"\\x00\\xff half a message", wait=False)
""")
    payloads = [event["payload"] for event in world.egress()]
    assert any(b"hidden secret" in payload for payload in payloads)
    assert b"just some bytes that are not DNS" in payloads and b"\x00\xff half a message" in payloads


def test_ten_thousand_queries(world: Any, client: Any) -> None:
    """A flood of tunnel labels is told in full, and names still resolve to their own addresses after it."""
    client.run("""
before = ask("8.8.8.8", query("steady.example"))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
    flood.settimeout(10)
    for number in range(10_000):
        flood.sendto(query(f"{number:05d}{'a' * 50}.t.evil.example", 16), ("8.8.8.8", 53))
        if number % 100 == 99:
            for _ in range(100):
                flood.recv(2048)
assert ask("8.8.8.8", query("steady.example")) == before
""")
    events = dns(world)
    assert len([event for event in events if event["name"].endswith(".t.evil.example")]) == 10_000
