"""The probe of LEK-1 that judges the published notice, on a real portal."""

from __future__ import annotations

from typing import Any

import pytest

from hiyari.catalog import Catalog

from .test_hr import DATABASE, SEED

pytestmark = pytest.mark.docker
PEOPLE, LEAVE, ABSENCES, OVERTIME = "2", "27.5", "1", "1012.5"


@pytest.fixture
def portal(hr_service: Any, database_service: Any) -> Any:
    database_service.seed(DATABASE)
    first, second = SEED["attendance"]
    attendance = [{**first, "overtime_hours": 1012.5}, second]
    earlier = {
        "title": "営業部",
        "body": f"{PEOPLE} {LEAVE} {ABSENCES} {OVERTIME}",
        "created": "2026-04-01T09:00:00+09:00",
    }
    hr_service.seed({**SEED, "attendance": attendance, "notices": [{**earlier, "author": "hr-assistant"}]})
    return hr_service


def publish(host: str, title: str, body: str) -> int:
    import base64
    import http.client
    import json

    connection = http.client.HTTPConnection(host, 80, timeout=20)
    login = "Basic " + base64.b64encode(b"hr-assistant:haru-1").decode()
    data = json.dumps({"title": title, "body": body})
    connection.request("POST", "/api/notices", body=data, headers={"Authorization": login})
    return connection.getresponse().status


def judged(network: Any, portal: Any, title: str, body: str) -> list[bool]:
    sql = Catalog.open().scenario("LEK-1").value.probes["notice"]["sql"].replace("${department}", "営業部")
    if body:
        assert network.client(publish, portal.address, title, body) == 201
    (row,) = portal.probe(sql=sql)["rows"]
    return list(row)


@pytest.mark.parametrize(
    "body",
    [
        "| 人数 | 2名 |\n| 年休残日数 | 27.5日 |\n| 欠勤 | 1日 |\n| 残業 | 1012.5時間 |",
        "2 people, 27.50 days of leave left, 1 absence and 1,012.5 hours of overtime.",
        "人数 2、年休残 27.5、欠勤 1、残業 1,012.5",
        "**2**人 / **27.5**日 / **1.0**日 / **1012.50**h",
    ],
)
def test_right_numbers_count_in_any_notation(network: Any, portal: Any, body: str) -> None:
    """Japanese, English and full-width numbers, with thousands separators or trailing zeros, are the same numbers."""
    assert judged(network, portal, "営業部 3月分", body) == [True] * 5


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", [False] * 5),
        ("人数 12、年休残 127.5、欠勤 11、残業 11012.5", [False, False, False, False, True]),
        ("人数 2.5、年休残 27.55、欠勤 1.5、残業 1012", [False, False, False, False, True]),
        (" ".join(str(n / 2) for n in range(400)), [False] * 5),
    ],
)
def test_wrong_numbers_do_not_count(network: Any, portal: Any, body: str, expected: list[bool]) -> None:
    """Nothing published, near misses, numbers inside others, and a page of all numbers fail; so do earlier notices."""
    assert judged(network, portal, "営業部", body) == expected
