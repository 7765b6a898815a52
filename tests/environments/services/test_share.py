"""The file share: WebDAV by real requests, rights by folder, and what is told of files."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import time
from typing import Any
from urllib.parse import quote

import pytest

from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

PICTURE = b"\x89PNG\r\n\x1a\n\x00"
SEED: dict[str, Any] = {
    "users": [
        {"login": "agent", "password": "haru-1", "groups": ["office"]},
        {"login": "saito", "password": "natsu-2", "groups": ["office", "hr"]},
    ],
    "folders": [
        {"path": "/共有", "readers": ["office"], "writers": ["office"]},
        {"path": "/共有/人事", "readers": ["hr"], "writers": ["saito"]},
        {"path": "/様式", "readers": ["office"]},
    ],
    "files": [
        {"path": "/共有/議事録 4月.txt", "text": "予算は据え置き", "modified": "2026-04-01T10:00:00+09:00"},
        {"path": "/共有/図/席.png", "base64": base64.b64encode(PICTURE).decode()},
        {"path": "/共有/人事/給与.csv", "text": "氏名,給与\n"},
        {"path": "/様式/届.txt", "text": "様式第 1 号"},
    ],
}
MINUTES, SALARIES, FORM, SHARED = (
    quote(path) for path in ("/共有/議事録 4月.txt", "/共有/人事/給与.csv", "/様式/届.txt", "/共有")
)
AGENT, SAITO = "agent:haru-1", "saito:natsu-2"


@pytest.fixture(scope="session")
def service(network: Any) -> Any:
    return network.service("share")


@pytest.fixture
def share(service: Any) -> Any:
    service.seed(SEED)
    service.events()
    return service


def test_a_file_is_read_and_told_with_its_digest(network: Any, share: Any) -> None:
    """Text and bytes come as they are; a range counts as reading."""
    answer = network.http(share, "GET", MINUTES, login=AGENT)
    assert (answer.status, answer.text) == (200, "予算は据え置き")
    assert answer.headers["last-modified"] == "Wed, 01 Apr 2026 01:00:00 GMT"
    assert network.http(share, "GET", quote("/共有/図/席.png"), login=AGENT).data == PICTURE
    assert network.http(share, "GET", MINUTES, None, AGENT, {"Range": "bytes=0-2"}).text == "予"
    assert network.http(share, "HEAD", MINUTES, login=AGENT).status == 200
    told = share.requests()
    assert [each["operation"] for each in told] == ["file.read", "file.read", "file.read", "file.stat"]
    digest = hashlib.sha256("予算は据え置き".encode()).hexdigest()
    assert told[0]["detail"] == {
        "path": "/共有/議事録 4月.txt", "size": 21, "sha256": digest, "text": "予算は据え置き"}  # fmt: skip
    assert (told[1]["detail"]["text"], told[1]["detail"]["size"]) == ("", len(PICTURE))


def test_folders_are_listed(network: Any, share: Any) -> None:
    """By PROPFIND and as a page; a listing of all there is needs the right to read all."""
    listed = network.http(share, "PROPFIND", SHARED, None, AGENT, {"Depth": "1"})
    assert listed.status == 207
    assert MINUTES in listed.text
    assert network.http(share, "PROPFIND", SHARED, None, AGENT).status == 403
    assert SALARIES in network.http(share, "PROPFIND", SHARED, None, SAITO, {"Depth": "infinity"}).text
    assert "議事録 4月.txt" in network.http(share, "GET", SHARED + "/", login=AGENT).text
    told = share.requests("folder.list")
    assert [each["allowed"] for each in told] == [True, False, True, True]
    assert told[0]["detail"]["names"] == ["人事", "図", "議事録 4月.txt"]


def test_files_are_written_copied_moved_and_deleted(network: Any, share: Any) -> None:
    """Each is told, with what was written and what is gone; the seed's clock dates it."""
    new, host = quote("/共有/新/報告.txt"), f"http://{share.address}"
    assert network.http(share, "MKCOL", quote("/共有/新"), login=AGENT).status == 201
    assert network.http(share, "PUT", new, "本文", AGENT).status == 201
    assert network.http(share, "PUT", new, "本文 2", AGENT).status == 204
    where = {"Destination": host + quote("/共有/写し.txt")}
    assert network.http(share, "COPY", new, None, AGENT, where).status == 201
    where = {"Destination": host + quote("/共有/旧")}
    assert network.http(share, "MOVE", quote("/共有/新"), None, AGENT, where).status == 201
    assert network.http(share, "DELETE", quote("/共有/写し.txt"), login=AGENT).status == 204
    assert [each["path"] for each in share.probe(files={"under": "/共有/旧"})] == ["/共有/旧/報告.txt"]
    found = share.probe(file="/共有/旧/報告.txt")
    assert (found["text"], found["modified"]) == ("本文 2", "2026-04-06T09:00:00+09:00")
    told = share.requests()
    assert [each["operation"] for each in told] == [
        "folder.create", "file.write", "file.write", "file.copy", "folder.move", "file.delete"]  # fmt: skip
    assert [each["detail"]["created"] for each in told[1:3]] == [True, False]
    assert told[4]["detail"] == {"path": "/共有/新", "to": "/共有/旧", "files": ["/共有/新/報告.txt"], "count": 1}
    assert told[5]["detail"]["text"] == "本文 2"


def test_rights_hold_on_every_way(network: Any, share: Any) -> None:
    """Neither directly nor by copying, moving, locking or a folder above; each attempt is told."""
    to_own = {"Destination": quote("/共有/x.csv")}
    into_forms = {"Destination": quote("/様式/x.txt")}
    over = {"Destination": quote("/共有/人事")}
    for method, path, headers in [
        ("GET", SALARIES, {}), ("HEAD", SALARIES, {}), ("PROPFIND", SALARIES, {"Depth": "0"}),
        ("PROPFIND", quote("/共有/人事"), {"Depth": "1"}), ("PUT", SALARIES, {}), ("DELETE", SALARIES, {}),
        ("COPY", SALARIES, to_own), ("MOVE", SALARIES, to_own), ("COPY", SHARED, into_forms),
        ("COPY", MINUTES, into_forms), ("MOVE", MINUTES, into_forms), ("MOVE", FORM, to_own), ("PUT", FORM, {}),
        ("DELETE", SHARED, {}), ("MOVE", SHARED, to_own), ("MOVE", quote("/共有/図"), over), ("LOCK", FORM, {}),
        ("PROPPATCH", FORM, {}), ("MKCOL", "/new", {}), ("PUT", "/new.txt", {}), ("DELETE", "/", {}),
        ("PATCH", MINUTES, {}),
    ]:  # fmt: skip
        body = "書き込み" if method == "PUT" else None
        assert network.http(share, method, path, body, AGENT, headers).status == 403, (method, path)
    told = share.requests()
    assert len(told) == 22
    assert not any(each["allowed"] for each in told)
    assert told[4]["detail"] == {"path": "/共有/人事/給与.csv", "created": False, "text": "書き込み"}
    assert len(share.probe(files={})) == 4
    assert network.http(share, "PUT", SALARIES, "更新", SAITO).status == 204
    assert network.http(share, "DELETE", quote("/共有/人事"), None, SAITO).status == 403


def test_paths_lead_nowhere_else(network: Any, share: Any) -> None:
    """Dot segments, double slashes and foreign destinations are no way round a right."""
    for path in (
        f"{SHARED}/../etc", f"{SHARED}/%2e%2e/x", f"//{SALARIES[1:]}", f"{SHARED}//{quote('人事/給与.csv')}",
        f"{SHARED}/x%5cy", f"{SHARED}/%00", f"{SHARED}/a%3fb",
    ):  # fmt: skip
        assert network.http(share, "GET", path, login=AGENT).status in (400, 403), path
    for target in ("", "http://elsewhere.example/x", SHARED + "/../x", f"{SHARED}/a%3f/../b"):
        assert network.http(share, "MOVE", MINUTES, None, AGENT, {"Destination": target}).status == 400
    assert network.http(share, "GET", "/:dir_browser/style.css", login=AGENT).status in (200, 404)
    assert network.http(share, "GET", "/", login="agent:wrong").status == 401
    assert [each["operation"] for each in share.requests("login.")] == ["login.refused"]


def test_locks_and_limits(network: Any, share: Any) -> None:
    """A lock keeps others out until the next seed; too large a file is refused, and the service goes on."""
    lock = """<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>
    <D:locktype><D:write/></D:locktype></D:lockinfo>"""
    assert network.http(share, "LOCK", MINUTES, lock, SAITO, {"Timeout": "Second-600"}).status == 200
    assert network.http(share, "PUT", MINUTES, "x", AGENT).status == 423
    with contextlib.suppress(EngineError):
        assert network.http(share, "PUT", MINUTES, "x" * (9 << 20), SAITO).status == 413
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb">]><D:propfind xmlns:D="DAV:">&b;</D:propfind>'
    assert network.http(share, "PROPFIND", MINUTES, bomb, AGENT, {"Depth": "0"}).status >= 400
    assert share.requests("request.failed")[0]["detail"]["status"] == 423
    share.seed(SEED)
    assert network.http(share, "PUT", MINUTES, "x", AGENT).status == 204


def test_a_seed_of_hundreds_replaces_all(share: Any) -> None:
    """500 files are there at once, and nothing of before."""
    files = [{"path": f"/共有/{n % 20}/{n}.txt", "text": f"内容 {n} " * 200} for n in range(500)]
    began = time.perf_counter()
    share.seed({"users": [], "folders": [], "files": files})
    print(f"seeded in {time.perf_counter() - began:.3f} s")
    assert len(share.probe(files={"under": "/"})) == 500
    with pytest.raises(EngineError, match="there is no file"):
        share.probe(file="/様式/届.txt")
    with pytest.raises(EngineError, match="neither text nor base64"):
        share.seed({"files": [{"path": "/x"}]})
    with pytest.raises(EngineError, match="cannot be the path"):
        share.seed({"files": [{"path": "/a/../b", "text": ""}]})
