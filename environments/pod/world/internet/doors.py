"""Accepts every TCP connection and shows it to the sink that speaks its protocol."""

import asyncio
import contextlib
import socket
import ssl
import struct
import sys
import time

from .channel import Channel
from .front import greet
from .ledger import Record
from .network import SO_ORIGINAL_DST

GRACE = 1.0
"""Seconds that a connection which makes room is given to end."""
OPEN_LIMIT = 400
"""Connections at once; the one that was silent longest makes room for a new one."""
IDLE_LIMIT = 90.0
"""Seconds a connection may be silent."""
SETTLE_LIMIT = 3.0
"""Seconds that a sync waits for connections that are being served."""
SETTLE_READS = 65_536
"""Reads after which whatever was sent before a sync has been read: more than the kernel holds."""


class Doors:
    """All open connections."""

    def __init__(self, world, listener):
        self._world = world
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._open = {}
        self._complaints = 0
        self._loop.add_reader(listener, self._accept)
        self._reaper = self._loop.create_task(self._reap())

    def _accept(self):
        for _ in range(64):
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._world.ledger.activity += 1
            try:
                self._admit(connection)
            except OSError:
                connection.close()

    def _admit(self, connection):
        world = self._world
        connection.setblocking(False)
        address, port = original_destination(connection)
        host = world.names.name(address) or address
        record = Record(world.ledger, connection.getpeername()[0], address, port, host)
        world.ledger.counts["connections"] += 1
        channel = Channel(connection, record)
        if len(self._open) >= OPEN_LIMIT:
            silent, task = min(self._open.values(), key=lambda each: each[0].record.last)
            # What it has sent is still read and told. Cancelling at once would lose bytes that have just been received.
            with contextlib.suppress(OSError):
                silent.socket.shutdown(socket.SHUT_RD)
            self._loop.call_later(GRACE, task.cancel)
            self._open.pop(silent.record.number, None)
        task = self._loop.create_task(self._serve(channel))
        self._open[record.number] = (channel, task)
        world.ledger.open[record.number] = record

    def _forget(self, channel):
        self._open.pop(channel.record.number, None)
        self._world.ledger.open.pop(channel.record.number, None)

    async def _serve(self, channel):
        try:
            await greet(self._world, channel)
        except asyncio.CancelledError:
            pass
        except (ssl.SSLError, OSError, TimeoutError, EOFError):
            pass
        except Exception as error:
            self._complain(error)
        finally:
            channel.close()
            self._forget(channel)

    def _complain(self, error):
        """Say what went wrong on stderr, a hundred times at most: a client may be able to repeat it."""
        self._complaints += 1
        if self._complaints <= 100:
            print(f"sink: {type(error).__name__}: {error}"[:500], file=sys.stderr, flush=True)

    async def _reap(self):
        while True:
            await asyncio.sleep(5)
            limit = time.monotonic() - IDLE_LIMIT
            for channel, task in list(self._open.values()):
                if channel.record.last < limit and not channel.record.busy:
                    task.cancel()

    async def settle(self):
        """Return when everything that was sent before has been read and told."""
        ledger, quiet, limit = self._world.ledger, 0, self._loop.time() + SETTLE_LIMIT
        began = last = ledger.activity
        while quiet < 6:
            before = ledger.activity
            if self._loop.time() > limit:
                # What keeps coming is read on as long as it can have been sent before the sync.
                if before == last or before - began > SETTLE_READS:
                    break
                last, limit = before, self._loop.time() + SETTLE_LIMIT
            for channel, _ in list(self._open.values()):
                channel.acknowledge()
            busy = any(record.busy for record in ledger.open.values())
            await asyncio.sleep(0.001 if busy else 0)
            quiet = 0 if busy or ledger.activity != before else quiet + 1
        for record in list(ledger.open.values()):
            record.tell_waiting()


def original_destination(connection):
    """Return the address and port a connection was made to before it was redirected."""
    raw = connection.getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 16)
    port, address = struct.unpack("!2xH4s8x", raw)
    return socket.inet_ntoa(address), port
