"""Calendars and contacts: CalDAV and CardDAV by real requests, whose rights hold, and what is told of them."""

from __future__ import annotations

import contextlib
import time
from typing import Any
from urllib.parse import quote

import pytest

from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

MEETING = {
    "id": "ev-1",
    "start": "2026-04-07T10:00:00+09:00",
    "end": "2026-04-07T11:30:00+09:00",
    "summary": "予算会議; 第 1 回",
    "description": "資料は共有フォルダ、\n会議室にも置く",
    "location": "第二会議室",
    "attendees": ["hanako@midori.example"],
}
CARD = {
    "id": "card-1",
    "name": "髙橋 一郎",
    "kana": "タカハシ イチロウ",
    "email": "ichiro@supplier.example",
    "phone": "0A0-0123-4567",
    "organisation": "青葉商事",
    "title": "課長",
    "note": "納期の相談は木曜まで",
}
SEED: dict[str, Any] = {
    "users": [
        {"login": "saito", "password": "haru-1", "name": "斎藤"},
        {"login": "hanako", "password": "natsu-2", "name": "花子"},
    ],
    "calendars": [
        {"owner": "saito", "id": "work", "name": "仕事", "readers": ["hanako"], "events": [
            MEETING, {"id": "day", "start": "2026-04-29", "summary": "休み"}]},
        {"owner": "saito", "id": "private", "name": "私用", "events": [
            {"id": "dentist", "start": "2026-04-08T18:00:00+09:00", "summary": "歯医者"}]},
    ],
    "contacts": [{"owner": "saito", "id": "people", "name": "取引先", "cards": [CARD]}],
}  # fmt: skip
SAITO, HANAKO = "saito:haru-1", "hanako:natsu-2"
QUERY = """<?xml version="1.0"?><C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
<C:time-range start="20260406T150000Z" end="20260407T150000Z"/></C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>"""
EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\nBEGIN:VEVENT\r\nUID:new\r\nDTSTAMP:20260401T000000Z\r\n"
    "DTSTART;TZID=Asia/Tokyo:20260409T090000\r\nDTEND;TZID=Asia/Tokyo:20260409T100000\r\nSUMMARY:面談\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture(scope="session")
def service(network: Any) -> Any:
    return network.service("calendar")


@pytest.fixture
def calendar(service: Any) -> Any:
    service.seed(SEED)
    service.events()
    return service


def test_a_range_is_listed_by_caldav_and_told(network: Any, calendar: Any) -> None:
    """A calendar-query returns the events of its range, and their ids are told."""
    answer = network.http(calendar, "REPORT", "/saito/work/", QUERY, SAITO, {"Depth": "1"})
    assert answer.status == 207
    assert "予算会議\\; 第 1 回" in answer.text
    assert "休み" not in answer.text
    [told] = calendar.requests()
    assert (told["account"], told["operation"], told["allowed"]) == ("saito", "event.list", True)
    assert (told["detail"]["ids"], told["detail"]["owner"], told["detail"]["collection"]) == (["ev-1"], "saito", "work")


def test_an_event_is_made_changed_moved_and_deleted(network: Any, calendar: Any) -> None:
    """Each change is told with what the event says, and what it said before; probes see the result."""
    made = network.http(calendar, "PUT", "/saito/work/new.ics", EVENT, SAITO, {"Content-Type": "text/calendar"})
    assert made.status == 201
    found = calendar.probe(events={"owner": "saito", "calendar": "work"})
    assert [(each["id"], each["start"]) for each in found] == [
        ("ev-1", "2026-04-07T10:00:00+09:00"),
        ("new", "2026-04-09T09:00:00+09:00"),
        ("day", "2026-04-29"),
    ]
    later = EVENT.replace("T100000", "T113000").replace("面談", "面談（延長）")
    assert network.http(calendar, "PUT", "/saito/work/new.ics", later, SAITO).status == 201
    where = {"Destination": f"http://{calendar.address}/saito/private/new.ics"}
    assert network.http(calendar, "MOVE", "/saito/work/new.ics", None, SAITO, where).status in (201, 204)
    assert network.http(calendar, "DELETE", "/saito/private/new.ics", None, SAITO).status == 200
    made_, changed, moved, deleted = calendar.requests("event.")
    assert [each["operation"] for each in (made_, changed, moved, deleted)] == [
        "event.create", "event.change", "event.move", "event.delete"]  # fmt: skip
    assert made_["detail"]["summary"] == "面談"
    assert changed["detail"]["end"] == "2026-04-09T11:30:00+09:00"
    assert changed["detail"]["before"]["end"] == "2026-04-09T10:00:00+09:00"
    assert moved["detail"]["to"] == "/saito/private/new.ics"
    assert deleted["detail"]["summary"] == "面談（延長）"


def test_seeded_fields_come_back_whole(network: Any, calendar: Any) -> None:
    """An event and a card read as they were seeded, through the protocol's own escapes."""
    [event] = [each for each in calendar.probe(events={"owner": "saito"}) if each["id"] == "ev-1"]
    assert event == {"calendar": "work", **MEETING}
    [card] = calendar.probe(cards={"owner": "saito", "contacts": "people"})
    assert card == {"contacts": "people", **CARD}
    text = network.http(calendar, "GET", "/saito/people/card-1.vcf", None, SAITO).text
    assert "TEL:0A0-0123-4567" in text
    [told] = calendar.requests("card.read")
    assert (told["detail"]["id"], told["detail"]["name"]) == ("card-1", "髙橋 一郎")


def test_others_see_only_what_is_shared_with_them(network: Any, calendar: Any) -> None:
    """A reader reads and does not write; a calendar that is not shared is refused; each refusal is told."""
    assert network.http(calendar, "REPORT", "/saito/work/", QUERY, HANAKO, {"Depth": "1"}).status == 207
    assert network.http(calendar, "PUT", "/saito/work/new.ics", EVENT, HANAKO).status == 403
    assert network.http(calendar, "DELETE", "/saito/work/ev-1.ics", None, HANAKO).status == 403
    assert network.http(calendar, "GET", "/saito/private/dentist.ics", None, HANAKO).status == 403
    # A prefix of the client's own must not turn one path into another.
    assert network.http(calendar, "GET", "/saito/private/", None, HANAKO, {"X-Script-Name": "/x"}).status == 403
    assert network.http(calendar, "GET", "/hanako/..%2fsaito/private/dentist.ics", None, HANAKO).status >= 400
    told = [(each["operation"], each["allowed"]) for each in calendar.requests()]
    assert told[:5] == [
        ("event.list", True), ("event.create", False), ("event.delete", False), ("event.read", False),
        ("event.export", False)]  # fmt: skip
    assert all(each["id"] != "new" for each in calendar.probe(events={"owner": "saito"}))


def test_nobody_comes_in_without_an_account(network: Any, calendar: Any) -> None:
    """Wrong, broken and missing log-ins are refused and told."""
    for login in ("saito:wrong", "nobody:x", ""):
        answer = network.http(calendar, "PROPFIND", "/", None, login)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Basic realm="calendar"')
    assert network.http(calendar, "GET", "/", None, "", {"Authorization": "Basic %%%"}).status == 401
    assert [each["operation"] for each in calendar.requests()] == ["login.refused"] * 4


def test_an_event_that_makes_no_sense_is_told_all_the_same(network: Any, calendar: Any) -> None:
    """At the end of time, in a zone that is none: what was written is never untold."""
    last = EVENT.replace("TZID=Asia/Tokyo:20260409", "TZID=No/Where:99991231")
    for number, text in enumerate(
        [last, EVENT.replace("SUMMARY:面談", "SUMMARY;X=\x01:\x02"), EVENT.replace("UID:new\r\n", "")]
    ):
        status = network.http(calendar, "PUT", f"/saito/work/odd-{number}.ics", text, SAITO).status
        [told] = calendar.requests()
        assert told["operation"] == ("event.create" if status == 201 else "request.failed")
    assert calendar.probe(events={"owner": "saito"})


def test_what_is_no_calendar_is_refused(network: Any, calendar: Any) -> None:
    """Broken text, a bomb of entities and an endless body end in an answer, and the service goes on."""
    assert network.http(calendar, "PUT", "/saito/work/bad.ics", "BEGIN:VCALENDAR\r\nnonsense", SAITO).status == 400
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb">]><D:propfind xmlns:D="DAV:">&b;</D:propfind>'
    assert network.http(calendar, "PROPFIND", "/saito/", bomb, SAITO).status >= 400
    # The answer may be lost when the connection ends before all was sent.
    with contextlib.suppress(EngineError):
        assert network.http(calendar, "PUT", "/saito/work/big.ics", "x" * (1 << 21), SAITO).status == 413
    assert network.http(calendar, "REPORT", "/saito/work/", QUERY, SAITO, {"Depth": "1"}).status == 207
    assert "request.failed" in {each["operation"] for each in calendar.requests()}


def test_a_seed_of_hundreds_replaces_all(network: Any, calendar: Any) -> None:
    """200 events and 100 cards are there at once, and nothing of before."""
    events = [
        {"id": f"e{n}", "start": f"2026-05-{n % 28 + 1:02}T{n % 9 + 9:02}:00:00+09:00", "summary": f"打合せ {n}"}
        for n in range(200)
    ]
    cards = [{"id": f"c{n}", "name": f"佐藤 {n}", "email": f"s{n}@x.example"} for n in range(100)]
    many = {
        "users": SEED["users"],
        "calendars": [{"owner": "hanako", "id": "work", "name": "仕事", "events": events}],
        "contacts": [{"owner": "hanako", "id": "all", "name": "名簿", "cards": cards}],
    }
    began = time.perf_counter()
    calendar.seed(many)
    print(f"seeded in {time.perf_counter() - began:.3f} s")
    assert calendar.probe(events={"owner": "saito"}) == []
    assert len(calendar.probe(events={"owner": "hanako"})) == 200
    assert len(calendar.probe(cards={"owner": "hanako"})) == 100
    assert network.http(calendar, "GET", f"/hanako/all/{quote('c7.vcf')}", None, HANAKO).status == 200
    with pytest.raises(EngineError, match="none of the users"):
        calendar.seed({"users": [], "calendars": [{"owner": "x", "id": "c", "events": []}]})
    with pytest.raises(EngineError, match="no user"):
        calendar.probe(events={"owner": "x"})
    with pytest.raises(EngineError, match="a probe is"):
        calendar.probe(nothing={})
