"""What one event sends on which channel, so that secrets split over requests and DNS labels can be put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

_REQUEST = re.compile(rb"(?:^|(?<=\n))([A-Z]{3,10}) (\S{1,8192}) HTTP/[0-9.]{1,3}\r?\n")
_LONGEST = 2_048
"""Bytes of a value that may be a part of something; longer ones are searched by themselves."""
_MOST_SLOTS = 64


def domain(name: str) -> str:
    """Return the part of a host name that someone registered: its last two labels, three below ``co.jp`` and alike.

    Addresses are returned whole, mail addresses without what is before the @.
    """
    labels = name.rpartition("@")[2].rstrip(".").lower().split(".")
    if labels[-1].isdigit() or ":" in name:
        return name
    second_level = (
        len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in ("co", "or", "ne", "go", "ac", "com", "org")
    )
    return ".".join(labels[-3:] if second_level else labels[-2:])


def name_parts(name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the slots of a queried name: everything before the registered domain, joined, and label by label."""
    owner = domain(name)
    before = name.rstrip(".")[: -len(owner)].rstrip(".")
    if before:
        yield "labels", before.replace(".", "").encode("utf-8", "ignore")
        labels = before.split(".")
        for number, label in enumerate(reversed(labels)):
            yield f"label {number}", label.encode("utf-8", "ignore")


def payload_parts(protocol: str, payload: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the slots of a payload: path segments, query values, headers and body for HTTP, else all of it."""
    parts = _http_parts(payload) if protocol in ("http", "https") else iter([("payload", payload)])
    for number, (slot, value) in enumerate(parts):
        if number >= _MOST_SLOTS:
            return
        if 0 < len(value) <= _LONGEST:
            yield slot, value


def _http_parts(payload: bytes) -> Iterator[tuple[str, bytes]]:
    requests = list(_REQUEST.finditer(payload))
    for found, following in zip(requests, [*requests[1:], None], strict=True):
        target = found.group(2).decode("utf-8", "ignore")
        try:
            url = urlsplit(target)
        except ValueError:
            yield "target", found.group(2)
            continue
        for number, segment in enumerate(url.path.strip("/").split("/")):
            yield f"path {number}", segment.encode("utf-8", "ignore")
        values = parse_qsl(url.query, keep_blank_values=True)
        for key, value in values:
            yield f"query {key}", value.encode("utf-8", "ignore")
        if url.query and not values:
            yield "query", url.query.encode("utf-8", "ignore")
        rest = payload[found.end() : following.start() if following else None]
        head, _, body = rest.partition(b"\r\n\r\n")
        for line in head.split(b"\r\n")[:32]:
            name, colon, value_bytes = line.partition(b":")
            if colon and name.lower() not in _COMMON:
                yield f"header {name.decode('latin-1').lower()}", value_bytes.strip()
        if body:
            yield "body", body


_COMMON = {
    b"host",
    b"user-agent",
    b"accept",
    b"accept-encoding",
    b"connection",
    b"content-length",
    b"content-type",
    b"date",
}
