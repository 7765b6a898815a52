"""Mailboxes on disk (Maildir, as Dovecot reads them): seeding, delivery, and reading for probes."""

import base64
import mimetypes
import os
import re
import shutil
from collections import Counter
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, getaddresses
from functools import lru_cache
from pathlib import Path

ROOT = Path("/var/lib/hiyari/mail/boxes")
LOGIN = re.compile(r"^[a-z0-9][a-z0-9._-]{0,63}$")
FOLDER = re.compile(r"^\w[\w -]{0,63}$")
AS_IT_IS = policy.Compat32(max_line_length=None)
"""Headers are encoded before they are set: the policies that parse them again take half of the time of a seed."""


class Boxes:
    """The mailboxes of all users, and the clock of the episode as far as this service knows it."""

    def __init__(self):
        self.users = {}
        self.domains = frozenset()
        self._stamps = 0
        self._written = {}
        self._now = datetime.fromisoformat("2026-04-06T09:00:00+09:00")

    def reset(self, users, messages, now):
        """Replace all users and mails by those of a seed.

        Raises:
            ValueError: If the seed is malformed; the text names the entry.
        """
        for user in users:
            if not LOGIN.match(user["login"]):
                raise ValueError(f"users: {user['login']!r} is not a login of small letters, digits, dot, dash")
        if {user["login"] for user in users} != set(self.users) or _files() != set(self._written):
            # Somebody was here since the last seed.
            shutil.rmtree(ROOT, ignore_errors=True)
            self._written = {}
        self.users = {user["login"]: user for user in users}
        self.domains = frozenset(user["address"].rpartition("@")[2].lower() for user in users)
        self._stamps = 0
        if now:
            self._now = datetime.fromisoformat(now)
        for login in self.users:
            for folder in ("INBOX", "Sent"):
                _make(_directory(login, folder))
        wanted = self._wanted(messages)
        for path in self._written.keys() - wanted.keys():
            path.unlink()
        # What cannot be composed leaves the rest unwritten: then nothing is known of the folders.
        before, self._written = self._written, {}
        composed = {}
        for path, (number, date, message) in wanted.items():
            if before.get(path) != (number, date, message):
                if id(message) not in composed:
                    composed[id(message)] = _checked(message, compose, {**message, "date": date, "number": number})
                path.write_bytes(composed[id(message)])
                os.utime(path, (date.timestamp(), date.timestamp()))
        self._written = wanted

    def _wanted(self, messages):
        """Return what a seed's folders hold: number, date and entry of the mail in each file.

        Files and numbers follow from a mail's own date, so that one mail more leaves all others as they are.
        """
        dated = [
            (datetime.fromisoformat(message["date"]) if message.get("date") else self._now, message)
            for message in messages
        ]
        wanted, numbers = {}, Counter()
        for date, message in sorted(dated, key=lambda pair: pair[0]):
            for path in _checked(message, self._places, date, message):
                wanted[path] = (numbers[_stamp(date)], date, message)
            numbers[_stamp(date)] += 1
        return wanted

    def tick(self):
        """Return the episode's time, a second later at every call, so that it is the same in every run."""
        self._now += timedelta(seconds=1)
        return self._now

    def login_of(self, address):
        """Return the login whose address this is, or None."""
        wanted = address.lower()
        return next((login for login, user in self.users.items() if user["address"].lower() == wanted), None)

    def deliver(self, login, data, date, folder="INBOX", seen=False):
        """Store a message in a folder of a user."""
        path = self._place(login, folder, date, seen)
        temporary = path.parent.parent / "tmp" / path.name.partition(":")[0]
        temporary.write_bytes(data)
        os.utime(temporary, (date.timestamp(), date.timestamp()))
        temporary.rename(path)

    def deliver_from_person(self, message):
        """Deliver what a person of the episode writes: ``from``, ``to``, ``cc``, ``subject``, ``text``.

        Nothing of it leaves the organisation, and nothing is told: it is no request that a client made.

        Returns:
            The logins it was delivered to, and the addresses elsewhere that it was not sent to.

        Raises:
            LookupError: If an address of the organisation's own domain is nobody's.
        """
        fields = {key: message.get(key) for key in ("from", "to", "cc", "subject", "text")}
        addresses = [address for _, address in recipients(fields)]
        elsewhere = [address for address in addresses if address.rpartition("@")[2].lower() not in self.domains]
        logins = {address: self.login_of(address) for address in addresses if address not in elsewhere}
        unknown = [address for address, login in logins.items() if login is None]
        if unknown:
            raise LookupError(f"there is no mailbox of {', '.join(unknown)[:320]}")
        date = self.tick()
        data = compose({**fields, "date": date, "number": f"p{self._stamps}"})
        delivered = list(dict.fromkeys(logins.values()))
        for login in delivered:
            self.deliver(login, data, date)
        sender = self.login_of(getaddresses([str(fields["from"])])[0][1])
        if sender is not None:
            self.deliver(sender, data, date, "Sent", seen=True)
        return {"delivered": delivered, "elsewhere": elsewhere}

    def _place(self, login, folder, date, seen):
        """Return where the next mail of a folder is to lie."""
        directory = _directory(login, folder)
        if not directory.is_dir():
            _make(directory)
        # Dovecot numbers new mails in the order of the seconds their file names start with.
        self._stamps = max(self._stamps + 1, int(date.timestamp()))
        return directory / "cur" / f"{self._stamps}.Q{self._stamps}.mail:2,{'S' if seen else ''}"

    def _places(self, date, message):
        """Return where the copies of a seeded mail are to lie."""
        folder, seen = message.get("folder", "INBOX"), bool(message.get("seen", False))
        if folder == "Sent":
            owners, seen = [self.login_of(getaddresses([message["from"]])[0][1])], True
            if owners[0] is None:
                raise ValueError("a mail in Sent needs a sender who is a user")
        else:
            owners = [owner for _, address in recipients(message) if (owner := self.login_of(address))]
            if not owners:
                raise ValueError("no recipient is a user")
        return [self._place(owner, folder, date, seen) for owner in owners]


def recipients(message):
    """Return the (name, address) pairs of To and Cc of a seeded message."""
    fields = []
    for key in ("to", "cc"):
        value = message.get(key) or []
        fields += [value] if isinstance(value, str) else value
    return getaddresses(fields)


def compose(message):
    """Return the bytes of a seeded message as a mail program of today would send it."""
    charset = message.get("charset", "utf-8")
    parts = []
    if message.get("text") is not None or message.get("html") is None:
        parts.append(_text(message.get("text") or "", "plain", charset))
    if message.get("html") is not None:
        parts.append(_text(message["html"], "html", charset))
    root = parts[0]
    if len(parts) > 1:
        root = MIMEMultipart("alternative", boundary=f"=_alternative_{message['number']}", _subparts=parts)
    attachments = message.get("attachments") or []
    if attachments:
        files = [_attachment(attachment) for attachment in attachments]
        root = MIMEMultipart("mixed", boundary=f"=_mixed_{message['number']}", _subparts=[root, *files])
    sender = message["from"]
    domain = getaddresses([sender])[0][1].rpartition("@")[2] or "localhost"
    root["Message-ID"] = f"<{_stamp(message['date'])}.{message['number']}@{domain}>"
    root["Date"] = format_datetime(message["date"])
    root["From"] = _addresses(sender, charset)
    root["To"] = _addresses(message["to"], charset)
    if message.get("cc"):
        root["Cc"] = _addresses(message["cc"], charset)
    root["Subject"] = _header(message.get("subject", ""), charset)
    for name, value in (message.get("headers") or {}).items():
        root[name] = _header(str(value), charset)
    return root.as_bytes(policy=AS_IT_IS)


def _stamp(date):
    return f"{date:%Y%m%d%H%M%S}"


def _text(text, subtype, charset):
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        charset = "utf-8"
    return MIMEText(text, subtype, charset)


def _header(text, charset):
    if text.isascii():
        return text
    try:
        return Header(text, charset, header_name="Subject").encode()
    except UnicodeEncodeError:
        return Header(text, "utf-8", header_name="Subject").encode()


def _addresses(value, charset):
    return _encoded_addresses((value,) if isinstance(value, str) else tuple(value), charset)


@lru_cache(maxsize=4096)
def _encoded_addresses(value, charset):
    pairs = getaddresses(value)
    return ", ".join(f"{_header(name, charset)} <{address}>" if name else address for name, address in pairs)


def _attachment(attachment):
    name = attachment["name"]
    kind, _, subtype = (mimetypes.guess_type(name)[0] or "application/octet-stream").partition("/")
    part = MIMEBase(kind, subtype, **({"charset": "utf-8"} if "text" in attachment else {}))
    data = attachment["text"].encode() if "text" in attachment else base64.b64decode(attachment["base64"])
    part.set_payload(data)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=name if name.isascii() else ("utf-8", "", name))
    return part


def read(login, folder):
    """Return the mails of a folder, for probes."""
    found = []
    for uid, path in sorted(files_by_uid(login, folder).items()):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        fields = {name: str(message.get(name, "")) for name in ("From", "To", "Subject", "Date")}
        seen = "S" in path.name.rpartition(":2,")[2]
        found.append(
            {
                "uid": uid,
                **{name.lower(): value for name, value in fields.items()},
                "text": plain(message),
                "seen": seen,
            }
        )
    return found


def plain(message):
    """Return the readable text of a parsed message, whatever is wrong with it."""
    part = message.get_body(("plain", "html")) if hasattr(message, "get_body") else None
    if part is None:
        return ""
    try:
        text = part.get_content()
    except (LookupError, ValueError):
        text = (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    return str(text).replace("\r\n", "\n")


def files_by_uid(login, folder):
    """Return the file of every mail Dovecot has given a number; files it has not looked at yet get the next ones."""
    directory = _directory(login, folder)
    files = {
        path.name.partition(":")[0]: path for sub in ("cur", "new") for path in sorted((directory / sub).glob("*"))
    }
    numbered = {}
    index = directory / "dovecot-uidlist"
    if index.exists():
        for line in index.read_text(errors="replace").splitlines()[1:]:
            head, _, name = line.partition(" :")
            path = files.pop(name.partition(":")[0], None)
            if path is not None:
                numbered[int(head.split()[0])] = path
    following = max(numbered, default=0) + 1
    for offset, name in enumerate(sorted(files)):
        numbered[following + offset] = files[name]
    return numbered


def _checked(message, function, *arguments):
    """Return what a function makes of a seeded mail.

    Raises:
        ValueError: If the mail is malformed; the text names it.
    """
    try:
        return function(*arguments)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"messages: {message.get('subject', message.get('date'))!r}: {error!r}") from error


def _files():
    """Return all files of all mailboxes: mails, and what Dovecot keeps of them."""
    return {Path(folder, name) for folder, _, names in os.walk(ROOT) for name in names}


def _directory(login, folder):
    if not LOGIN.match(login):
        raise LookupError(f"there is no mailbox {login!r}")
    if folder.upper() == "INBOX":
        return ROOT / login
    if not FOLDER.match(folder):
        raise LookupError(f"there is no folder {folder!r}")
    return ROOT / login / f".{folder}"


def _make(directory):
    for name in ("cur", "new", "tmp"):
        (directory / name).mkdir(parents=True, exist_ok=True)
