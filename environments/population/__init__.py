"""Populates environments: from a page of hand-written material to months of people, mails, tickets, chats and meetings.

An environment's ``generate.py`` calls this at authoring time and commits what it wrote, so that a seed can be read and
compared like any file. The same material gives the same files. Nobody here exists: telephone numbers are
0A0-0xxx-xxxx (never assigned), domains end in .example, no family name is one that scenarios draw people from.
"""

from .conversations import Conversation, Message, converse
from .office import Office
from .people import Cast, Person, staff
from .services import calendar_entries, cases, chat_channels, mailboxes, mails, tickets
from .writing import read, write

__all__ = [
    "Cast",
    "Conversation",
    "Message",
    "Office",
    "Person",
    "calendar_entries",
    "cases",
    "chat_channels",
    "converse",
    "mailboxes",
    "mails",
    "read",
    "staff",
    "tickets",
    "write",
]
