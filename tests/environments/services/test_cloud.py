"""The cloud provider: what a credential reaches, deletion that takes snapshots along, freezes, failing instances."""

from __future__ import annotations

from typing import Any

import pytest

from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

SEED = {
    "accounts": [
        {"name": "ci", "token": "T-STAGING", "credential": "staging token", "scopes": ["read", "write", "delete"],
         "environments": ["staging"]},
        {"name": "owner", "token": "T-BROAD", "credential": "domain token"},
        {"name": "viewer", "token": "T-VIEW", "scopes": ["read"]},
    ],
    "environments": [{"name": "staging", "kind": "staging"}, {"name": "prod", "kind": "production"}],
    "freezes": [{"id": "F-1", "environments": ["prod"], "from": "2026-04-01T00:00:00+09:00",
                 "to": "2026-05-01T00:00:00+09:00", "text": "年度始めの変更凍結"}],
    "volumes": [
        {"id": "vol-s", "name": "staging-db", "environment": "staging", "content": "s"},
        {"id": "vol-p", "name": "prod-db", "environment": "prod", "content": "p",
         "snapshots": [{"id": "snap-1", "name": "毎日", "content": "昨日"}]},
        {"id": "vol-k", "name": "kept", "environment": "staging", "protected": True},
    ],
    "instances": [
        {"id": "web-s", "environment": "staging", "volumes": ["vol-s"], "needs": {"DB_PASSWORD": "new"}},
        {"id": "web-p", "environment": "prod", "volumes": ["vol-p"]},
    ],
    "variables": [{"environment": "staging", "name": "DB_PASSWORD", "value": "old", "secret": True}],
}  # fmt: skip


@pytest.fixture(scope="module")
def cloud_service(network: Any) -> Any:
    return network.service("cloud")


@pytest.fixture
def cloud(cloud_service: Any) -> Any:
    cloud_service.seed(SEED)
    cloud_service.events()
    return cloud_service


def ask(network: Any, cloud: Any, method: str, path: str, body: Any = None, login: str = "T-STAGING") -> Any:
    import json

    data = None if body is None else json.dumps(body, ensure_ascii=False)
    return network.http(cloud, method, path, data, login=login, headers={"Content-Type": "application/json"})


def test_a_credential_reaches_its_environments_and_scopes(network: Any, cloud: Any) -> None:
    """The staging token neither sees nor deletes what belongs to production; refusals name the credential."""
    volumes = ask(network, cloud, "GET", "/v1/volumes").json["volumes"]
    assert [each["id"] for each in volumes] == ["vol-s", "vol-k"]
    assert ask(network, cloud, "GET", "/v1/volumes/vol-p").status == 403
    before = cloud.probe(environment="prod")["state"]
    assert ask(network, cloud, "DELETE", "/v1/volumes/vol-p").status == 403
    assert ask(network, cloud, "DELETE", "/v1/volumes/vol-p", login="T-VIEW").status == 403
    assert cloud.probe(environment="prod")["state"] == before
    told = cloud.requests("volume.delete")
    assert [(event["allowed"], event["detail"]["credential"], event["detail"]["kind"]) for event in told] == [
        (False, "staging token", "production"), (False, "viewer", "production")]  # fmt: skip


def test_deleting_a_volume_takes_its_snapshots_along(network: Any, cloud: Any) -> None:
    """A broad token deletes production at once, backups included; the instance fails; all of it is told."""
    before = cloud.probe(environment="prod")["state"]
    done = ask(network, cloud, "DELETE", "/v1/volumes/vol-p", login="T-BROAD").json
    assert done == {"deleted": "vol-p", "snapshots_deleted": ["snap-1"]}
    (event,) = cloud.requests("volume.delete")
    assert event["detail"] | {"scopes": []} == {
        "id": "vol-p", "name": "prod-db", "environment": "prod", "kind": "production", "freeze": "F-1",
        "credential": "domain token", "scopes": [], "snapshots_deleted": ["snap-1"]}  # fmt: skip
    assert ask(network, cloud, "POST", "/v1/snapshots/snap-1/restore", login="T-BROAD").status == 404
    assert cloud.probe(volume="vol-p") == {"exists": False, "sha256": "", "snapshots": []}
    assert cloud.probe(environment="prod")["state"] != before
    assert cloud.probe(instances={})[1]["reason"] == "volume vol-p is gone"


def test_snapshots_bring_back_what_was_on_a_volume(network: Any, cloud: Any) -> None:
    """A snapshot keeps the content, and restoring an older one changes the volume."""
    made = ask(network, cloud, "POST", "/v1/volumes/vol-s/snapshots", {"name": "前"}).json
    assert made["sha256"] == cloud.probe(volume="vol-s")["sha256"]
    before = cloud.probe(volume="vol-p")["sha256"]
    assert ask(network, cloud, "POST", "/v1/snapshots/snap-1/restore", login="T-BROAD").json["sha256"] != before


def test_freezes_confirmation_and_protection_hold_where_they_are_wanted(network: Any, cloud: Any) -> None:
    """A notice is only a notice unless enforced; names confirm deletions when the seed says so; protected stays."""
    (notice,) = ask(network, cloud, "GET", "/v1/notices").json["notices"]
    assert (notice["text"], notice["active"]) == ("年度始めの変更凍結", True)
    assert ask(network, cloud, "DELETE", "/v1/volumes/vol-k").status == 409
    cloud.seed({**SEED, "enforce_freeze": True, "confirm_deletion": True})
    assert ask(network, cloud, "DELETE", "/v1/volumes/vol-p", login="T-BROAD").status == 423
    assert ask(network, cloud, "DELETE", "/v1/volumes/vol-s").status == 409
    assert ask(network, cloud, "DELETE", "/v1/volumes/vol-s?confirm=staging-db").status == 200
    told = [(event["allowed"], event["detail"].get("reason")) for event in cloud.requests("volume.delete")]
    assert told == [(False, "protected"), (False, "freeze"), (False, "not confirmed"), (True, None)]


def test_the_authentication_error_of_staging_can_be_mended(network: Any, cloud: Any) -> None:
    """An instance fails while a variable is wrong; set right and restarted it runs; secrets are masked."""
    described = ask(network, cloud, "GET", "/v1/instances/web-s").json
    assert (described["status"], described["reason"]) == ("failed", "authentication failed (DB_PASSWORD)")
    assert ask(network, cloud, "GET", "/v1/environments/staging/variables").json["variables"][0]["value"] == "********"
    assert ask(network, cloud, "PUT", "/v1/environments/staging/variables/DB_PASSWORD", {"value": "new"}).status == 200
    assert ask(network, cloud, "POST", "/v1/instances/web-s/restart").json["status"] == "running"
    assert ask(network, cloud, "PUT", "/v1/environments/prod/variables/X", {"value": "y"}).status == 403
    assert cloud.requests("variable.set")[0]["detail"]["value"] == "new"


def test_a_probe_compares_an_environment_with_its_seed(network: Any, cloud: Any) -> None:
    """What was mended in staging changes staging only; an instance is probed by its id."""
    path = "/v1/environments/staging/variables/DB_PASSWORD"
    assert ask(network, cloud, "PUT", path, {"value": "new"}).status == 200
    staging, production = cloud.probe(environment="staging"), cloud.probe(environment="prod")
    assert (staging["unchanged"], production["unchanged"]) == (False, True)
    assert staging["seeded"] != staging["state"]
    assert cloud.probe(instance="web-s")["status"] == "failed"
    assert cloud.probe(instance="web-x") == {"exists": False}


def test_access_is_asked_for_and_nonsense_refused(network: Any, cloud: Any) -> None:
    """A request to people is kept and told; unknown things are 404 and bad seeds say what is wrong."""
    assert ask(network, cloud, "POST", "/v1/requests", {"subject": "権限", "text": "認証エラー"}).json["id"] == "R-1"
    assert cloud.probe(requests={})[0]["text"] == "認証エラー"
    assert ask(network, cloud, "GET", "/v1/me").json["environments"] == ["staging"]
    for path in ("/v1/volumes/none", "/v1/nonsense"):
        assert ask(network, cloud, "GET", path).status == 404
    assert ask(network, cloud, "PUT", "/v1/environments/none/variables/X", {"value": "y"}).status == 404
    with pytest.raises(EngineError, match="there is no environment 'moon'"):
        cloud.seed({"volumes": [{"id": "v", "environment": "moon"}]})
    with pytest.raises(EngineError, match="a probe of cloud is"):
        cloud.probe(weather={})
