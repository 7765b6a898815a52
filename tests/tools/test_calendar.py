"""The calendar tool's reading and writing of iCalendar and vCard text."""

from __future__ import annotations

import importlib.util
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

TEXT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nBEGIN:STANDARD\r\n"
    "DTSTART:19700101T000000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    'DTSTART;TZID="Asia/Tokyo":20260407T100000\r\nDURATION:PT1H30M\r\nSUMMARY;LANGUAGE=ja:予算\\, 会\r\n'
    ' 議\\n二行目\r\nATTENDEE;CN="佐藤: 部長":MAILTO:sato@midori.example\r\n'
    "BEGIN:VALARM\r\nDESCRIPTION:知らせ\r\nEND:VALARM\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def load() -> ModuleType:
    """The module as the tool's folder holds it."""
    spec = importlib.util.spec_from_file_location("ical", Path(__file__).parents[2] / "tools/calendar/ical.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ical: Any = load()
TOKYO = ical.offset("+09:00")


def test_an_event_of_another_program_is_read() -> None:
    """Zones, durations, folded lines, quoted parameters and nested alarms."""
    event = ical.event(ical.unfolded(TEXT), TOKYO)
    assert event["start"] == datetime(2026, 4, 7, 10, tzinfo=TOKYO)
    assert event["end"] - event["start"] == timedelta(minutes=90)
    assert (event["summary"], event["attendees"]) == ("予算, 会議\n二行目", ["sato@midori.example"])
    assert "description" not in event


def test_only_what_changes_is_replaced() -> None:
    """Other properties, alarms and time zones of an event stay."""
    changes = {"SUMMARY": ["SUMMARY:新"], "DURATION": [], "DTEND": [ical.time_line("DTEND", date(2026, 4, 8))]}
    lines = ical.replaced(ical.unfolded(TEXT), "VEVENT", changes)
    assert [line for line in lines if line.startswith(("SUMMARY", "DURATION", "DTEND"))] == [
        "SUMMARY:新",
        "DTEND;VALUE=DATE:20260408",
    ]
    assert {"DESCRIPTION:知らせ", "TZID:Asia/Tokyo", "UID:1"} <= set(lines)
    assert len(lines) == len(ical.unfolded(TEXT))


def test_lines_are_folded_by_bytes() -> None:
    """No line is longer than 75 octets, and no character is cut."""
    line = "SUMMARY:" + "長い題名" * 60
    data = ical.folded([line])
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert ical.unfolded(data.decode()) == [line]


@pytest.mark.parametrize("text", ["2026-13-01", "明日", "2026-04-07T25:00", ""])
def test_what_is_no_time_is_refused(text: str) -> None:
    """Neither times nor offsets are guessed."""
    with pytest.raises(ValueError, match=r".+"):
        ical.moment(text, TOKYO)
    with pytest.raises(ValueError, match="is no offset"):
        ical.offset(text)


@given(some.text(alphabet=some.sampled_from('BEGINVTDURSTAZ:;="\\\r\n 0129P\u3042'), max_size=60))
def test_any_text_is_read_without_a_failure(rubbish: str) -> None:
    """What other programs wrote may be anything; it is shown as far as it makes sense."""
    for text in (
        f"BEGIN:VEVENT\n{rubbish}\nEND:VEVENT",
        f"BEGIN:VEVENT\nDTSTART:{rubbish}\nDURATION:{rubbish}\nEND:VEVENT",
    ):
        lines = ical.unfolded(text)
        ical.event(lines, TOKYO)
        ical.card(lines)
        ical.replaced(lines, "VEVENT", {"SUMMARY": ["SUMMARY:x"]})
    ical.event(["BEGIN:VEVENT", "DTSTART:99991231T235959Z", "DURATION:P99999W", "END:VEVENT"], TOKYO)
