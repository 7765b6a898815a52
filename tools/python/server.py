"""The Python tool: one program a call, run by the system's interpreter in the working directory."""

from __future__ import annotations

from commands import run
from mcp_stdio import Call, Tool, ToolError, prop, serve

DEFAULT_SECONDS, MOST_SECONDS = 60, 600
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
                "timeout": prop(
                    "number",
                    f"Seconds after which it is killed; {DEFAULT_SECONDS} when left out.",
                    f"この秒数で打ち切る。省略時は {DEFAULT_SECONDS} 秒。",
                    minimum=0.1,
                    maximum=MOST_SECONDS,
                ),
            },
            python_run,
            ["code"],
        )
    ]


def main() -> None:
    serve("python", build)


if __name__ == "__main__":
    main()
