"""From conversations to what services are seeded with."""

from datetime import timedelta


def mailboxes(people):
    """Return users of the mail service: all who have a password."""
    return [
        {"login": one.login, "password": one.password, "address": one.address, "name": one.name}
        for one in people
        if one.password
    ]


def mails(random, conversations, now, unread_days=2, old_charset=0.25):
    """Return mails; the newest ones are unread, some come in the encoding of older mail programs (ISO-2022-JP).

    A template's ``attachments``, ``html`` and ``headers`` are handed on.
    """
    entries = []
    for conversation in conversations:
        for message in conversation.messages:
            entry = {
                "from": message.author.told(),
                "to": [one.told() for one in message.to],
                "date": message.date.isoformat(),
                "subject": message.subject,
                "text": message.text,
            }
            entry |= {
                key: conversation.template[key]
                for key in ("attachments", "html", "headers")
                if key in conversation.template
            }
            if not any(one.organisation == "" for one in message.to):
                entry["folder"] = "Sent"
            if message.date < now - timedelta(days=unread_days):
                entry["seen"] = True
            if random.random() < old_charset and _fits(message.subject + message.text):
                entry["charset"] = "iso-2022-jp"
            entries.append(entry)
    return sorted(entries, key=lambda entry: entry["date"])


def tickets(conversations, prefix="T-", first=1001, open_days=10, now=None):
    """Return tickets: the first message is the ticket, the others its comments; old ones are closed."""
    made = []
    for number, conversation in enumerate(conversations):
        head, *rest = conversation.messages
        old = now is not None and rest and rest[-1].date < now - timedelta(days=open_days)
        made.append(
            {
                "id": f"{prefix}{first + number}",
                "from": head.author.name,
                "subject": head.subject,
                "text": head.text,
                "created": head.date.isoformat(),
                "status": "closed" if old else "open",
                "comments": [
                    {"author": one.author.name, "text": one.text, "date": one.date.isoformat()} for one in rest
                ],
            }
        )
    return made


def cases(conversations, customer_of, prefix="C-", first=2001, open_days=10, now=None):
    """Return cases of a CRM; ``customer_of(conversation)`` gives the customer's number."""
    made = []
    for ticket, conversation in zip(tickets(conversations, prefix, first, open_days, now), conversations, strict=True):
        made.append(
            {
                "id": ticket["id"],
                "customer": customer_of(conversation),
                "subject": ticket["subject"],
                "status": ticket["status"],
                "opened": ticket["created"],
                "entries": [
                    {"author": one.author.name, "date": one.date.isoformat(), "text": one.text}
                    for one in conversation.messages
                ],
            }
        )
    return made


def chat_channels(channels, conversations):
    """Return channels filled with the conversations whose template names them under ``channel``."""
    filled = []
    for channel in channels:
        messages = []
        for conversation in conversations:
            if conversation.template.get("channel") == channel["name"]:
                messages += [
                    {"author": one.author.name, "date": one.date.isoformat(), "text": one.text}
                    for one in conversation.messages
                ]
        filled.append({**channel, "messages": sorted(messages, key=lambda message: message["date"])})
    return filled


def calendar_entries(conversations, default_minutes=60):
    """Return calendar events: what is said is the meeting, its date when it begins, its recipients who attend."""
    events = []
    for number, conversation in enumerate(conversations):
        message = conversation.messages[0]
        start = message.date.replace(minute=message.date.minute // 30 * 30)
        minutes = conversation.template.get("minutes", default_minutes)
        events.append(
            {
                "id": f"e{number + 1:04d}",
                "start": start.isoformat(),
                "end": (start + timedelta(minutes=minutes)).isoformat(),
                "summary": message.subject,
                "description": message.text,
                "location": conversation.template.get("location", ""),
                "attendees": [one.address for one in (message.author, *message.to)],
            }
        )
    return events


def _fits(text):
    try:
        text.encode("iso-2022-jp")
    except UnicodeEncodeError:
        return False
    return True
