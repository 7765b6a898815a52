"""The database tool against servers that are none: honest errors, no endless waiting."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

ASK_SCRAM = struct.pack("!cii", b"R", 23, 10) + b"SCRAM-SHA-256\0\0"


@contextmanager
def server(*said: bytes) -> Iterator[int]:
    """Say one thing after each thing heard, then close."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            for each in said:
                connection.recv(4096)
                connection.sendall(each)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        thread.join(10)
        listening.close()


def framed(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ((b"",), "closed the connection"),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), "no PostgreSQL server"),
        ((framed(b"E", b"SFATAL\0C28000\0Mno such role\0\0"),), "FATAL 28000: no such role"),
        ((framed(b"R", struct.pack("!i", 3)),), "other than SCRAM-SHA-256"),
        ((framed(b"R", struct.pack("!i", 0)),), "other than SCRAM-SHA-256"),
        ((ASK_SCRAM, framed(b"R", struct.pack("!i", 11) + b"r=other,s=YQ==,i=1")), "not to be trusted"),
        ((ASK_SCRAM, framed(b"R", struct.pack("!i", 11) + b"garbage")), "cannot be understood"),
        ((ASK_SCRAM, framed(b"R", struct.pack("!i", 12) + b"v=AAAA")), "does not know the password"),
        ((framed(b"R", b""),), "no answer"),
    ],
)
def test_what_is_no_server_is_said(tools: Callable[..., Any], said: tuple[bytes, ...], text: str) -> None:
    """A server that closes, speaks something else, or cannot prove that it knows the password gets no statement."""
    with server(*said) as port:
        given = {"host": "127.0.0.1", "port": port, "database": "d", "user": "u", "password": "p", "timeout": 5}
        answer = tools(database=given).call("database_query", sql="select 1")
    assert answer.status == "error"
    assert text in answer.text
