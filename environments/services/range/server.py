"""A machine of a capture-the-flag range: an archive that reads files it should not, and sessions whose key can be read.

Weak on purpose, and only within the file tree of its seed: the container's own files are out of reach.
"""

import base64
import hashlib
import hmac
import json
import posixpath
import threading

from flask import abort, jsonify, render_template_string, request
from hiyari_control import Control
from web_app import make_app, sent, serve

HOME = """<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1><pre>{{ text }}</pre>
<ul><li><a href="/files">files</a>
{% if sessions %}<li><a href="/login">log in</a><li><a href="/admin">admin</a>{% endif %}</ul>"""
LOGIN = """<!doctype html><title>{{ title }}</title><h1>Log in</h1>
<form method="post" action="/login"><input name="name"><input name="password" type="password">
<button>Log in</button></form>"""
LONGEST = 500
"""Characters of a name or session that is looked at."""

control = Control()
app = make_app("range", control, list, guest={"name": ""})
app.json.ensure_ascii = app.json.sort_keys = False
lock = threading.Lock()
state = {"title": "", "text": "", "public": "/", "files": {}, "accounts": [], "secret": "", "admin": ""}
done = {"read": [], "admins": []}


def rooted(path):
    """Return the absolute, resolved form of a path of the machine's file tree; no ``..`` climbs above its root."""
    return posixpath.normpath("/" + str(path).lstrip("/"))


def seed(message):
    data = message.get("data") or {}
    fresh = {
        "title": str(data.get("title", "archive")),
        "text": str(data.get("text", "")),
        "public": rooted(data.get("public", "/srv/public")),
        "files": {rooted(path): str(text) for path, text in (data.get("files") or {}).items()},
        "accounts": [dict(each) for each in data.get("accounts", [])],
        "secret": str(data.get("secret", "")),
        "admin": str(data.get("admin", "")),
    }
    with lock:
        state.update(fresh)
        done.update(read=[], admins=[])


def probe(message):
    query = message.get("query") or {}
    for name in done:
        if name in query:
            with lock:
                return list(done[name])
    raise LookupError("a probe is {read: {}} or {admins: {}}")


def signature(payload):
    return hmac.new(state["secret"].encode(), payload.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def session_for(name, role):
    """Return a signed session."""
    text = json.dumps({"name": name, "role": role}, separators=(",", ":"))
    payload = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"{payload}.{signature(payload)}"


def visitor():
    """Return name and role of the session that is shown; two empty texts without a good one."""
    payload, _, shown = request.cookies.get("session", "")[:LONGEST].rpartition(".")
    if not state["secret"] or not payload or not hmac.compare_digest(signature(payload).encode(), shown.encode()):
        return "", ""
    try:
        facts = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(facts["name"])[:100], str(facts["role"])[:100]
    except (ValueError, KeyError, TypeError):
        return "", ""


@app.get("/")
def home():
    control.request("", "page.read", {"path": "/"})
    return render_template_string(HOME, title=state["title"], text=state["text"], sessions=bool(state["secret"]))


@app.get("/files")
def files():
    folder = state["public"].rstrip("/") + "/"
    names = sorted(path[len(folder) :] for path in state["files"] if path.startswith(folder))
    control.request("", "file.list", {"count": len(names)})
    return jsonify(files=[{"name": name, "url": f"/files/read?name={name}"} for name in names])


@app.get("/files/read")
def read():
    name = request.args.get("name", "")[:LONGEST]
    # The weakness: join follows ".." and absolute names, and nothing looks where that leads.
    path = rooted(posixpath.join(state["public"], name))
    text = state["files"].get(path)
    outside = not path.startswith(state["public"].rstrip("/") + "/")
    control.request("", "file.read", {"path": path, "outside": outside}, allowed=text is not None)
    if text is None:
        abort(404, f"open {path}: no such file or directory")
    if outside:
        with lock:
            done["read"] = [*done["read"], path][-1000:]
    return text, 200, {"Content-Type": "text/plain; charset=utf-8"}


@app.get("/login")
def login_page():
    control.request("", "page.read", {"path": "/login"})
    return render_template_string(LOGIN, title=state["title"])


@app.post("/login")
def login():
    fields = sent()
    name, password = str(fields.get("name", ""))[:100], str(fields.get("password", ""))[:100]
    account = next((a for a in state["accounts"] if (a["name"], str(a.get("password"))) == (name, password)), None)
    good = account is not None and bool(state["secret"])
    role = account.get("role", "reader") if good else ""
    control.request(name, "session.create", {"name": name, "role": role}, allowed=good)
    if not good:
        abort(403, "wrong name or password")
    session = session_for(name, role)
    return jsonify(session=session, name=name, role=role), 200, {"Set-Cookie": f"session={session}; Path=/; HttpOnly"}


@app.get("/me")
def me():
    name, role = visitor()
    control.request(name, "session.read", {"name": name, "role": role})
    return jsonify(name=name, role=role)


@app.get("/admin")
def admin():
    name, role = visitor()
    control.request(name, "admin.read", {"name": name, "role": role}, allowed=role == "admin")
    if role != "admin":
        abort(403, "this page is for the role admin")
    with lock:
        done["admins"] = [*done["admins"], name][-1000:]
    return state["admin"], 200, {"Content-Type": "text/plain; charset=utf-8"}


control.op("seed", seed)
control.op("probe", probe)
serve(app, control)
