"""What people said to one another: conversations made from templates, over months of working days."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

WEEKDAYS = "月火水木金土日"
EVERY = {"day": 1, "week": 7, "fortnight": 14, "month": 28}


@dataclass(frozen=True)
class Message:
    """One thing said."""

    author: object
    """The Person who said it."""
    to: tuple
    """The Persons it went to."""
    date: datetime
    """When."""
    subject: str
    """One line."""
    text: str
    """All of it."""


@dataclass(frozen=True)
class Conversation:
    """Messages that belong together, in their order."""

    template: dict
    """What it was made from, with fields of the author's own."""
    messages: tuple
    """At least one Message."""
    words: dict
    """What was drawn for it."""


def converse(random, cast, templates, words, now, days=90):
    """Return conversations made from templates, oldest first.

    A template is ``{times: 30, people: {a: 営業部, b: supplier}, words: {item: items}, say: [{from: a, to: [b],
    subject, text, hours}]}``. ``times`` draws that many working days, ``every: day|week|fortnight|month`` takes each
    one backwards from ``now``, ``on`` is a fixed date and time. ``for: [営業部, 製造部]`` repeats it for each, with
    ``{unit}`` in texts and ``unit:1`` among people.

    In texts, ``{a}`` is a family name, ``{a.name}``, ``{a.organisation}``, ``{a.department}`` more of the person;
    ``{item}`` a drawn word; ``{n:3-40}`` a drawn number, the same wherever ``{n}`` comes again in the conversation;
    ``{date}``, ``{date+3}`` the message's day, or one later.

    Args:
        random: Source of all choices.
        cast: Who there is.
        templates: List of templates.
        words: Lists of words by name.
        now: When the environment begins; nothing is said later.
        days: How far back it goes.
    """
    made = []
    for template in templates:
        for unit in template.get("for", [""]):
            for start in _starts(random, template, now, days):
                conversation = _one(random, cast, template, words, unit, start, now)
                if conversation.messages:
                    made.append(conversation)
    return sorted(made, key=lambda conversation: conversation.messages[0].date)


def _starts(random, template, now, days):
    if "on" in template:
        return [datetime.fromisoformat(template["on"])]
    if "every" in template:
        step = EVERY[template["every"]]
        first = now - timedelta(days=1)
        if step >= 7:
            first -= timedelta(days=(first.weekday() - template.get("weekday", 4)) % 7)
        return [_at_work(random, first - timedelta(days=back)) for back in range(0, days, step)]
    return [_at_work(random, now - timedelta(days=random.randrange(1, days))) for _ in range(template["times"])]


def _at_work(random, day):
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day.replace(hour=random.randrange(8, 18), minute=random.randrange(60), second=0)


def _one(random, cast, template, words, unit, start, now):
    people = {name: cast.find(mark.replace("unit", unit), random) for name, mark in template.get("people", {}).items()}
    drawn = {name: random.choice(words[source]) for name, source in template.get("words", {}).items()}
    values = {**{name: str(word) for name, word in drawn.items()}, "unit": unit}
    messages, date, subject = [], start, ""
    for line in template["say"]:
        if messages:
            date = _later(random, date, line.get("hours", "1-30"))
        if date >= now:
            break
        subject = line.get("subject") or (subject if subject.startswith("Re: ") or not subject else f"Re: {subject}")
        subject = _fill(random, subject, people, values, date)
        text = _fill(random, line["text"], people, values, date)
        to = tuple(people.get(mark) or cast.find(mark, random) for mark in line.get("to", ()))
        author = people.get(line["from"]) or cast.find(line["from"], random)
        messages.append(Message(author, to, date, subject, text))
    return Conversation(template, tuple(messages), values)


def _later(random, date, hours):
    low, _, high = str(hours).partition("-")
    date += timedelta(minutes=random.randrange(int(60 * float(low)), int(60 * float(high or low)) + 1))
    if date.hour < 8 or date.hour >= 20:
        date = (date + timedelta(hours=12)).replace(hour=random.randrange(8, 12))
    while date.weekday() > 4:
        date += timedelta(days=1)
    return date


def _fill(random, text, people, values, date):
    def value(match):
        name, _, rest = match[1].partition(":")
        if rest and name not in values:
            low, _, high = rest.partition("-")
            values[name] = str(random.randrange(int(low), int(high) + 1))
        if name in values:
            return values[name]
        if name.startswith("date"):
            day = date + timedelta(days=int(name[4:] or 0))
            return f"{day.month}月{day.day}日({WEEKDAYS[day.weekday()]})"
        who, _, what = name.partition(".")
        if who not in people:
            raise LookupError(f"material: {{{match[1]}}} is no person, word or number of the template: {text[:60]}")
        return getattr(people[who], what or "family")

    return re.sub(r"\{([^{}]+)\}", value, text)
