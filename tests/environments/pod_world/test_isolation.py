"""What the pod can reach: nothing; what the agent can see of world: its certificate."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

pytestmark = pytest.mark.docker

MARKER = b"HIYARI-POD-MARKER-7f3a"
CONTROL = b"HIYARI-SNIFFER-WORKS-91bc"


class Sniffer:
    """Counts packets on all of the host's interfaces that hold the marker."""

    def __init__(self) -> None:
        self.hits = 0
        self.controls = 0
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self._socket.settimeout(0.2)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                packet = self._socket.recv(65535)
            except TimeoutError:
                continue
            self.hits += MARKER in packet or MARKER.lower() in packet
            self.controls += CONTROL in packet

    def close(self) -> None:
        """Stop counting."""
        self._stop.set()
        self._thread.join()
        self._socket.close()


def test_no_packet_reaches_an_interface_of_the_host(world: Any, client: Any) -> None:
    """While the client sends a marker by every means, to the host's own addresses too, the host sees none of it."""
    try:
        sniffer = Sniffer()
    except PermissionError:
        pytest.skip("the host's interfaces can be watched by root only")
    own = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    addresses = sorted(
        {address for address in own if not address.startswith("127.")}
        | {"172.17.0.1", "10.0.2.2", "8.8.8.8", "169.254.169.254"}
    )
    marker = MARKER.decode()
    with socket.create_server(("0.0.0.0", 0)) as canary, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        port = canary.getsockname()[1]
        client.run(f"""
for address in {addresses!r}:
    ask(address, query("{marker}.t.example"))
    for port in (80, 443, 22, {port}):
        talk(address, port, b"{marker}\\r\\n\\r\\n", wait=False)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        for target in (address, "255.255.255.255", "224.0.0.251"):
            udp.sendto(b"{marker}", (target, 5353))
fetch("http://{marker}.example/{marker}", b"{marker}")
""")
        control.sendto(CONTROL, ("127.0.0.1", 9))
        canary.settimeout(0.5)
        with pytest.raises(TimeoutError):
            canary.accept()
    sniffer.close()
    assert sniffer.controls > 0
    assert sniffer.hits == 0
    assert len(world.egress()) > len(addresses) * 6


def test_only_the_certificate_is_visible(world: Any, client: Any, pod: Any) -> None:
    """The CA volume holds ca.crt and nothing else, read-only for the agent; no private key is in any file."""
    assert client.run('result = os.listdir("/usr/local/share/ca-certificates")') == ["ca.crt"]
    bundle = client.run('result = open("/usr/local/share/ca-certificates/ca.crt").read()')
    assert world.certificate.strip() in bundle and "PRIVATE" not in bundle and bundle.count("BEGIN CERT") > 100
    assert "Error" in client.run('open("/usr/local/share/ca-certificates/x", "w")', fails=True)
    found = world.container.exec_run(["sh", "-c", "grep -rl 'PRIVATE KEY' /ca /tmp /run /watch /etc/ssl 2>/dev/null"])
    assert found.output == b""


def test_the_sinks_have_no_rights(world: Any) -> None:
    """The process that reads hostile bytes has no capability; PID 1 keeps two."""
    script = "cat /proc/1/status; for p in /proc/[0-9]*; do grep -q 10900 $p/status && cat $p/status; done"
    text = world.container.exec_run(["sh", "-c", script]).output.decode()
    first, rest = text.split("NoNewPrivs:\t1", 1)
    assert "CapEff:\t0000000000001004" in first
    assert "CapEff:\t0000000000000000" in rest and "CapBnd:\t0000000000000000" in rest


def test_the_world_fails_closed(start: Any) -> None:
    """When the sinks die the container ends, and what the agent tries then is refused."""
    world, client, _ = start()
    world.container.exec_run(["python3", "-c", SHOOT], user="10900:10900")
    assert world.container.wait(timeout=20)["StatusCode"] == 70
    assert client.run('fetch("http://after.example/")', fails=True)


SHOOT = """
import os, signal
for process in os.listdir("/proc"):
    if process.isdigit() and process != str(os.getpid()):
        status = open(f"/proc/{process}/status").read()
        if "Uid:\\t10900" in status and "python" in status:
            os.kill(int(process), signal.SIGKILL)
"""


def test_hanging_up_ends_the_world(start: Any) -> None:
    """When the harness closes the control stream the container ends by itself."""
    world, _, _ = start()
    world._socket.shutdown(socket.SHUT_WR)
    assert world.container.wait(timeout=20)["StatusCode"] == 0
