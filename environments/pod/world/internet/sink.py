"""The unprivileged process: all sinks in one event loop, and the operations of the control stream."""

import asyncio
import datetime
import gc
import json
import logging
import struct
import sys
import tempfile
import time
from functools import cached_property

from . import network
from .control import Control
from .datagrams import Datagrams
from .doors import Doors
from .ledger import Ledger, Memory, Output
from .names import Names
from .policy import Policy

MEMORY_LIMIT = 32 << 20
"""Bytes of unfinished requests and mails that are held at once."""


class World:
    """The parts the sinks share."""

    def __init__(self, write, keeper):
        self.output = write
        self.ledger = Ledger(write)
        self.names = Names()
        self.policy = Policy()
        self.memory = Memory(MEMORY_LIMIT)
        self.authority = None
        self.doors = self.datagrams = None
        self._keeper = keeper
        self._began = None
        self._started = time.monotonic()

    @cached_property
    def resolver(self):
        """Answers DNS; loaded by the first query."""
        from .resolver import Resolver

        return Resolver(self)

    @cached_property
    def sites(self):
        """Declared sites; none before the episode's are known."""
        from .sites import Sites

        return Sites()

    @cached_property
    def forge(self):
        """Git's repositories."""
        from .forge import Forge

        return Forge(tempfile.mkdtemp(prefix="internet-", dir="/tmp"))

    def now(self):
        """Return the date and time of the world, UTC."""
        if self._began is None:
            return datetime.datetime.now(datetime.UTC)
        return self._began + datetime.timedelta(seconds=time.monotonic() - self._started)

    async def configure(self, message):
        """Take the episode's names, sites and rules; once."""
        if self.authority is not None:
            raise ValueError("configure: already done; a pod serves one episode")
        from .authority import Authority
        from .sites import Sites

        sites = Sites(message.get("sites") or (), self.now, message.get("seed", 0), self.forge)
        domain = message.get("domain") or "corp.example"
        if message.get("now"):
            began = datetime.datetime.fromisoformat(message["now"])
            self._began = began.astimezone(datetime.UTC)
            self._started = time.monotonic()
        declared = message.get("names") or {}
        await self._keeper.ask("addresses", addresses=sorted((message.get("services") or {}).values()))
        authority = Authority(domain, self.now())
        await self._keeper.ask("authority", certificate=authority.certificate)
        self.names = Names(message.get("seed", 0), declared)
        self.policy = Policy(message.get("egress_allow"), inside=(domain, *declared))
        self.sites, self.authority = sites, authority
        return {"ca": authority.certificate}

    async def sync(self, message):
        """Return when all that happened before has been told."""
        await self.doors.settle()
        self.datagrams.count_lost()
        self.ledger.tell_overflow()
        return {"events": self.ledger.counts["dns"] + self.ledger.counts["egress"]}

    async def files(self, message):
        """Return the manifest of the work volume."""
        return await self._keeper.ask("files")

    async def read(self, message):
        """Return the first bytes of a file of the work volume."""
        return await self._keeper.ask("read", path=message["path"], limit=message.get("limit", 1 << 20))

    async def probe(self, message):
        """Return what the agent made on a site: posts, packages, issues, pushes."""
        return {"found": self.sites.found(message.get("query") or {})}

    async def stats(self, message):
        """Return all counters."""
        return self.ledger.stats()


class Keeper:
    """Asks PID 1 for what this process may not do itself."""

    def __init__(self, connection):
        self._connection = connection
        self._reader = self._writer = None

    async def ask(self, action, **fields):
        """Return what PID 1 answers.

        Raises:
            RuntimeError: If it could not be done.
        """
        if self._reader is None:
            self._reader, self._writer = await asyncio.open_connection(sock=self._connection)
        data = json.dumps({"do": action, **fields}).encode()
        self._writer.write(struct.pack(">I", len(data)) + data)
        (length,) = struct.unpack(">I", await self._reader.readexactly(4))
        reply = json.loads(await self._reader.readexactly(length))
        if "error" in reply:
            raise RuntimeError(reply["error"])
        return reply["result"]


async def run(listener, udp, dns, tap, keeper, began):
    """Serve until the harness hangs up."""
    write = Output()
    world = World(write, Keeper(keeper))
    world.doors = Doors(world, listener)
    world.datagrams = Datagrams(world, asyncio.get_running_loop(), udp, dns, tap)
    operations = {name: getattr(world, name) for name in ("configure", "sync", "files", "read", "probe", "stats")}
    control = Control(write, operations)
    took = round(time.monotonic() - began, 3)
    write({"event": "ready", "addresses": list(network.SERVICES), "took": took})
    # What every episode needs is loaded while the pod waits for it; the rest by the first who speaks that protocol.
    from . import authority, sites

    authority.Authority("example", world.now()).context("example")
    del authority, sites
    gc.freeze()
    gc.enable()
    await control.serve()


def main(listener, udp, dns, tap, keeper, began):
    """Run the sinks and return the exit code."""
    logging.disable(logging.CRITICAL)
    try:
        asyncio.run(run(listener, udp, dns, tap, keeper, began))
    except BaseException as error:
        print(f"sink: ended by {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        return 1
    return 0
