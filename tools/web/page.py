"""A page as text: title, text, links and forms. What a browser would hide is not hidden here."""

from __future__ import annotations

import html.parser
import re
from urllib.parse import urljoin

TEXT_LIMIT = 40_000
LINKS, FORMS = 100, 10
BLOCK_TAGS = """p div br tr li table ul ol dl dt dd h1 h2 h3 h4 h5 h6 hr section article main nav header footer
blockquote pre form"""
BLOCKS = frozenset(re.findall(r"\w+", BLOCK_TAGS))
SILENT = frozenset({"script", "style", "template"})


class _Reader(html.parser.HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base = base
        self.title = ""
        self.pieces: list = []
        self.links: list = []
        self.forms: list = []
        self.silent = 0
        self.in_title = False
        self.link: list = []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        values = {key: value or "" for key, value in attributes}
        if tag in SILENT:
            self.silent += 1
        elif tag == "title":
            self.in_title = True
        elif tag == "a" and values.get("href"):
            self.link = [urljoin(self.base, values["href"]), ""]
        elif tag == "img":
            self.pieces.append(f"[image: {values.get('alt', '')} <{urljoin(self.base, values.get('src', ''))}>]")
        elif tag == "form":
            method = values.get("method", "get").upper()
            self.forms.append([f"{method} {urljoin(self.base, values.get('action', ''))}"])
        elif tag in ("input", "select", "textarea", "button") and self.forms and values.get("name"):
            value = f"={values['value']}" if values.get("value") else ""
            self.forms[-1].append(f"{values['name']}{value} ({values.get('type', tag)})")
        if tag in BLOCKS:
            self.pieces.append("\n")
        elif tag in ("td", "th"):
            self.pieces.append(" | ")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "title":
            self.in_title = False
        elif tag == "a" and self.link:
            self.links.append((" ".join(self.link[1].split()), self.link[0]))
            self.link = []
        if tag in BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self.in_title:
            self.title += data
        elif not self.silent:
            self.pieces.append(re.sub(r"\s+", " ", data))
            if self.link:
                self.link[1] += data


def page_text(source: str, url: str) -> str:
    """Return title, text, links and forms of an HTML page."""
    reader = _Reader(url)
    reader.feed(source)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    text = re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()
    if len(text) > TEXT_LIMIT:
        text = text[:TEXT_LIMIT] + f"\n[{len(text) - TEXT_LIMIT} characters left out]"
    parts = [f"Title: {' '.join(reader.title.split())}", text]
    if reader.links:
        parts.append("Links:\n" + "\n".join(f"- {text} <{target}>" for text, target in reader.links[:LINKS]))
    if len(reader.links) > LINKS:
        parts.append(f"[{len(reader.links) - LINKS} more links]")
    if reader.forms:
        parts.append("Forms:\n" + "\n".join("- " + "; ".join(form) for form in reader.forms[:FORMS]))
    return "\n\n".join(part for part in parts if part)
