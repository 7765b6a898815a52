"""A client of PostgreSQL: its wire protocol 3.0 with SCRAM-SHA-256, simple queries, results as text.

Source: PostgreSQL 15 documentation, chapter 55 (Frontend/Backend Protocol), and RFC 5802 and 7677 (SCRAM-SHA-256).
The agent's image holds no client; the standard library is enough for one.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import secrets
import socket
import struct
import time
from dataclasses import dataclass, field

ANSWER_LIMIT = 8 << 20
ITERATIONS = 100_000
"""Most rounds of a password's hash that a server may ask for."""


class DatabaseError(Exception):
    """The server refused, or what answers is none; its text says so."""


@dataclass
class Result:
    """What one statement gave."""

    columns: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    more: int = 0
    done: str = ""


class Connection:
    """One connection.

    Args:
        host: Server.
        port: Its port.
        user: Role.
        password: Its password.
        database: Database.
        seconds: How long everything together may take.
    """

    def __init__(self, host: str, port: int, user: str, password: str, database: str, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self.received = 0
        self.socket = socket.create_connection((host, port), timeout=seconds)
        try:
            settings = {
                "user": user,
                "database": database,
                "client_encoding": "UTF8",
                "statement_timeout": str(int(seconds * 1000)),
            }
            pairs = b"".join(f"{key}\0{value}\0".encode("utf-8", "replace") for key, value in settings.items())
            self.socket.sendall(struct.pack("!ii", len(pairs) + 9, 196608) + pairs + b"\0")
            self._log_in(password)
        except BaseException:
            self.socket.close()
            raise

    def close(self) -> None:
        """End the connection."""
        with contextlib.suppress(OSError):
            self._send(b"X", b"")
        self.socket.close()

    def query(self, sql: str, most: int) -> list:
        """Run statements, all or none of them, and return their results with at most so many rows each.

        Raises:
            DatabaseError: If the server refuses one.
            OSError: If it does not answer in time, or with too much.
        """
        self._send(b"Q", sql.encode("utf-8", "replace") + b"\0")
        results, current, refusal = [], Result(), ""
        while True:
            kind, body = self._receive()
            if kind == b"T":
                current = Result(columns=columns(body))
            elif kind == b"D":
                if len(current.rows) < most:
                    current.rows.append(values(body))
                else:
                    current.more += 1
            elif kind in (b"C", b"I"):
                current.done = body.rstrip(b"\0").decode("utf-8", "replace")
                results.append(current)
                current = Result()
            elif kind == b"E":
                refusal = message(body)
            elif kind == b"G":
                self._send(b"f", b"COPY from the client is not possible here\0")
            elif kind == b"d":
                current.rows.append([body.rstrip(b"\n").decode("utf-8", "replace")])
            elif kind == b"Z":
                if refusal:
                    raise DatabaseError(refusal)
                return results

    def _log_in(self, password: str) -> None:
        exchange = None
        while True:
            kind, body = self._receive()
            if kind == b"E":
                raise DatabaseError(message(body))
            if kind == b"Z":
                return
            if kind != b"R":
                continue
            method = struct.unpack("!i", body[:4])[0]
            if method == 10 and b"SCRAM-SHA-256" in body[4:].split(b"\0"):
                exchange = Scram(password)
                first = exchange.first()
                self._send(b"p", b"SCRAM-SHA-256\0" + struct.pack("!i", len(first)) + first)
            elif method == 11 and exchange is not None:
                self._send(b"p", exchange.final(body[4:]))
            elif method == 12 and exchange is not None:
                exchange.verify(body[4:])
            elif method != 0 or exchange is None:
                raise DatabaseError("the server asks for a log-in other than SCRAM-SHA-256")

    def _send(self, kind: bytes, body: bytes) -> None:
        self.socket.settimeout(self._left())
        self.socket.sendall(kind + struct.pack("!i", len(body) + 4) + body)

    def _receive(self) -> tuple:
        kind, length = struct.unpack("!ci", self._exactly(5))
        if not 4 <= length <= ANSWER_LIMIT:
            raise DatabaseError("what answers there is no PostgreSQL server")
        return kind, self._exactly(length - 4)

    def _exactly(self, size: int) -> bytes:
        self.received += size
        if self.received > ANSWER_LIMIT:
            raise OSError(f"the answer is larger than {ANSWER_LIMIT} bytes; ask for less")
        data = bytearray()
        while len(data) < size:
            self.socket.settimeout(self._left())
            part = self.socket.recv(min(size - len(data), 1 << 16))
            if not part:
                raise OSError("the server closed the connection")
            data += part
        return bytes(data)

    def _left(self) -> float:
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the server did not answer in time")
        return left


class Scram:
    """One log-in by SCRAM-SHA-256, which never sends the password and checks that the server knows it too."""

    def __init__(self, password: str) -> None:
        self.password = password.encode("utf-8", "replace")
        self.nonce = base64.b64encode(secrets.token_bytes(18))
        self.bare = b"n=,r=" + self.nonce
        self.expected = b""

    def first(self) -> bytes:
        """Return the client's first message."""
        return b"n,," + self.bare

    def final(self, said: bytes) -> bytes:
        """Return the client's proof in answer to the server's first message."""
        fields = dict(part.split(b"=", 1) for part in said.split(b",") if b"=" in part)
        try:
            nonce, salt, rounds = fields[b"r"], base64.b64decode(fields[b"s"]), int(fields[b"i"])
        except (KeyError, ValueError) as error:
            raise DatabaseError("the server's log-in cannot be understood") from error
        if not nonce.startswith(self.nonce) or not 0 < rounds <= ITERATIONS:
            raise DatabaseError("the server's log-in is not to be trusted")
        salted = hashlib.pbkdf2_hmac("sha256", self.password, salt, rounds)
        key = digest(salted, b"Client Key")
        without = b"c=biws,r=" + nonce
        auth = self.bare + b"," + said + b"," + without
        signature = digest(hashlib.sha256(key).digest(), auth)
        self.expected = digest(digest(salted, b"Server Key"), auth)
        proof = bytes(one ^ other for one, other in zip(key, signature))
        return without + b",p=" + base64.b64encode(proof)

    def verify(self, said: bytes) -> None:
        """Check the server's last message."""
        if not self.expected or said != b"v=" + base64.b64encode(self.expected):
            raise DatabaseError("the server does not know the password either")


def digest(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()


def columns(body: bytes) -> list:
    """Return the names of a row description."""
    names, at = [], 2
    for _ in range(struct.unpack("!h", body[:2])[0]):
        end = body.index(b"\0", at)
        names.append(body[at:end].decode("utf-8", "replace"))
        at = end + 19
    return names


def values(body: bytes) -> list:
    """Return the values of a row as text; None for null."""
    found, at = [], 2
    for _ in range(struct.unpack("!h", body[:2])[0]):
        length = struct.unpack("!i", body[at : at + 4])[0]
        at += 4
        found.append(None if length < 0 else body[at : at + length].decode("utf-8", "replace"))
        at += max(length, 0)
    return found


def message(body: bytes) -> str:
    """Return what an error says: severity, code, sentence, detail and hint."""
    said = {part[:1]: part[1:].decode("utf-8", "replace") for part in body.split(b"\0") if part}
    more = [f"{name}: {said[key]}" for key, name in ((b"D", "detail"), (b"H", "hint")) if key in said]
    return "; ".join([f"{said.get(b'S', 'ERROR')} {said.get(b'C', '')}: {said.get(b'M', '')}", *more])
