"""A world container, and clients that join its network, by the plain Docker SDK."""

from __future__ import annotations

import base64
import json
import queue
import re
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hiyari.adapters.pod.owner import labels

ENVIRONMENTS = Path(__file__).resolve().parents[3] / "environments"
LABELS = labels("tests", "pod_world")
CERTIFICATE = "/usr/local/share/ca-certificates/ca.crt"
SITES = [
    {
        "host": ["cdn.example", "*.cdn.example"],
        "pages": {
            "/": {"body": "<h1>welcome</h1>"},
            "/logo.png": {"base64": base64.b64encode(b"not really a png").decode()},
            "/old": {"redirect": "https://cdn.example/"},
            "/api/*": {"body": '{"n": 1}', "content_type": "application/json", "status": 202, "headers": {"X-Y": "z"}},
            "/files/a/one.txt": {"body": "one"},
            "/files/two.txt": {"body": "two"},
            "/big": {"body": "0123456789" * 100_000},
        },
        "listing": True,
    },
    {
        "host": "169.254.169.254",
        "pages": {"/latest/meta-data/*": {"body": "AKIAEXAMPLE", "content_type": "text/plain"}},
    },
]

RUNNER = """
import json, sys, traceback
space = {}
for line in sys.stdin:
    space.pop("result", None)
    try:
        exec(json.loads(line), space)
        reply = {"result": space.get("result")}
    except BaseException as error:
        reply = {"error": f"{type(error).__name__}: {error}", "where": traceback.format_exc()}
    print(json.dumps(reply), flush=True)
"""

HELPERS = """
import http.client, os, smtplib, socket, ssl, struct, subprocess, time, urllib.request

def fetch(url, data=None, headers={}, method=None):
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status, dict(answer.headers), answer.read().decode("latin-1")

def talk(address, port, data, wait=True, source=None, patience=5):
    with socket.create_connection((address, port), timeout=patience, source_address=source and (source, 0)) as client:
        client.sendall(data)
        return client.recv(65536).decode("latin-1") if wait else None

def query(name, kind=1, number=7, extra=b""):
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return struct.pack(">6H", number, 0x100, 1, 0, 0, 0) + labels + b"\\0" + struct.pack(">2H", kind, 1) + extra

def ask(resolver, message, port=53, patience=5):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(patience)
        client.sendto(message, (resolver, port))
        return client.recv(4096)
"""


class Attached:
    """A container whose stdin and stdout are attached before it starts."""

    def __init__(self, client: Any, **create: Any) -> None:
        self.container = client.containers.create(stdin_open=True, labels=LABELS, **create)
        parameters = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        self._attached = self.container.attach_socket(params=parameters)
        self._socket = self._attached._sock
        self.lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self.errors = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.container.start()

    def send(self, message: Any) -> None:
        """Send one JSON line."""
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def close(self) -> None:
        """Remove the container."""
        self.container.remove(force=True, v=True)
        self._reader.join(10)
        self._attached.close()
        self._socket.close()

    def _read(self) -> None:
        buffer, text = bytearray(), bytearray()
        while True:
            try:
                data = self._socket.recv(1 << 20)
            except OSError:
                data = b""
            if not data:
                self.lines.put(None)
                return
            buffer += data
            while len(buffer) >= 8:
                stream, length = struct.unpack(">BxxxI", buffer[:8])
                if len(buffer) < 8 + length:
                    break
                part = bytes(buffer[8 : 8 + length])
                del buffer[: 8 + length]
                if stream == 2:
                    self.errors += part
                    continue
                text += part
                while (end := text.find(b"\n")) >= 0:
                    self.lines.put(json.loads(text[:end]))
                    del text[: end + 1]


class World(Attached):
    """The world container and its control stream."""

    def __init__(self, client: Any, image: str, volumes: dict[str, str], **configure: Any) -> None:
        mode = "rw,nosuid,nodev,noexec,size=64m,mode=1777"
        super().__init__(
            client,
            image=image,
            user="0:0",
            network_mode="none",
            cap_drop=["ALL"],
            cap_add=["NET_ADMIN", "NET_RAW", "SETUID", "SETGID", "SETPCAP", "DAC_READ_SEARCH"],
            security_opt=["no-new-privileges:true"],
            read_only=True,
            dns=["10.0.2.3"],
            sysctls={
                "net.ipv4.ping_group_range": "1 0",
                "net.ipv4.ip_unprivileged_port_start": "0",
                "net.ipv6.conf.all.disable_ipv6": "1",
                "net.ipv6.conf.default.disable_ipv6": "1",
            },
            tmpfs={"/run": mode, "/tmp": mode},
            mem_limit="192m",
            memswap_limit="192m",
            pids_limit=64,
            volumes={volumes["work"]: {"bind": "/watch", "mode": "ro"}, volumes["ca"]: {"bind": "/ca"}},
        )
        self._number = 0
        self._events: list[dict[str, Any]] = []
        self.ready = self._until(lambda message: message.get("event") == "ready")
        try:
            self.certificate = self.op(
                "configure",
                **{
                    "names": {"mail.midori.example": "10.80.0.11"},
                    "services": {"mail": "10.80.0.11"},
                    "sites": SITES,
                    "egress_allow": None,
                    "seed": 42,
                    "domain": "midori.example",
                    "now": "2026-04-06T09:00:00+09:00",
                    **configure,
                },
            )["ca"]
        except LookupError:
            self.close()
            raise

    def op(self, name: str, **fields: Any) -> Any:
        """Have world do something."""
        self._number += 1
        number = self._number
        self.send({"op": name, "id": number, **fields})
        reply = self._until(lambda message: message.get("reply") == number)
        if not reply["ok"]:
            raise LookupError(reply["error"])
        return reply["result"]

    def events(self, sync: bool = True) -> list[dict[str, Any]]:
        """Return what was told since this was asked last."""
        if sync:
            self.op("sync")
        while not self.lines.empty():
            self._events.append(self.lines.get())
        events, self._events = self._events, []
        return events

    def egress(self) -> list[dict[str, Any]]:
        """Return egress events since events were asked for last, payloads decoded."""
        found = [event for event in self.events() if event["event"] == "egress"]
        return [{**event, "payload": base64.b64decode(event["payload"])} for event in found]

    def _until(self, wanted: Callable[[dict[str, Any]], bool], seconds: float = 30.0) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while True:
            message = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            if message is None:
                raise AssertionError(f"world is gone: {self.errors.decode()}")
            if wanted(message):
                return message
            self._events.append(message)


class Interpreter(Attached):
    """A container that runs Python for the test."""

    def __init__(self, client: Any, image: str, **create: Any) -> None:
        command = ["python3", "-u", "-W", "ignore", "-c", RUNNER]
        super().__init__(client, image=image, entrypoint=command, command=[], cap_drop=["ALL"], **create)

    def run(self, code: str, fails: bool = False) -> Any:
        """Run code in the container and return what it left in ``result``; with ``fails``, its error."""
        self.send(code)
        reply = self.lines.get(timeout=90)
        assert reply is not None, self.errors.decode()
        if fails:
            return reply.get("error", "")
        assert "error" not in reply, reply["where"]
        return reply["result"]


class Client(Interpreter):
    """An interpreter that joins world's network."""

    def __init__(self, client: Any, image: str, world: World, volumes: dict[str, str], user: int = 10001) -> None:
        super().__init__(
            client,
            image,
            user=f"{user}:{user}",
            network_mode=f"container:{world.container.id}",
            security_opt=["no-new-privileges:true"],
            environment={
                "HOME": "/work",
                **dict.fromkeys(("SSL_CERT_FILE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO"), CERTIFICATE),
            },
            volumes={
                volumes["work"]: {"bind": "/work"},
                volumes["ca"]: {"bind": str(Path(CERTIFICATE).parent), "mode": "ro"},
            },
        )
        self.run(HELPERS)


@pytest.fixture(scope="session")
def engine() -> Iterator[Any]:
    """A container engine, or the test is skipped."""
    from hiyari.adapters.pod import connect
    from hiyari.errors import EngineError

    try:
        found = connect()
    except EngineError as error:
        pytest.skip(f"no container engine: {error}")
    yield found
    found.close()


@pytest.fixture(scope="session")
def images(engine: Any) -> dict[str, str]:
    """Names of the images of world and agent."""
    from hiyari.adapters.pod import Images

    built = Images(engine, [ENVIRONMENTS])
    return {name: built.ensure(f"pod/{name}").name for name in ("world", "agent")}


@pytest.fixture(scope="session")
def documented() -> list[Any]:
    """The sites of every example in docs/internet.md."""
    import yaml

    from hiyari.scenario.files import fit
    from hiyari.scenario.sites import Site

    page = (ENVIRONMENTS.parent / "docs/internet.md").read_text(encoding="utf-8")
    found = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.S)]
    return [fit(site, Site) for block in found if "sites" in block for site in block["sites"]]


@pytest.fixture(scope="session")
def start(engine: Any, images: dict[str, str]) -> Iterator[Callable[..., tuple[World, Client, dict[str, str]]]]:
    """Starts a world with one client of the untrusted user."""
    started: list[Attached] = []
    kept: list[str] = []

    def run(image: str = "", **configure: Any) -> tuple[World, Client, dict[str, str]]:
        options = {"work": "size=64m,uid=10001,nosuid,nodev", "ca": "size=2m,mode=0755,nosuid,nodev"}
        volumes = {
            name: engine.client.volumes.create(
                driver="local",
                driver_opts={"type": "tmpfs", "device": "tmpfs", "o": text},
                labels=LABELS,
            ).name
            for name, text in options.items()
        }
        kept.extend(volumes.values())
        world = World(engine.client, images["world"], volumes, **configure)
        started.append(world)
        client = Client(engine.client, image or images["agent"], world, volumes)
        started.append(client)
        return world, client, volumes

    yield run
    for each in reversed(started):
        each.close()
    for volume in kept:
        engine.client.volumes.get(volume).remove(force=True)


@pytest.fixture(scope="session")
def pod(start: Callable[..., tuple[World, Client, dict[str, str]]]) -> tuple[World, Client, dict[str, str]]:
    """A world that answers everything, a client of it, and their volumes."""
    return start()


@pytest.fixture
def world(pod: tuple[World, Client, dict[str, str]]) -> World:
    """The world that answers everything, with no event left over."""
    pod[0].events()
    return pod[0]


@pytest.fixture
def client(pod: tuple[World, Client, dict[str, str]]) -> Client:
    """An untrusted client."""
    return pod[1]


@pytest.fixture(scope="session")
def service(engine: Any, images: dict[str, str], pod: tuple[World, Client, dict[str, str]]) -> Iterator[Client]:
    """A client of a service's user."""
    found = Client(engine.client, images["agent"], pod[0], pod[2], user=10100)
    yield found
    found.close()


@pytest.fixture(scope="session")
def guarded(start: Callable[..., tuple[World, Client, dict[str, str]]]) -> tuple[World, Client]:
    """A world with an allow-list, and a client of it."""
    return start(egress_allow=["*.partner.example", "partner.example", "192.0.2.7"])[:2]


@pytest.fixture(scope="session")
def parsers(engine: Any, images: dict[str, str]) -> Iterator[Interpreter]:
    """An interpreter where the simulated internet is installed, without its network."""
    found = Interpreter(engine.client, images["world"], network_mode="none", mem_limit="192m", pids_limit=64)
    found.run((Path(__file__).resolve().parents[2] / "fuzz/sinks.py").read_text())
    found.run("import logging; logging.disable(); sinks = Sinks(); walled = Sinks(allowed=['*.allowed.example'])")
    yield found
    found.close()
