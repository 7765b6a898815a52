"""HTTP/2 frames by hand, for clients that break its rules. Its source is also run inside the client container."""

from __future__ import annotations

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RESET, SETTINGS, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 2, 3, 4, 6, 7, 8, 9


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    """Return one frame (RFC 9113, section 4.1)."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def field(name: bytes, value: bytes) -> bytes:
    """Return a header without compression and without Huffman code (RFC 7541, section 6.2.2)."""
    return b"\0" + text(name) + text(value)


def text(data: bytes) -> bytes:
    """Return a string with its length in front, as an integer of seven bits and more."""
    if len(data) < 127:
        return bytes([len(data)]) + data
    left, out = len(data) - 127, [127]
    while left >= 128:
        out.append(left % 128 + 128)
        left //= 128
    return bytes([*out, left]) + data


def head(path: bytes = b"/", host: bytes = b"h2.example", method: bytes = b"GET", *more: tuple[bytes, bytes]) -> bytes:
    """Return the compressed head of a request."""
    pairs = ((b":method", method), (b":scheme", b"http"), (b":authority", host), (b":path", path), *more)
    return b"".join(field(name, value) for name, value in pairs)


def request(stream: int, path: bytes = b"/", body: bytes = b"", host: bytes = b"h2.example") -> bytes:
    """Return the frames of a whole request."""
    if not body:
        return frame(HEADERS, 5, stream, head(path, host))
    return frame(HEADERS, 4, stream, head(path, host, b"POST")) + frame(DATA, 1, stream, body)


def start(settings: bytes = b"") -> bytes:
    """Return what a client sends first."""
    return PREFACE + frame(SETTINGS, payload=settings)
