"""What clients connect to: carries their packets to the broker, and tells each before the broker has it.

The broker's log names clients by an id of their own choosing, and comes after the fact; here the account is the one the
broker let in on this connection.
"""

import contextlib
import socket
import threading

from broker import INSIDE, text_of
from packets import CONNECT, PUBLISH, SUBSCRIBE, Malformed, connack, connect, matches, publish, read_packet, subscribe

CLIENTS_LIMIT = 32
SILENCE = 120
"""Seconds without a packet after which a client that has not logged in is let go."""
SHOWN = 2000
REFUSALS = {1: "protocol version", 2: "client id", 3: "unavailable", 4: "password", 5: "not authorised"}


class Door:
    """Listens on the service's own address.

    Args:
        control: The control stream.
        address: Address and port.
        may: Function of account, ``read`` or ``write``, and topic: whether the seed allows it.
        bound: Function of account, topic and payload, called with what is published and allowed.
    """

    def __init__(self, control, address, may, bound):
        self._control = control
        self._may = may
        self._bound = bound
        self._free = threading.BoundedSemaphore(CLIENTS_LIMIT)
        self._open = set()
        self._listener = socket.create_server(address, backlog=16)
        threading.Thread(target=self._listen, name="door", daemon=True).start()

    def end_sessions(self):
        """End all connections."""
        for client in list(self._open):
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def _listen(self):
        while True:
            client, address = self._listener.accept()
            if not self._free.acquire(blocking=False):
                client.close()
                continue
            threading.Thread(target=self._serve, args=(client, address[0]), daemon=True).start()

    def _serve(self, client, source):
        self._open.add(client)
        try:
            with client, contextlib.suppress(OSError, Malformed):
                self._session(client, source)
        finally:
            self._open.discard(client)
            self._free.release()

    def _session(self, client, source):
        client.settimeout(SILENCE)
        incoming = client.makefile("rb")
        first = read_packet(incoming)
        if not first:
            return
        asked = connect(first)
        account, detail = asked["login"][:200], {"client": asked["client"][:200], "source": source}
        if asked["level"] not in (3, 4):
            self._told(account, "mqtt.connect", {**detail, "why": f"protocol level {asked['level']}"}, allowed=False)
            client.sendall(connack(1))
            return
        with socket.socket(socket.AF_UNIX) as broker:
            broker.connect(INSIDE)
            broker.sendall(first)
            answer = read_packet(broker.makefile("rb", buffering=0))
            code = answer[3] if len(answer) == 4 else 3
            if code:
                why = REFUSALS.get(code, str(code))
                self._told(account, "mqtt.connect", {**detail, "why": why}, allowed=False)
            else:
                if asked["will"]:
                    detail["will"] = {"topic": asked["will"][0][:SHOWN], "payload": text_of(asked["will"][1])[:SHOWN]}
                self._told(account, "mqtt.connect", detail)
            client.sendall(answer)
            if code:
                return
            client.settimeout(None)
            threading.Thread(target=_carry, args=(broker, client), daemon=True).start()
            while packet := read_packet(incoming):
                after = self._tell(account, packet)
                broker.sendall(packet)
                if after:
                    self._bound(*after)

    def _tell(self, account, packet):
        """Tell what a packet asks for; returns what is then passed on to the scene, if anything."""
        kind = packet[0] >> 4
        if kind == CONNECT:
            raise Malformed("a second CONNECT")
        if kind == SUBSCRIBE:
            for pattern in subscribe(packet):
                allowed = self._may(account, "read", pattern)
                self._told(account, "mqtt.subscribe", {"topic": pattern[:SHOWN]}, allowed)
        if kind != PUBLISH:
            return None
        topic, payload, retained = publish(packet)
        allowed = self._may(account, "write", topic)
        shown = text_of(payload)
        detail = {"topic": topic[:SHOWN], "payload": shown[:SHOWN], "size": len(payload), "retain": retained}
        self._told(account, "mqtt.publish", detail, allowed)
        return (account, topic, shown) if allowed else None

    def _told(self, account, operation, detail, allowed=True):
        self._control.request(account, operation, detail, allowed=allowed)


def permitted(users, account, wanted, topic):
    """Return whether a user of the seed may read or write a topic, or anything within a topic filter."""
    user = next((user for user in users if user["login"] == account), None)
    rules = [] if user is None else user.get("topics", [])
    return any(rule["access"] in (wanted, "both") and matches(rule["pattern"], topic) for rule in rules)


def _carry(broker, client):
    """Carry what the broker says to the client until either ends."""
    with contextlib.suppress(OSError):
        while data := broker.recv(1 << 16):
            client.sendall(data)
    for end in (client, broker):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
