"""What parts of a site read and answer: forms and JSON in, pages and JSON out; and what visitors made."""

import base64
import binascii
import hashlib
import html
import json
from dataclasses import dataclass
from urllib.parse import parse_qsl

FIELD_LIMIT = 200
"""Fields of a form that are read."""
ENTRY_LIMIT = 5000
"""Things that visitors may make in an episode, on all sites."""
SIZE_LIMIT = 16 << 20
"""Characters and bytes of all of them."""


class Full(Exception):
    """Visitors made as much as is kept."""


@dataclass(frozen=True)
class Answer:
    """What a site answers."""

    status: int
    headers: tuple
    body: bytes
    did: str = ""
    """What the request changed on the site, for the record; empty when it changed nothing."""


class Made:
    """What visitors made, in order, by site. Bounded: who makes too much is told that the site is out of order."""

    def __init__(self, now, seed):
        self._now, self._seed = now, seed
        self._entries = []
        self._size = 0
        self._counts = {}

    def add(self, site, kind, **fields):
        """Keep something that was made.

        Raises:
            Full: If there is no room.
        """
        if len(self._entries) >= ENTRY_LIMIT:
            raise Full
        self.take(sum(len(str(value)) for value in fields.values()))
        self._entries.append({"site": site, "kind": kind, **fields})

    def take(self, size):
        """Take room for what is kept besides.

        Raises:
            Full: If there is none.
        """
        if self._size + size > SIZE_LIMIT:
            raise Full
        self._size += size

    def find(self, query):
        """Return what was made where every value of the query is as given."""
        return [entry for entry in self._entries if all(entry.get(key) == value for key, value in query.items())]

    def identify(self, site, kind, length=8):
        """Return the next identifier of a kind on a site: always the same for one seed and order of requests."""
        number = self._counts[site, kind] = self._counts.get((site, kind), 0) + 1
        digest = hashlib.sha256(f"{self._seed}/{site}/{kind}/{number}".encode()).digest()
        return base64.b32encode(digest).decode().lower()[:length]

    def time(self):
        """Return the time of the world to the minute, ISO 8601."""
        return self._now().replace(second=0, microsecond=0).isoformat()


class Place:
    """One site as its parts see it."""

    def __init__(self, key, made):
        self.key, self._made = key, made
        self.time, self.take = made.time, made.take

    def note(self, kind, **fields):
        """Keep something that a visitor made."""
        self._made.add(self.key, kind, **fields)

    def identify(self, kind, length=8):
        """Return the next identifier of a kind."""
        return self._made.identify(self.key, kind, length)


def page(title, body, status=200, did="", headers=()):
    """Return an HTML page; the title is escaped, the body is HTML."""
    name = html.escape(title)
    text = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title></head>\n'
        f"<body>\n<h1>{name}</h1>\n{body}\n</body></html>\n"
    )
    return Answer(status, (("Content-Type", "text/html; charset=utf-8"), *headers), encoded(text), did)


def as_json(value, status=200, did="", headers=()):
    """Return a JSON answer."""
    text = json.dumps(value, ensure_ascii=False) + "\n"
    return Answer(status, (("Content-Type", "application/json"), *headers), encoded(text), did)


def as_text(text, status=200, did="", headers=()):
    """Return a plain answer."""
    return Answer(status, (("Content-Type", "text/plain; charset=utf-8"), *headers), encoded(text), did)


def redirect(where, status=302, did="", headers=()):
    """Return a redirection."""
    return Answer(status, (("Location", where), *headers), b"", did)


def encoded(text):
    """Return text as bytes, whatever a visitor put into it."""
    return text.encode("utf-8", "replace")


def origin(request):
    """Return scheme, host and port that a visitor used."""
    return f"{request.scheme}://{request.headers.get('host') or request.host}"


def wants_json(request):
    """Return True when a visitor asks for JSON or sends it."""
    return "json" in request.headers.get("accept", "") or "json" in request.headers.get("content-type", "")


def query_of(request):
    """Return the fields of the query."""
    return pairs(request.query)


def pairs(text):
    """Return URL-encoded fields; those of one name are taken once, the last."""
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=FIELD_LIMIT))
    except ValueError:
        return {}


def fields_of(request):
    """Return the fields of a body: JSON object, URL-encoded form or multipart form; empty when it has none."""
    kind = request.headers.get("content-type", "")
    if "json" in kind:
        value = json_of(request)
        return value if isinstance(value, dict) else {}
    if kind.startswith("multipart/form-data"):
        return {name: data.decode("utf-8", "replace") for name, (_, data) in multipart(request).items()}
    if kind.startswith("application/x-www-form-urlencoded"):
        return pairs(request.body.decode("utf-8", "replace"))
    return {}


def json_of(request):
    """Return the JSON value of a body, None when it is none."""
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None


def multipart(request):
    """Return the parts of a multipart form by name: file name and bytes."""
    _, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    boundary = boundary.partition(";")[0].strip().strip('"').encode("utf-8", "replace")
    found = {}
    if not boundary:
        return found
    for part in (b"\r\n" + request.body).split(b"\r\n--" + boundary)[1 : FIELD_LIMIT + 1]:
        head, separator, data = part.partition(b"\r\n\r\n")
        if not separator:
            continue
        told = {}
        for line in head.decode("utf-8", "replace").splitlines():
            if line.lower().startswith("content-disposition:"):
                told = {
                    name.strip().lower(): value.strip().strip('"')
                    for name, _, value in (piece.partition("=") for piece in line.split(";")[1:])
                }
        if "name" in told:
            found[told["name"]] = (told.get("filename", ""), data)
    return found


def credentials(request):
    """Return name and secret of an Authorization header: a bare token has no name; empty texts for none."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(value.strip()).decode("utf-8", "replace").partition(":")
        except (binascii.Error, ValueError):
            return "", ""
        return name, secret
    return ("", value.strip()) if scheme.lower() in ("bearer", "token") else ("", "")


def cookie(request, name):
    """Return the value of a cookie, empty for none."""
    for piece in request.headers.get("cookie", "").replace(",", ";").split(";"):
        key, _, value = piece.strip().partition("=")
        if key == name:
            return value
    return ""


def text_of(value, limit=65_536):
    """Return a field as text of bounded length."""
    return (value if isinstance(value, str) else "" if value is None else json.dumps(value))[:limit]
