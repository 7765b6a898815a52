"""``hiyari list``."""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from hiyari.catalog import Catalog, shipped_content
from hiyari.errors import ContentError, unknown_name
from hiyari.events import Data
from hiyari.report.escape import one_line
from hiyari.report.words import say

from .terminal import complain, print_json
from .terminal import out as console

AGENTS = {
    "scripted:<trace>": "plays a reference trace of the scenario; scripted:* stands for all of them",
    "noop": "does nothing",
    "refuse": "declines every task",
    "local": "a small language model on this CPU, without a key",
    "model:<provider>:<name>": "a language model through LangChain; options follow a ?",
    "<module>:<factory>": "an agent of your own",
}
"""What an agent's name may look like, and what it is."""


def list_command(kind: str, *, as_json: bool, language: str, project: Path | None) -> int:
    """Print what there is of a kind, and what cannot be read; return 2 when there is such, else 0."""
    rows, broken = list(listed(kind, language, project)), broken_content(kind, project)
    for error in broken:
        complain(str(error))
    code = 2 if broken else 0
    if as_json:
        print_json(rows)
        return code
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    headings = [heading for heading in rows[0] if heading != "path"] if rows else []
    for heading in headings:
        table.add_column(Text(say(heading, language), style="bold"), overflow="fold")
    for row in rows:
        table.add_row(*(Text(one_line(_text(row[heading]), 160)) for heading in headings))
    console().print(table if rows else Text(say("There is nothing of this kind.", language)))
    return code


def broken_content(kind: str, project: Path | None) -> list[ContentError]:
    """Return what is wrong with files of a kind, and with the content that scenarios and suites name."""
    if kind in ("agents", "monitors", "guards", "checks"):
        return []
    catalog = Catalog.open(project)
    broken = list(getattr(catalog, kind).broken.values())
    if kind == "suites":
        for suite in catalog.suites.values():
            for number, listed_name in enumerate(suite.value.scenarios):
                if listed_name not in catalog.scenarios:
                    field = f"scenarios.{number}"
                    broken.append(
                        unknown_name("scenario", listed_name, catalog.scenarios, file=suite.path, field=field)
                    )
    if kind == "scenarios":
        from hiyari.build import Workshop

        shop = Workshop(catalog, run="list", jobs=1, say=lambda text: None)
        for name, entry in catalog.scenarios.items():
            # What ships is proven by its tests, and takes seconds to read.
            if entry.path.is_relative_to(shipped_content()):
                continue
            try:
                shop.check_scenario(name)
            except ContentError as error:
                broken.append(error)
    return broken


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


def described(name: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of the built-in monitors, guards and checks of a name: what it does, and its parameters."""
    from hiyari.rubric import checks
    from hiyari.scenario.parameters import Parameters

    for kind in ("monitors", "guards"):
        path = _package(f"hiyari.{kind}") / f"{name}.py"
        if path.is_file() and not name.startswith("_"):
            module = importlib.import_module(f"hiyari.{kind}.{name}")
            models = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Parameters)]
            own = [each for each in models if each.__module__ == module.__name__]
            yield kind, "\n\n".join([(module.__doc__ or "").strip(), *map(_parameters, own)])
    if name in checks.names():
        model, function = checks.parts(name)
        yield "checks", f"{(function.__doc__ or '').strip()}\n\n{_parameters(model)}"


def _parameters(model: type[Data]) -> str:
    lines, told = [f"{model.__name__}: {(model.__doc__ or '').strip()}"], _field_docstrings(model)
    for name, field in model.model_fields.items():
        value = field.get_default(call_default_factory=True)
        default = "" if field.is_required() or type(value) is object else f" = {value!r}"
        lines.append(f"  {field.alias or name}{default}\n      {told.get(name, '')}".rstrip())
    return "\n".join(lines)


def _field_docstrings(model: type[Data]) -> dict[str, str]:
    """Return the strings under the fields of a model, its own and those it inherits."""
    told: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, Data):
            body = ast.parse(textwrap.dedent(inspect.getsource(each))).body[0].body  # type: ignore[attr-defined]
            for item, after in pairwise(body):
                if (
                    isinstance(item, ast.AnnAssign)
                    and isinstance(item.target, ast.Name)
                    and isinstance(after, ast.Expr)
                ):
                    told[item.target.id] = _sentence(str(getattr(after.value, "value", "")))
    return told


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
