"""The agent's ``/etc`` where the engine makes no network for a pod, and so writes no ``hosts`` and ``resolv.conf``.

A network that Docker makes for ``--network none`` costs a fifth of a plain pod's start: it runs itself twice more
(20.10). Without one it puts empty files over the image's, so all pods of a plan mount one volume, read-only, that holds
the image's ``/etc`` with those two filled in. It belongs to the run and goes with it.
"""

from __future__ import annotations

import io
import secrets
import tarfile
import threading
from datetime import UTC, datetime

from .engine import Engine, engine_errors
from .owner import labels
from .plan import PodPlan
from .reaper import remove

RESOLVER = "10.0.2.3"
"""Where the pod's resolver seems to be; whoever is asked, world answers."""
FILES = {
    "hosts": (
        "127.0.0.1\tlocalhost\n"
        "::1\tlocalhost ip6-localhost ip6-loopback\n"
        "fe00::0\tip6-localnet\n"
        "ff00::0\tip6-mcastprefix\n"
        "ff02::1\tip6-allnodes\n"
        "ff02::2\tip6-allrouters\n"
    ),
    "resolv.conf": f"nameserver {RESOLVER}\n",
}
"""What the engine writes into a container whose network it makes, to the byte."""
FOLDER = "/etc"


def has_settings(engine: Engine, plan: PodPlan) -> bool:
    """Tell whether pods of a plan do without the engine's network.

    Each service would need a volume of its own image's ``/etc``, and takes longer to start than is saved. Podman makes
    no network for ``none``, and writes the files.
    """
    return engine.product == "Docker" and not plan.services


class Settings:
    """The volumes of one run.

    Args:
        engine: The engine that holds them.
        run: Identifier of the run, for labels.
    """

    def __init__(self, engine: Engine, run: str) -> None:
        self._engine = engine
        self._labels = labels(run, "settings")
        self._lock = threading.Lock()
        self._made: dict[str, str] = {}

    def of(self, plan: PodPlan) -> str:
        """Return the name of the volume for a plan's agents, made at the first call; empty when they need none.

        Raises:
            EngineError: If it cannot be made; nothing is left then.
        """
        if not has_settings(self._engine, plan):
            return ""
        with self._lock:
            name = self._made.get(plan.agent.name)
            if name is None:
                name = self._make(plan.agent.name)
                self._made[plan.agent.name] = name
            return name

    def close(self) -> None:
        """Remove the volumes; the pods that use them are gone.

        Raises:
            EngineError: If one could not be removed.
        """
        with self._lock:
            made, self._made = self._made, {}
        remove(self._engine, [], list(made.values()))

    def _make(self, image: str) -> str:
        api, name = self._engine.api, f"hiyari-{secrets.token_hex(5)}-settings"
        try:
            with engine_errors(f"making volume {name}"):
                api.create_volume(name=name, driver="local", labels=self._labels)
                # Never started: the engine fills the empty volume with the image's own folder when it creates this.
                host = api.create_host_config(binds=[f"{name}:{FOLDER}:rw"], network_mode="none")
                api.create_container(image, name=name, labels=self._labels, host_config=host, network_disabled=True)
                api.put_archive(name, FOLDER, _archive())
        except BaseException:
            remove(self._engine, [name], [name])
            raise
        remove(self._engine, [name], [])
        return name


def _archive() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, text in FILES.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(text.encode()), 0o644, int(datetime.now(UTC).timestamp())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return made.getvalue()
