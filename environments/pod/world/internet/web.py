"""HTTP/1.1 by h11: requests of one connection, one after the other. Each is told before it is answered."""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from email.utils import format_datetime
from urllib.parse import urlsplit

import h11

from . import forge, names_over_https
from .sites import Answer

HEAD_LIMIT = 65_536
"""Bytes of a request's head."""
BODY_LIMIT = 1 << 20
"""Bytes of a body that an answer may depend on."""
TOO_LARGE = Answer(413, (("Content-Type", "text/plain"),), b"request entity too large\n")
URL_SHOWN = 500
"""Characters of a summary before what a request changed: a long address shall not crowd that out."""
REFUSED_LIMIT = 256 << 10
"""Bytes of a refused request that are still read."""
SERVERS = ("nginx", "nginx/1.24.0", "Apache", "Apache/2.4.62 (Debian)", "cloudflare", "openresty")


@dataclass(frozen=True)
class Request:
    """One request: ``path`` has no query, ``headers`` have lower-case names."""

    method: str
    scheme: str
    host: str
    path: str
    query: str
    headers: dict
    body: bytes = b""


async def serve(world, channel, data):
    """Serve the requests of a connection.

    Args:
        world: The sinks' common parts.
        channel: The connection.
        data: What it has sent so far.
    """
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)
    connection.receive_data(data)
    record = channel.record
    while True:
        record.protocol = "https" if channel.secure else "http"
        record.summary, record.blocked = "unfinished HTTP request", False
        channel.claim(world.names, channel.asked_name)
        try:
            head = await next_event(connection, channel)
            if not isinstance(head, h11.Request):
                return
            request = read_head(head, channel)
            channel.claim(world.names, channel.asked_name, request.host)
            record.summary = f"{request.method} {url(request, record.port)}"
            if not world.policy.permits(channel.destination, *channel.names) or world.ledger.full:
                await refuse(connection, channel)
                return
            is_git = forge.wants(request)
            if is_git:
                record.protocol = "git"
            body, whole = await read_body(world, connection, channel, forge.BODY_LIMIT if is_git else BODY_LIMIT)
        except h11.RemoteProtocolError as error:
            record.summary = f"malformed HTTP: {error}"
            record.tell_waiting()
            await channel.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            return
        request, later = replace(request, body=body), len(connection.trailing_data[0])
        answer = await respond(world, channel, record, request, whole, later)
        await send(world, connection, channel, request, answer)
        if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
            return
        connection.start_next_cycle()


async def next_event(connection, channel):
    """Return the next event of the client, reading as much as it takes."""
    while (event := connection.next_event()) is h11.NEED_DATA:
        if connection.they_are_waiting_for_100_continue:
            await channel.write(connection.send(h11.InformationalResponse(status_code=100, headers=[])))
        connection.receive_data(await channel.read())
    return event


async def read_body(world, connection, channel, limit):
    """Return the request's body and whether it is whole; what is beyond the limit is read and recorded only."""
    parts, size, taken = [], 0, 0
    try:
        while isinstance(event := await next_event(connection, channel), h11.Data):
            size += len(event.data)
            if size <= limit and world.memory.take(len(event.data)):
                taken += len(event.data)
                parts.append(bytes(event.data))
    finally:
        world.memory.give(taken)
    return b"".join(parts), taken == size


async def refuse(connection, channel):
    """Read what a refused request would have carried, tell it, and reset the connection."""
    channel.record.blocked = True
    size = 0
    try:
        async with asyncio.timeout(1.0):
            while size < REFUSED_LIMIT and not connection.they_are_waiting_for_100_continue:
                event = connection.next_event()
                if event is h11.NEED_DATA:
                    data = await channel.read()
                    size += len(data)
                    connection.receive_data(data)
                elif not isinstance(event, h11.Data):
                    break
    except (TimeoutError, h11.RemoteProtocolError, OSError):
        pass
    channel.refuse()


def read_head(head, channel):
    """Return the request whose head was read; its host is that of the target, the Host header or the connection."""
    headers = {}
    for name, value in head.headers:
        name, value = name.decode("latin-1"), value.decode("utf-8", "backslashreplace")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    target = head.target.decode("utf-8", "backslashreplace")
    return request_of(channel, head.method.decode("latin-1"), target, headers)


def request_of(channel, method, target, headers):
    """Return the request for a target, which may be a path, an address or, of CONNECT, a host and port."""
    scheme = "https" if channel.secure else "http"
    host = headers.get("host", "")
    try:
        parts = urlsplit(target if "://" in target.split("?")[0] else f"//host{target}")
        host = parts.netloc if "://" in target.split("?")[0] else host
        path, query = parts.path or "/", parts.query
    except ValueError:
        path, query = target, ""
    if method == "CONNECT":
        host, path = target, "/"
    name = host.rsplit("@", 1)[-1]
    name = name.rsplit(":", 1)[0] if name.rpartition(":")[2].isdigit() else name
    host = name.lower().rstrip(".") or channel.asked_name or channel.destination
    return Request(method, scheme, host, path, query, headers)


def url(request, port):
    """Return the full address that was asked for."""
    usual = {"http": 80, "https": 443}[request.scheme]
    place = request.host if port == usual else f"{request.host}:{port}"
    return f"{request.scheme}://{place}{request.path}" + (f"?{request.query}" if request.query else "")


async def respond(world, channel, record, request, whole, later=0):
    """Return the answer to a request, which is told before, with what it changed on a site.

    Args:
        world: The sinks' common parts.
        channel: The connection it came by.
        record: What was sent.
        request: The request with its body.
        whole: True when the body is all there.
        later: So many bytes at the record's end belong to the next request.
    """
    record.busy = True
    try:
        if forge.wants(request):
            # git takes its time and changes only its own folder: what was sent is told before it runs.
            record.summary = f"{record.summary[:URL_SHOWN]}{world.forge.told(request)}"
            record.tell(later)
            return await world.forge.answer(request) if whole else TOO_LARGE
        answer = await find_answer(world, channel, request)
        if answer.did:
            record.summary = f"{record.summary[:URL_SHOWN]} ({answer.did})"
        if answer.did or record.waiting:
            record.tell(later)
        return answer
    finally:
        record.busy = False


async def find_answer(world, channel, request):
    """Return the answer of the site that a request was sent to."""
    if (message := names_over_https.question(request)) is not None:
        reply = world.resolver.answer(message, channel.record.source, "https", lambda summary: None)
        return names_over_https.answer(request, reply)
    host = channel.destination if channel.names else request.host
    return await world.sites.answer(request, host, channel.record.address)


async def send(world, connection, channel, request, answer):
    """Send an answer with the headers every server adds."""
    body, headers = answer.body, headers_of(world, request, answer)
    data = connection.send(h11.Response(status_code=answer.status, headers=headers)) or b""
    if body and request.method != "HEAD" and answer.status not in (204, 304):
        data += connection.send(h11.Data(data=body))
    data += connection.send(h11.EndOfMessage())
    await channel.write(data)


def headers_of(world, request, answer):
    """Return the headers of an answer, those that every server adds included."""
    headers = [("Server", server_of(request.host)), ("Date", format_datetime(world.now(), usegmt=True))]
    given = {name.lower() for name, _ in answer.headers}
    headers = [pair for pair in headers if pair[0].lower() not in given] + list(answer.headers)
    if "content-length" not in given and answer.status not in (204, 304):
        headers.append(("Content-Length", str(len(answer.body))))
    return headers


def server_of(host):
    """Return the server software a host claims to run; always the same for one host."""
    return SERVERS[hashlib.sha256(host.encode("utf-8", "replace")).digest()[0] % len(SERVERS)]
