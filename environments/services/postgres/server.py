"""PostgreSQL as a service of the pod: starts the server, resets it by seed, answers probes, tells of logins."""

import os
import re
import shutil
import signal
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import psycopg2
from hiyari_control import Control, own_address
from psycopg2 import sql

TEMPLATE = Path("/opt/hiyari/data")
DATA = Path("/var/lib/hiyari/postgres/data")
SOCKETS = Path("/var/lib/hiyari/postgres/run")
POSTGRES = "/usr/lib/postgresql/15/bin/postgres"
OWNER = "hiyari"
LOG_LINE = re.compile(r"^(\d+)\|(?:LOG|FATAL|ERROR|WARNING|PANIC|STATEMENT|DETAIL|HINT|CONTEXT):  ?(.*)$", re.S)
RECEIVED = re.compile(r"^connection received: host=(\S+)")
AUTHORIZED = re.compile(r"^connection authorized: user=(.*) database=(.*?)(?: application_name=.*)?$", re.S)
REFUSED = re.compile(
    r'^(?:password authentication failed for user "(?P<user>.*)"'
    r'|role "(?P<role>.*)" does not exist'
    r'|pg_hba\.conf rejects connection for host "[^"]*", user "(?P<rejected>.*)", database "(?P<database>.*)".*)$',
    re.S,
)
STATEMENT = re.compile(r"^(?:statement|execute [^:]*): (.*)$", re.S)
MARKER = "hiyari_sync_"


class Log:
    """Reads the server's log from its stderr and turns logins and audited statements into request events."""

    def __init__(self, control, stream):
        self._control = control
        self._stream = stream
        self.service_roles = frozenset()
        """Roles that services of the pod log in with, as opposed to people and agents."""
        self._sources = {}
        self._sessions = {}
        self._markers = {}

    def follow(self):
        """Read until the server ends. A message ends where the next begins, or when nothing follows at once."""
        for line in self._lines():
            found = LOG_LINE.match(line)
            if found is None:
                self._control.complain(line)
            else:
                self._message(int(found[1]), found[2])

    def _lines(self):
        pending = b""
        descriptor = self._stream.fileno()
        while chunk := os.read(descriptor, 65536):
            pending += chunk
            # The server writes each message at once, so what is complete at the end of a chunk is complete.
            complete, newline, pending = pending.rpartition(b"\n")
            text = (complete + newline).decode("utf-8", "replace")
            yield from (message for message in re.split(r"\n(?!\t)", text) if message)

    def _message(self, process, text):
        text = text.replace("\n\t", "\n")
        if (received := RECEIVED.match(text)) is not None:
            self._sources[process] = received[1]
        elif (login := AUTHORIZED.match(text)) is not None:
            self._sessions[process] = login[1]
            if login[1] != OWNER:
                self._login(process, login[1], login[2], allowed=True)
        elif (refusal := REFUSED.match(text)) is not None:
            account = next(name for name in (refusal["user"], refusal["role"], refusal["rejected"]) if name is not None)
            self._login(process, account, refusal["database"] or "", allowed=False)
        elif (statement := STATEMENT.match(text)) is not None:
            account = self._sessions.get(process, "")
            if account == OWNER:
                self._mark(statement[1])
            else:
                self._control.request(account, "database.query", {"sql": statement[1][:4000]})
        else:
            self._control.complain(text)

    def _login(self, process, account, database, allowed):
        service = allowed and account in self.service_roles
        detail = {"database": database, "source": self._sources.get(process, ""), "service": service}
        self._control.request(account, "database.login", detail, allowed)

    def marker(self):
        """Return a comment and an event that is set when a statement with that comment was read from the log."""
        number = len(self._markers)
        seen = self._markers[number] = threading.Event()
        return f"/* {MARKER}{number} */ select 1", seen

    def _mark(self, statement):
        found = re.search(rf"{MARKER}(\d+)", statement)
        if found is not None and int(found[1]) in self._markers:
            self._markers[int(found[1])].set()


def start():
    """Copy the data directory made at build time and start the server on it."""
    shutil.rmtree(DATA.parent, ignore_errors=True)
    SOCKETS.mkdir(parents=True)
    shutil.copytree(TEMPLATE, DATA)
    DATA.chmod(0o700)
    settings = {"listen_addresses": own_address(), "unix_socket_directories": str(SOCKETS)}
    arguments = [f"--{name}={value}" for name, value in settings.items()]
    return subprocess.Popen([POSTGRES, "-D", str(DATA), *arguments], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)


def connect(database="postgres", **options):
    """Connect as the owner of the cluster, over the unix socket."""
    connection = psycopg2.connect(host=str(SOCKETS), user=OWNER, dbname=database, **options)
    connection.autocommit = True
    return connection


def wait_until_ready(server, seconds=20.0):
    """Return once the server takes connections."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            connect().close()
            return
        except psycopg2.OperationalError as error:
            if server.poll() is not None:
                raise RuntimeError(f"postgres ended with exit code {server.returncode}") from error
            if time.monotonic() > deadline:
                raise RuntimeError("postgres takes no connections") from error
            time.sleep(0.02)


def reset(data):
    """Drop all databases and roles but our own, then make those of the seed."""
    roles, databases = data.get("roles", []), data.get("databases", [])
    with closing(connect()) as connection, connection.cursor() as cursor:
        cursor.execute("select datname from pg_database where datname not in ('postgres', 'template0', 'template1')")
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        cursor.execute("select rolname from pg_roles where rolname <> %s and rolname not like 'pg\\_%%'", (OWNER,))
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))
        for role in roles:
            name = sql.Identifier(role["name"])
            cursor.execute(sql.SQL("create role {} login password %s").format(name), (role["password"],))
            if role.get("audited"):
                cursor.execute(sql.SQL("alter role {} set log_statement = 'all'").format(name))
        for database in databases:
            statement = sql.SQL("create database {} owner {} strategy file_copy")
            name, owner = sql.Identifier(database["name"]), sql.Identifier(database["owner"])
            cursor.execute(statement.format(name, owner))
            cursor.execute(sql.SQL("revoke all on database {} from public").format(name))
    for database in databases:
        with closing(connect(database["name"])) as connection, connection.cursor() as cursor:
            owner = sql.Identifier(database["owner"])
            cursor.execute(sql.SQL("alter schema public owner to {}").format(owner))
            for statement in database.get("sql", []):
                cursor.execute(sql.SQL("set role {}").format(owner))
                cursor.execute(statement)


def probe(query):
    """Answer ``{"database": name, "sql": "select ..."}`` from a read-only transaction."""
    try:
        connection = connect(
            str(query["database"]), options="-c default_transaction_read_only=on -c statement_timeout=5s"
        )
    except KeyError:
        raise LookupError('a probe of postgres is {"database": "<name>", "sql": "select ..."}') from None
    try:
        with connection.cursor() as cursor:
            cursor.execute(str(query["sql"]))
            rows = cursor.fetchmany(10_000)
            columns = [column.name for column in cursor.description or ()]
    except psycopg2.Error as error:
        raise LookupError(f"the query failed: {error}") from error
    finally:
        connection.close()
    return {"columns": columns, "rows": [[plain(value) for value in row] for row in rows]}


def plain(value):
    """Return a value as JSON can carry it."""
    return value if isinstance(value, (int, float, str, bool, type(None))) else str(value)


def main():
    """Run the server until the control stream ends."""
    control = Control()
    server = start()
    log = Log(control, server.stderr)
    threading.Thread(target=log.follow, name="log", daemon=True).start()

    def sync(message):
        statement, seen = log.marker()
        with closing(connect(options="-c log_statement=all")) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
        if not seen.wait(5):
            raise RuntimeError("the log of postgres stands still")

    def seeded(message):
        data = message.get("data") or {}
        wait_until_ready(server)
        reset(data)
        log.service_roles = frozenset(role["name"] for role in data.get("roles", []) if role.get("service"))

    control.op("health", lambda message: wait_until_ready(server))
    control.op("seed", seeded)
    control.op("probe", lambda message: probe(message.get("query") or {}))
    control.op("sync", sync)
    try:
        control.serve()
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(5)


if __name__ == "__main__":
    main()
