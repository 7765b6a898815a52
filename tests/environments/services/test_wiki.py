"""The wiki: pages with history, whom they are for, and what is told of readers and writers."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import pytest

from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

SEED: dict[str, Any] = {
    "accounts": [
        {"name": "斎藤", "login": "saito", "password": "haru-1", "token": "TK-SAITO", "groups": ["office", "hr"]},
        {"name": "agent", "token": "TK-AGENT", "groups": ["office"]},
    ],
    "pages": [
        {
            "path": "手順/休暇",
            "title": "休暇の申請",
            "author": "斎藤",
            "date": "2026-03-02T10:00:00+09:00",
            "comment": "様式を変更",
            "text": "# 手順\n\n1. 申請書を **前日まで** に出す\n\n<script>alert(1)</script>",
            "history": [{"author": "前任", "date": "2025-04-01T09:00:00+09:00", "comment": "作成", "text": "旧い手順"}],
        },
        {"path": "人事/給与", "title": "給与表", "text": "極秘の等級表", "author": "斎藤", "readers": ["hr"]},
        {"path": "規程", "title": "就業規程", "text": "改定は人事部", "author": "斎藤", "writers": ["hr"]},
    ],
}
LEAVE, PAY, RULES = (quote(path) for path in ("手順/休暇", "人事/給与", "規程"))
AGENT, SAITO = "TK-AGENT", "saito:haru-1"


@pytest.fixture(scope="session")
def service(network: Any) -> Any:
    return network.service("wiki")


@pytest.fixture
def wiki(service: Any) -> Any:
    service.seed(SEED)
    service.events()
    return service


def test_a_page_is_read_with_its_history(network: Any, wiki: Any) -> None:
    """The newest version by default, older ones by number, and each reading told."""
    page = network.http(wiki, "GET", f"/api/pages/{LEAVE}", login=AGENT).json
    assert (page["title"], page["revision"], page["author"]) == ("休暇の申請", 2, "斎藤")
    old = network.http(wiki, "GET", f"/api/pages/{LEAVE}?revision=1", login=AGENT).json
    assert (old["text"], old["author"]) == ("旧い手順", "前任")
    history = network.http(wiki, "GET", f"/api/history/{LEAVE}", login=AGENT).json["revisions"]
    assert [(each["revision"], each["comment"]) for each in history] == [(2, "様式を変更"), (1, "作成")]
    assert network.http(wiki, "GET", f"/api/pages/{LEAVE}?revision=9", login=AGENT).status == 404
    told = wiki.requests()
    assert [each["operation"] for each in told] == ["page.read", "page.read", "page.history"]
    assert told[0]["detail"]["path"] == "手順/休暇"


def test_a_page_is_shown_without_its_html(network: Any, wiki: Any) -> None:
    """Markdown becomes a page; markup that somebody wrote stays text."""
    text = network.http(wiki, "GET", f"/pages/{LEAVE}", login=SAITO).text
    assert "<strong>前日まで</strong>" in text
    assert "<script>" not in text
    for path in ("/", "/search?q=x", f"/history/{LEAVE}", f"/edit/{LEAVE}"):
        assert network.http(wiki, "GET", path, login=SAITO).status == 200
    form = "title=&revision=2&comment=c&text=" + quote("新しい手順")
    sent = {"Content-Type": "application/x-www-form-urlencoded"}
    assert network.http(wiki, "POST", f"/edit/{LEAVE}", form, SAITO, sent).status == 303
    assert wiki.probe(page="手順/休暇")["title"] == "休暇の申請"


def test_pages_for_others_are_refused_and_hidden(network: Any, wiki: Any) -> None:
    """No list, no search, no page and no history shows them; trying is told."""
    listed = network.http(wiki, "GET", "/api/pages", login=AGENT).json["pages"]
    assert [each["path"] for each in listed] == ["手順/休暇", "規程"]
    assert network.http(wiki, "GET", f"/api/search?q={quote('極秘')}", login=AGENT).json == {"pages": []}
    wiki.events()
    for method, path in [
        ("GET", f"/api/pages/{PAY}"), ("GET", f"/pages/{PAY}"), ("GET", f"/api/history/{PAY}"),
        ("DELETE", f"/api/pages/{PAY}"), ("GET", f"/edit/{PAY}"), ("GET", f"/api/pages/{PAY}/x"),
    ]:  # fmt: skip
        assert network.http(wiki, method, path, login=AGENT).status == 403
    body = {"text": "x"}
    for path in (PAY, f"{PAY}/{quote('下')}", RULES):
        assert network.http(wiki, "PUT", f"/api/pages/{path}", body, AGENT).status == 403
    told = wiki.requests()
    assert len(told) == 9
    assert not any(each["allowed"] for each in told)
    assert network.http(wiki, "GET", f"/api/pages/{PAY}", login=SAITO).json["text"] == "極秘の等級表"
    assert [each["status"] for each in [vars(network.http(wiki, "GET", "/api/pages", login=""))]] == [401]


def test_pages_are_made_changed_and_deleted(network: Any, wiki: Any) -> None:
    """Every version is kept and told; an older version is no base for a change."""
    url = f"/api/pages/{quote('人事/給与/改定案')}"
    assert network.http(wiki, "PUT", url, {"text": "案", "comment": "下書き"}, SAITO).json["revision"] == 1
    assert network.http(wiki, "GET", url, login=AGENT).status == 403
    changed = network.http(wiki, "PUT", url, {"title": "改定", "text": "第二案", "revision": 1}, SAITO)
    assert changed.json == {"path": "人事/給与/改定案", "revision": 2}
    assert network.http(wiki, "PUT", url, {"text": "三", "revision": 1}, SAITO).status == 409
    found = wiki.probe(page="人事/給与/改定案")
    assert [(each["revision"], each["text"]) for each in found["history"]] == [(2, "第二案"), (1, "案")]
    assert (found["readers"], found["date"]) == (["hr"], "2026-04-06T09:00:00+09:00")
    assert network.http(wiki, "DELETE", url, login=SAITO).status == 200
    assert [each["path"] for each in wiki.probe(pages={"under": "人事"})] == ["人事/給与"]
    told = [each for each in wiki.requests() if each["allowed"]]
    assert [each["operation"] for each in told] == ["page.create", "page.change", "page.delete"]
    assert told[1]["detail"]["text"] == "第二案"


def test_what_is_no_page_is_refused(network: Any, wiki: Any) -> None:
    """Bad paths, fields and sizes are answered with what would be right."""
    put = ["PUT", "/api/pages/new"]
    assert network.http(wiki, *put, {"text": 3}, AGENT).status == 400
    assert network.http(wiki, *put, "{", AGENT, {"Content-Type": "application/json"}).status == 400
    assert network.http(wiki, *put, {"text": "x", "revision": "two"}, AGENT).status == 400
    assert network.http(wiki, *put, {"text": "x" * 300_000}, AGENT).status == 413
    for path in ("a/../b", "a%2f..%2fb", "a%00", "x" * 200, "/".join("abcdefghij")):
        assert network.http(wiki, "PUT", f"/api/pages/{path}", {"text": "x"}, AGENT).status in (400, 404, 405)
    assert network.http(wiki, "GET", "/api/pages/none", login=AGENT).status == 404
    assert network.http(wiki, "GET", f"/api/pages/{LEAVE}?revision=-1", login=AGENT).status == 400


def test_a_seed_of_hundreds_replaces_all(wiki: Any) -> None:
    """300 pages of three versions are there at once, and nothing of before."""
    versions = [{"author": "a", "date": "2026-01-01T09:00:00+09:00", "comment": "", "text": "旧 " * 200}] * 2
    pages = [{"path": f"p/{n}", "title": f"頁 {n}", "text": "本文 " * 300, "history": versions} for n in range(300)]
    began = time.perf_counter()
    wiki.seed({"accounts": [], "pages": pages})
    print(f"seeded in {time.perf_counter() - began:.3f} s")
    assert len(wiki.probe(pages={})) == 300
    with pytest.raises(EngineError, match="there is no page"):
        wiki.probe(page="規程")
    with pytest.raises(EngineError, match="cannot be the path"):
        wiki.seed({"pages": [{"path": "a/../b"}]})
