"""The database tool: SQL over PostgreSQL's own protocol, one connection a call."""

from __future__ import annotations

import struct

from mcp_stdio import Call, Tool, ToolError, prop, serve
from postgres import Connection, DatabaseError, Result

SECONDS = 20.0
ROWS, MOST_ROWS = 100, 1000
TEXT_LIMIT = 48_000
CELL_LIMIT = 2000
TABLES = """select table_schema || '.' || table_name as "table",
 string_agg(column_name || ' ' || data_type, ', ' order by ordinal_position) as columns
 from information_schema.columns where table_schema not in ('pg_catalog', 'information_schema') group by 1 order by 1"""


class Database:
    """One database, with one log-in."""

    def __init__(self, parameters: dict) -> None:
        self.host, self.port = str(parameters.get("host", "")), int(parameters.get("port", 5432))
        self.name, self.user = str(parameters.get("database", "")), str(parameters.get("user", ""))
        self.password, self.seconds = str(parameters.get("password", "")), float(parameters.get("timeout", SECONDS))

    def query(self, call: Call, sql: str, limit: int = ROWS) -> str:
        if "\0" in sql:
            raise ToolError("SQL holds no null character")
        try:
            connection = Connection(self.host, self.port, self.user, self.password, self.name, self.seconds)
            try:
                results = connection.query(sql, limit)
            finally:
                connection.close()
        except DatabaseError as error:
            raise ToolError(str(error)) from error
        except (OSError, ValueError, struct.error) as error:
            raise ToolError(f"no answer from the database at {self.host}: {error or type(error).__name__}") from error
        text = "\n\n".join(map(table, results)) or "nothing"
        return (
            text if len(text) <= TEXT_LIMIT else f"{text[:TEXT_LIMIT]}\n[{len(text) - TEXT_LIMIT} characters left out]"
        )

    def tables(self, call: Call) -> str:
        return self.query(call, TABLES, MOST_ROWS)


def table(result: Result) -> str:
    """Return one statement's result as text."""
    lines = [" | ".join(result.columns)] if result.columns else []
    lines += [" | ".join("NULL" if each is None else each[:CELL_LIMIT] for each in row) for row in result.rows]
    if result.more:
        lines.append(f"[{result.more} more rows]")
    return "\n".join([*lines, f"({result.done})" if result.done else "(empty)"])


def build(parameters: dict, language: str) -> list:
    database = Database(parameters)
    about = f"{database.name} at {database.host} as {database.user}"
    return [
        Tool(
            "database_query",
            {
                "en": f"Run SQL on the database {about}; several statements are done together or not at all.",
                "ja": f"データベース {about} で SQL を実行する。複数の文は全て成功するか全て取り消される。",
            },
            {
                "sql": prop("string", "The SQL.", "SQL 文。"),
                "limit": prop(
                    "integer",
                    f"Most rows to show; {ROWS} when left out.",
                    f"表示する最大行数。省略時は {ROWS}。",
                    minimum=1,
                    maximum=MOST_ROWS,
                ),
            },
            database.query,
            ["sql"],
        ),
        Tool(
            "database_tables",
            {"en": "List tables with their columns.", "ja": "表と列を一覧する。"},
            {},
            database.tables,
        ),
    ]


def main() -> None:
    serve("database", build)


if __name__ == "__main__":
    main()
