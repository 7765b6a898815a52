"""Events and cards between the seed's fields and iCalendar (RFC 5545) or vCard (RFC 6350, written as 3.0) text."""

from datetime import UTC, date, datetime, timedelta, timezone

JAPAN = timezone(timedelta(hours=9))
"""What times without a zone are in, and what times are told in."""
TEXT_LIMIT = 2000
LISTED = 100


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
            return _card(item.vobject_item)
        event = getattr(item.vobject_item, "vevent", None)
        return _event(event) if event is not None else {"id": item.uid[:200], "kind": item.component_name}
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


def _event(event):
    found = {"id": _value(event, "uid"), "start": _told(event, "dtstart"), "end": _told(event, "dtend")}
    found |= {field: _value(event, field) for field in ("summary", "description", "location")}
    people = [str(entry.value)[:200] for entry in getattr(event, "attendee_list", [])[:LISTED]]
    found["attendees"] = [entry[7:] if entry.lower().startswith("mailto:") else entry for entry in people]
    if hasattr(event, "rrule"):
        found["repeats"] = _value(event, "rrule")
    return found


def _card(card):
    kana = [_value(card, f"x_phonetic_{part}_name") for part in ("last", "first")]
    found = {"id": _value(card, "uid"), "name": _value(card, "fn"), "kana": " ".join(filter(None, kana))}
    found |= {"email": _value(card, "email"), "phone": _value(card, "tel"), "organisation": _value(card, "org")}
    return {**found, "title": _value(card, "title"), "note": _value(card, "note")}


def _value(component, field):
    entry = getattr(component, field, None)
    value = "" if entry is None else entry.value
    return (" ".join(value) if isinstance(value, list) else str(value))[:TEXT_LIMIT]


def _told(component, field):
    entry = getattr(component, field, None)
    if entry is None:
        return ""
    value = entry.value
    if isinstance(value, datetime):
        value = (value if value.tzinfo else value.replace(tzinfo=JAPAN)).astimezone(JAPAN)
    return value.isoformat()


def _utc(value):
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=JAPAN)
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _time(value):
    return f":{_utc(value)}" if isinstance(value, datetime) else f";VALUE=DATE:{value.strftime('%Y%m%d')}"
