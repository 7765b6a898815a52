"""What a web service keeps: one SQLite file in its state folder, which every seed replaces."""

import sqlite3
import threading
from pathlib import Path


class Store:
    """A database that one lock guards, so that requests answered at once see each other's changes whole.

    Args:
        schema: SQL that creates the tables.
        folder: The service's state folder.
    """

    def __init__(self, schema, folder="/state"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._database = sqlite3.connect(Path(folder) / "store.sqlite", check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        # The folder is memory and gone with the pod: there is nothing to keep through a power cut.
        self._database.executescript(
            "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON;"
        )
        self._database.executescript(schema)

    def __enter__(self):
        """Begin a change of several statements, which nobody else sees half done."""
        self._lock.acquire()
        self._database.execute("BEGIN")
        return self

    def __exit__(self, kind, error, trace):
        """Keep the change, or none of it after an error."""
        try:
            self._database.execute("COMMIT" if kind is None else "ROLLBACK")
        finally:
            self._lock.release()

    def rows(self, sql, *values):
        """Return rows as mappings."""
        with self._lock:
            return [dict(row) for row in self._database.execute(sql, values).fetchall()]

    def row(self, sql, *values):
        """Return the first row as a mapping, or None."""
        return next(iter(self.rows(sql, *values)), None)

    def change(self, sql, *values):
        """Carry out one statement; return the number of the row it added last."""
        with self._lock:
            return self._database.execute(sql, values).lastrowid

    def replace(self, tables):
        """Put these rows, mappings by table, in the place of everything there was. Tables are filled in this order."""
        with self:
            for table in reversed(list(tables)):
                self._database.execute(f'DELETE FROM "{table}"')
            for table, rows in tables.items():
                for row in rows:
                    names = ", ".join(f'"{name}"' for name in row)
                    marks = ", ".join("?" for _ in row)
                    self._database.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(row.values()))
