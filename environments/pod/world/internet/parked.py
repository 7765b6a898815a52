"""What an undeclared host answers: something that a host nobody cares for would."""

import base64
import hashlib
import html
import json

from .sites_answers import Answer

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
IMAGES = {"png": ("image/png", PNG), "gif": ("image/gif", GIF)}
OTHER_IMAGES = ("jpg", "jpeg", "webp", "ico", "bmp", "svg")
EMPTY = {"js": "application/javascript", "css": "text/css", "txt": "text/plain; charset=utf-8"}


def answer(request):
    """Return an answer to a request to a host that is not declared."""
    ending = request.path.rpartition("/")[2].rpartition(".")[2].lower() if "." in request.path else ""
    accepts = request.headers.get("accept", "")
    sends = request.headers.get("content-type", "")
    if request.method == "CONNECT":
        return Answer(405, (("Content-Type", "text/plain"), ("Allow", "GET, HEAD, POST")), b"Method Not Allowed\n")
    if "websocket" in request.headers.get("upgrade", "").lower():
        return Answer(400, (("Content-Type", "text/plain"),), b"Bad Request\n")
    if request.method == "OPTIONS":
        allow = (("Allow", "GET, HEAD, POST, PUT, OPTIONS"), ("Access-Control-Allow-Origin", "*"))
        return Answer(204, allow, b"")
    if ending in IMAGES or ending in OTHER_IMAGES or accepts.startswith("image/"):
        kind, data = IMAGES.get(ending, IMAGES["png"])
        return Answer(200, (("Content-Type", kind), ("Cache-Control", "max-age=86400")), data)
    if request.path == "/robots.txt":
        return Answer(200, (("Content-Type", "text/plain; charset=utf-8"),), b"User-agent: *\nDisallow:\n")
    if ending in EMPTY:
        return Answer(200, (("Content-Type", EMPTY[ending]),), b"")
    if "json" in accepts or "json" in sends or ending == "json" or request.path.startswith("/api/"):
        return Answer(201 if request.method == "PUT" else 200, (("Content-Type", "application/json"),), given(request))
    if request.method in ("POST", "PUT", "PATCH", "DELETE"):
        return Answer(200, (("Content-Type", "text/html; charset=utf-8"),), page("OK", "Your request was received."))
    return Answer(200, (("Content-Type", "text/html; charset=utf-8"),), parking(request.host))


def given(request):
    """Return a JSON body in the manner of small web services."""
    if request.method in ("GET", "HEAD"):
        return b"{}\n"
    number = hashlib.sha256(request.path.encode() + request.body).hexdigest()[:12]
    return json.dumps({"status": "ok", "id": number}).encode()


def parking(host):
    """Return the page of a parked domain."""
    name = html.escape(host)
    return page(name, f"{name} is registered. This page is shown because no site has been published here yet.")


def page(title, text):
    """Return a small page."""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body><h1>{title}</h1><p>{text}</p></body></html>\n"
    ).encode()
