"""Known inputs of the sinks' parsers, for a fuzzer to begin with."""

from dnslib import DNSRecord

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags=0, stream=0, payload=b""):
    """Return one HTTP/2 frame."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


HEAD = b"\x83\x86\x84\x41\x0ah2.example"
"""POST / of h2.example over http, from the static table."""

SEEDS = {
    "http": [
        b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\nGET /p.png HTTP/1.1\r\nHost: a.example\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
        b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n",
        b"GET http://[::1]/?q HTTP/1.0\r\n\r\n",
    ],
    "http2": [
        PREFACE + frame(4) + frame(1, 4, 1, HEAD) + frame(0, 1, 1, b"body") + frame(8, 0, 0, b"\0\0\1\0"),
        PREFACE
        + frame(4, 0, 0, b"\0\4\0\0\0\0")
        + frame(1, 1, 1, HEAD)
        + frame(9, 4, 1, b"")
        + frame(3, 0, 1, bytes(4)),
        PREFACE + frame(6, 0, 0, b"12345678") + frame(7, 0, 0, bytes(8)) + frame(2, 0, 3, bytes(5)),
        PREFACE + frame(4) + frame(1, 4, 1, HEAD) + frame(0, 9, 1, b"\2abXX") + frame(1, 5, 1, b"\0\1a\1b"),
    ],
    "tls": [
        bytes.fromhex(
            "16030100650100006103030000000000000000000000000000000000000000000000000000000000000000000004130113"
        )
        + bytes(60),
        b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03",
    ],
    "smtp": [
        b"EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nSubject: x\r\n\r\nhi\r\n.\r\nQUIT\r\n",
        b"HELO a\r\nAUTH PLAIN AGEAYg==\r\nAUTH LOGIN\r\nYQ==\r\nYg==\r\nRSET\r\nVRFY x\r\nNOOP\r\n",
        b"EHLO a\r\nSTARTTLS\r\n\x16\x03\x01",
    ],
    "other": [
        b"USER a\r\nPASS b\r\n",
        b"a1 CAPABILITY\r\n",
        b"\0\x20" + bytes(32),
        b"SSH-2.0-x\r\n",
        b"GE",
        b"PRI * HT",
    ],
    "dns": [
        DNSRecord.question("www.a.example").pack(),
        DNSRecord.question("a.example", "MX").pack(),
        DNSRecord.question("4.3.2.198.in-addr.arpa", "PTR").pack(),
        DNSRecord.question("a.example", "TXT").pack() + b"tail",
        DNSRecord.question("a.b").pack()[:12] + b"\xc0\x0c\0\1\0\1",
        bytes(12),
    ],
    "tap": [
        bytes(12)
        + b"\x08\x00"
        + b"\x45"
        + bytes(8)
        + b"\x11"
        + bytes(2)
        + b"\x0a\0\2\x0f\xe0\0\0\xfb"
        + bytes(8)
        + b"hi",
        bytes(12) + b"\x86\xdd" + bytes(40),
        bytes(12) + b"\x08\x00\x4f" + bytes(19),
    ],
}
SEEDS["doh"] = SEEDS["dns"]
