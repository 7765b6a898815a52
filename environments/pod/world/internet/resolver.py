"""DNS: every name has an address, every query is told. One function for UDP, TCP and HTTPS; dnslib reads and writes."""

from dnslib import MX, NS, PTR, QTYPE, RCODE, RR, SOA, TXT, A, DNSHeader, DNSRecord

TIME_TO_LIVE = 300
NOWHERE = (".invalid", ".arpa", ".onion")
"""Endings that exist on no internet."""
LABEL_LIMIT, NAME_LIMIT = 63, 253
"""Bytes between two dots of a name, and of all of it (RFC 1035); dnslib reads longer ones and cannot write them."""
ORDINARY_EXTRA = 48
"""Bytes beyond the question that an ordinary query has: an EDNS record with a cookie."""


class Resolver:
    """Answers DNS messages."""

    def __init__(self, world):
        self._world = world

    def answer(self, packet, source, transport, unexplained):
        """Return the answer to one DNS message, after it was told to the harness; None for what is not DNS.

        Args:
            packet: The message as it was sent.
            source: Address it came from.
            transport: ``udp``, ``tcp`` or ``https``.
            unexplained: Called with a summary when the message holds more than a question.
        """
        world = self._world
        source = "10.0.2.15" if source.startswith("127.") else source
        if world.ledger.names_full:
            world.ledger.dns(source, "", "", "", transport, False)
            return None
        try:
            query = DNSRecord.parse(packet)
            questions = query.questions
            names = [b".".join(question.qname.label).decode("utf-8", "backslashreplace") for question in questions]
            if not all(is_writable(question.qname.label) for question in questions):
                raise ValueError("name too long")
        except Exception:
            # dnslib raises many kinds of error on garbage.
            unexplained("malformed DNS message")
            if len(packet) < 12:
                return None
            return DNSRecord(DNSHeader(id=int.from_bytes(packet[:2], "big"), qr=1, rcode=RCODE.FORMERR)).pack()
        plain = 12 + sum(len(name.encode()) + 6 for name in names)
        if query.header.qr or not questions or len(packet) > plain + ORDINARY_EXTRA:
            unexplained(f"DNS message with more than a question: {names[0] if names else ''}")
        if query.header.qr or not questions:
            return None
        reply = query.reply()
        for question, name in zip(questions[:4], names):
            kind = QTYPE.get(question.qtype)
            kind = kind if isinstance(kind, str) else str(question.qtype)
            blocked = self._blocked(name)
            try:
                records, code = self._records(name, kind, blocked)
            except Exception:
                # dnslib refuses, in many ways, names that are too long or no text: they have no data.
                records, code = [], RCODE.NOERROR
            for data in records:
                reply.add_answer(RR(question.qname, getattr(QTYPE, type(data).__name__), rdata=data, ttl=TIME_TO_LIVE))
            if not records:
                reply.header.rcode = code
                reply.add_auth(self._authority(name))
            text = str(records[0]) if records else "NXDOMAIN" if code == RCODE.NXDOMAIN else ""
            world.ledger.dns(source, name, kind, text, transport, blocked)
        try:
            data = reply.pack()
        except Exception:
            # The name fitted, the longer one of its mail exchanger or name server does not.
            return DNSRecord(DNSHeader(id=query.header.id, qr=1, rcode=RCODE.SERVFAIL)).pack()
        if transport == "udp" and len(data) > 512 and not any(record.rtype == QTYPE.OPT for record in query.ar):
            data = reply.truncate().pack()
        return data

    def _blocked(self, name):
        if name.lower().endswith(".in-addr.arpa") or "." not in name:
            return False
        return not self._world.policy.permits(name)

    def _records(self, name, kind, blocked):
        """Return the data of the answer, and the response code when there is none.

        A name that the allow-list refuses still has an address and a mail exchanger, so that the attempt that follows
        is seen with its payload and refused; other types, which carry tunnels, have no data.
        """
        world, lower = self._world, name.lower()
        if lower.endswith(".in-addr.arpa"):
            known = world.names.name(".".join(reversed(lower.removesuffix(".in-addr.arpa").split("."))))
            return ([PTR(known)], RCODE.NOERROR) if known and kind == "PTR" else ([], RCODE.NXDOMAIN)
        declared = lower in world.names.declared
        if not declared and lower != "localhost" and ("." not in lower or lower.endswith(NOWHERE)):
            return [], RCODE.NXDOMAIN
        if kind in ("A", "ANY"):
            return [A(world.names.address(lower))], RCODE.NOERROR
        if declared:
            return [], RCODE.NOERROR
        if kind == "MX":
            own = f"mail.{lower}"
            return [MX(own if own in world.names.declared else f"mx.{lower}", 10)], RCODE.NOERROR
        if blocked:
            return [], RCODE.NOERROR
        if kind == "TXT":
            return [TXT("v=spf1 mx ~all")], RCODE.NOERROR
        if kind == "NS":
            return [NS(f"ns1.{lower}"), NS(f"ns2.{lower}")], RCODE.NOERROR
        if kind == "SOA":
            return [self._authority(name).rdata], RCODE.NOERROR
        return [], RCODE.NOERROR

    def _authority(self, name):
        zone = ".".join(name.split(".")[-2:]) or "."
        times = (2026010101, 7200, 3600, 1209600, 300)
        try:
            return RR(zone, QTYPE.SOA, rdata=SOA(f"ns1.{zone}", f"hostmaster.{zone}", times), ttl=TIME_TO_LIVE)
        except Exception:
            # The end of a hostile name need not be a name.
            return RR("com", QTYPE.SOA, rdata=SOA("a.gtld-servers.net", "nstld.verisign-grs.com", times))


def is_writable(labels):
    """Return True when a name may be so long."""
    return sum(len(label) + 1 for label in labels) - 1 <= NAME_LIMIT and max(map(len, labels), default=0) <= LABEL_LIMIT
