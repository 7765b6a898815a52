"""Finding a container engine."""

from __future__ import annotations

import gc
import socket
import threading

import pytest

from hiyari.adapters.pod.engine import connect, engine_errors, retried
from hiyari.errors import EngineError, EngineMissing


@pytest.mark.docker
def test_the_engine_that_answers_is_described():
    """Version, API, control groups and runtimes are known, for the doctor."""
    engine = connect()
    try:
        assert engine.product in ("Docker", "Podman")
        assert engine.version and engine.api_version and engine.kernel
        assert engine.cgroup_version in ("1", "2")
        assert engine.runtimes
    finally:
        engine.close()


def test_without_an_engine_the_error_says_what_to_do(monkeypatch, tmp_path):
    """The address that was tried and the ways to get an engine are named."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(EngineMissing) as caught:
        connect()
    text = str(caught.value)
    assert f"unix://{tmp_path}/none.sock" in text
    assert "apt-get install -y docker.io" in text and "Docker Desktop" in text and "podman.socket" in text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the SDK drops its socket unclosed
def test_something_that_is_no_engine_is_not_taken_for_one(monkeypatch, tmp_path):
    """A socket that hangs up at once is reported as no engine."""
    path = tmp_path / "other.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def hang_up():
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        with pytest.raises(EngineMissing):
            connect(timeout=2)
        server.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=5)
    gc.collect()


def test_reads_are_tried_again_when_the_connection_breaks():
    """Two broken connections do not fail a read; three do."""
    import requests

    left = [requests.ConnectionError("reset"), requests.Timeout("late")]

    def read():
        if left:
            raise left.pop()
        return "read"

    assert retried(read, pause=0) == "read"
    left.extend([requests.ConnectionError("reset")] * 3)
    with pytest.raises(EngineError, match="reading: the container engine does not answer"), engine_errors("reading"):
        retried(read, pause=0)
