"""The sinks' parsers, given bytes that hypothesis makes up; they run in a world container, as they are shipped.

What must hold of any bytes is in ``tests/fuzz/sinks.py``; ``make fuzz`` goes on for longer, along coverage.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.docker

h2 = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("frames.py"))))
some = settings(max_examples=60, derandomize=True, deadline=None, database=None)

cuts = st.lists(st.integers(1, 300), max_size=4)
junk = st.binary(max_size=60)


def made_of(*words: bytes) -> st.SearchStrategy[bytes]:
    """Bytes made of a protocol's words and junk."""
    return st.lists(st.sampled_from(words) | junk, max_size=12).map(b"".join)


http = made_of(
    b"GET / HTTP/1.1\r\n",
    b"POST http://b.example/x?y HTTP/1.1\r\n",
    b"CONNECT a:443 HTTP/1.1\r\n",
    b"Host: a.example\r\n",
    b"Content-Length: 3\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Expect: 100-continue\r\n",
    b"Content-Type: application/dns-message\r\n",
    b"\r\n",
    b"3\r\nabc\r\n0\r\n\r\n",
)
mail = made_of(
    *(b"EHLO a\r\n", b"STARTTLS\r\n", b"AUTH PLAIN AGEAYg==\r\n", b"AUTH LOGIN\r\n", b"MAIL FROM:<a@b.example>\r\n"),
    *(b"RCPT TO:<c@d.example>\r\n", b"DATA\r\n", b"x\r\n.\r\n", b"BDAT 5\r\n", b"RSET\r\n", b"QUIT\r\n", b"\r\n"),
)
other = made_of(
    *(
        b"USER a\r\n",
        b"PASS b\r\n",
        b"a1 CAPABILITY\r\n",
        b"\x00\x10",
        b"SSH-2.0-x\r\n",
        b"GE",
        b"PRI * HTT",
        b"\x16\x03",
    )
)
frame = st.builds(
    h2.frame,
    st.integers(0, 12),
    st.integers(0, 63),
    st.sampled_from((0, 1, 2, 3, 5, 2**31 - 1)),
    st.sampled_from((h2.head(), h2.head()[:9], bytes(4), bytes(5), bytes(8), b"\x7f\xff\xff\xff")) | junk,
)
streams = st.builds(
    lambda start, frames, end: start + b"".join(frames) + end,
    st.sampled_from((h2.start(), h2.start(bytes([0, 4, 0, 0, 0, 0])), h2.PREFACE)),
    st.lists(
        frame | st.sampled_from((h2.request(1), h2.request(3, body=b"body"), h2.request(5, b"/p.png"))), max_size=8
    ),
    junk,
)
hello = bytes.fromhex("160301003f0100003b0303") + bytes(33) + bytes.fromhex("00041301130201000012000a000400020017")
handshakes = st.builds(
    lambda head, at, change, rest: head[:at] + change + head[at + len(change) :] + rest,
    st.just(hello),
    st.integers(0, 60),
    st.binary(max_size=3),
    junk,
)
name = st.lists(
    st.binary(min_size=1, max_size=70).map(lambda label: bytes([len(label)]) + label), min_size=1, max_size=8
).map(b"".join)
query = st.builds(
    lambda head, name, kind, rest: head + name + b"\0" + kind + rest,
    st.sampled_from((b"\0\7\1\0\0\1\0\0\0\0\0\0", b"\0\7\1\0\0\2\0\0\0\0\0\1", b"\0\7\x81\0\0\1\0\0\0\0\0\0")),
    name,
    st.sampled_from(
        (b"\0\1\0\1", b"\0\x0f\0\1", b"\0\x0c\0\1", b"\0\x10\0\1", b"\0\6\0\1", b"\0\xff\0\1", b"\0\x29\0\1")
    ),
    junk,
)


def tcp(data: st.SearchStrategy[bytes], *ports: int) -> Callable[[Any], Any]:
    """Run a test with connections that send such bytes to one of the ports."""
    return lambda test: some(given(data=data, port=st.sampled_from(ports), cuts=cuts)(test))


@tcp(http, 80, 8080)
def test_any_http_is_answered_or_refused_and_told_to_the_byte(parsers: Any, data: bytes, port: int, cuts: Any) -> None:
    """Requests, halves of them and what is none: told as sent, nothing kept, no error that is not the client's."""
    parsers.run(f"sinks.tcp({data!r}, {port}, {cuts})")


@tcp(http, 80)
def test_any_http_behind_an_allow_list(parsers: Any, data: bytes, port: int, cuts: Any) -> None:
    """A refused connection is told to the byte as well."""
    parsers.run(f"walled.tcp({data!r}, {port}, {cuts})")


@tcp(streams, 80, 443)
def test_any_http2_leaves_nothing_behind(parsers: Any, data: bytes, port: int, cuts: Any) -> None:
    """Frames in any order, with any flags: memory is given back, no request stays open, labels are lines."""
    parsers.run(f"sinks.tcp({data!r}, {port}, {cuts})")


@tcp(mail, 25, 465, 587)
def test_any_mail(parsers: Any, data: bytes, port: int, cuts: Any) -> None:
    """Commands in any order, with junk between them."""
    parsers.run(f"sinks.tcp({data!r}, {port}, {cuts})")


@tcp(other | handshakes, 21, 23, 53, 110, 143, 443, 993, 6667, 9)
def test_any_other_protocol(parsers: Any, data: bytes, port: int, cuts: Any) -> None:
    """Greeters, DNS over TCP, handshakes and silence."""
    parsers.run(f"sinks.tcp({data!r}, {port}, {cuts})")


@some
@given(packet=query | junk, transport=st.sampled_from(("udp", "tcp", "https")))
def test_any_dns_message_is_told(parsers: Any, packet: bytes, transport: str) -> None:
    """Whatever a query holds it is told, and what comes back is DNS."""
    parsers.run(f"sinks.dns({packet!r}, {transport!r}); walled.dns({packet!r}, {transport!r})")


@some
@given(head=st.sampled_from((b"\x08\0E", b"\x08\0O", b"\x08\x06", b"\x86\xdd", b"")), rest=st.binary(max_size=80))
def test_any_frame_of_the_tap_is_one_record(parsers: Any, head: bytes, rest: bytes) -> None:
    """Short headers, options and unknown protocols."""
    parsers.run(f"sinks.tap({bytes(12) + head + rest!r})")
