"""Images from folders: built once, labelled by a digest of their content, built again when it changes."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hiyari.errors import ContentError, EngineError, unknown_name

from .engine import Engine, engine_errors, retried
from .locks import locked
from .rootfs import REPOSITORY, base_image, built_before
from .types import CONTENT_LABEL, ImageRef, Progress
from .wheels import REQUIREMENTS, wheels

ROOTFS = "rootfs"
"""Parent of the one image that stands on the bare base."""
BUILD_TIMEOUT = 900
"""Wall seconds without a word from a build after which it counts as failed."""
_FIELDS = {"parent", "copy", "network"}
_IGNORED = {"__pycache__", ".DS_Store", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


class Images:
    """Builds and finds the images of content folders.

    Args:
        engine: The engine that builds and keeps them.
        roots: ``environments`` folders, in which parents are looked up by name; the first that has it wins.
        progress: Told every image and every step of its build.
    """

    def __init__(self, engine: Engine, roots: Sequence[Path], progress: Progress = lambda line: None) -> None:
        self._engine = engine
        self._roots = [root.resolve() for root in roots]
        self._progress = progress
        self._base: ImageRef | None = None

    def ensure(self, image: str | Path) -> ImageRef:
        """Return the image of a folder, building it and its parents when their content has changed.

        Args:
            image: The folder, or its name under one of the roots, such as ``pod/agent``.

        Raises:
            ContentError: If there is no such folder or its image.yaml is wrong.
            EngineError: If the build fails; ends with the tail of its log.
        """
        folder = self._folder(image)
        recipe = _recipe(folder)
        parent = self._parent(recipe["parent"])
        files = list(_context(folder, recipe["copy"]))
        return self._built(self._name(folder), parent, files, network=recipe["network"])

    def ensure_all(self, images: Iterable[str | Path]) -> list[ImageRef]:
        """Return several images, building up to two at a time."""
        with ThreadPoolExecutor(2, thread_name_prefix="hiyari-build") as pool:
            return list(pool.map(self.ensure, images))

    def _contents(self) -> set[str]:
        """Return the digests that the images of all folders under the roots have now; builds nothing but a base.

        Raises:
            ContentError: If a folder's image.yaml is wrong.
            EngineError: If the engine does not answer.
        """
        known: dict[Path, str] = {}

        def content(folder: Path) -> str:
            if folder not in known:
                recipe = _recipe(folder)
                named = recipe["parent"]
                parent = self._parent(ROOTFS).content if named == ROOTFS else content(self._folder(named))
                known[folder] = _digest(ImageRef("", parent), list(_context(folder, recipe["copy"])))
            return known[folder]

        for root in self._roots:
            for file in root.glob("**/Dockerfile"):
                content(file.parent.resolve())
        return set(known.values())

    def superseded(self) -> list[str]:
        """Return the names of images of ours that no folder under the roots stands for any more.

        Raises:
            ContentError: If a folder's image.yaml is wrong.
            EngineError: If the engine does not answer.
        """
        if built_before(self._engine) is None and not os.environ.get("HIYARI_BASE_IMAGE"):
            return []
        current = self._contents()
        with engine_errors("looking for images"):
            found = retried(lambda: self._engine.api.images(filters={"label": CONTENT_LABEL}))
        old = [entry for entry in found if entry["Labels"][CONTENT_LABEL] not in current]
        names = [
            name for entry in old for name in entry.get("RepoTags") or () if re.match(r"(localhost/)?hiyari/", name)
        ]
        return sorted(name for name in names if f"{REPOSITORY}:" not in name)

    def with_tools(self, image: ImageRef, tools: Mapping[str, Path], packages: Iterable[str] = ()) -> ImageRef:
        """Return an agent image that also holds further tool servers.

        Args:
            image: The agent image.
            tools: Tool folders by name; each lands in ``/opt/tools/<name>``.
            packages: Debian packages they need.

        Raises:
            ContentError: If a package name is none.
            EngineError: If the build fails.
        """
        if not tools:
            return image
        wanted = sorted(set(packages))
        for package in wanted:
            if not re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", package):
                raise ContentError(f"{package!r} is no name of a Debian package", field="packages")
        lines = ["ARG BASE_IMAGE", "FROM ${BASE_IMAGE}", "USER 0:0"]
        if wanted:
            install = f"DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends {' '.join(wanted)}"
            lines.append(f"RUN apt-get update -q && {install} && rm -rf /var/lib/apt/lists/* /var/cache/apt/*")
        lines += ["COPY tools/ /opt/tools/", "RUN chmod -R go-w,a+rX /opt/tools", "USER 10001:10001", ""]
        files = [("Dockerfile", 0o644, "\n".join(lines).encode())]
        for name, folder in sorted(tools.items()):
            files += [(f"tools/{name}/{path}", mode, data) for path, mode, data in _files(folder)]
        return self._built("hiyari/agent-tools", image, files, network=bool(wanted))

    def _parent(self, name: str) -> ImageRef:
        if name != ROOTFS:
            return self.ensure(name)
        if self._base is None:
            self._base = base_image(self._engine, self._progress)
        return self._base

    def _folder(self, image: str | Path) -> Path:
        candidates = [image] if isinstance(image, Path) else [root / image for root in self._roots]
        for folder in candidates:
            if (folder / "Dockerfile").is_file():
                return folder.resolve()
        if isinstance(image, Path):
            raise ContentError("there is no Dockerfile in this folder", file=image)
        known = [self._label(file.parent) for root in self._roots for file in root.glob("**/Dockerfile")]
        raise unknown_name("image", image, known)

    def _label(self, folder: Path) -> str:
        for root in self._roots:
            if folder.is_relative_to(root):
                return folder.relative_to(root).as_posix()
        return folder.name

    def _name(self, folder: Path) -> str:
        return "hiyari/" + re.sub(r"[^a-z0-9/]+", "-", self._label(folder).lower()).strip("-/")

    def _built(self, name: str, parent: ImageRef, files: list[tuple[str, int, bytes]], *, network: bool) -> ImageRef:
        content = _digest(parent, files)
        wanted = ImageRef(name=f"{name}:{content[:12]}", content=content)
        if self._has(wanted):
            return wanted
        with locked(f"image-{name}-{content[:12]}"):
            if not self._has(wanted):
                self._progress(f"{name}: building")
                self._build(wanted, parent, files, network=network)
                self._progress(f"{name}: ready")
        return wanted

    def _has(self, image: ImageRef) -> bool:
        with engine_errors(f"looking for image {image.name}"):
            found = retried(lambda: self._engine.api.images(name=image.name))
        return any((entry.get("Labels") or {}).get(CONTENT_LABEL) == image.content for entry in found)

    def _build(self, image: ImageRef, parent: ImageRef, files: list[tuple[str, int, bytes]], *, network: bool) -> None:
        name = image.name.rpartition(":")[0]
        log: list[str] = []
        pinned = next((data for path, _, data in files if path == REQUIREMENTS), None)
        if pinned is not None:
            files = [*files, *wheels(pinned)]
        with engine_errors(f"building {name}"):
            answers = self._engine.api.build(
                fileobj=_archive(files),
                custom_context=True,
                encoding="gzip",
                tag=image.name,
                rm=True,
                forcerm=True,
                decode=True,
                timeout=BUILD_TIMEOUT,
                buildargs={"BASE_IMAGE": parent.name, **_proxies()},
                labels={CONTENT_LABEL: image.content},
                network_mode="host" if network else "none",
            )
            for answer in answers:
                line = str(answer.get("stream") or answer.get("status") or "").rstrip()
                log += line.splitlines()
                if line.startswith(("Step ", "STEP ")):
                    self._progress(f"{name}: {line[:100]}")
                if answer.get("error"):
                    tail = "\n".join(f"  {line}" for line in [*log[-20:], str(answer["error"])])
                    raise EngineError(f"the image {name} could not be built:\n{tail}")


def _recipe(folder: Path) -> dict[str, Any]:
    """Read ``image.yaml``, which says how the image is built; all of it is optional."""
    import yaml

    file = folder / "image.yaml"
    try:
        stated = (yaml.safe_load(file.read_text()) if file.exists() else None) or {}
    except yaml.YAMLError as error:
        raise ContentError(f"not valid YAML: {error}", file=file) from error
    if not isinstance(stated, dict):
        raise ContentError("expected a mapping of parent, copy, network", file=file)
    for field in stated:
        if field not in _FIELDS:
            raise unknown_name("field", str(field), _FIELDS, file=file, field=str(field))
    parent, copies, network = stated.get("parent", "pod/base"), stated.get("copy", []), stated.get("network", False)
    if not isinstance(parent, str):
        raise ContentError("expected the name of an image folder", file=file, field="parent")
    if not isinstance(copies, list) or not all(isinstance(copy, str) for copy in copies):
        raise ContentError("expected a list of folders", file=file, field="copy")
    if not isinstance(network, bool):
        raise ContentError("expected true or false", file=file, field="network")
    for number, copy in enumerate(copies):
        if not (folder / copy).is_dir():
            raise ContentError(f"there is no folder {copy}", file=file, field=f"copy.{number}")
    return {"parent": parent, "copy": [(folder / copy).resolve() for copy in copies], "network": network}


def _context(folder: Path, copies: list[Path]) -> Iterator[tuple[str, int, bytes]]:
    yield from _files(folder)
    for copy in copies:
        for path, mode, data in _files(copy):
            yield f"{copy.name}/{path}", mode, data


def _files(folder: Path) -> Iterator[tuple[str, int, bytes]]:
    """List the files below a folder: relative path, mode 644 or 755, content. Links are followed inside only."""
    for file in sorted(folder.rglob("*")):
        relative = file.relative_to(folder)
        if _IGNORED & set(relative.parts) or file.suffix == ".pyc" or not file.is_file():
            continue
        if not file.resolve().is_relative_to(folder.resolve()):
            raise ContentError("a link that leaves the image's folder cannot be built in", file=file)
        yield relative.as_posix(), 0o755 if os.access(file, os.X_OK) else 0o644, file.read_bytes()


def _digest(parent: ImageRef, files: list[tuple[str, int, bytes]]) -> str:
    digest = hashlib.sha256(f"{parent.content}\n".encode())
    for path, mode, data in files:
        digest.update(f"{path}\0{mode:o}\0{hashlib.sha256(data).hexdigest()}\n".encode())
    return digest.hexdigest()


def _archive(files: list[tuple[str, int, bytes]]) -> io.BytesIO:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for path, mode, data in files:
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(data), mode
            archive.addfile(entry, io.BytesIO(data))
    return io.BytesIO(gzip.compress(raw.getvalue(), compresslevel=1, mtime=0))


def _proxies() -> dict[str, str]:
    """Pass the machine's proxy on: these build arguments are predefined and leave no trace in the image."""
    names = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
    return {name: os.environ[name] for name in names if os.environ.get(name)}
