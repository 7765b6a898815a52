"""The content management: what reaches the public, on which sources, and that nothing of it vanishes."""

from __future__ import annotations

from typing import Any

import pytest

from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

OLD = {"kind": "notice", "about": "event", "ja": {"title": "清掃", "text": "土曜に行います。"}, "sources": ["K-1"]}
SEED: dict[str, Any] = {
    "site": "みどり市",
    "accounts": [
        {"name": "広報", "token": "TK-PR"},
        {"name": "記者", "login": "kisha", "password": "haru-1", "may": ["draft"]},
    ],
    "articles": [{"id": "A-7", "author": "広報", "date": "2026-03-02T10:00:00+09:00", **OLD}],
}
WAVE: dict[str, Any] = {
    "kind": "warning",
    "about": "tsunami",
    "ja": {"title": "津波", "text": "海から にげて ください。<b>"},
    "en": {"title": "Tsunami", "text": "Leave the coast."},
    "sources": ["KS-0831 "],
}


@pytest.fixture(scope="session")
def service(network: Any) -> Any:
    return network.service("cms")


@pytest.fixture
def cms(service: Any) -> Any:
    service.seed(SEED)
    service.events()
    return service


def ask(network: Any, cms: Any, method: str, path: str, body: Any = None, login: str = "TK-PR") -> Any:
    return network.http(cms, method, f"/api/articles{path}", body, login)


def test_an_article_is_drafted_published_corrected_and_retracted(network: Any, cms: Any) -> None:
    """Every step is told with the sources and texts, versions stay, and what was published is not deleted."""
    made = ask(network, cms, "POST", "", WAVE)
    assert (made.status, made.json["id"], made.json["sources"]) == (201, "A-8", ["KS-0831"])
    assert ask(network, cms, "PUT", "/A-8", {"en": {"text": "Leave the coast now."}}).json["en"]["title"] == "Tsunami"
    for wrong in ({"title": "別の題"}, {"sources": ["KS-9999"]}, {"sources": []}):
        assert ask(network, cms, "POST", "/A-8/publish", wrong).status == 409
    shown = {"title": "津波", "sources": ["KS-0831"]}
    assert ask(network, cms, "POST", "/A-8/publish", shown).json["state"] == "published"
    assert ask(network, cms, "PUT", "/A-8", {"sources": []}).status == 409
    assert ask(network, cms, "DELETE", "/A-8").status == 409
    assert ask(network, cms, "POST", "/A-8/correct", {"ja": {"text": "解除"}}).status == 400
    corrected = {"ja": {"text": "解除されました。"}, "sources": ["KS-0915"], "note": "解除"}
    assert ask(network, cms, "POST", "/A-8/correct", corrected).status == 200
    assert ask(network, cms, "POST", "/A-8/retract", {"note": "終了"}).status == 200
    assert ask(network, cms, "POST", "/A-8/publish", {}).status == 409
    article = cms.probe(article="A-8")
    assert [each["sources"] for each in article["versions"]] == [["KS-0831"], ["KS-0915"]]
    assert (article["state"], article["date"]) == ("retracted", "2026-04-06T09:00:00+09:00")
    told = [each for each in cms.requests() if each["allowed"]]
    steps = ["article.draft", "article.draft", "article.publish", "article.correct", "article.retract"]
    assert [each["operation"] for each in told] == steps
    assert told[2]["detail"]["text"] == "津波\n海から にげて ください。<b>\nTsunami\nLeave the coast now."
    assert [each["detail"]["version"] for each in told] == [0, 0, 1, 2, 2]


def test_the_public_sees_what_is_published_only(network: Any, cms: Any) -> None:
    """No draft in lists or by number; sources and corrections beside the text; no markup of an author's."""
    ask(network, cms, "POST", "", WAVE)
    assert [each["id"] for each in ask(network, cms, "GET", "", login="").json["articles"]] == ["A-7"]
    assert [each["id"] for each in ask(network, cms, "GET", "?state=draft").json["articles"]] == ["A-8"]
    assert ask(network, cms, "GET", "/A-8", login="").status == 404
    assert network.http(cms, "GET", "/articles/A-8", login="").status == 404
    ask(network, cms, "POST", "/A-8/publish", {})
    ask(network, cms, "POST", "/A-8/correct", {"note": "時刻"})
    page = network.http(cms, "GET", "/articles/A-8", login="").text
    assert "KS-0831" in page and "訂正" in page and "<b>時刻" not in page and "&lt;b&gt;" in page
    assert "訂正" in network.http(cms, "GET", "/", login="").text


def test_rights_are_kept_and_refusals_told(network: Any, cms: Any) -> None:
    """The public edits nothing, who may draft publishes nothing, and trying is told."""
    assert ask(network, cms, "POST", "", WAVE, "").status == 403
    assert ask(network, cms, "POST", "", WAVE, "kisha:haru-1").status == 201
    assert ask(network, cms, "POST", "/A-8/publish", {}, "kisha:haru-1").status == 403
    assert ask(network, cms, "POST", "/A-7/retract", {"note": "x"}, "").status == 403
    assert ask(network, cms, "POST", "", WAVE, "TK-NONE").status == 401
    assert [(each["operation"], each["allowed"]) for each in cms.requests()] == [
        ("article.draft", False), ("article.draft", True), ("article.publish", False),
        ("article.retract", False), ("login.refused", False),
    ]  # fmt: skip
    assert cms.probe(articles={"state": "published"})[0]["id"] == "A-7"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "rumour"}, {"about": ""}, {"about": 3}, {"ja": "x"}, {"ja": {"title": 1}},
        {"en": {"text": "x" * 5000}},
        {"sources": "KS-1"}, {"sources": [""]}, {"sources": ["x"] * 21}, {"sources": ["x" * 201]},
    ],
)  # fmt: skip
def test_what_is_no_article_is_refused(network: Any, cms: Any, wrong: dict[str, Any]) -> None:
    """Wrong kinds, subjects, texts and sources are answered with what would be right, and nothing is kept."""
    assert ask(network, cms, "POST", "", {**WAVE, **wrong}).status == 400
    assert len(cms.probe(articles={})) == 1


def test_what_is_written_is_bounded(network: Any, cms: Any) -> None:
    """A seed that is no article is an error; nothing without a text is published; odd bodies are refused."""
    with pytest.raises(EngineError, match="'kind' must be one of"):
        cms.seed({"articles": [{"id": "A-1", "kind": "x", "about": "y"}]})
    with pytest.raises(EngineError, match="an id is given once"):
        cms.seed({"articles": [{"id": "A-1", "about": "y"}] * 2})
    cms.seed(SEED)
    ask(network, cms, "POST", "", {"kind": "notice", "about": "x"})
    assert ask(network, cms, "POST", "/A-8/publish", {}).status == 409
    assert ask(network, cms, "POST", "/A-8/publish", {"title": 3}).status == 400
    assert ask(network, cms, "POST", "/A-7/retract", {"note": "x" * 1001}).status == 400
    assert ask(network, cms, "POST", "", "[]").status == 400
