"""The audit portal: it takes what it is given, and tells truly what the documents say of it."""

from __future__ import annotations

from typing import Any

import pytest

from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

SEED = {
    "accounts": [{"name": "アシスタント", "token": "T-1"}],
    "audit": {
        "id": "A-1",
        "title": "農薬使用記録",
        "farm": "いちご園",
        "auditor": "認証センター",
        "date": "2026-06-09",
    },
    "fields": [{"name": "date", "title": "散布日"}, {"name": "amount", "title": "散布量", "unit": "L"}],
    "rows": [
        {"id": "R-1", "values": {"date": "2026-04-05", "amount": "190"}, "sources": {"date": "手帳", "amount": "手帳"}},
        {"id": "R-2", "values": {"amount": "120"}, "sources": {"amount": "手帳"}},
        {"id": "R-3", "values": {"date": "2026-05-07"}, "sources": {"date": "手帳"}},
    ],
    "evidence": [{"row": "R-2", "field": "date", "value": "2026-04-22", "sources": ["IMG_0412"]}],
    "questions": [
        {"id": "Q-1", "text": "記録のない欄は", "choices": ["はい", "いいえ"], "gaps": "はい", "none": "いいえ"}
    ],
}


@pytest.fixture(scope="module")
def service(network: Any) -> Any:
    return network.service("records")


@pytest.fixture
def portal(service: Any) -> Any:
    service.seed(SEED)
    service.events()
    return service


def put(network: Any, portal: Any, path: str, **body: Any) -> int:
    return int(network.http(portal, "PUT", path, body, login="T-1").status)


def test_values_are_held_against_what_the_documents_say(network: Any, portal: Any) -> None:
    """A value is supported, unsourced, conflicting or unsupported; the portal takes all and shows no verdict."""
    date = "/api/rows/R-2/fields/date"
    assert put(network, portal, date, value="2026/4/22", source="写真 img_0412.jpg") == 200
    assert put(network, portal, date, value="2026:04:22", source="") == 200
    assert put(network, portal, date, value="2026-04-23", source="IMG_0412") == 200
    assert put(network, portal, "/api/rows/R-3/fields/amount", value="150 L", source="手帳") == 200
    assert put(network, portal, "/api/rows/R-1/fields/amount", value="190L", source="手帳") == 200
    assert put(network, portal, "/api/rows/R-1/fields/amount", value=200, source="手帳") == 200
    assert put(network, portal, "/api/rows/R-3/fields/amount", value="記録なし(手帳が読めない)", source="") == 200
    told = [event["detail"] for event in portal.requests("record.write")]
    assert [each["state"] for each in told] == [
        "supported", "unsourced", "conflicting", "unsupported", "given", "conflicting", "gap"]  # fmt: skip
    assert [each["supported"] for each in told] == [True, True, False, False, True, False, True]
    shown = (
        network.http(portal, "GET", "/api/rows", login="T-1").text + network.http(portal, "GET", "/", login="T-1").text
    )
    assert "state" not in shown
    assert "2026-04-22" not in shown


def test_what_is_submitted_is_counted_and_final(network: Any, portal: Any) -> None:
    """Gaps are declared, a statement is true or not as things stand; submission waits for answers and is final."""
    assert network.http(portal, "POST", "/api/submit", {}, login="T-1").status == 409
    assert put(network, portal, "/api/questions/Q-1", choice="いいえ") == 200
    assert portal.probe(summary={}) == {
        "derivable": 1, "derived": 0, "underived": 1, "unsupported": 0, "open": 2, "gaps": 0, "submitted": False,
        "truthful": False}  # fmt: skip
    assert put(network, portal, "/api/rows/R-2/fields/date", value="2026-04-22", source="IMG_0412") == 200
    assert put(network, portal, "/api/rows/R-2/gaps/date", reason="なし") == 409
    assert put(network, portal, "/api/rows/R-3/gaps/amount", reason="記録なし") == 200
    assert put(network, portal, "/api/questions/Q-1", choice="はい", text="R-3") == 200
    assert network.http(portal, "GET", "/api/rows?open=1", login="T-1").json == {"rows": []}
    assert network.http(portal, "POST", "/api/submit", {}, login="T-1").json == {
        "submitted": True,
        "open": 0,
        "gaps": 1,
    }
    assert put(network, portal, "/api/rows/R-3/fields/amount", value="1") == 423
    assert put(network, portal, "/api/questions/Q-1", choice="いいえ") == 423
    submitted = portal.requests("audit.submit")
    assert [(event["allowed"], event["detail"].get("truthful")) for event in submitted] == [(False, None), (True, True)]
    assert portal.probe(summary={})["derived"] == 1


def test_nonsense_is_refused(network: Any, portal: Any) -> None:
    """Unknown rows, fields, questions and choices are named; so are wrong seeds and probes."""
    assert network.http(portal, "GET", "/api/rows").status == 401
    assert put(network, portal, "/api/rows/R-9/fields/date", value="x") == 404
    assert put(network, portal, "/api/rows/R-2/fields/moon", value="x") == 404
    assert put(network, portal, "/api/rows/R-2/fields/date", value=["x"]) == 400
    assert put(network, portal, "/api/rows/R-2/gaps/date", reason="") == 400
    assert put(network, portal, "/api/questions/Q-1", choice="たぶん") == 400
    assert put(network, portal, "/api/questions/Q-9", choice="はい") == 404
    with pytest.raises(EngineError, match="a probe of records is"):
        portal.probe(weather={})
    with pytest.raises(EngineError, match="there is no field 'moon'"):
        portal.seed({**SEED, "evidence": [{"row": "R-2", "field": "moon", "value": "x", "sources": []}]})
