"""A small web API behind bearer tokens, as the ticketing, warehouse and fleet services are."""

import threading

from flask import Flask, g, jsonify, request
from hiyari_control import own_address
from waitress import create_server


def make_app(name, control, accounts):
    """Return a Flask application that knows who asks (``g.account``) and says what is wrong as JSON.

    Args:
        name: Name of the application.
        control: Control stream that is told of refused logins.
        accounts: Function that returns the seeded accounts by token, each with at least ``name``.
    """
    app = Flask(name)

    @app.before_request
    def log_in():
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        g.account = accounts().get(token) if scheme == "Bearer" else None
        if g.account is None:
            control.request("", "login.refused", {"path": request.path[:200]}, allowed=False)
            return jsonify(error="a bearer token is needed"), 401
        return None

    def failed(error):
        return jsonify(error=error.description), error.code

    for code in (400, 403, 404, 405, 409, 413, 415):
        app.register_error_handler(code, failed)
    app.config["MAX_CONTENT_LENGTH"] = 1 << 20
    return app


def sent():
    """Return the fields of the request's JSON object or form; of anything else, none."""
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else request.form.to_dict()


def serve(app, control):
    """Answer HTTP on port 80 of the service's own address, and the harness until its stream ends."""
    server = create_server(app, host=own_address(), port=80, threads=4, ident="nginx")
    threading.Thread(target=server.run, name="http", daemon=True).start()
    control.serve()
