"""Where the base image comes from; making one from Debian packages is what every first run does."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hiyari.adapters.pod.rootfs import base_image, pulled
from hiyari.errors import EngineError

pytestmark = pytest.mark.docker
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def silent(line):
    """Ignore progress."""


def image_of(files):
    """An image of one layer: its manifest, and its blobs by digest."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    layer = gzip.compress(raw.getvalue(), mtime=0)
    difference = "sha256:" + hashlib.sha256(raw.getvalue()).hexdigest()
    config = json.dumps(
        {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [difference]}}
    ).encode()
    blobs = {"sha256:" + hashlib.sha256(blob).hexdigest(): blob for blob in (config, layer)}
    described = [{"digest": digest, "size": len(blob)} for digest, blob in blobs.items()]
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", **described[0]},
        "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", **described[1]}],
    }
    return json.dumps(manifest).encode(), blobs


@pytest.fixture
def registry():
    """A registry of one image on this machine; yields its address and the image's digest."""
    manifest, blobs = image_of({"hello": b"from a registry"})
    digest = "sha256:" + hashlib.sha256(manifest).hexdigest()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, send_body):
            body = manifest if "/manifests/" in self.path else blobs.get(self.path.rpartition("/")[2], b"")
            self.send_response(200)
            self.send_header("Docker-Distribution-API-Version", "registry/2.0")
            if "/manifests/" in self.path:
                self.send_header("Content-Type", MANIFEST)
                self.send_header("Docker-Content-Digest", digest)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if send_body:
                self.wfile.write(body)

        def do_GET(self):
            self.answer(True)

        def do_HEAD(self):
            self.answer(False)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", digest
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_registry_image_is_pulled_by_digest_and_recorded(engine, registry):
    """The tag is looked up once; what is pulled, built on and recorded is the digest."""
    address, digest = registry
    lines = []
    found = pulled(engine, lines.append, (f"{address}/debian", "bookworm-slim"), "hiyari/imgtest/rootfs")
    try:
        assert found is not None and f"sha256:{found.content}" == digest
        labels = engine.client.images.get(found.name).labels
        assert labels["hiyari.content"] == found.content
        assert labels["hiyari.from"] == f"{address}/debian@{digest}"
        assert lines == [f"base: pulling {address}/debian@{digest[:19]}"]
    finally:
        engine.client.images.remove(found.name, force=True)
        engine.client.images.remove(f"{address}/debian@{digest}", force=True)


def test_without_a_registry_there_is_none_and_no_error(engine):
    """Then Debian packages are the next try."""
    assert pulled(engine, silent, ("127.0.0.1:9/debian", "bookworm-slim"), "hiyari/imgtest/rootfs") is None


def test_a_named_base_image_is_used(engine, monkeypatch):
    """HIYARI_BASE_IMAGE wins; its identity counts into all content digests."""
    base = base_image(engine, silent)
    assert base_image(engine, silent) == base
    monkeypatch.setenv("HIYARI_BASE_IMAGE", base.name)
    named = base_image(engine, silent)
    assert named.name == base.name
    assert f"sha256:{named.content}" == engine.client.images.get(base.name).id


def test_a_named_base_image_that_does_not_exist_is_explained(engine, monkeypatch):
    """The error names the variable."""
    monkeypatch.setenv("HIYARI_BASE_IMAGE", "127.0.0.1:9/absent:tag")
    with pytest.raises(EngineError, match="HIYARI_BASE_IMAGE=127"):
        base_image(engine, silent)
