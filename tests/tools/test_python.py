"""The Python tool: what a program prints, how it ends, and what stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_a_program_is_run_and_its_output_returned(tools: Callable[..., Any]) -> None:
    """Output and exit code come back, of errors too; nothing but files is kept from call to call."""
    opened = tools(python={})
    assert opened.call("python_run", code="print('計', 1 + 1)\nopen('x.txt', 'w').write('a')").text == (
        "exit code: 0\n計 2\n")  # fmt: skip
    assert (opened.work / "x.txt").read_text() == "a"
    failed = opened.call("python_run", code="import sys\nprint('before')\n1 / 0")
    assert failed.status == "ok"
    assert failed.text.startswith("exit code: 1\nbefore\n")
    assert "ZeroDivisionError" in failed.text
    assert "SyntaxError" in opened.call("python_run", code="def").text
    assert opened.call("python_run", code="input()").text.startswith("exit code: 1\n")


def test_endless_and_large_programs_are_stopped(tools: Callable[..., Any]) -> None:
    """Time and output are limited; a program that is too long is refused with a way out."""
    opened = tools(python={})
    endless = opened.call("python_run", code="print('a', flush=True)\nwhile True: pass", timeout=0.5)
    assert (endless.status, endless.text) == ("error", "killed after 0.5 s without an end\na\n")
    flood = opened.call("python_run", code="print('x' * 1_000_000)").text
    assert "bytes left out" in flood
    assert len(flood) < 60_000
    assert "put it into a file" in opened.call("python_run", code="#" * 100_001).text
    assert opened.call("python_run", code="a\0b").status == "error"
