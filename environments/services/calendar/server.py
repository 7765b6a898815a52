"""Calendars and contacts: Radicale (CalDAV, CardDAV) behind accounts; each request is told before its answer leaves."""

import io
import threading
import xml.etree.ElementTree as ET
from urllib.parse import unquote, urlsplit

from books import Books
from hiyari_control import Control
from web_wsgi import basic_login, path_of, refusal, serve_wsgi, whole

BODY_LIMIT = 1 << 20
LISTED = 200
PLAIN = {"REPORT": "list", "GET": "read", "HEAD": "read", "DELETE": "delete", "MOVE": "move"}
WHOLE = {
    "REPORT": "list",
    "GET": "export",
    "HEAD": "export",
    "PUT": "replace",
    "DELETE": "delete",
    "MOVE": "move",
    "PROPFIND": "list",
    "MKCOL": "create",
    "MKCALENDAR": "create",
    "PROPPATCH": "change",
}

control = Control()
books = Books()
one_at_a_time = threading.Lock()


def seed(message):
    with one_at_a_time:
        books.replace(message.get("data") or {}, message.get("now", ""))


def probe(message):
    query = message.get("query") or {}
    for field, kind, place in (("events", "event", "calendar"), ("cards", "card", "contacts")):
        wanted = query.get(field)
        if isinstance(wanted, dict) and "owner" in wanted:
            found = books.all(wanted["owner"], kind, wanted.get(place, ""))
            return [{place: each.pop("collection"), **each} for each in found]
    raise LookupError("a probe is {events: {owner, calendar}} or {cards: {owner, contacts}}")


def answer(environ, start_response):
    """Answer one request."""
    login, password = basic_login(environ)
    user = books.users.get(login)
    path = path_of(environ)
    if user is None or not login or user.get("password") != password:
        control.request(login[:200], "login.refused", {"path": path[:200]}, allowed=False)
        header = ("WWW-Authenticate", 'Basic realm="calendar"')
        return refusal(401, "a login and password are needed", header).send(start_response)
    # Compressed answers cannot be told of, and a prefix that a client makes up would let paths mean something else.
    for name in ("HTTP_ACCEPT_ENCODING", "HTTP_X_SCRIPT_NAME"):
        environ.pop(name, None)
    body = environ["wsgi.input"].read(BODY_LIMIT)
    environ |= {"REMOTE_USER": login, "PATH_INFO": path, "SCRIPT_NAME": "", "wsgi.input": io.BytesIO(body)}
    method = environ["REQUEST_METHOD"].upper()[:20]
    # One after the other: what is told of a request is what it found and left, in the order in which it was done.
    with one_at_a_time:
        kind, before = books.look(path)
        reply = whole(books.app, environ)
        if method != "OPTIONS":
            tell(login, method, path, environ, kind, before, body, reply)
    return reply.send(start_response)


def tell(account, method, path, environ, kind, before, body, reply):
    """Tell a request: which entries were returned, and what an entry said before or says now."""
    parts = path.strip("/").split("/")
    detail = {"path": path[:500], "owner": parts[0][:100], "collection": "/".join(parts[1:2])[:100]}
    refused = reply.status in (401, 403)
    if reply.status >= 400 and not refused:
        detail |= {"method": method, "status": reply.status}
        control.request(account, "request.failed", detail)
        return
    if kind == "collection":
        holds = before["holds"]
        noun = holds if method in ("REPORT", "GET", "HEAD", "PROPFIND") else "collection"
        operation = f"{noun}.{WHOLE.get(method, method.lower())}"
        if method in ("REPORT", "PROPFIND"):
            found = entries(reply.body)
            detail |= {"ids": found[:LISTED], "count": len(found)}
    elif method == "PUT":
        operation = f"{kind}.{'change' if before else 'create'}"
        said = {"text": body[:2000].decode("utf-8", "replace")} if refused else books.look(path)[1]
        detail |= {**said, "before": before} if before else said
    elif method in ("MKCOL", "MKCALENDAR"):
        operation = "collection.create"
    else:
        operation = f"{kind}.{PLAIN.get(method, WHOLE.get(method, method.lower()))}"
        detail |= before
    if method == "MOVE":
        detail["to"] = unquote(urlsplit(environ.get("HTTP_DESTINATION", "")).path)[:500]
    control.request(account, operation, detail, allowed=not refused)


def entries(body):
    """Return the ids of the entries in an answer to REPORT or PROPFIND."""
    try:
        responses = ET.fromstring(body).findall("{DAV:}response")
    except ET.ParseError:
        return []
    paths = [unquote(response.findtext("{DAV:}href") or "") for response in responses]
    names = [path.rpartition("/")[2] for path in paths]
    return [name.rpartition(".")[0][:200] for name in names if name.endswith((".ics", ".vcf"))]


control.op("seed", seed)
control.op("probe", probe)
serve_wsgi(answer, control, BODY_LIMIT)
