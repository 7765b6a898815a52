"""DNS over HTTPS (RFC 8484), and the JSON form that public resolvers offer."""

import base64
import binascii
import json
from urllib.parse import parse_qs

from dnslib import QTYPE, DNSRecord

from .sites import Answer


def question(request):
    """Return the DNS message in a request, or None when it holds none."""
    fields = parse_qs(request.query)
    if request.headers.get("content-type") == "application/dns-message":
        return request.body
    if request.path == "/dns-query" and "dns" in fields:
        text = fields["dns"][0]
        try:
            return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (binascii.Error, ValueError):
            return b""
    if request.path in ("/resolve", "/dns-query") and "name" in fields:
        kind = fields.get("type", ["A"])[0].upper()
        kind = QTYPE.forward.get(int(kind), "A") if kind.isdigit() else kind if kind in QTYPE.reverse else "A"
        try:
            return DNSRecord.question(fields["name"][0][:253], kind).pack()
        except Exception:
            # dnslib raises many kinds of error for what is no name.
            return b""
    return None


def answer(request, reply):
    """Return the HTTP answer that carries a DNS answer."""
    if reply is None:
        return Answer(400, (("Content-Type", "text/plain"),), b"bad DNS query\n")
    if "name" not in parse_qs(request.query):
        return Answer(200, (("Content-Type", "application/dns-message"), ("Cache-Control", "max-age=300")), reply)
    message = DNSRecord.parse(reply)
    found = {
        "Status": message.header.rcode,
        "TC": False,
        "RD": True,
        "RA": True,
        "Question": [{"name": str(each.qname), "type": each.qtype} for each in message.questions],
        "Answer": [
            {"name": str(each.rname), "type": each.rtype, "TTL": each.ttl, "data": str(each.rdata)}
            for each in message.rr
        ],
    }
    return Answer(200, (("Content-Type", "application/dns-json"),), json.dumps(found).encode())
