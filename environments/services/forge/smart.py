"""Git over HTTP by git's own ``http-backend``: clone, fetch and push, with the forge's rights and told in full."""

import gzip
import threading
import zlib

from flask import Response, abort, g, request
from git import execute
from pushes import brought
from state import level

SERVICES = ("git-upload-pack", "git-receive-pack")
BODY_LIMIT, ANSWER_LIMIT = 16 << 20, 64 << 20
turns = threading.Semaphore(2)
"""Answers that are held in memory at once."""


def add(app, forge, rights):
    """Add git's addresses to the application."""

    @app.get("/<owner>/<name>/info/refs")
    def advertise(owner, name):
        service = request.args.get("service")
        if service not in SERVICES:
            abort(403, "only git's smart protocol is spoken here")
        need = "write" if service == "git-receive-pack" else "read"
        repository = rights.find(f"{owner}/{name}", need, "git.refs", service=service)
        rights.tell(repository, "git.refs", service=service)
        return backend(repository, "/info/refs", b"")

    @app.post("/<owner>/<name>/git-upload-pack")
    def fetch(owner, name):
        repository = rights.find(f"{owner}/{name}", "read", "git.fetch")
        body = plain_body()
        if b"command=ls-refs" in body[:200]:
            rights.tell(repository, "git.refs", service="git-upload-pack")
        else:
            wanted = [line[5:45].decode("ascii", "replace") for line in packets(body) if line.startswith(b"want ")]
            rights.tell(repository, "git.fetch", wants=wanted[:100])
        return backend(repository, "/git-upload-pack", body)

    @app.post("/<owner>/<name>/git-receive-pack")
    def push(owner, name):
        repository = rights.find(f"{owner}/{name}", "write", "git.push")
        body, git = plain_body(), repository["git"]
        refs = [reference(line) for line in packets(body) if b" refs/" in line]
        guarded = [ref for ref in refs if ref.removeprefix("refs/heads/") in repository["protected"]]
        if guarded and level(g.account, repository) < 3:
            rights.tell(repository, "git.push", False, reason="protected branch", refs=[{"ref": r} for r in guarded])
            abort(403, f"the branch {guarded[0].removeprefix('refs/heads/')} is protected; open a pull request")
        with repository["lock"]:
            before = git.refs()
            answer = backend(repository, "/git-receive-pack", body)
            after = git.refs()
            if before == after and refs:
                named = [{"ref": ref} for ref in refs[:100]]
                rights.tell(repository, "git.push", False, reason="git refused", refs=named, via="git")
            elif refs:
                rights.tell(repository, "git.push", **brought(git, before, after), via="git")
                changed = {ref: new for ref, new in after.items() if before.get(ref) != new}
                heads = {ref[11:]: new for ref, new in changed.items() if ref.startswith("refs/heads/")}
                forge.after_write(repository, heads)
        return answer


def plain_body():
    """Return the request's body, unpacked; ends the request when that is too large or broken."""
    body = request.get_data()
    if request.headers.get("Content-Encoding", "").lower() not in ("gzip", "x-gzip"):
        return body
    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(body, BODY_LIMIT)
    except (zlib.error, gzip.BadGzipFile):
        abort(400, "the body is not what its Content-Encoding says")
    if unpacker.unconsumed_tail:
        abort(413, "the body is too large")
    return plain


def packets(body):
    """Yield the packet lines that a body begins with, up to the pack itself."""
    at = 0
    while at + 4 <= len(body) and body[at : at + 4] != b"PACK":
        try:
            length = int(body[at : at + 4], 16)
        except ValueError:
            return
        if length >= 4:
            yield body[at + 4 : at + length].rstrip(b"\n")
        at += max(length, 4)


def reference(line):
    """Return the ref that a line of a push is about."""
    return line.split(b"\0")[0].split(b" ")[-1].decode("utf-8", "replace")[:300]


def backend(repository, tail, body):
    """Return git's answer to a request about a repository."""
    environment = {
        "GIT_PROJECT_ROOT": str(repository["git"].folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": tail,
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": f"service={request.args.get('service', '')}" if tail == "/info/refs" else "",
        "CONTENT_TYPE": request.headers.get("Content-Type", "")[:200],
        "CONTENT_LENGTH": str(len(body)),
        "GIT_PROTOCOL": request.headers.get("Git-Protocol", "")[:100],
        "REMOTE_USER": g.account["name"],
        "REMOTE_ADDR": "127.0.0.1",
    }
    with turns:
        _, printed, _ = execute(["http-backend"], body, environment, ANSWER_LIMIT)
    if len(printed) > ANSWER_LIMIT:
        abort(500, "git's answer is too large")
    head, _, content = printed.partition(b"\r\n\r\n")
    fields = [line.partition(": ")[::2] for line in head.decode("latin-1").split("\r\n") if ": " in line]
    status = next((int(value.split()[0]) for name, value in fields if name.lower() == "status"), 200 if head else 500)
    return Response(content, status, [(name, value) for name, value in fields if name.lower() != "status"])
