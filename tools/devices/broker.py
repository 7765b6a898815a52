"""An MQTT 3.1.1 client: publish one message, or hear what a topic filter has for a while; one connection a call.

Source: MQTT Version 3.1.1, OASIS Standard, sections 2.2, 3.1 to 3.4, 3.8 and 3.9.
"""

from __future__ import annotations

import os
import socket
import struct
import time

from mcp_stdio import ToolError

SECONDS = 10.0
PACKET_LIMIT = 1 << 20
REFUSALS = {
    1: "it does not speak MQTT 3.1.1",
    2: "client id not allowed",
    3: "unavailable",
    4: "login or password is wrong",
    5: "not authorised",
}


class Broker:
    """One broker and the login to it."""

    def __init__(self, parameters: dict) -> None:
        self.host = str(parameters["host"])
        self.port = int(parameters.get("port", 1883))
        self.login = str(parameters.get("login", ""))
        self.password = str(parameters.get("password", ""))

    def publish(self, topic: str, payload: str, retain: bool) -> None:
        """Publish one message and wait until the broker has taken it.

        Raises:
            ToolError: If the broker cannot be reached or refuses the login.
        """
        if not topic or "+" in topic or "#" in topic or "\0" in topic:
            raise ToolError("this is no topic to publish on")
        with Session(self) as session:
            body = text(topic) + struct.pack(">H", 1) + payload.encode("utf-8", "replace")
            session.send(0x32 | bool(retain), body)
            while session.receive(time.monotonic() + SECONDS)[0] >> 4 != 4:
                pass

    def hear(self, pattern: str, seconds: float, limit: int) -> list:
        """Return messages as (topic, payload, retained): what is retained, and what comes within the time."""
        if not pattern or "\0" in pattern:
            raise ToolError("this is no topic filter")
        found: list = []
        with Session(self) as session:
            session.send(0x82, struct.pack(">H", 1) + text(pattern) + b"\0")
            deadline = time.monotonic() + seconds
            while len(found) < limit:
                try:
                    head, body = session.receive(deadline)
                except TimeoutError:
                    break
                if head >> 4 == 9 and body[2:3] == b"\x80":
                    raise ToolError(f"the broker refused the subscription to {pattern!r}")
                if head >> 4 == 3:
                    size = int.from_bytes(body[:2], "big")
                    topic, payload = body[2 : 2 + size], body[2 + size + (2 if head & 6 else 0) :]
                    found.append((topic.decode("utf-8", "replace"), payload.decode("utf-8", "replace"), bool(head & 1)))
        return found


class Session:
    """One connection that is logged in."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.buffer = b""

    def __enter__(self) -> Session:
        broker = self.broker
        try:
            self.line = socket.create_connection((broker.host, broker.port), SECONDS)
        except OSError as error:
            raise ToolError(f"no answer from the broker {broker.host}: {error}") from error
        try:
            flags = 0x02 | (0xC0 if broker.login else 0)
            body = text("MQTT") + struct.pack(">BBH", 4, flags, 60) + text("devices-" + os.urandom(6).hex())
            if broker.login:
                body += text(broker.login) + text(broker.password)
            self.send(0x10, body)
            head, answer = self.receive(time.monotonic() + SECONDS)
            if head >> 4 != 2 or len(answer) != 2:
                raise ToolError(f"{broker.host} answered with something that is no MQTT")
            if answer[1]:
                raise ToolError(f"the broker refused the login: {REFUSALS.get(answer[1], answer[1])}")
        except BaseException as error:
            self.line.close()
            if isinstance(error, OSError):
                raise ToolError(f"no answer from the broker {broker.host}: {error or 'too late'}") from error
            raise
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if kind is None:
                self.send(0xE0, b"")
        except OSError:
            pass
        finally:
            self.line.close()
        if isinstance(error, OSError):
            raise ToolError(f"the broker {self.broker.host} broke off: {error or 'too late'}") from error

    def send(self, head: int, body: bytes) -> None:
        length, size = b"", len(body)
        while True:
            size, low = size >> 7, size & 0x7F
            length += bytes([low | (0x80 if size else 0)])
            if not size:
                break
        self.line.sendall(bytes([head]) + length + body)

    def receive(self, deadline: float) -> tuple:
        """Return first byte and body of the next packet.

        Raises:
            TimeoutError: If none came in time.
            OSError: If the connection ended.
        """
        head = self.take(1, deadline)[0]
        length = shift = 0
        while True:
            byte = self.take(1, deadline)[0]
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
            if shift > 21:
                raise ConnectionError("what came is no MQTT")
        if length > PACKET_LIMIT:
            raise ConnectionError(f"a message of {length} bytes is too long")
        return head, self.take(length, deadline + SECONDS)

    def take(self, size: int, deadline: float) -> bytes:
        while len(self.buffer) < size:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.line.settimeout(left)
            data = self.line.recv(1 << 16)
            if not data:
                raise ConnectionError("the connection was closed")
            self.buffer += data
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken


def text(value: str) -> bytes:
    data = value.encode("utf-8", "replace")
    if len(data) > 0xFFFF:
        raise ToolError("a name of more than 65535 bytes cannot be sent")
    return struct.pack(">H", len(data)) + data
