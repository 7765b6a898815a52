"""A git forge as a service of the pod: git over HTTP, an API, pages, simulated CI; told of in full."""

import api
import pages
import runs
import smart
import threads
from flask import jsonify
from hiyari_control import Control
from probing import probe
from rights import GUEST, Rights
from state import Forge
from web_app import make_app, serve


def main():
    """Answer HTTP and the harness until its stream ends."""
    control, forge = Control(), Forge()
    rights = Rights(forge, control)
    app = make_app("forge", control, forge.known, guest=GUEST)
    app.config["MAX_CONTENT_LENGTH"] = smart.BODY_LIMIT
    app.json.ensure_ascii = app.json.sort_keys = False

    @app.errorhandler(401)
    def log_in(error):
        return jsonify(error=error.description), 401, {"WWW-Authenticate": 'Basic realm="forge"'}

    for part in (smart, api, threads, runs, pages):
        part.add(app, forge, rights)
    control.op("seed", forge.seed)
    control.op("probe", lambda message: probe(forge, message.get("query") or {}))
    serve(app, control, threads=4)


if __name__ == "__main__":
    main()
