"""What was sent, told to the harness as events, within bounds.

Events are written when something happened and before it is answered. When the bounds are used up nothing is answered
any more, so that nothing useful can be sent unrecorded behind a flood.
"""

import base64
import itertools
import json
import os
import re
import time

EVENT_LIMIT = 20_000
"""Network events of one kind (dns, egress) in an episode."""
PAYLOAD_LIMIT = 64 << 20
"""Payload bytes recorded in an episode."""
CONNECTION_LIMIT = 8 << 20
"""Payload bytes recorded of one connection."""
PART_LIMIT = 256 << 10
"""Payload bytes in one event; what is longer comes in several."""
HELD_LIMIT = 24 << 20
"""Payload bytes held back in memory for events that are not complete; beyond it they come in parts."""

TOGETHER_LIMIT = 1 << 20
"""Bytes of lines that are held back to be written together."""

CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class Output:
    """Writes lines to the harness; blocks while it does not read, so that nothing goes on unrecorded.

    As a context it writes many lines at once, at its end: nothing may be answered inside.
    """

    def __init__(self, descriptor=1):
        self._descriptor = descriptor
        self._lines = bytearray()
        self._together = False

    def __call__(self, message):
        self._lines += json.dumps(message, separators=(",", ":")).encode() + b"\n"
        if not self._together or len(self._lines) > TOGETHER_LIMIT:
            self._write()

    def __enter__(self):
        self._together = True

    def __exit__(self, *_):
        self._together = False
        self._write()

    def _write(self):
        data = memoryview(bytes(self._lines))
        self._lines.clear()
        while data:
            data = data[os.write(self._descriptor, data) :]


class Ledger:
    """Counts, bounds and writes events of the network."""

    def __init__(self, write):
        self._write = write
        self._numbers = itertools.count(1)
        self.counts = {"dns": 0, "egress": 0, "packets": 0, "connections": 0, "refused": 0}
        self.payload = 0
        self.held = 0
        self.open = {}
        self.activity = 0
        self._dropped = dict.fromkeys(("events", "payload bytes", "datagrams"), 0)
        self._told = dict.fromkeys(("events", "payload bytes", "datagrams"), 0)

    @property
    def full(self):
        """True when no more can be recorded, so that nothing may be answered."""
        return self.payload >= PAYLOAD_LIMIT or self.counts["egress"] >= EVENT_LIMIT

    @property
    def names_full(self):
        """True when no more DNS queries can be recorded."""
        return self.counts["dns"] >= EVENT_LIMIT

    def number(self):
        """Return the number of a new connection."""
        return next(self._numbers)

    def dns(self, source, name, kind, answer, transport, blocked):
        """Tell of a DNS query."""
        self.activity += 1
        self.counts["dns"] += 1
        if self.counts["dns"] > EVENT_LIMIT:
            self.drop("events", 1)
            return
        self._write(
            {
                "event": "dns",
                "source": source,
                "name": clean(name, 300),
                "type": kind,
                "answer": answer,
                "transport": transport,
                "blocked": blocked,
            }
        )

    def egress(self, record, payload, size):
        """Tell of bytes that were sent.

        Args:
            record: The connection they came by.
            payload: What of them is recorded.
            size: How many there were.
        """
        self.activity += 1
        self.counts["egress"] += 1
        if self.counts["egress"] > EVENT_LIMIT:
            self.drop("events", 1)
            self.drop("payload bytes", size)
            return
        payload = payload[: max(0, PAYLOAD_LIMIT - self.payload)]
        self.payload += len(payload)
        if len(payload) < size:
            self.drop("payload bytes", size - len(payload))
        self._write(
            {
                "event": "egress",
                "source": record.source,
                "protocol": record.protocol,
                "host": clean(record.host, 300),
                "address": record.address,
                "port": record.port,
                "summary": clean(record.summary, 1000),
                "payload": base64.b64encode(payload).decode(),
                "size": size,
                "blocked": record.blocked,
                "connection": record.number,
            }
        )

    def drop(self, what, count):
        """Count what is not told."""
        self._dropped[what] += count
        if not self._told[what]:
            self.tell_overflow()

    def tell_overflow(self):
        """Tell how much was dropped since this was told last."""
        for what, dropped in self._dropped.items():
            if dropped > self._told[what]:
                self._write({"event": "overflow", "what": what, "dropped": dropped - self._told[what]})
                self._told[what] = dropped

    def stats(self):
        """Return all counters."""
        return {
            **self.counts,
            "payload_bytes": self.payload,
            "open": len(self.open),
            "dropped_events": self._dropped["events"],
            "dropped_bytes": self._dropped["payload bytes"],
            "dropped_datagrams": self._dropped["datagrams"],
        }


class Memory:
    """Counts what clients make the sinks hold at once."""

    def __init__(self, limit):
        self._left = limit

    def take(self, count):
        """Return True when so many bytes may be held."""
        if count > self._left:
            return False
        self._left -= count
        return True

    def give(self, count):
        """Note that so many bytes are held no longer."""
        self._left += count


class Record:
    """What was sent over one connection, kept until it makes an event; its labels are set as they become known."""

    def __init__(self, ledger, source, address, port, host, whole=None):
        """Begin the record of a connection, or of one of several requests at once that share a connection.

        Args:
            ledger: Where it is told.
            source: Address it comes from.
            address: Address it goes to.
            port: Port it goes to.
            host: The name of that address.
            whole: Record of the connection when this is a part of it: they have one number and one limit.
        """
        self._whole = whole or self
        self.number = whole.number if whole else ledger.number()
        self.source = "10.0.2.15" if source.startswith("127.") else source
        self.address = address
        self.port = port
        self.host = host
        self.protocol = "tcp"
        self.summary = ""
        self.blocked = False
        self.busy = False
        self.last = time.monotonic()
        self._ledger = ledger
        self._pending = bytearray()
        self._size = 0
        self._recorded = 0
        self.told = False

    @property
    def waiting(self):
        """True when something was sent that no event tells of yet."""
        return self._size > 0 or not self.told

    @property
    def pending(self):
        """Bytes that no event tells of yet, as far as they are kept."""
        return bytes(self._pending)

    def touch(self):
        """Note that the connection is in use."""
        self.last = time.monotonic()
        self._ledger.activity += 1

    def add(self, data):
        """Take what was sent."""
        self.touch()
        view = memoryview(data)
        while view:
            piece, view = view[:PART_LIMIT], view[PART_LIMIT:]
            keep = max(0, min(len(piece), CONNECTION_LIMIT - self._whole._recorded))
            self._pending += piece[:keep]
            self._whole._recorded += keep
            self._size += len(piece)
            self._ledger.held += keep
            if len(self._pending) >= PART_LIMIT or self._ledger.held > HELD_LIMIT:
                self.tell()

    def tell(self, later=0):
        """Make an event of what is pending.

        Args:
            later: So many bytes at the end belong to the next event.
        """
        size = max(0, self._size - later)
        rest = self._pending[size:] if later else b""
        payload = bytes(self._pending[: len(self._pending) - len(rest)])
        self._ledger.held -= len(payload)
        self._pending = bytearray(rest)
        self._size = later if later else 0
        self.told = True
        # An event holds 256 KiB, a record a little more when one read brought it over.
        for start in range(0, max(1, len(payload)), PART_LIMIT):
            part = payload[start : start + PART_LIMIT]
            last = start + PART_LIMIT >= len(payload)
            self._ledger.egress(self, part, size - start if last else len(part))

    def explain(self, count):
        """Take back so many of the oldest pending bytes: events of another kind tell of them."""
        count = min(count, self._size)
        self._size -= count
        kept = min(count, len(self._pending))
        self._ledger.held -= kept
        self._whole._recorded -= kept
        del self._pending[:count]

    def tell_waiting(self):
        """Make an event of what is pending, if anything is."""
        if self.waiting:
            self.tell()


def clean(text, limit):
    """Return one printable line of at most so many characters."""
    text = CONTROL.sub(" ", text).encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= limit else text[: limit - 1] + "…"
