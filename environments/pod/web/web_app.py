"""A small web application that knows who asks: bearer tokens for programs, basic log-in for pages."""

import threading

from flask import Flask, g, jsonify, request
from hiyari_control import own_address
from waitress import create_server


def make_app(name, control, accounts, guest=None):
    """Return a Flask application that knows who asks (``g.account``) and says what is wrong as JSON.

    Args:
        name: Name of the application.
        control: Control stream that is told of refused log-ins.
        accounts: Function that returns the seeded accounts, mappings with ``name`` and either ``token``, or ``login``
            and ``password``, or all three.
        guest: Account of those who show nothing at all; without one they are refused.
    """
    app = Flask(name)

    @app.before_request
    def log_in():
        shown = "Authorization" in request.headers
        g.account = _asker(accounts()) if shown or guest is None else guest
        if g.account is None:
            control.request("", "login.refused", {"path": request.path[:200]}, allowed=False)
            answer = jsonify(error="a bearer token is needed, or a login and password")
            return answer, 401, {"WWW-Authenticate": f'Basic realm="{name}"'}
        return None

    def failed(error):
        return jsonify(error=error.description), error.code

    for code in (400, 403, 404, 405, 409, 413, 415, 422, 423):
        app.register_error_handler(code, failed)
    app.config["MAX_CONTENT_LENGTH"] = 1 << 20
    return app


def _asker(accounts):
    given = request.authorization
    if given is not None and given.type == "basic":
        wanted = (given.username, given.password)
        return next((a for a in accounts if a.get("login") and (a["login"], a.get("password")) == wanted), None)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    return next((account for account in accounts if account.get("token") == token), None)


def sent():
    """Return the fields of the request's JSON object or form; of anything else, none."""
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else request.form.to_dict()


def serve(app, control, threads=4):
    """Answer HTTP on port 80 of the service's own address, and the harness until its stream ends."""
    most = app.config["MAX_CONTENT_LENGTH"]
    server = create_server(app, host=own_address(), port=80, threads=threads, ident="nginx", max_request_body_size=most)
    threading.Thread(target=server.run, name="http", daemon=True).start()
    control.serve()
