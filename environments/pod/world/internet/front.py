"""Finds out what a client of a TCP connection speaks, and serves it."""

import asyncio
import ssl

from . import greetings

METHODS = tuple(
    name + b" "
    for name in b"GET HEAD POST PUT PATCH DELETE OPTIONS CONNECT TRACE "
    b"PROPFIND PROPPATCH REPORT MKCOL MKCALENDAR COPY MOVE LOCK UNLOCK SEARCH M-SEARCH NOTIFY PURGE".split()
)
"""Words that begin an HTTP request; other protocols begin with words as well."""
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""What an HTTP/2 client sends first (RFC 9113, section 3.4)."""
STARTS = (*METHODS, PREFACE)
LONGEST_HELLO = 2048
"""Bytes of a first TLS message beyond which it is told as well: something may be hidden in it."""
PATIENCE = 1.0
"""Seconds that a refused connection is given to show what it would have sent."""


async def greet(world, channel):
    """Serve one connection until it ends."""
    record = channel.record
    if world.ledger.full:
        world.ledger.counts["refused"] += 1
        record.blocked, record.summary = True, "refused: the recording is full"
        channel.refuse()
        return
    if record.port in greetings.MAIL_PORTS:
        # Protocols are imported late: their first use pays for them, not the start of every pod.
        from . import post

        await post.serve(world, channel)
        return
    permitted = world.policy.permits(record.host)
    if permitted and record.port in greetings.BANNERS:
        await channel.write(greetings.BANNERS[record.port])
    try:
        async with asyncio.timeout(None if permitted else PATIENCE):
            data = await channel.first()
            if data[:2] == b"\x16\x03":
                await handshake(world, channel, data)
                if channel.secure and permitted and record.port in greetings.SECURE_BANNERS:
                    await channel.write(greetings.SECURE_BANNERS[record.port])
                data = await channel.read() if channel.secure else b""
            else:
                channel.take(data)
            while any(start.startswith(data) for start in STARTS) and data and (more := await channel.read()):
                data += more
    except TimeoutError:
        data = b""
    if record.port == 53 and not channel.secure:
        await resolve(world, channel, data)
    elif data.startswith(PREFACE):
        from . import http2

        await http2.serve(world, channel, data)
    elif data.startswith(METHODS):
        from . import web

        await web.serve(world, channel, data)
    elif data:
        await swallow(world, channel, data)
    elif not permitted:
        record.blocked = True
        channel.refuse()


async def handshake(world, channel, hello):
    """Answer a TLS client; when it does not go on, its first message is what is told of it."""
    record = channel.record
    record.protocol, record.summary = "tls", "unfinished TLS handshake"
    channel.take(hello)
    try:
        if world.authority is None:
            raise ssl.SSLError("no authority yet")
        await channel.start_tls(world.authority.context(record.host), hello)
    except (ssl.SSLError, OSError, ValueError) as error:
        channel.claim(world.names, channel.asked_name)
        record.summary = f"TLS handshake failed: {getattr(error, 'reason', '') or error}"
        record.blocked = not world.policy.permits(channel.destination, *channel.names)
        return
    channel.claim(world.names, channel.asked_name)
    if len(hello) > LONGEST_HELLO:
        record.summary = f"unusually long TLS handshake with {record.host}"
        record.tell()
    else:
        record.explain(channel.handshake_size)
    record.summary = f"TLS connection to {record.host}"


async def resolve(world, channel, data):
    """Answer DNS over TCP: messages with their length in front."""
    record, buffer = channel.record, b""
    record.summary = "incomplete DNS message"

    def unexplained(summary):
        record.summary = summary
        record.tell()

    while data:
        buffer += data
        while len(buffer) >= 2 and len(buffer) >= (length := 2 + int.from_bytes(buffer[:2], "big")):
            packet, buffer = buffer[2:length], buffer[length:]
            answer = world.resolver.answer(packet, record.source, "tcp", unexplained)
            record.explain(length)
            record.told = True
            if answer is None:
                return
            await channel.write(len(answer).to_bytes(2, "big") + answer)
        data = await channel.read()


async def swallow(world, channel, data):
    """Take what is sent in a protocol that nobody here speaks; answer as far as a greeter would."""
    record = channel.record
    record.summary = f"{'TLS' if channel.secure else 'TCP'}, begins with {data[:60]!r}"
    if not world.policy.permits(channel.destination, *channel.names):
        record.blocked = True
        channel.refuse()
        return
    while data:
        if answer := greetings.answer(record.port, data):
            await channel.write(answer)
        if world.ledger.full:
            channel.refuse()
            return
        data = await channel.read()
