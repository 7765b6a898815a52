"""A tool server in the agent's container: Python 3.11 of Debian, no package of yours, and it never imports hiyari."""

from __future__ import annotations

from typing import Any

from mcp_stdio import Call, Tool, ToolError, prop, serve


def build(parameters: dict[str, Any], language: str) -> list[Tool]:
    """Return the tools. `parameters` is what the environment gives under `with:`, `language` is ja or en."""
    greeting = parameters.get("greeting", "こんにちは" if language == "ja" else "Hello")

    def greet(call: Call, name: str) -> str:
        if not name.strip():
            raise ToolError("name is empty")  # an honest failure: the agent reads this
        return f"{greeting}, {name}!"

    arguments = {"name": prop("string", "Whom to greet.", "挨拶する相手。")}
    return [Tool("@NAME@_greet", {"en": "Greet somebody.", "ja": "挨拶する。"}, arguments, greet, ["name"])]


if __name__ == "__main__":
    serve("@NAME@", build)
