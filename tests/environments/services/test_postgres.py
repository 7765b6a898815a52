"""The PostgreSQL service: logins, audit, read-only probes, reset."""

from __future__ import annotations

from typing import Any

import pytest

from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

SEED = {
    "roles": [
        {"name": "portal", "password": "kawa-9-ishi", "service": True},
        {"name": "analyst", "password": "mori'\"; --", "audited": True},
    ],
    "databases": [
        {
            "name": "hr",
            "owner": "portal",
            "sql": ["create table person (name text)", "insert into person values ('髙橋')",
                    "grant select on person to analyst",
                    "grant connect on database hr to analyst"],
        }
    ],
}  # fmt: skip


@pytest.fixture
def database(database_service: Any) -> Any:
    database_service.seed(SEED)
    database_service.events()
    return database_service


def query(host: str, user: str, password: str, sql: str, database: str = "hr") -> Any:
    import psycopg2

    try:
        connection = psycopg2.connect(host=host, user=user, password=password, dbname=database, connect_timeout=5)
    except psycopg2.OperationalError as error:
        return str(error)
    connection.autocommit = True
    with connection.cursor() as cursor:
        try:
            cursor.execute(sql)
            rows = cursor.fetchall()
        except psycopg2.Error as error:
            rows = str(error)
    connection.close()
    return rows


def ask(network: Any, *arguments: str) -> Any:
    return network.client(query, *arguments, at=network.database_client)


def test_a_role_logs_in_and_reads(network: Any, database: Any) -> None:
    """The owner of a database logs in over the network with its password and reads what was seeded."""
    assert ask(network, database.address, "portal", "kawa-9-ishi", "select name from person") == [["髙橋"]]
    (event,) = database.requests()
    assert (event["account"], event["operation"], event["detail"]) == (
        "portal",
        "database.login",
        {"database": "hr", "source": "127.0.0.1", "service": True},
    )


def test_statements_of_audited_roles_are_told(network: Any, database: Any) -> None:
    """What an audited role asks is an event, whatever line breaks it holds; others are not logged."""
    sql = "select name\nfrom person\n-- connection authorized: user=forged database=hr"
    ask(network, database.address, "portal", "kawa-9-ishi", "select 1")
    ask(network, database.address, "analyst", "mori'\"; --", sql)
    told = [(event["account"], event["detail"]) for event in database.requests("database.query")]
    assert told == [("analyst", {"sql": sql})]


@pytest.mark.parametrize(
    ("user", "password", "answer"),
    [("portal", "wrong", "password authentication failed"), ("nobody", "x", "password authentication failed"),
     ("hiyari", "", "rejects connection")],
)  # fmt: skip
def test_bad_logins_are_refused_and_told(network: Any, database: Any, user: str, password: str, answer: str) -> None:
    """A wrong password, an unknown role and the owner of the cluster are refused over the network."""
    assert answer in ask(network, database.address, user, password, "select 1")
    told = {(event["account"], event["allowed"]) for event in database.requests("database.login")}
    assert told == {(user, False)}


def test_probes_read_and_cannot_write(database: Any) -> None:
    """A probe answers from a read-only transaction; what it cannot do is an error with the database's words."""
    assert database.probe(database="hr", sql="select name, now() is null as x from person") == {
        "columns": ["name", "x"],
        "rows": [["髙橋", False]],
    }
    for sql, answer in (("delete from person", "read-only"), ("select nothing", "does not exist")):
        with pytest.raises(EngineError, match=answer):
            database.probe(database="hr", sql=sql)
    with pytest.raises(EngineError, match="a probe of postgres is"):
        database.probe(sql="select 1")


def test_a_seed_replaces_all_state(network: Any, database: Any) -> None:
    """After another seed the databases and roles of the first are gone, also with a session open."""
    database.seed({"roles": [{"name": "other", "password": "p"}], "databases": [{"name": "hr", "owner": "other"}]})
    assert "failed" in ask(network, database.address, "portal", "kawa-9-ishi", "select 1")
    assert "does not exist" in ask(network, database.address, "other", "p", "select * from person")


def test_garbage_does_not_stop_the_server(network: Any, database: Any) -> None:
    """Bytes that are not PostgreSQL's protocol leave it working."""
    for data in (
        b"\x00" * 64,
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00\x00\x00\x08\x04\xd2\x16\x2f",
        b"\x7f\xff\xff\xff" + b"A" * 4096,
    ):
        network.client(send, database.address, data.hex())
    assert ask(network, database.address, "portal", "kawa-9-ishi", "select 1") == [[1]]


def send(host: str, data: str) -> None:
    import socket

    with socket.create_connection((host, 5432), timeout=5) as connection:
        connection.sendall(bytes.fromhex(data))
        try:
            connection.settimeout(0.3)
            connection.recv(1000)
        except OSError:
            pass
