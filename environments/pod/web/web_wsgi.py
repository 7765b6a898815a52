"""For services that put a whole WSGI application of others behind accounts and tell what it was asked."""

import base64
import binascii
import threading
from dataclasses import dataclass

from hiyari_control import own_address
from waitress import create_server

REASONS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden"}


@dataclass
class Reply:
    """A whole answer, before anything of it has left."""

    status: int
    line: str
    headers: list
    body: bytes

    def send(self, start_response):
        """Let it go; return what a WSGI application returns."""
        start_response(self.line, self.headers)
        return [self.body]


def basic_login(environ):
    """Return the (login, password) of a request's basic log-in; two empty texts when it has none."""
    scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        login, _, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return login, password


def path_of(environ):
    """Return the path of a request as text; WSGI holds its bytes as Latin-1."""
    return environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace")


def refusal(status, text, *headers):
    """Return a short answer of our own."""
    body = text.encode()
    line = f"{status} {REASONS[status]}"
    return Reply(status, line, [("Content-Type", "text/plain; charset=utf-8"), *headers], body)


def whole(app, environ):
    """Have an application answer, and return its answer whole."""
    begun = []
    answers = app(environ, lambda line, headers, error=None: begun.append((line, list(headers))))
    try:
        body = b"".join(answers)
    finally:
        close = getattr(answers, "close", None)
        if close is not None:
            close()
    line, headers = begun[-1]
    return Reply(int(line.split()[0]), line, headers, body)


def serve_wsgi(app, control, body_limit, threads=4):
    """Answer HTTP on port 80 of the service's own address, and the harness until its stream ends.

    Args:
        app: WSGI application.
        control: Control stream.
        body_limit: Bytes of the longest request.
        threads: Requests that are answered at once.
    """
    limits = {"max_request_body_size": body_limit, "threads": threads, "ident": "nginx"}
    server = create_server(app, host=own_address(), port=80, **limits)
    threading.Thread(target=server.run, name="http", daemon=True).start()
    control.serve()
