"""The mail tool: list, read, search and send over IMAP and SMTP, one connection a call."""

from __future__ import annotations

import base64
import contextlib
import imaplib
import re
import smtplib
import ssl
import time
from collections.abc import Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parsedate_to_datetime
from typing import Any

from compose import addresses, attach
from mcp_stdio import Call, Tool, ToolError, prop, serve
from text import body, header, parse

SECONDS = 20
LISTED = 20
MOST_LISTED = 100
MESSAGE_LIMIT = 10 << 20
imaplib._MAXLINE = max(imaplib._MAXLINE, 10_000_000)


class Mail:
    """One account."""

    def __init__(self, parameters: dict) -> None:
        self.host = str(parameters.get("host", ""))
        self.login = str(parameters.get("login", ""))
        self.password = str(parameters.get("password", ""))
        self.address = str(parameters.get("address", ""))
        self.name = str(parameters.get("name", ""))
        self.imap_port = int(parameters.get("imap_port", 143))
        self.smtp_port = int(parameters.get("smtp_port", 25))
        self.security = parameters.get("security", "none")
        self.folder = str(parameters.get("folder", "INBOX"))
        self.sent_folder = str(parameters.get("sent_folder", "Sent"))

    # ---- tools

    def list(self, call: Call, folder: str = "", unseen: bool = False, limit: int = LISTED) -> str:
        with self.imap(folder) as imap:
            found = uids(imap, "UNSEEN" if unseen else "ALL")
            return table(imap, found, limit)

    def search(self, call: Call, query: str, folder: str = "", limit: int = LISTED) -> str:
        with self.imap(folder) as imap:
            return table(imap, matching(imap, query), limit)

    def read(self, call: Call, uid: int, folder: str = "") -> str:
        with self.imap(folder) as imap:
            data = fetch(imap, uid, "BODY[]")
        if data is None:
            raise ToolError(f"there is no mail with uid {uid} in {folder or self.folder}")
        message = parse(data[1])
        text, attachments = body(message)
        lines = [
            f"{name}: {header(message, name)}" for name in ("From", "To", "Cc", "Date", "Subject") if message.get(name)
        ]
        if attachments:
            lines.append(f"Attachments: {', '.join(attachments)}")
        return "\n".join([*lines, "", text])

    def send(self, call: Call, to: Any, subject: str, body: str, cc: Any = (), attachments: Any = ()) -> str:
        message = EmailMessage()
        recipients, copies = addresses(to), addresses(cc)
        if not recipients:
            raise ToolError("there is no recipient in 'to'")
        message["From"] = Address(self.name, addr_spec=self.address)
        message["To"] = recipients
        if copies:
            message["Cc"] = copies
        message["Subject"] = " ".join(subject.split())
        message["Date"] = formatdate(localtime=True)
        message["Message-ID"] = make_msgid(domain=self.address.rpartition("@")[2] or None)
        message.set_content(body.encode("utf-8", "replace").decode())
        for path in attachments:
            attach(message, path)
        everyone = [*recipients, *copies]
        refused = self.submit(message, [person.addr_spec for person in everyone])
        kept = self.keep(message)
        lines = [f"sent to {', '.join(map(str, everyone))}"]
        lines += [f"refused for {address}: {reason[0]} {reason[1]!r}" for address, reason in refused.items()]
        if kept:
            lines.append(kept)
        return "\n".join(lines)

    # ---- connections

    @contextlib.contextmanager
    def imap(self, folder: str) -> Iterator[imaplib.IMAP4]:
        folder = folder or self.folder
        try:
            if self.security == "tls":
                imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(self.host, self.imap_port, timeout=SECONDS)
            else:
                imap = imaplib.IMAP4(self.host, self.imap_port, timeout=SECONDS)
            try:
                if self.security == "starttls":
                    imap.starttls(ssl.create_default_context())
                imap.login(self.login, self.password)
                status, said = imap.select(quoted(folder))
                if status != "OK":
                    raise ToolError(f"folder {folder!r} cannot be opened: {said[0]!r}")
                yield imap
            finally:
                with contextlib.suppress(Exception):
                    imap.logout()
        except (OSError, imaplib.IMAP4.error) as error:
            raise ToolError(f"the mail server {self.host} said: {error}") from error

    def submit(self, message: EmailMessage, recipients: list) -> dict:
        try:
            if self.security == "tls":
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.smtp_port, timeout=SECONDS)
            else:
                smtp = smtplib.SMTP(self.host, self.smtp_port, timeout=SECONDS)
            with smtp:
                if self.security == "starttls":
                    smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo_or_helo_if_needed()
                if smtp.has_extn("auth"):
                    smtp.login(self.login, self.password)
                return smtp.send_message(message, self.address, recipients)
        except smtplib.SMTPRecipientsRefused as error:
            refused = "; ".join(f"{address}: {code} {said!r}" for address, (code, said) in error.recipients.items())
            raise ToolError(f"the mail was not sent, every recipient was refused: {refused}") from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise ToolError(f"the mail was not sent, the server {self.host} said: {error}") from error

    def keep(self, message: EmailMessage) -> str:
        """Keep a copy of a sent mail; returns what went wrong with it."""
        if not self.sent_folder:
            return ""
        try:
            with self.imap(self.folder) as imap:
                status, said = imap.append(quoted(self.sent_folder), "(\\Seen)", time.time(), message.as_bytes())
                return "" if status == "OK" else f"no copy was kept in {self.sent_folder}: {said[0]!r}"
        except ToolError as error:
            return f"no copy was kept in {self.sent_folder}: {error}"


def quoted(folder: str) -> str:
    if any(character in folder for character in "\r\n\0"):
        raise ToolError("this is no name of a folder")
    encoded = re.sub(r"&|[^\x20-\x7e]+", utf7, folder)
    return '"' + encoded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def utf7(match: re.Match) -> str:
    """Encode one run of a folder's name in the modified UTF-7 of RFC 3501, section 5.1.3."""
    if match[0] == "&":
        return "&-"
    return "&" + base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"


def uids(imap: imaplib.IMAP4, *criteria: str) -> list:
    status, data = imap.uid("SEARCH", *criteria)
    if status != "OK":
        raise ToolError(f"the mail server refused the search: {data!r}")
    return [int(number) for number in (data[0] or b"").split()]


def matching(imap: imaplib.IMAP4, query: str) -> list:
    """Return mails with the query in headers or body; servers that cannot search UTF-8 are searched from here."""
    if query.isascii():
        with contextlib.suppress(imaplib.IMAP4.error, ToolError):
            return uids(imap, "TEXT", '"' + query.replace("\\", "\\\\").replace('"', '\\"') + '"')
    found, wanted = [], query.casefold()
    for uid in uids(imap, "ALL")[-500:]:
        fetched = fetch(imap, uid, "BODY.PEEK[]")
        if fetched is None:
            continue
        message = parse(fetched[1])
        headers = " ".join(header(message, name) for name in ("From", "To", "Cc", "Subject"))
        if wanted in f"{headers} {body(message)[0]}".casefold():
            found.append(uid)
    return found


def fetch(imap: imaplib.IMAP4, uid: int, what: str) -> Any:
    """Return flags line and bytes of one mail, or nothing."""
    status, data = imap.uid("FETCH", str(uid), f"(FLAGS {what})")
    if status != "OK":
        return None
    for item in data:
        if isinstance(item, tuple):
            rest = b" ".join(other for other in data if isinstance(other, bytes))
            return item[0] + rest, item[1][:MESSAGE_LIMIT]
    return None


def table(imap: imaplib.IMAP4, found: list, limit: int) -> str:
    """Return one line a mail, the newest first."""
    rows = []
    for uid in sorted(found, reverse=True)[:limit]:
        fetched = fetch(imap, uid, "BODY.PEEK[HEADER.FIELDS (FROM DATE SUBJECT)]")
        if fetched is None:
            continue
        flags, data = fetched
        message = parse(data)
        try:
            when = parsedate_to_datetime(header(message, "Date")).strftime("%Y-%m-%d %H:%M")
        except (ValueError, TypeError, IndexError):
            when = header(message, "Date") or "no date"
        row = f"uid {uid} | {when} | {header(message, 'From')} | {header(message, 'Subject')}"
        rows.append(row if re.search(rb"\\Seen", flags) else f"{row} | unseen")
    if len(found) > limit:
        rows.append(f"[{len(found) - limit} more]")
    return "\n".join(rows) or "no mail"


def build(parameters: dict, language: str) -> list:
    mail = Mail(parameters)
    folder = prop("string", f"Folder; {mail.folder} when left out.", f"フォルダ。省略時は {mail.folder}。")
    limit = prop("integer", "Most mails to list.", "一覧する最大件数。", minimum=1, maximum=MOST_LISTED)
    people = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    return [
        Tool(
            "mail_list",
            {
                "en": f"List mails of {mail.address}, newest first.",
                "ja": f"{mail.address} のメールを新しい順に一覧する。",
            },
            {"folder": folder, "unseen": prop("boolean", "Only unread ones.", "未読のみ。"), "limit": limit},
            mail.list,
        ),
        Tool(
            "mail_read",
            {"en": "Read one mail and mark it as read.", "ja": "メールを 1 通読み、既読にする。"},
            {"uid": prop("integer", "uid from the list.", "一覧にある uid。", minimum=1), "folder": folder},
            mail.read,
            ["uid"],
        ),
        Tool(
            "mail_search",
            {"en": "Search headers and bodies.", "ja": "見出しと本文を検索する。"},
            {"query": prop("string", "Text to look for.", "探す文字列。"), "folder": folder, "limit": limit},
            mail.search,
            ["query"],
        ),
        Tool(
            "mail_send",
            {"en": f"Send a mail from {mail.address}.", "ja": f"{mail.address} からメールを送る。"},
            {
                "to": prop(people, "Recipients.", "宛先。"),
                "cc": prop(people, "Recipients of a copy.", "写しの宛先。"),
                "subject": prop("string", "Subject.", "件名。"),
                "body": prop("string", "Plain text.", "本文。"),
                "attachments": prop(
                    {"type": "array", "items": {"type": "string"}},
                    "Paths of files in the working directory.",
                    "添付する作業フォルダのファイル。",
                ),
            },
            mail.send,
            ["to", "subject", "body"],
        ),
    ]


def main() -> None:
    serve("mail", build)


if __name__ == "__main__":
    main()
