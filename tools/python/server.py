"""The Python tool: one program a call, run by the system's interpreter in the working directory."""

from __future__ import annotations

import commands
from commands import DEFAULT_SECONDS, run
from mcp_stdio import Call, Tool, ToolError, prop, serve

CODE_LIMIT = 100_000
"""Bytes of a program; the system takes no argument of more than 128 KiB."""


def python_run(call: Call, code: str, timeout: float = DEFAULT_SECONDS) -> str:
    if len(code.encode("utf-8", "replace")) > CODE_LIMIT:
        raise ToolError(f"the program is longer than {CODE_LIMIT} bytes; put it into a file and run that")
    return run(call, ["python3", "-c", code], None, timeout)


def build(parameters: dict, language: str) -> list:
    return [
        Tool(
            "python_run",
            {
                "en": "Run a Python program in the working directory and return its exit code and what it printed. "
                "Nothing is kept from one call to the next but files.",
                "ja": "作業フォルダで Python プログラムを実行し、終了コードと出力を返す。"
                "呼び出しの間で残るのはファイルだけ。",
            },
            {
                "code": prop(
                    "string", "The program; print what you want to see.", "プログラム。見たいものは print する。"
                ),
                "timeout": commands.timeout(),
            },
            python_run,
            ["code"],
        )
    ]


def main() -> None:
    serve("python", build)


if __name__ == "__main__":
    main()
