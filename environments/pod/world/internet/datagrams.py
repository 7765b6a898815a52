"""UDP to any address, DNS over UDP, and the tap that sees every packet no sink explains."""

import contextlib
import socket
import struct

from .ledger import Record
from .network import DNS_PORT, IP_RECVORIGDSTADDR, UDP_PORT

DATAGRAM_LIMIT = 65_535
SOL_PACKET, PACKET_STATISTICS = 263, 6
BATCH = 256
"""Datagrams read before other work has its turn."""
PROTOCOLS = {1: "ICMP", 2: "IGMP", 6: "TCP", 17: "UDP", 33: "DCCP", 47: "GRE", 132: "SCTP", 136: "UDP-Lite"}
WITH_PORTS = (6, 17, 33, 132, 136)
ETH_IPV4 = 0x0800
ARPHRD_HEADER = 14


class Datagrams:
    """Reads the sockets of UDP, DNS and the tap."""

    def __init__(self, world, loop, udp, dns, tap):
        self._world = world
        self._tap = tap
        self._lost = 0
        loop.add_reader(udp, self._batch, udp, self._read_udp)
        loop.add_reader(dns, self._batch, dns, self._read_dns)
        loop.add_reader(tap, self._batch, tap, self._read_tap)

    def count_lost(self):
        """Count what the kernel dropped because it came faster than it was read."""
        lost = 0
        with open("/proc/net/udp") as table:
            for line in list(table)[1:]:
                fields = line.split()
                if int(fields[1].rpartition(":")[2], 16) in (UDP_PORT, DNS_PORT):
                    lost += int(fields[12])
        with open("/proc/net/dev") as table:
            for line in table:
                device, _, numbers = line.partition(":")
                if device.strip() in ("lo", "eth0"):
                    lost += int(numbers.split()[3])
        if lost > self._lost:
            self._world.ledger.drop("datagrams", lost - self._lost)
            self._lost = lost
        _, dropped = struct.unpack("II", self._tap.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        if dropped:
            self._world.ledger.drop("datagrams", dropped)

    def _batch(self, source, read):
        answers = []
        with self._world.output:
            for _ in range(BATCH):
                try:
                    answer = read(source)
                except BlockingIOError:
                    break
                except OSError:
                    # An earlier answer met a closed port.
                    continue
                if answer is not None:
                    answers.append(answer)
        for answer, client in answers:
            with contextlib.suppress(OSError):
                source.sendto(answer, client)

    def _tell(self, record, payload):
        record.add(payload)
        if record.waiting:
            record.tell()

    def _read_udp(self, udp):
        data, extra, _, (source, _) = udp.recvmsg(DATAGRAM_LIMIT, 128)
        world = self._world
        address, port = "", 0
        for level, kind, value in extra:
            if level == socket.IPPROTO_IP and kind == IP_RECVORIGDSTADDR:
                port, packed = struct.unpack("!2xH4s", value[:8])
                address = socket.inet_ntoa(packed)
        record = Record(world.ledger, source, address, port, world.names.name(address) or address)
        record.protocol = "udp"
        quic = len(data) >= 1200 and data[0] & 0xC0 == 0xC0 and port in (443, 8443)
        record.summary = f"{'QUIC handshake' if quic else 'UDP datagram'}, {len(data)} bytes"
        record.blocked = not world.policy.permits(record.host)
        self._tell(record, data)

    def _read_dns(self, dns):
        data, client = dns.recvfrom(DATAGRAM_LIMIT)
        source = client[0]
        world = self._world

        def unexplained(summary):
            # The resolver it was sent to is not known: the redirection of UDP keeps no original destination.
            record = Record(world.ledger, source, "10.0.2.3", 53, "10.0.2.3")
            record.protocol, record.summary = "udp", summary
            self._tell(record, data)

        answer = world.resolver.answer(data, source, "udp", unexplained)
        return None if answer is None else (answer, client)

    def _read_tap(self, tap):
        frame, _ = tap.recvfrom(DATAGRAM_LIMIT + ARPHRD_HEADER)
        world = self._world
        world.ledger.counts["packets"] += 1
        record, payload = packet_record(world, frame)
        self._tell(record, payload)


def packet_record(world, frame):
    """Return the record and the payload of a packet that left by the pod's interface."""
    (kind,) = struct.unpack("!H", frame[12:14]) if len(frame) >= ARPHRD_HEADER else (0,)
    packet = frame[ARPHRD_HEADER:]
    if kind != ETH_IPV4 or len(packet) < 20:
        record = Record(world.ledger, "", "", 0, "")
        record.protocol, record.summary = "packet", f"frame of type 0x{kind:04x}"
        return record, packet
    length = (packet[0] & 15) * 4
    protocol, source, address = packet[9], socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
    payload = packet[length:]
    port = struct.unpack("!H", payload[2:4])[0] if protocol in WITH_PORTS and len(payload) >= 4 else 0
    record = Record(world.ledger, source, address, port, world.names.name(address) or address)
    record.protocol = "icmp" if protocol == 1 else "packet"
    name = PROTOCOLS.get(protocol, f"protocol {protocol}")
    record.summary = f"{name} packet to {address}" + (f":{port}" if port else "")
    record.blocked = not world.policy.permits(record.host)
    return record, payload
