"""What PID 1 does for the sinks on request: it alone may add addresses, write the CA bundle and read the work volume.

The two processes share a socket pair; a message is four bytes of length and that much JSON.
"""

import ipaddress
import json
import struct
import sys
from pathlib import Path

from . import network
from .watch import Watch

SYSTEM_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
BUNDLE = Path("/ca/ca.crt")
SERVICE_NETWORK = ipaddress.ip_network("10.80.0.0/24")
MESSAGE_LIMIT = 32 << 20


def serve(connection):
    """Answer the sinks' requests until they hang up."""
    watch = Watch()
    actions = {
        "addresses": lambda message: add_addresses(message["addresses"]),
        "authority": lambda message: write_bundle(message["certificate"]),
        "files": lambda message: watch.files(),
        "read": lambda message: watch.read(str(message["path"]), message.get("limit", 1 << 20)),
    }
    while (message := receive(connection)) is not None:
        try:
            reply = {"result": actions[message["do"]](message)}
        except Exception as error:
            print(f"keeper: {message.get('do')}: {error}", file=sys.stderr, flush=True)
            reply = {"error": str(error)}
        data = json.dumps(reply).encode()
        connection.sendall(struct.pack(">I", len(data)) + data)


def receive(connection):
    """Return the next message of the sinks, or None when they have hung up."""
    head = exactly(connection, 4)
    if head is None:
        return None
    (length,) = struct.unpack(">I", head)
    if length > MESSAGE_LIMIT:
        return None
    body = exactly(connection, length)
    return None if body is None else json.loads(body)


def exactly(connection, count):
    """Return so many bytes, or None at the end of the stream."""
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            return None
        data += piece
    return data


def add_addresses(addresses):
    """Add service addresses that do not exist yet.

    Raises:
        ValueError: If one is outside 10.80.0.0/24.
    """
    for address in addresses:
        if ipaddress.ip_address(address) not in SERVICE_NETWORK:
            raise ValueError(f"service address {address}: expected one in {SERVICE_NETWORK}")
        if address not in network.SERVICES:
            network.add_address(address)
    return {}


def write_bundle(certificate):
    """Write the certificates the pod trusts: those of the system, and the episode's authority."""
    bundle = SYSTEM_BUNDLE.read_text() if SYSTEM_BUNDLE.exists() else ""
    fresh = BUNDLE.with_suffix(".new")
    fresh.write_text(bundle + certificate)
    fresh.chmod(0o644)
    fresh.replace(BUNDLE)
    return {}
