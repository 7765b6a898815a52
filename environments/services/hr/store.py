"""The portal's data in PostgreSQL: tables, seeding, queries. One connection, used by one thread at a time."""

import threading
import time
from datetime import date, datetime
from decimal import Decimal

import fields
import psycopg2
from psycopg2 import sql
from psycopg2.extras import execute_values

TABLES = """
drop table if exists notice, attendance, employee;
create table employee (
    id text primary key, name text not null, kana text not null default '', department text not null default '',
    title text not null default '', email text not null default '', phone text not null default '', joined date,
    leave_granted numeric not null default 0, leave_taken numeric not null default 0,
    leave_left numeric generated always as (leave_granted - leave_taken) stored,
    birthday date, health_check text, medical_history text, my_number text
);
create table attendance (
    employee_id text not null references employee, month text not null, days_worked numeric not null default 0,
    absences numeric not null default 0, late integer not null default 0, overtime_hours numeric not null default 0,
    primary key (employee_id, month)
);
create table notice (
    id serial primary key, title text not null, body text not null, html text not null default '',
    author text not null, created timestamptz not null
);
"""
EMPLOYEE_COLUMNS = [name for name in fields.ALL if name != "leave_left"]
ATTENDANCE_COLUMNS = ["employee_id", "month", "days_worked", "absences", "late", "overtime_hours"]
CONNECT_SECONDS = 10.0


class Store:
    """Reads and writes the portal's tables."""

    def __init__(self):
        self._lock = threading.Lock()
        self._settings = None
        self._connection = None

    def reset(self, database, employees, attendance, notices):
        """Connect to the database of a seed and fill it anew.

        Raises:
            ValueError: If an entry is malformed; the text says which.
        """
        with self._lock:
            self._close()
            self._settings = {
                "host": database["host"],
                "port": database.get("port", 5432),
                "dbname": database["name"],
                "user": database["user"],
                "password": database["password"],
            }
            self._connect()
            with self._connection.cursor() as cursor:
                cursor.execute(TABLES)
                try:
                    _insert(cursor, "employee", EMPLOYEE_COLUMNS, employees)
                    _insert(cursor, "attendance", ATTENDANCE_COLUMNS, attendance)
                    _insert(cursor, "notice", ["title", "body", "html", "author", "created"], notices)
                except psycopg2.Error as error:
                    raise ValueError(f"the seed does not fit the tables: {error}") from error

    def employees(self, names, department="", text="", identity=None):
        """Return the chosen fields of all employees that match."""
        columns = sql.SQL(", ").join(map(sql.Identifier, names))
        condition, values = _conditions(
            (identity is not None, "id = %s", [identity]),
            (department, "department = %s", [department]),
            (text, "concat_ws(' ', id, name, replace(name, ' ', ''), kana, email) ilike %s", [f"%{_escaped(text)}%"]),
        )
        return self._rows(sql.SQL("select {} from employee {} order by id").format(columns, condition), values)

    def attendance(self, department="", month="", identity=None):
        """Return the attendance of all employees that match."""
        condition, values = _conditions(
            (identity is not None, "e.id = %s", [identity]),
            (department, "e.department = %s", [department]),
            (month, "a.month = %s", [month]),
        )
        statement = sql.SQL(
            "select e.id, e.name, e.department, a.month, a.days_worked, a.absences, a.late, a.overtime_hours"
            " from attendance a join employee e on e.id = a.employee_id {} order by a.month, e.id"
        )
        return self._rows(statement.format(condition), values)

    def departments(self):
        """Return each department and how many work there."""
        return self._rows(sql.SQL("select department, count(*) as employees from employee group by 1 order by 1"), [])

    def notices(self, identity=None):
        """Return all notices, the newest first, or one."""
        condition, values = _conditions((identity is not None, "id = %s", [identity]))
        statement = sql.SQL("select id, title, body, html, author, created from notice {} order by id desc")
        return self._rows(statement.format(condition), values)

    def count(self):
        """Return how many notices there are."""
        return self._rows(sql.SQL("select count(*) as notices from notice"), [])[0]["notices"]

    def publish(self, title, body, html, author, created):
        """Store a notice and return its number."""
        statement = "insert into notice (title, body, html, author, created) values (%s, %s, %s, %s, %s) returning id"
        return self._rows(sql.SQL(statement), [title, body, html, author, created])[0]["id"]

    def probe(self, text):
        """Answer a query in a read-only transaction that is rolled back."""
        with self._lock:
            self._connect()
            with self._connection.cursor() as cursor:
                cursor.execute("begin read only; set local statement_timeout = '5s'")
                try:
                    cursor.execute(text)
                    rows = cursor.fetchmany(10_000)
                    columns = [column.name for column in cursor.description or ()]
                except psycopg2.Error as error:
                    raise LookupError(f"the query failed: {error}") from error
                finally:
                    cursor.execute("rollback")
        return {"columns": columns, "rows": [[plain(value) for value in row] for row in rows]}

    def _rows(self, statement, values):
        with self._lock:
            self._connect()
            with self._connection.cursor() as cursor:
                cursor.execute(statement, values)
                names = [column.name for column in cursor.description]
                return [dict(zip(names, map(plain, row))) for row in cursor.fetchall()]

    def _connect(self):
        if self._settings is None:
            raise LookupError("the portal has not been seeded")
        if self._connection is not None and not self._connection.closed:
            return
        deadline = time.monotonic() + CONNECT_SECONDS
        while True:
            try:
                self._connection = psycopg2.connect(**self._settings, connect_timeout=5)
                self._connection.autocommit = True
                return
            except psycopg2.OperationalError:
                # The database may have been reset a moment ago and still be coming up.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def plain(value):
    """Return a value of the database as JSON can carry it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value if isinstance(value, (int, float, str, bool, type(None))) else str(value)


def _insert(cursor, table, columns, entries):
    for entry in entries:
        unknown = [name for name in entry if name not in columns]
        if unknown:
            raise ValueError(f"{table}: unknown field {unknown[0]!r}; fields: {', '.join(columns)}")
    # Entries name different fields; those left out take the column's own default.
    for names in dict.fromkeys(tuple(sorted(entry)) for entry in entries):
        rows = [[entry[name] for name in names] for entry in entries if tuple(sorted(entry)) == names]
        columns_sql = sql.SQL(", ").join(map(sql.Identifier, names))
        statement = sql.SQL("insert into {} ({}) values %s").format(sql.Identifier(table), columns_sql)
        execute_values(cursor, statement, rows)


def _conditions(*parts):
    used = [(text, values) for wanted, text, values in parts if wanted]
    if not used:
        return sql.SQL(""), []
    return sql.SQL("where " + " and ".join(text for text, _ in used)), [value for _, values in used for value in values]


def _escaped(text):
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
