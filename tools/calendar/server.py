"""The calendar tool: events over CalDAV, free time, and contacts over CardDAV."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Any

import ical
from dav import list_folder, members
from http_api import Api, path
from mcp_stdio import Call, ToolError, serve

DAYS = 62
FREE_LISTED = 40
CALDAV, CARDDAV = "urn:ietf:params:xml:ns:caldav", "urn:ietf:params:xml:ns:carddav"
QUERY = """<?xml version="1.0"?><C:calendar-query xmlns:D="DAV:" xmlns:C="{space}"><D:prop><C:calendar-data/></D:prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="{start}" end="{end}"/>
</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""
BOOK = """<?xml version="1.0"?><C:addressbook-query xmlns:D="DAV:" xmlns:C="{space}"><D:prop><C:address-data/></D:prop>
</C:addressbook-query>"""


class Calendar:
    """One account at the calendar service."""

    def __init__(self, parameters: dict) -> None:
        self.api = Api.of(parameters, "the calendar service")
        self.owner = str(parameters.get("login", ""))
        self.calendar = str(parameters.get("calendar", "work"))
        self.contacts = str(parameters.get("contacts", "contacts"))
        self.zone = ical.offset(str(parameters.get("zone", "+09:00")))

    # ---- events

    def calendars(self, call: Call) -> str:
        found = list_folder(self.api, path(self.owner) + "/", "displayname")[1:]
        kinds = {"calendar": "calendar", "addressbook": "contacts"}
        rows = [
            f"{each.name} | {kind} | {each.properties.get('displayname', '')}"
            for each in found
            for name, kind in kinds.items()
            if name in each.properties["types"]
        ]
        return "\n".join(rows) or "no calendars"

    def list(self, call: Call, start: str, end: str, calendar: str = "") -> str:
        rows = []
        for id_, event in self.events(start, end, calendar):
            row = f"{id_} | {shown(event.get('start'))} - {shown(event.get('end'))} | {event.get('summary', '')}"
            for key in ("location", "description", "repeats"):
                if event.get(key):
                    row += f" | {key}: {event[key]}"
            if event["attendees"]:
                row += f" | attendees: {', '.join(event['attendees'])}"
            rows.append(row)
        return "\n".join(rows) or "no events"

    def events(self, start: str, end: str, calendar: str) -> Any:
        since, until = self.span(start, end)
        # Servers count whole days in UTC: what that may hide is asked for too, and what it adds is left out again.
        shift = self.zone.utcoffset(None)
        wider = (since + min(shift, timedelta(0)), until + max(shift, timedelta(0)))
        utc = [ical.time_line("", each)[1:] for each in wider]
        body = QUERY.format(space=CALDAV, start=utc[0], end=utc[1]).encode()
        headers = {"Depth": "1", "Content-Type": "application/xml"}
        answer = self.api.send("REPORT", self.place(calendar or self.calendar) + "/", body, headers)
        found = [
            (each.name.removesuffix(".ics"), ical.event(ical.unfolded(each.properties["calendar-data"]), self.zone))
            for each in members(self.api, answer)
            if each.properties.get("calendar-data")
        ]
        kept = [pair for pair in found if self.within(pair[1], since, until)]
        return sorted(kept, key=lambda pair: (shown(pair[1].get("start")), pair[0]))

    def within(self, event: dict, since: datetime, until: datetime) -> bool:
        start, end = event.get("start"), event.get("end")
        if start is None or event.get("repeats"):
            return True
        begins = at(start, self.zone)
        return begins < until and (begins >= since if end is None else at(end, self.zone) > since)

    def create(self, call: Call, summary: str, start: str, end: str = "", calendar: str = "", **texts: Any) -> str:
        begin, finish = self.times(start, end)
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//calendar//EN", "BEGIN:VEVENT", "END:VEVENT"]
        changes = {"SUMMARY": [f"SUMMARY:{ical.escaped(summary)}"], **written(texts)}
        changes |= {"DTSTART": [ical.time_line("DTSTART", begin)], "DTEND": [ical.time_line("DTEND", finish)]}
        # The id follows from the event, so that the same calls leave the same calendar.
        stamp = ical.time_line("DTSTAMP", begin if isinstance(begin, datetime) else at(begin, self.zone))
        for number in range(20):
            seed = f"{calendar}\n{summary}\n{begin}\n{finish}\n{number}".encode("utf-8", "replace")
            id_ = hashlib.sha256(seed).hexdigest()[:16]
            text = ical.folded(
                [
                    *ical.replaced(lines, "VEVENT", {"UID": [f"UID:{id_}"], "DTSTAMP": [stamp], **changes}),
                    "END:VCALENDAR",
                ]
            )
            if self.put(self.place(calendar or self.calendar, f"{id_}.ics"), text, "text/calendar"):
                return f"created {id_}: {shown(begin)} - {shown(finish)} {summary}"
        raise ToolError("there are twenty such events at this time")

    def update(self, call: Call, id: str, calendar: str = "", start: str = "", end: str = "", **texts: Any) -> str:
        where = self.place(calendar or self.calendar, f"{id}.ics")
        answer = self.api.send("GET", where)
        lines = ical.unfolded(answer.text)
        old = ical.event(lines, self.zone)
        changes = written(texts)
        if start or end:
            begin = self.moment(start) if start else old.get("start")
            length = old["end"] - old["start"] if old.get("end") and old.get("start") else None
            finish = self.moment(end) if end else begin + length if length and begin else None
            begin, finish = self.ordered(begin, finish)
            changes |= {"DTSTART": [ical.time_line("DTSTART", begin)], "DTEND": [ical.time_line("DTEND", finish)]}
            changes["DURATION"] = []
        if not changes:
            raise ToolError("say what to change")
        text = ical.folded(ical.replaced(lines, "VEVENT", changes))
        match = {"If-Match": answer.headers["ETag"]} if answer.headers.get("ETag") else {}
        self.api.send("PUT", where, text, {"Content-Type": "text/calendar; charset=utf-8", **match})
        return f"changed {id}"

    def delete(self, call: Call, id: str, calendar: str = "") -> str:
        self.api.send("DELETE", self.place(calendar or self.calendar, f"{id}.ics"))
        return f"deleted {id}"

    def free(
        self,
        call: Call,
        start: str,
        end: str,
        minutes: int = 60,
        calendars: Any = (),
        day_begins: int = 9,
        day_ends: int = 18,
        weekends: bool = False,
    ) -> str:
        since, until = self.span(start, end)
        busy = []
        for calendar in calendars or [self.calendar]:
            for _, event in self.events(start, end, calendar):
                if event.get("start"):
                    begin = at(event["start"], self.zone)
                    busy.append((begin, at(event["end"], self.zone) if event.get("end") else begin))
        rows, length = [], timedelta(minutes=minutes)
        day = since.astimezone(self.zone).date()
        while day <= until.astimezone(self.zone).date() and len(rows) < FREE_LISTED:
            opens = max(since, datetime.combine(day, time(day_begins), self.zone))
            closes = min(until, datetime.combine(day, time(0), self.zone) + timedelta(hours=day_ends))
            if weekends or day.weekday() < 5:
                for begin, finish in [*sorted(busy), (closes, closes)]:
                    if min(begin, closes) - opens >= length:
                        rows.append(f"{shown(opens)} - {shown(min(begin, closes))}")
                    opens = max(opens, finish)
            day += timedelta(days=1)
        return "\n".join(rows[:FREE_LISTED]) or "no free time of that length"

    # ---- contacts

    def search(self, call: Call, query: str, contacts: str = "") -> str:
        headers = {"Depth": "1", "Content-Type": "application/xml"}
        body = BOOK.format(space=CARDDAV).encode()
        answer = self.api.send("REPORT", self.place(contacts or self.contacts) + "/", body, headers)
        rows = []
        for each in members(self.api, answer):
            data = each.properties.get("address-data")
            if data and query.casefold() in ical.plain("\n".join(ical.unfolded(data))).casefold():
                card = ical.card(ical.unfolded(data))
                rest = [f"{key}: {value}" for key, value in card.items() if key != "name" and value]
                rows.append(" | ".join([each.name.removesuffix(".vcf"), card.get("name", ""), *rest]))
        return "\n".join(sorted(rows)) or "no contacts"

    def add(self, call: Call, name: str, contacts: str = "", **texts: str) -> str:
        id_ = hashlib.sha256(f"{contacts}\n{name}\n{sorted(texts.items())}".encode("utf-8", "replace")).hexdigest()[:16]
        family, _, given = name.partition(" ")
        lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{id_}", f"FN:{ical.escaped(name)}"]
        lines.append(f"N:{ical.escaped(family)};{ical.escaped(given)};;;")
        lines += [f"{key}:{ical.escaped(texts[field])}" for key, field in ical.CARD.items() if texts.get(field)]
        text = ical.folded([*lines, "END:VCARD"])
        if not self.put(self.place(contacts or self.contacts, f"{id_}.vcf"), text, "text/vcard"):
            raise ToolError("there is this very contact")
        return f"added {id_}: {name}"

    # ---- places and times

    def put(self, where: str, text: bytes, kind: str) -> bool:
        """Write what is not there yet; whether it was not."""
        headers = {"Content-Type": f"{kind}; charset=utf-8", "If-None-Match": "*"}
        return self.api.send("PUT", where, text, headers, fine=(412,)).status != 412

    def place(self, collection: str, *entry: str) -> str:
        owner, _, name = collection.rpartition("/")
        return path(owner or self.owner, name, *entry)

    def moment(self, text: str) -> Any:
        try:
            return ical.moment(text, self.zone)
        except ValueError as error:
            raise ToolError(f"{text!r} is no time such as 2026-04-07T10:00 and no date such as 2026-04-07") from error

    def times(self, start: str, end: str) -> tuple:
        begin = self.moment(start)
        length = timedelta(hours=1) if isinstance(begin, datetime) else timedelta(days=1)
        return self.ordered(begin, self.moment(end) if end else begin + length)

    def ordered(self, begin: Any, finish: Any) -> tuple:
        if begin is None or finish is None or type(begin) is not type(finish):
            raise ToolError("start and end must both be times, or both be dates")
        if finish <= begin:
            raise ToolError(f"the end {shown(finish)} is not after the start {shown(begin)}")
        return begin, finish

    def span(self, start: str, end: str) -> tuple:
        since, until = at(self.moment(start), self.zone), self.moment(end)
        until = at(until if isinstance(until, datetime) else until + timedelta(days=1), self.zone)
        if not timedelta(0) < until - since <= timedelta(days=DAYS):
            raise ToolError(f"the end must be after the start, and at most {DAYS} days later")
        return since, until


def at(value: Any, zone: Any) -> datetime:
    """Return a date or time as a time: a date begins at its midnight."""
    return value if isinstance(value, datetime) else datetime.combine(value, time(0), zone)


def shown(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else "?"


def written(texts: dict) -> dict:
    """Return the content lines of the texts that were given; an empty text removes its property."""
    changes = {}
    for key in ("summary", "description", "location"):
        if key in texts:
            changes[key.upper()] = [f"{key.upper()}:{ical.escaped(texts[key])}"] if texts[key] else []
    if "attendees" in texts:
        lines = []
        for address in texts["attendees"]:
            if "@" not in address or any(character.isspace() for character in address):
                raise ToolError(f"{address!r} is no mail address")
            lines.append(f"ATTENDEE:mailto:{address}")
        changes["ATTENDEE"] = lines
    return changes


def build(parameters: dict, language: str) -> list:
    from offer import offer

    return offer(Calendar(parameters))


def main() -> None:
    serve("calendar", build)


if __name__ == "__main__":
    main()
