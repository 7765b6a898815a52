"""``hiyari new``: writes a working, commented example into the user's own project."""

from __future__ import annotations

import re
from pathlib import Path

from rich.text import Text

from hiyari.catalog import Catalog, shipped_content
from hiyari.errors import ContentError
from hiyari.report.words import say

from .terminal import out as console

TEMPLATES = Path(__file__).parent / "templates"

TARGETS = {
    "scenario": "scenarios/mine",
    "environment": "environments/{name}",
    "robot": "robots/{name}",
    "service": "environments/services/{name}",
    "tool": "tools/{name}",
}
"""Folder in the project by kind."""

NEXT = {
    "scenario": "hiyari check {name}{project}",
    "environment": "hiyari show {name}{project}",
    "robot": "hiyari show {name}{project}",
    "service": "services: [{{name: {name}, host: {name}.office.example}}] in an environment.yaml; see its README",
    "tool": "hiyari show {name}{project}",
}

_SCENARIO = re.compile(r"[A-Z]{3}-[0-9]+[a-z]?")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def new_command(kind: str, name: str, *, project: Path, language: str) -> None:
    """Write an example and say what to do next.

    Raises:
        ContentError: If the name cannot be used, or something of that name exists.
    """
    for path in write_example(kind, name, project):
        console().print(Text(str(path)))
    where = "" if project == Path() else f" --project {project}"
    advice = NEXT[kind].format(name=name, project=where)
    console().print(Text(f"{say('Next', language)}: {advice}", style="bold"))


def write_example(kind: str, name: str, project: Path) -> list[Path]:
    """Write an example into a project and return its files; errors as ``new_command``.

    Args:
        kind: scenario, environment, robot, service or tool.
        name: Name of what is made.
        project: Folder of the project; made when it does not exist.
    """
    pattern = _SCENARIO if kind == "scenario" else _NAME
    if not pattern.fullmatch(name):
        right = (
            "SEC-90 (three capitals, a hyphen, a number)"
            if kind == "scenario"
            else "my_office (small letters, digits, _)"
        )
        raise ContentError(f"{name!r} cannot be the name of a {kind}; names look like {right}")
    folder = project / TARGETS[kind].format(name=name)
    known = {} if kind == "service" else getattr(Catalog.open(None), f"{kind}s")
    if name in known:
        raise ContentError(f"there is a {kind} {name!r} already", file=known[name].path)
    if kind == "service" and (taken := shipped_content() / folder.relative_to(project)).exists():
        raise ContentError(f"there is a service {name!r} already", file=taken)
    source = TEMPLATES / kind
    files = {}
    for path in sorted(source.rglob("*")):
        if path.is_file():
            relative = path.relative_to(source).as_posix().replace("NAME", name).removesuffix(".txt")
            files[folder / relative] = path.read_text(encoding="utf-8").replace("@NAME@", name)
    for target in files:
        if target.exists():
            raise ContentError("this file exists already; nothing was written", file=target)
    for target, text in files.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return list(files)
