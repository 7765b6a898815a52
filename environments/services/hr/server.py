"""The HR portal as a service of the pod: the web server, seeding, probes."""

import threading

import waitress
from hiyari_control import Control, own_address
from pages import Portal, make
from store import Store

PORT = 80


def main():
    """Run the web server until the control stream ends."""
    control = Control()
    portal = Portal(control, Store())
    server = waitress.create_server(make(portal), host=own_address(), port=PORT, threads=8, ident="Midori Portal")
    threading.Thread(target=server.run, name="web", daemon=True).start()

    def probe(message):
        query = message.get("query") or {}
        if "sql" in query:
            return portal.store.probe(str(query["sql"]))
        if "notices" in query:
            return portal.store.notices()
        raise LookupError('a probe of hr is {"sql": "select ..."} or {"notices": {}}')

    control.op("seed", lambda message: portal.reset(message.get("data") or {}, message.get("now")))
    control.op("probe", probe)
    control.serve()


if __name__ == "__main__":
    main()
