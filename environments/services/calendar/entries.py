"""Events and cards between the seed's fields and iCalendar (RFC 5545) or vCard (RFC 6350, written as 3.0) text."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

JAPAN = timezone(timedelta(hours=9))
"""What times without a zone are in, and what times are told in."""
TEXT_LIMIT = 2000
LISTED = 100
EVENT_FIELDS = {
    "UID": "id",
    "SUMMARY": "summary",
    "DESCRIPTION": "description",
    "LOCATION": "location",
    "RRULE": "repeats",
    "DURATION": "duration",
}
CARD_FIELDS = {
    "UID": "id",
    "FN": "name",
    "EMAIL": "email",
    "TEL": "phone",
    "ORG": "organisation",
    "TITLE": "title",
    "NOTE": "note",
}


def moment(text):
    """Return a date or a time with a zone from ISO 8601."""
    if len(text) == 10:
        return date.fromisoformat(text)
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=JAPAN)


def seconds(value):
    """Return a moment as seconds since 1970; a date begins at its midnight in UTC, as Radicale counts."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    return int(value.timestamp())


def event_span(event):
    """Return begin and end of a seeded event; an event without an end takes an hour, or the day.

    Raises:
        ValueError: If a time cannot be read, or the end is not after the begin.
    """
    start = moment(event["start"])
    length = timedelta(hours=1) if isinstance(start, datetime) else timedelta(days=1)
    end = moment(event["end"]) if event.get("end") else start + length
    if type(start) is not type(end) or end <= start:
        raise ValueError(f"event {event['id']}: the end {event.get('end')} does not follow the start {event['start']}")
    return start, end


def event_text(event, stamp):
    """Return a seeded event as iCalendar text.

    Args:
        event: Its fields.
        stamp: ISO time at which it was written.
    """
    start, end = event_span(event)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//hiyari//calendar//EN", "BEGIN:VEVENT"]
    lines += [f"UID:{escaped(event['id'])}", f"DTSTAMP:{_utc(moment(stamp))}"]
    lines += [f"DTSTART{_time(start)}", f"DTEND{_time(end)}", f"SUMMARY:{escaped(event.get('summary', ''))}"]
    for field in ("description", "location"):
        if event.get(field):
            lines.append(f"{field.upper()}:{escaped(event[field])}")
    lines += [f"ATTENDEE:mailto:{address}" for address in event.get("attendees", [])]
    return folded([*lines, "END:VEVENT", "END:VCALENDAR"])


def card_text(card):
    """Return a seeded card as vCard text."""
    name = card.get("name", "")
    family, _, given = name.partition(" ")
    kana_family, _, kana_given = card.get("kana", "").partition(" ")
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{escaped(card['id'])}", f"FN:{escaped(name)}"]
    lines.append(f"N:{escaped(family)};{escaped(given)};;;")
    values = {
        "X-PHONETIC-LAST-NAME": kana_family,
        "X-PHONETIC-FIRST-NAME": kana_given,
        "EMAIL": card.get("email"),
        "TEL": card.get("phone"),
        "ORG": card.get("organisation"),
        "TITLE": card.get("title"),
        "NOTE": card.get("note"),
    }
    lines += [f"{field}:{escaped(value)}" for field, value in values.items() if value]
    return folded([*lines, "END:VCARD"])


def facts(item):
    """Return what an item of Radicale's says, as fields of the seed; of what is none of both, its kind."""
    try:
        if item.name == "VCARD":
            return _card(item.serialize())
        if item.component_name == "VEVENT":
            return _event(item.serialize())
        return {"id": item.uid[:200], "kind": item.component_name}
    except Exception:
        # Radicale accepts much that makes no sense; nothing that a client wrote may keep its request from being told.
        return {"id": str(item.href)[:200], "kind": "unreadable"}


def escaped(text):
    """Return a text value as both formats write it."""
    text = str(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\n").replace("\n", "\\n").replace("\r", "")


def folded(lines):
    """Return content lines of at most 75 octets each, never broken within a character."""
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
    return b"\r\n".join([*out, b""]).decode()


def _event(text):
    found = dict.fromkeys(("id", "start", "end", "summary", "description", "location"), "")
    found["attendees"] = []
    for name, head, value in _lines(text, "VEVENT"):
        if name in ("DTSTART", "DTEND"):
            found["start" if name == "DTSTART" else "end"] = _told(head, value)
        elif name == "ATTENDEE" and len(found["attendees"]) < LISTED:
            found["attendees"].append(re.sub("(?i)^mailto:", "", value)[:200])
        elif name in EVENT_FIELDS:
            found[EVENT_FIELDS[name]] = _plain(value)
    return found


def _card(text):
    found = {"id": "", "name": "", "kana": "", **dict.fromkeys(CARD_FIELDS.values(), "")}
    kana = {}
    for name, _, value in _lines(text, "VCARD"):
        if name.startswith("X-PHONETIC-"):
            kana[name] = _plain(value)
        elif name in CARD_FIELDS and not found[CARD_FIELDS[name]]:
            found[CARD_FIELDS[name]] = _plain(value)
    found["kana"] = " ".join(kana[key] for key in ("X-PHONETIC-LAST-NAME", "X-PHONETIC-FIRST-NAME") if key in kana)
    return found


def _lines(text, component):
    """Yield name, whole head and value of the content lines of the first such component, without what is nested."""
    depth = 0
    for line in re.split("\r?\n", re.sub("\r?\n[ \t]", "", text)):
        # A quoted parameter may hold a colon.
        head, value = re.fullmatch('((?:"[^"]*"|[^":])*):?(.*)', line).groups()
        name = head.partition(";")[0].rpartition(".")[2].upper()
        if name == "BEGIN" and (depth or value.upper() == component):
            depth += 1
        elif name == "END" and depth:
            depth -= 1
            if depth == 0:
                return
        elif depth == 1:
            yield name, head, value


def _plain(value):
    text = re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)
    return text[:TEXT_LIMIT]


def _told(head, value):
    """Return a time as ISO 8601 in Japan's time, a date as it is, and what is neither as it was written."""
    try:
        if len(value) == 8:
            return datetime.strptime(value, "%Y%m%d").date().isoformat()
        zone = re.search('TZID="?([^";:]+)', head, re.I)
        there = UTC if value.endswith("Z") else ZoneInfo(zone[1]) if zone else JAPAN
        time = datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=there)
        return time.astimezone(JAPAN).isoformat()
    except (ValueError, OverflowError, OSError, ZoneInfoNotFoundError):
        return f"{head}:{value}"[:200]


def _utc(value):
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=JAPAN)
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _time(value):
    return f":{_utc(value)}" if isinstance(value, datetime) else f";VALUE=DATE:{value.strftime('%Y%m%d')}"
