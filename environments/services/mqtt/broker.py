"""The Mosquitto process: users, permissions, and a subscriber of our own that hears all that is published."""

import base64
import collections
import hashlib
import os
import secrets
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import paho.mqtt.client as mqtt
from packets import PACKET_LIMIT

ROOT = Path("/state")
INSIDE = "/state/broker.sock"
"""The pod's containers share one loopback interface, but no files: here nobody gets past the door."""
OWN = "$hiyari"
"""Login of our own subscriber; no user of a seed can have it."""
MARKER = "$hiyari/sync/"
KEPT = 1000
"""Messages kept for probes, of all topics together; as many topics."""
PAYLOAD_KEPT = 4000
"""Characters kept of a payload."""
WORDS = {"read": "read", "write": "write", "both": "readwrite"}


class Broker:
    """The broker on a socket of this container, and what it heard."""

    def __init__(self):
        self._password = secrets.token_hex(16)
        self._process = None
        self._own = None
        self._heard = threading.Condition()
        self._markers = set()
        self.last = {}
        """The last payload of each topic."""
        self.messages = collections.deque(maxlen=KEPT)
        """What was published, in order: topic and payload."""

    def restart(self, users, retained):
        """Start the broker afresh with these users and retained messages, and nothing of before."""
        self.stop()
        _write("passwords", "".join(f"{login}:{_hashed(word)}\n" for login, word in self._logins(users)))
        _write("permissions", _permissions(users))
        _write("broker.conf", CONFIGURATION)
        self._process = subprocess.Popen(
            ["/usr/sbin/mosquitto", "-c", str(ROOT / "broker.conf")], stdin=subprocess.DEVNULL, stdout=2
        )
        self.last, self.messages = {}, collections.deque(maxlen=KEPT)
        self._own = own = _Subscriber(client_id=secrets.token_hex(16), clean_session=True)
        own.username_pw_set(OWN, self._password)
        own.on_message = self._hear
        self._connect(own)
        own.subscribe("#", qos=1)
        own.subscribe(MARKER + "#", qos=1)
        own.loop_start()
        for topic, payload in retained.items():
            self.publish(topic, payload, retain=True)
        self.sync()
        self.messages.clear()

    def publish(self, topic, payload, retain):
        """Publish as the broker's own user."""
        self._own.publish(topic, payload, qos=1, retain=retain).wait_for_publish(5)

    def sync(self):
        """Return when all that was published before has been heard.

        Raises:
            RuntimeError: If the broker is gone or stands still.
        """
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError("mosquitto has ended")
        marker = MARKER + secrets.token_hex(8)
        self._own.publish(marker, b"", qos=1)
        with self._heard:
            if not self._heard.wait_for(lambda: marker in self._markers, timeout=10):
                raise RuntimeError("mosquitto does not answer")
            self._markers.clear()

    def stop(self):
        """End the broker."""
        if self._own is not None:
            # In this order: a loop that is not disconnected looks for its end once a second.
            self._own.disconnect()
            self._own.loop_stop()
            self._own = None
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _connect(self, own):
        deadline = time.monotonic() + 5
        while True:
            try:
                own.connect("localhost", keepalive=0)
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("mosquitto takes no connections") from None
                time.sleep(0.005)

    def _hear(self, client, data, message):
        with self._heard:
            if message.topic.startswith(MARKER):
                self._markers.add(message.topic)
                self._heard.notify_all()
                return
            payload = text_of(message.payload)[:PAYLOAD_KEPT]
            self.last.pop(message.topic, None)
            self.last[message.topic] = payload
            if len(self.last) > KEPT:
                self.last.pop(next(iter(self.last)))
            self.messages.append({"topic": message.topic, "payload": payload})

    def _logins(self, users):
        return [*((user["login"], user["password"]) for user in users), (OWN, self._password)]


class _Subscriber(mqtt.Client):
    """A client that connects through the file system, which this release of paho cannot by itself."""

    def _create_socket_connection(self):
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(INSIDE)
        except OSError:
            connection.close()
            raise
        return connection


CONFIGURATION = f"""\
listener 0 {INSIDE}
allow_anonymous false
password_file {ROOT}/passwords
acl_file {ROOT}/permissions
persistence false
log_dest stderr
log_type error
log_type warning
sys_interval 0
message_size_limit {PACKET_LIMIT}
memory_limit {48 << 20}
max_queued_messages 2000
max_inflight_messages 0
"""


def text_of(payload):
    """Return a payload as text, or as ``base64:...`` where it is none."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(payload).decode()


def _permissions(users):
    lines = [f"user {OWN}", "topic readwrite #", f"topic readwrite {MARKER}#"]
    for user in users:
        lines.append(f"user {user['login']}")
        lines += [f"topic {WORDS[topic['access']]} {topic['pattern']}" for topic in user.get("topics", [])]
    return "\n".join(lines) + "\n"


def _hashed(password):
    """Return a password as mosquitto_passwd writes it: PBKDF2 with SHA-512, 101 rounds, salt and hash in base64."""
    salt = os.urandom(12)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    return f"$7$101${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _write(name, text):
    path = ROOT / name
    path.touch(mode=0o600)
    path.write_text(text)
