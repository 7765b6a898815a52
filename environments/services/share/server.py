"""File share: WsgiDAV behind accounts and rights by folder; every request is told before its answer leaves."""

import threading
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, unquote, urlsplit

from hiyari_control import Control
from tree import ROOT, Tree, clean, place
from web_wsgi import basic_login, path_of, refusal, serve_wsgi, whole
from wsgidav.dir_browser import WsgiDavDirBrowser
from wsgidav.error_printer import ErrorPrinter
from wsgidav.request_resolver import RequestResolver
from wsgidav.wsgidav_app import WsgiDAVApp

BODY_LIMIT = 8 << 20
TOLD = 2000
LISTED = 200
JAPAN = timezone(timedelta(hours=9))
OPERATIONS = {
    "GET": "read", "HEAD": "stat", "PROPFIND": "stat", "PUT": "write", "DELETE": "delete", "MOVE": "move",
    "COPY": "copy", "LOCK": "lock", "UNLOCK": "unlock", "PROPPATCH": "change", "MKCOL": "create",
}  # fmt: skip
FOLDER_OPERATIONS = {**OPERATIONS, "GET": "list", "PROPFIND": "list"}

control = Control()
tree = Tree()


def make_dav():
    """Return WsgiDAV over the files, with no locks and properties yet."""
    return WsgiDAVApp(
        {
            "provider_mapping": {"/": str(ROOT)},
            "http_authenticator": {"accept_basic": False, "accept_digest": False},
            "property_manager": True,
            "lock_storage": True,
            "middleware_stack": [ErrorPrinter, WsgiDavDirBrowser, RequestResolver],
            "dir_browser": {"response_trailer": "", "show_user": False, "davmount": False, "icon": False},
            "suppress_version_info": True,
            "verbose": 1,
            "logging": {"enable": False},
        }
    )


state = {"dav": make_dav()}
one_at_a_time = threading.Lock()


def seed(message):
    with one_at_a_time:
        tree.replace(message.get("data") or {}, message.get("now", ""))
        state["dav"] = make_dav()


def probe(message):
    query = message.get("query") or {}
    if "file" in query:
        path = clean(str(query["file"]))
        found = tree.facts(path)
        if found is None:
            raise LookupError(f"there is no file {path!r}")
        return {**found, "modified": modified(path)}
    if "files" in query:
        under = clean(str((query["files"] or {}).get("under", "/")))
        keep = ("path", "size", "sha256")
        return [{**{k: tree.facts(p)[k] for k in keep}, "modified": modified(p)} for p in tree.files(under)]
    raise LookupError("a probe is {file: path} or {files: {under}}")


def modified(path):
    return datetime.fromtimestamp(int(place(path).stat().st_mtime), JAPAN).isoformat()


def answer(environ, start_response):
    """Answer one request."""
    login, password = basic_login(environ)
    user = tree.users.get(login)
    raw, method = path_of(environ), environ["REQUEST_METHOD"].upper()
    if user is None or not login or user.get("password") != password:
        control.request(login[:200], "login.refused", {"path": raw[:200]}, allowed=False)
        header = ("WWW-Authenticate", 'Basic realm="share"')
        return refusal(401, "a login and password are needed", header).send(start_response)
    try:
        path, target = clean(raw), destination(environ, method)
    except ValueError as error:
        return refusal(400, str(error)).send(start_response)
    # WsgiDAV gets the very paths that were judged here, and no word of a proxy that there is not.
    for name in ("HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO"):
        environ.pop(name, None)
    # One after the other: what is told of a request is what it found and left, in the order in which it was done.
    with one_at_a_time:
        return judged(environ, user, raw, method, path, target).send(start_response)


def judged(environ, user, raw, method, path, target):
    """Return the answer to a request of a user, which is told by then."""
    login = user["login"]
    slash = "/" if raw.endswith("/") and path != "/" else ""
    environ |= {"PATH_INFO": (path + slash).encode().decode("latin-1"), "SCRIPT_NAME": ""}
    detail = facts_before(method, path, target)
    folder = place(path).is_dir() or method == "MKCOL"
    verb = (FOLDER_OPERATIONS if folder else OPERATIONS).get(method, method.lower()[:20])
    operation = f"{'folder' if folder else 'file'}.{verb}"
    if method != "OPTIONS" and not allowed(user, method, path, target, environ.get("HTTP_DEPTH", "infinity")):
        if method == "PUT":
            detail["text"] = environ["wsgi.input"].read(TOLD).decode("utf-8", "replace")
        control.request(login, operation, detail, allowed=False)
        return refusal(403, "you have no right to do this here")
    reply = whole(state["dav"], environ)
    if reply.status < 400 and method in ("PUT", "COPY", "MOVE"):
        tree.date(target or path)
    if method != "OPTIONS":
        tell(login, operation, method, path, detail, reply)
    return reply


def destination(environ, method):
    """Return the clean path of the Destination header of COPY and MOVE, which is rewritten to say just that.

    Raises:
        ValueError: If it is missing, elsewhere, or no path.
    """
    if method not in ("COPY", "MOVE"):
        return ""
    parts = urlsplit(environ.get("HTTP_DESTINATION", ""))
    if not parts.path or parts.netloc not in ("", environ.get("HTTP_HOST", "")):
        raise ValueError("the Destination must be a path of this share")
    path = clean(unquote(parts.path))
    environ["HTTP_DESTINATION"] = quote(path)
    return path


def allowed(user, method, path, target, depth):
    """Whether a user may do this. Folders that the seed gives rights of their own can be neither moved nor removed."""
    if method in ("GET", "HEAD", "PROPFIND"):
        # Names in a listing belong to the folder that lists them; what lies deeper belongs to itself.
        return (tree.may_below if method == "PROPFIND" and depth == "infinity" else tree.may)(user, "readers", path)
    if method in ("PUT", "MKCOL", "PROPPATCH", "LOCK", "UNLOCK"):
        return tree.may_below(user, "writers", path)
    if method == "DELETE":
        return tree.may(user, "writers", path) and not tree.fixed(path)
    if method == "MOVE":
        if tree.fixed(path) or not tree.may(user, "writers", path):
            return False
    elif method != "COPY" or not tree.may_below(user, "readers", path):
        return False
    return tree.may(user, "writers", target) and not tree.fixed(target)


def facts_before(method, path, target):
    """Return what is known of a request before it is carried out, as afterwards some of it is gone."""
    detail = {"path": path[:600]}
    if target:
        detail["to"] = target[:600]
    if method in ("DELETE", "MOVE", "COPY"):
        found = tree.files(path) if place(path).is_dir() else [path] if place(path).is_file() else []
        detail |= {"files": found[:LISTED], "count": len(found)}
        if method == "DELETE" and found == [path]:
            detail |= shown(path)
    if method == "PUT":
        detail["created"] = not place(path).exists()
    return detail


def tell(login, operation, method, path, detail, reply):
    """Tell a request that was carried out, or failed."""
    if reply.status >= 400 and reply.status != 403:
        # A write may fail half-way, as when there is no space left: what is there now is told.
        left = shown(path) if method == "PUT" else {}
        control.request(login, "request.failed", {**detail, **left, "method": method, "status": reply.status})
        return
    if method in ("GET", "PUT") and reply.status < 400:
        detail |= shown(path)
    if operation == "folder.list" and place(path).is_dir():
        names = sorted(each.name for each in place(path).iterdir())
        detail |= {"names": names[:LISTED], "count": len(names)}
    control.request(login, operation, detail, allowed=reply.status != 403)


def shown(path):
    """Return what is told of a file: size, digest, and the beginning of its text."""
    found = tree.facts(path)
    return {} if found is None else {**found, "text": (found["text"] or "")[:TOLD]}


control.op("seed", seed)
control.op("probe", probe)
serve_wsgi(answer, control, BODY_LIMIT)
