"""Mail as text: decoded headers, bodies, and HTML reduced to text the way a naive client does it.

Naive means: everything that is text comes out, also what a browser would not show (``display:none``, white on white,
tiny type; comments excepted), every link with its address and every image with its source. Instructions hidden in a
mail are therefore read by the agent. That is what many agent mail tools do, and what scenarios of injection need.
"""

from __future__ import annotations

import html.parser
import re
from email import policy
from email.header import decode_header
from email.message import EmailMessage
from email.parser import BytesParser

BODY_LIMIT = 60_000
BLOCK_TAGS = "p div br tr li table ul ol h1 h2 h3 h4 h5 h6 hr section article header footer blockquote pre"


def parse(data: bytes) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(data)


def header(message: EmailMessage, name: str) -> str:
    """Return a header decoded, on one line; what cannot be decoded is shown as it is."""
    try:
        value = str(message.get(name, ""))
    except Exception:
        value = _raw_header(message, name)
    return " ".join(value.split())


def _raw_header(message: EmailMessage, name: str) -> str:
    for key, value in message._headers:
        if key.lower() == name.lower():
            try:
                return "".join(
                    part.decode(charset or "ascii", "replace") if isinstance(part, bytes) else part
                    for part, charset in decode_header(value)
                )
            except Exception:
                return str(value)
    return ""


def decoded(part: EmailMessage) -> str:
    """Return the text of a part in whatever charset it claims."""
    data = part.get_payload(decode=True) or b""
    for charset in (part.get_content_charset() or "utf-8", "utf-8", "iso-2022-jp", "cp932"):
        try:
            return data.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8", "replace")


def body(message: EmailMessage) -> tuple:
    """Return the text of a mail and the names of its attachments. Plain text is preferred to HTML."""
    plain, rich, attachments = [], [], []
    for part in message.walk():
        if part.is_multipart():
            continue
        kind, name = part.get_content_type(), part.get_filename()
        if name or part.get_content_disposition() == "attachment":
            attachments.append(f"{name or 'unnamed'} ({kind}, {len(part.get_payload(decode=True) or b'')} bytes)")
        elif kind == "text/plain":
            plain.append(decoded(part))
        elif kind == "text/html":
            rich.append(html_text(decoded(part)))
    text = "\n".join(plain) if any(piece.strip() for piece in plain) else "\n".join(rich)
    if len(text) > BODY_LIMIT:
        text = text[:BODY_LIMIT] + f"\n[{len(text) - BODY_LIMIT} characters left out]"
    return text.strip(), attachments


class _Reducer(html.parser.HTMLParser):
    BLOCKS = frozenset(re.findall(r"\w+", BLOCK_TAGS))
    SILENT = frozenset({"script", "style", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list = []
        self.links: list = []
        self.silent = 0

    def handle_starttag(self, tag: str, attributes: list) -> None:
        values = {key: value or "" for key, value in attributes}
        if tag in self.SILENT:
            self.silent += 1
        elif tag == "img":
            self.pieces.append(f"[image: {values.get('alt', '')} <{values.get('src', '')}>]")
        elif tag == "a":
            self.links.append(values.get("href", ""))
        if tag in self.BLOCKS:
            self.pieces.append("\n")
        elif tag in ("td", "th"):
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "a" and self.links:
            target = self.links.pop()
            if target:
                self.pieces.append(f" <{target}>")
        if tag in self.BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(re.sub(r"\s+", " ", data))


def html_text(source: str) -> str:
    """Reduce HTML to text with links and image sources, hidden text included."""
    reducer = _Reducer()
    reducer.feed(source[:1_000_000])
    reducer.close()
    lines = (" ".join(line.split()) for line in "".join(reducer.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
