"""A Modbus TCP client: the tags of one controller, one connection a call.

Source: MODBUS Application Protocol Specification V1.1b3, sections 6.1 to 6.6 and 7; MODBUS Messaging on TCP/IP
Implementation Guide V1.0b, section 3.1.3.
"""

from __future__ import annotations

import socket
import struct

from mcp_stdio import ToolError

SECONDS = 10.0
READ = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
WRITE = {"coil": 5, "holding": 6}
EXCEPTIONS = {
    1: "function not supported",
    2: "no such address, or it cannot be written",
    3: "value not allowed",
    4: "the device failed",
    6: "busy",
}


class Controller:
    """One controller and its tag list."""

    def __init__(self, parameters: dict) -> None:
        self.host = str(parameters["host"])
        self.port = int(parameters.get("port", 502))
        self.unit = int(parameters.get("unit", 1))
        self.tags = {str(tag["name"]): tag for tag in parameters["tags"]}

    def tag(self, name: str) -> dict:
        """Return a tag of the list, or fail honestly."""
        if name not in self.tags:
            raise ToolError(f"there is no tag {name!r}; there are: {', '.join(self.tags)}")
        return self.tags[name]

    def read(self, names: list) -> dict:
        """Return values in engineering units by tag; an exception of the controller as text in its place."""
        tags = [self.tag(name) for name in names]
        found = {}
        with self.connected() as line:
            for number, tag in enumerate(tags, 1):
                asked = struct.pack(">BHH", READ[tag["table"]], int(tag["address"]), 1)
                answer = self.exchange(line, number, asked)
                found[tag["name"]] = failed(answer) or value_of(tag, answer)
        return found

    def write(self, name: str, value: object) -> None:
        """Write one tag.

        Raises:
            ToolError: If the value does not fit, or the controller refuses.
        """
        tag = self.tag(name)
        if tag["table"] not in WRITE:
            raise ToolError(f"the protocol cannot write a tag of table {tag['table']}")
        with self.connected() as line:
            answer = self.exchange(
                line, 1, struct.pack(">BHH", WRITE[tag["table"]], int(tag["address"]), raw_of(tag, value))
            )
        if why := failed(answer):
            raise ToolError(f"the controller refused: {why}")

    def connected(self) -> socket.socket:
        try:
            return socket.create_connection((self.host, self.port), SECONDS)
        except OSError as error:
            raise ToolError(f"no answer from the controller {self.host}: {error}") from error

    def exchange(self, line: socket.socket, number: int, asked: bytes) -> bytes:
        """Send one request and return the answer without its header."""
        try:
            line.sendall(struct.pack(">HHHB", number, 0, len(asked) + 1, self.unit) + asked)
            while True:
                transaction, protocol, length, _ = struct.unpack(">HHHB", taken(line, 7))
                if protocol or not 2 <= length <= 260:
                    raise ToolError(f"the controller {self.host} answered with something that is no Modbus")
                answer = taken(line, length - 1)
                if transaction == number:
                    break
        except OSError as error:
            raise ToolError(f"no answer from the controller {self.host}: {error}") from error
        if answer[0] & 0x7F != asked[0] or len(answer) < 2:
            raise ToolError(f"the controller {self.host} answered another question")
        return answer


def taken(line: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = line.recv(size - len(data))
        if not piece:
            raise ConnectionError("the connection was closed")
        data += piece
    return data


def failed(answer: bytes) -> str:
    """Return what an exception says; empty when the answer is none."""
    if not answer[0] & 0x80:
        return ""
    return f"exception {answer[1]} ({EXCEPTIONS.get(answer[1], 'unknown')})"


def value_of(tag: dict, answer: bytes) -> object:
    data = answer[2:]
    if tag["table"] in ("coil", "discrete"):
        return bool(data[0] & 1) if data else None
    if len(data) != 2:
        return None
    raw = int.from_bytes(data, "big", signed=bool(tag.get("signed", False)))
    scale = tag.get("scale", 1)
    return raw if scale == 1 else round(raw * scale, 9)


def raw_of(tag: dict, value: object) -> int:
    """Return a value as the bits of a register or coil."""
    if tag["table"] == "coil":
        if value not in (True, False, 0, 1):
            raise ToolError(f"{tag['name']} is a switch: true or false")
        return 0xFF00 if value else 0
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ToolError(f"{tag['name']} takes a number")
    try:
        raw = round(value / tag.get("scale", 1))
    except (OverflowError, ValueError):
        raise ToolError(f"{value} does not fit into a register") from None
    lowest, highest = (-0x8000, 0x7FFF) if tag.get("signed", False) else (0, 0xFFFF)
    if not lowest <= raw <= highest:
        raise ToolError(f"{value} does not fit into a register")
    return raw & 0xFFFF
