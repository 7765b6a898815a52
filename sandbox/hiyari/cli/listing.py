"""``hiyari list``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hiyari.catalog import Catalog
from hiyari.report.escape import one_line
from hiyari.report.words import say

from .terminal import out as console
from .terminal import print_json

AGENTS = {
    "scripted:<trace>": "plays a reference trace of the scenario; scripted:* stands for all of them",
    "noop": "does nothing",
    "refuse": "declines every task",
    "local": "a small language model on this CPU, without a key",
    "model:<provider>:<name>": "a language model through LangChain; options follow a ?",
    "<module>:<factory>": "an agent of your own",
}
"""What an agent's name may look like, and what it is."""


def list_command(kind: str, *, as_json: bool, language: str, project: Path | None) -> None:
    """Print what there is of a kind."""
    rows = list(listed(kind, language, project))
    if as_json:
        print_json(rows)
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    headings = [heading for heading in rows[0] if heading != "path"] if rows else []
    for heading in headings:
        table.add_column(Text(say(heading, language), style="bold"), overflow="fold")
    for row in rows:
        table.add_row(*(Text(one_line(_text(row[heading]), 160)) for heading in headings))
    console().print(table if rows else Text(say("There is nothing of this kind.", language)))


def listed(kind: str, language: str, project: Path | None) -> Iterator[dict[str, Any]]:
    """Yield a row for each thing of a kind."""
    if kind == "agents":
        yield from ({"name": name, "about": say(about, language)} for name, about in AGENTS.items())
    elif kind in ("monitors", "guards", "checks"):
        yield from ({"name": name, "about": about} for name, about in documented(kind))
    else:
        catalog = Catalog.open(project)
        for entry in getattr(catalog, kind).values():
            yield _row(kind, entry, language)


def documented(kind: str) -> Iterator[tuple[str, str]]:
    """Yield name and first sentence of built-in monitors, guards or checks, read without importing them."""
    if kind == "checks":
        yield from _checks()
        return
    for path in sorted(_package(f"hiyari.{kind}").glob("*.py")):
        if not path.stem.startswith("_"):
            yield path.stem, _first_line(ast.parse(path.read_text(encoding="utf-8")))


def _checks() -> Iterator[tuple[str, str]]:
    from hiyari.rubric import checks

    functions: dict[str, ast.FunctionDef] = {}
    for path in _package("hiyari.rubric").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions |= {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for name in checks.names():
        yield name, _first_line(functions[name]) if name in functions else ""


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name)
    return Path(spec.origin).parent


def _first_line(node: ast.Module | ast.FunctionDef) -> str:
    return _sentence(ast.get_docstring(node) or "")


def _sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())


def _row(kind: str, entry: Any, language: str) -> dict[str, Any]:
    value = entry.value
    title = value.get("title", {}) if isinstance(value, dict) else value.title.model_dump()
    row: dict[str, Any] = {"name": entry.name, "title": title.get(language) or title.get("en", "")}
    if kind == "scenarios":
        row |= {"area": value.area, "arms": list(value.arms), "world": _world(value)}
    elif kind == "suites":
        row |= {"scenarios": list(value.scenarios)}
    elif kind == "environments":
        row |= {
            "services": [service.name for service in value.services],
            "tools": [tool.name for tool in value.tools],
        }
    row["path"] = str(entry.path)
    return row


def _world(scenario: Any) -> list[str]:
    return [name for name in (scenario.world.environment, scenario.world.scene) if name]


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
