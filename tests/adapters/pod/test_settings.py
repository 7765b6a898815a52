"""The agent's /etc where the engine makes no network: as if it had, the run's own, and gone with it."""

from __future__ import annotations

import pytest

from hiyari.adapters.pod import Engine, Pods, connect
from hiyari.adapters.pod.pod import start_pod
from hiyari.adapters.pod.settings import FILES, has_settings
from hiyari.errors import EngineError

from .conftest import BARE, ROOT, played


def test_a_plain_pod_has_the_files_an_engine_would_have_made(engine: Engine, pods: Pods):
    """Hosts and resolver are there to the byte, beside what the image holds, and none of it can be written."""
    if not has_settings(engine, pods.plan(BARE)):
        pytest.skip(f"{engine.product} makes these files itself")
    cell = played(pods)
    try:
        for name, text in FILES.items():
            assert cell.says(f"cat /etc/{name}") == text
        assert "agent:x:10001" in cell.says("cat /etc/passwd")
        assert cell.says("cat /etc/hostname") == cell.says("hostname")
        assert "Read-only" in cell.says("touch /etc/new 2>&1")
        networks = engine.api.inspect_container(cell.world._pod.container("world"))["NetworkSettings"]["Networks"]
        assert not networks
    finally:
        cell.world.close()


def test_the_volume_goes_with_the_run(engine: Engine):
    """All pods of a run share one volume for their image; closing the run removes it."""
    with Pods(connect(), [ROOT], run="test-settings") as pods:
        pair = [pods.acquire(BARE, f"e{number}") for number in range(2)]
        found = {_settings(pod.inspect("agent")) for pod in pair}
        assert len(found) == 1
        names = {volume["Name"] for volume in engine.api.volumes()["Volumes"]}
        assert found <= names
    assert not found & {volume["Name"] for volume in engine.api.volumes()["Volumes"] or ()}


def test_a_volume_that_is_not_the_runs_own_is_noticed(engine: Engine, pods: Pods):
    """Docker makes a volume in place of one that was removed; a pod with one that nobody labelled is refused."""
    name, plan = "hiyari-test-settings-foreign", pods.plan(BARE)
    host = engine.api.create_host_config(binds=[f"{name}:/etc:rw"])
    engine.api.create_container(plan.agent.name, name=name, host_config=host)
    try:
        with pytest.raises(EngineError, match="settings are those of the run"):
            start_pod(engine, plan, "test-settings", "foreign", name)
    finally:
        engine.api.remove_container(name, force=True)
        engine.api.remove_volume(name, force=True)


def _settings(inspected: dict) -> str:
    return next(mount["Name"] for mount in inspected["Mounts"] if mount["Destination"] == "/etc")
