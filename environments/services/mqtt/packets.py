"""What clients send in MQTT 3.1 and 3.1.1, as far as who asks for what must be known.

Source: MQTT Version 3.1.1, OASIS Standard, sections 2.2 (fixed header), 3.1 (CONNECT), 3.3 (PUBLISH), 3.8 (SUBSCRIBE)
and 4.7 (topic filters).
"""

import struct

CONNECT, CONNACK, PUBLISH, SUBSCRIBE = 1, 2, 3, 8
PACKET_LIMIT = 1 << 18
"""Bytes of the longest packet that is taken; the broker has the same limit."""


class Malformed(ValueError):
    """What came is no MQTT; the connection is ended."""


def read_packet(file):
    """Return one packet as it came, or nothing at the end.

    Args:
        file: Binary file with ``read``.

    Raises:
        Malformed: If its length is none, or above the limit.
    """
    whole = file.read(1)
    if not whole:
        return b""
    length, shift = 0, 0
    while True:
        byte = file.read(1)
        if not byte:
            return b""
        whole += byte
        length |= (byte[0] & 0x7F) << shift
        shift += 7
        if not byte[0] & 0x80:
            break
        if shift > 21:
            raise Malformed("the length of a packet has more than four bytes")
    if length > PACKET_LIMIT:
        raise Malformed(f"a packet of {length} bytes")
    body = file.read(length)
    return whole + body if len(body) == length else b""


class Fields:
    """The fields of a packet's body, read one after the other."""

    def __init__(self, packet):
        self.kind, self.flags = packet[0] >> 4, packet[0] & 0x0F
        start = next(index for index in range(1, len(packet)) if not packet[index] & 0x80) + 1
        self._left = packet[start:]

    def number(self, size=2):
        return int.from_bytes(self._take(size), "big")

    def data(self):
        return self._take(self.number())

    def text(self):
        try:
            return self.data().decode()
        except UnicodeDecodeError:
            raise Malformed("a text is no UTF-8") from None

    def rest(self):
        return self._take(len(self._left))

    def more(self):
        return bool(self._left)

    def _take(self, size):
        if len(self._left) < size:
            raise Malformed("a packet ends in the middle of a field")
        taken, self._left = self._left[:size], self._left[size:]
        return taken


def connect(packet):
    """Return the fields of CONNECT: protocol level, client id, login, and topic and payload of the will.

    Raises:
        Malformed: If it is none.
    """
    fields = Fields(packet)
    if fields.kind != CONNECT:
        raise Malformed("the first packet is no CONNECT")
    fields.text()
    level, flags, _ = fields.number(1), fields.number(1), fields.number()
    if level not in (3, 4):
        return {"level": level, "client": "", "login": "", "will": None}
    client = fields.text()
    will = (fields.text(), fields.data()) if flags & 0x04 else None
    return {"level": level, "client": client, "login": fields.text() if flags & 0x80 else "", "will": will}


def publish(packet):
    """Return topic, payload, and whether it is to be retained."""
    fields = Fields(packet)
    topic = fields.text()
    if fields.flags & 0x06:
        fields.number()
    return topic, fields.rest(), bool(fields.flags & 0x01)


def subscribe(packet):
    """Return the topic filters of a SUBSCRIBE."""
    fields = Fields(packet)
    fields.number()
    filters = []
    while fields.more():
        filters.append(fields.text())
        fields.number(1)
    return filters


def matches(pattern, topic):
    """Return whether a topic, or a narrower filter, lies within a topic filter."""
    wanted, given = pattern.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in ("+", "#"):
        return False
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index >= len(given) or given[index] == "#":
            return False
        if level not in ("+", given[index]):
            return False
    return len(given) == len(wanted)


def connack(code):
    """Return a CONNACK with this return code."""
    return struct.pack(">BBBB", CONNACK << 4, 2, 0, code)
