"""iCalendar and vCard text as lines that can be read and replaced one by one (RFC 5545 and RFC 6350, section 3)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TEXTS = {"SUMMARY": "summary", "DESCRIPTION": "description", "LOCATION": "location", "RRULE": "repeats"}
CARD = {"FN": "name", "EMAIL": "email", "TEL": "phone", "ORG": "organisation", "TITLE": "title", "NOTE": "note"}


def unfolded(text: str) -> list:
    """Return content lines, joined where they were folded."""
    lines = re.split(r"\r?\n", re.sub(r"\r?\n[ \t]", "", text))
    return [line for line in lines if line]


def folded(lines: list) -> bytes:
    """Return the text of content lines, each of at most 75 octets and never broken within a character."""
    out = []
    for line in lines:
        row = b""
        for character in line:
            data = character.encode("utf-8", "replace")
            if len(row) + len(data) > 75:
                out.append(row)
                row = b" "
            row += data
        out.append(row)
    return b"\r\n".join([*out, b""])


def escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\n").replace("\n", "\\n").replace("\r", "")


def plain(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def field(line: str) -> tuple:
    """Return name, parameters and value of a content line."""
    head, _, value = line.partition(":")
    # A quoted parameter may hold a colon.
    while head.count('"') % 2:
        more, found, value = value.partition(":")
        head += ":" + more
        if not found:
            break
    name, *parameters = head.split(";")
    pairs = dict(each.upper().partition("=")[::2] for each in parameters)
    return name.rpartition(".")[2].upper(), pairs, value, head


def offset(text: str) -> timezone:
    """Return the zone of an offset such as +09:00.

    Raises:
        ValueError: If it is none.
    """
    found = re.fullmatch(r"([+-])(\d\d):(\d\d)", text)
    if not found:
        raise ValueError(f"{text!r} is no offset such as +09:00")
    length = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-length if found[1] == "-" else length)


def moment(text: str, zone: timezone) -> Any:
    """Return a date, or a time with a zone, from ISO 8601.

    Raises:
        ValueError: If it is neither.
    """
    if len(text) == 10:
        return date.fromisoformat(text)
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=zone)


def time_line(name: str, value: Any) -> str:
    """Return the content line of a date or a time."""
    if not isinstance(value, datetime):
        return f"{name};VALUE=DATE:{value:%Y%m%d}"
    return f"{name}:{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def time_of(value: str, head: str, zone: timezone) -> Any:
    """Return what a content line of a time says: a date, a time in the given zone, or None."""
    try:
        if len(value) == 8:
            return datetime.strptime(value, "%Y%m%d").date()
        if value.endswith("Z"):
            return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(zone)
        named = re.search(r'TZID="?([^";:]+)', head, re.I)
        there: Any = zone
        if named:
            try:
                there = ZoneInfo(named[1])
            except (ZoneInfoNotFoundError, ValueError, OSError):
                there = zone
        return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=there).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def later(start: Any, duration: str) -> Any:
    """Return the end of an event that says its duration instead; None when that makes no sense."""
    numbers = r"P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?)?"
    found = re.fullmatch(numbers, duration.lstrip("+"))
    if start is None or not found:
        return None
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in found.groups())
    try:
        return start + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None


def event(lines: list, zone: timezone) -> dict:
    """Return the first event of an iCalendar text: start, end, texts, attendees."""
    found: dict = {"attendees": []}
    duration = ""
    for line in inside(lines, "VEVENT"):
        name, _, value, head = field(line)
        if name in ("DTSTART", "DTEND"):
            found["start" if name == "DTSTART" else "end"] = time_of(value, head, zone)
        elif name == "DURATION":
            duration = value
        elif name in TEXTS:
            found[TEXTS[name]] = plain(value)
        elif name == "ATTENDEE":
            found["attendees"].append(re.sub(r"(?i)^mailto:", "", value))
    if duration and found.get("end") is None:
        found["end"] = later(found.get("start"), duration)
    return found


def card(lines: list) -> dict:
    """Return the fields of a vCard."""
    found: dict = {}
    for line in inside(lines, "VCARD"):
        name, _, value, _ = field(line)
        if name in CARD:
            found.setdefault(CARD[name], plain(value.replace("\\;", ";")))
    return found


def inside(lines: list, component: str) -> list:
    """Return the lines of the first component of a name, without what is nested in it."""
    out, depth = [], 0
    for line in lines:
        name, _, value = line.upper().partition(":")
        if name == "BEGIN" and (depth or value == component):
            depth += 1
        elif name == "END" and depth:
            depth -= 1
            if depth == 0:
                break
        elif depth == 1:
            out.append(line)
    return out


def replaced(lines: list, component: str, changes: dict) -> list:
    """Return all lines with those of the first component of a name replaced.

    Args:
        lines: Content lines.
        component: Such as VEVENT.
        changes: New lines by property name; none remove the property.
    """
    out, depth, done = [], 0, False
    for line in lines:
        name, _, value = line.upper().partition(":")
        if not done and name == "BEGIN" and (depth or value == component):
            depth += 1
        elif not done and name == "END" and depth:
            depth -= 1
            if depth == 0:
                out += [each for new in changes.values() for each in new]
                done = True
        elif depth == 1 and field(line)[0] in changes:
            continue
        out.append(line)
    return out
