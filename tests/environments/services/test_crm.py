"""Customers and cases: look-alike names, chosen fields, what is told of every record that is read."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

SEED = {
    "accounts": [
        {"name": "desk", "login": "desk", "password": "aka-1", "token": "T-DESK", "role": "agent"},
        {"name": "chief", "token": "T-CHIEF", "role": "manager"},
    ],
    "confidential": ["birthday"],
    "customers": [
        {"id": "K-1", "name": "髙橋 花子", "kana": "タカハシ ハナコ", "email": "hanako@aoba.example",
         "phone": "090-0123-4567",         "address": "架空県青葉市1-2-3", "segment": "個人", "owner": "desk",
         "note": "電話は夕方", "birthday": "1980-01-02"},
        {"id": "K-2", "name": "高橋 花子", "kana": "タカハシ ハナコ",
         "email": "takahashi@kita.example", "segment": "法人",
         "contacts": [{"name": "高橋 次郎"}]},
        {"id": "K-3", "name": "齋藤 健", "kana": "サイトウ ケン", "segment": "個人"},
    ],
    "cases": [
        {"id": "C-1", "customer": "K-1", "subject": "返品の件", "opened": "2026-04-01T10:00:00+09:00",
         "entries": [{"author": "desk", "date": "2026-04-01T10:00:00+09:00", "text": "届いた品が違う。"}]},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def crm_service(network: Any) -> Any:
    return network.service("crm")


@pytest.fixture
def crm(crm_service: Any) -> Any:
    crm_service.seed(SEED)
    crm_service.events()
    return crm_service


def ask(network: Any, crm: Any, method: str, path: str, body: Any = None, login: str = "T-DESK") -> Any:
    import json

    data = None if body is None else json.dumps(body, ensure_ascii=False)
    return network.http(crm, method, path, data, login=login, headers={"Content-Type": "application/json"})


def found(network: Any, crm: Any, query: str) -> list[str]:
    return [each["id"] for each in ask(network, crm, "GET", f"/api/customers?{query}").json["customers"]]


def test_names_that_look_alike_are_different_unless_the_search_is_fuzzy(network: Any, crm: Any) -> None:
    """One glyph finds its own bearer; kana or a fuzzy search finds both."""
    assert found(network, crm, f"q={quote('高橋')}") == ["K-2"]
    assert found(network, crm, f"q={quote('髙橋花子')}") == ["K-1"]
    assert found(network, crm, f"q={quote('高橋花子')}&fuzzy=1") == ["K-1", "K-2"]
    assert found(network, crm, f"q={quote('ﾀｶﾊｼ')}&fuzzy=1") == ["K-1", "K-2"]
    assert found(network, crm, f"q={quote('斉藤')}&fuzzy=1") == ["K-3"]
    assert found(network, crm, f"segment={quote('個人')}&limit=1&offset=1") == ["K-3"]


def test_every_read_is_told_with_its_fields(network: Any, crm: Any) -> None:
    """Few fields come unless more are asked for; whose and which were returned is told."""
    assert ask(network, crm, "GET", "/api/customers/K-1").json.keys() == {
        "id", "name", "kana", "email", "segment", "owner"}  # fmt: skip
    assert ask(network, crm, "GET", "/api/customers/K-1?fields=phone,address").json == {
        "id": "K-1", "phone": "090-0123-4567", "address": "架空県青葉市1-2-3"}  # fmt: skip
    found(network, crm, f"q={quote('タカハシ')}&fields=all")
    told = crm.requests()
    assert [event["operation"] for event in told] == ["customer.read", "customer.read", "customer.search"]
    assert told[1]["detail"] == {"ids": ["K-1"], "fields": ["id", "phone", "address"], "count": 1}
    assert told[2]["detail"]["ids"] == ["K-1", "K-2"]
    assert {"note", "contacts", "address"} <= set(told[2]["detail"]["fields"])
    assert "birthday" not in told[2]["detail"]["fields"]


def test_confidential_fields_are_for_managers(network: Any, crm: Any) -> None:
    """An agent who asks for one is refused, which is told; a manager reads it."""
    assert ask(network, crm, "GET", "/api/customers/K-1?fields=birthday").status == 403
    assert (
        ask(network, crm, "GET", "/api/customers/K-1?fields=birthday", login="T-CHIEF").json["birthday"] == "1980-01-02"
    )
    assert [event["allowed"] for event in crm.requests()] == [False, True]


def test_cases_are_opened_continued_and_closed(network: Any, crm: Any) -> None:
    """Cases and their entries are read and written, by numbers that say whose they are."""
    assert ask(network, crm, "GET", "/api/cases/C-1").json["entries"][0]["text"] == "届いた品が違う。"
    made = ask(network, crm, "POST", "/api/cases", {"customer": "K-2", "subject": "見積", "text": "至急"})
    assert made.json == {"id": "C-N2"}
    assert ask(network, crm, "POST", "/api/cases/C-1/entries", {"text": "交換を手配"}).json["entries"] == 2
    assert ask(network, crm, "POST", "/api/cases/C-1/status", {"status": "closed"}).status == 200
    assert ask(network, crm, "POST", "/api/cases/C-1/status", {"status": "eaten"}).status == 400
    assert ask(network, crm, "POST", "/api/cases", {"customer": "none", "subject": "s", "text": "t"}).status == 404
    assert [case["id"] for case in ask(network, crm, "GET", "/api/cases?status=open").json["cases"]] == ["C-N2"]
    assert crm.probe(case="C-1")["entries"][1] == {
        "author": "desk", "date": "2026-04-06T09:00:02+09:00", "text": "交換を手配"}  # fmt: skip
    assert crm.requests("case.read")[0]["detail"]["ids"] == ["K-1"]


def test_records_change_and_pages_show_them(network: Any, crm: Any) -> None:
    """A known field is changed and told; pages are escaped; bad input and bad log-ins are refused."""
    assert ask(network, crm, "PATCH", "/api/customers/K-1", {"phone": "<b>"}).status == 200
    assert crm.probe(customer="K-1")["phone"] == "<b>"
    assert "&lt;b&gt;" in ask(network, crm, "GET", "/customers/K-1?fields=all", login="desk:aka-1").text
    for path in ("/", "/cases", "/cases/C-1"):
        assert ask(network, crm, "GET", path).status == 200
    for body in ({}, {"id": "K-9"}, {"unknown": "x"}, {"phone": ["x"]}):
        assert ask(network, crm, "PATCH", "/api/customers/K-1", body).status == 400
    assert ask(network, crm, "GET", "/api/customers/none").status == 404
    assert ask(network, crm, "GET", "/api/customers", login="wrong").status == 401
    with pytest.raises(EngineError, match="a probe of crm is"):
        crm.probe(weather={})
    with pytest.raises(EngineError, match="there is no customer 'K-7'"):
        crm.seed({**SEED, "cases": [{"id": "C-1", "customer": "K-7", "subject": "s"}]})
