"""The image everything starts from: Debian, by digest from a registry, else made from Debian packages."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from hiyari.errors import EngineError

from .engine import Engine, engine_errors, retried
from .locks import cache_folder, locked
from .sources import Sources, machine_sources
from .types import CONTENT_LABEL, ImageRef, Progress

REPOSITORY = "hiyari/rootfs"
REGISTRY_IMAGE = ("debian", "bookworm-slim")
REGISTRY_TIMEOUT = 10.0
"""Wall seconds to wait for a registry's answer before Debian packages are used instead."""
EPOCH = "1735689600"
"""SOURCE_DATE_EPOCH of the root file system: 2025-01-01, so that equal packages give equal bytes."""
PACKAGES = ("ca-certificates",)
_DROPPED = (
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/lintian/*",
    "force-unsafe-io",
)
_RUBBISH = (
    "/var/lib/apt/lists/*",
    "/var/cache/apt/*",
    "/var/log/*",
    "/var/cache/debconf/*-old",
    # Copies of this machine's own; gVisor under Podman shows the image's file where Docker mounts another over it.
    "/etc/resolv.conf",
    "/etc/hostname",
)
"""What is removed at the end."""


def base_image(engine: Engine, progress: Progress) -> ImageRef:
    """Return the base image, making it when it is not there yet.

    Order: ``HIYARI_BASE_IMAGE``; one made or pulled before; ``debian:bookworm-slim`` by digest from a registry;
    mmdebstrap with the machine's own package sources.

    Raises:
        EngineError: If none of these works; says what to do.
    """
    named = os.environ.get("HIYARI_BASE_IMAGE", "")
    if named:
        return _named(engine, named, progress)
    with locked("rootfs"):
        return built_before(engine) or pulled(engine, progress) or _made(engine, progress)


def _named(engine: Engine, name: str, progress: Progress) -> ImageRef:
    import docker.errors

    with engine_errors(f"HIYARI_BASE_IMAGE={name}"):
        try:
            image = engine.client.images.get(name)
        except docker.errors.ImageNotFound:
            progress(f"base: pulling {name}")
            image = engine.client.images.pull(name)
    return ImageRef(name=name, content=str(image.id).removeprefix("sha256:"))


def built_before(engine: Engine) -> ImageRef | None:
    """Return the newest base image this engine has, None when it has none."""
    with engine_errors("looking for a base image"):
        images = retried(lambda: engine.api.images(name=REPOSITORY, filters={"label": CONTENT_LABEL}))
    tagged = [image for image in images if image.get("RepoTags")]
    if not tagged:
        return None
    newest = max(tagged, key=lambda image: (image["Created"], image["Id"]))
    return ImageRef(name=newest["RepoTags"][0], content=newest["Labels"][CONTENT_LABEL])


def pulled(
    engine: Engine, progress: Progress, image: tuple[str, str] = REGISTRY_IMAGE, repository: str = REPOSITORY
) -> ImageRef | None:
    """Pull an image by its digest, label it, and return it; None when no registry answers in time.

    Args:
        engine: The engine that pulls.
        progress: Told what is pulled.
        image: Name and tag whose digest is looked up first.
        repository: Name it gets here.
    """
    import docker.errors
    import requests

    name, tag = image
    url = engine.api._url("/distribution/{0}/json", f"{name}:{tag}")
    try:
        answer = engine.api.get(url, timeout=REGISTRY_TIMEOUT)
        answer.raise_for_status()
        digest = str(answer.json()["Descriptor"]["digest"])
        progress(f"base: pulling {name}@{digest[:19]}")
        engine.client.images.pull(f"{name}@{digest}")
    except (docker.errors.DockerException, requests.RequestException, KeyError, ValueError):
        return None
    content = digest.removeprefix("sha256:")
    made = ImageRef(name=f"{repository}:{content[:12]}", content=content)
    # A label needs an image of its own; the digest stays readable in it.
    recipe = f"FROM {name}@{digest}\nLABEL {CONTENT_LABEL}={content} hiyari.from={name}@{digest}\n"
    with engine_errors("labelling the base image"), tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Dockerfile").write_text(recipe)
        engine.client.images.build(path=folder, tag=made.name, rm=True, forcerm=True)
    return made


def _made(engine: Engine, progress: Progress) -> ImageRef:
    """Build with mmdebstrap, or take the cached result of the same inputs."""
    try:
        sources = machine_sources()
    except EngineError as error:
        raise EngineError(
            f"no registry answers for {':'.join(REGISTRY_IMAGE)} and {error}; "
            "set HIYARI_BASE_IMAGE to a Debian 12 image this engine has, or give the engine access to a registry"
        ) from error
    stated = {key: str(value) for key, value in asdict(sources).items()}
    inputs = json.dumps([stated, PACKAGES, _DROPPED, _RUBBISH, EPOCH], sort_keys=True)
    content = hashlib.sha256(inputs.encode()).hexdigest()
    archive = cache_folder() / f"rootfs-{content[:12]}.tar"
    if not archive.exists():
        progress(f"base: making {sources.suite} from Debian packages (mmdebstrap, about half a minute)")
        _bootstrap(sources, archive)
    progress("base: importing")
    made = ImageRef(name=f"{REPOSITORY}:{content[:12]}", content=content)
    changes = [
        f"LABEL {CONTENT_LABEL}={content}",
        "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ]
    with engine_errors("importing the base image"):
        engine.api.import_image(src=str(archive), repository=REPOSITORY, tag=content[:12], changes=changes)
    return made


def _bootstrap(sources: Sources, archive: Path) -> None:
    _need_mmdebstrap()
    with tempfile.TemporaryDirectory(prefix="hiyari-rootfs-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        mirrors = []
        for text, suffix in ((sources.deb822, "sources"), (sources.one_line, "list")):
            if text:
                mirror = folder / f"machine.{suffix}"
                mirror.write_text(text)
                mirrors.append(str(mirror))
        made = folder / "rootfs.tar"
        command = ["mmdebstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "--format=tar"]
        command += [f"--dpkgopt={option}" for option in _DROPPED]
        command += [f"--aptopt={option}" for option in ('Acquire::Languages "none"', *sources.options)]
        command += [f"--setup-hook={_copy(file)}" for file in sources.keyrings]
        command += [f"--customize-hook={_copy(file)}" for file in sources.certificates]
        if sources.certificates:
            command.append('--customize-hook=chroot "$1" update-ca-certificates')
        command.append("--customize-hook=rm -rf " + " ".join(f'"$1"{path}' for path in _RUBBISH))
        command += [sources.suite, str(made), *mirrors]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "DEBIAN_FRONTEND": "noninteractive"},
        )
        if done.returncode != 0:
            tail = "\n".join(done.stderr.splitlines()[-15:])
            raise EngineError(f"mmdebstrap could not make the base image:\n{tail}")
        # Renamed when complete, so that a killed build never leaves half an archive under the final name.
        part = archive.with_suffix(f".{os.getpid()}.part")
        try:
            shutil.move(made, part)
            part.replace(archive)
        finally:
            part.unlink(missing_ok=True)


def _copy(file: Path) -> str:
    return f'mkdir -p "$1{file.parent}" && cp "{file}" "$1{file}"'


def _need_mmdebstrap() -> None:
    if shutil.which("mmdebstrap"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "mmdebstrap"]):
            with suppress(OSError):
                subprocess.run(["apt-get", *arguments], capture_output=True, env=environment)
    if not shutil.which("mmdebstrap"):
        raise EngineError(
            "no registry answers and mmdebstrap is not installed: sudo apt-get install mmdebstrap, "
            "or set HIYARI_BASE_IMAGE to a Debian 12 image this engine has"
        )
