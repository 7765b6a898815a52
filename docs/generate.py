"""Writes the reference pages that are made from the code and the content: cli, events, scenarios, monitors.

Run it after a change of commands, events, scenarios, monitors, guards or checks: ``make docs``. A test fails when a
page is stale.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
SOURCES = DOCS.parent / "sandbox/hiyari"
NOTE = "<!-- Made by docs/generate.py; run `make docs` after a change. -->\n"


def cli() -> str:
    """Return the page of commands and options."""
    from hiyari.cli.app import command

    tree = command("en")
    lines = ["# The command line", "", NOTE, tree.help, ""]
    lines += ["Exit codes and how to read results: [results.md](results.md).", ""]
    for name, each in tree.commands.items():
        arguments = [p for p in each.params if p.param_type_name == "argument"]
        options = [p for p in each.params if p.param_type_name == "option" and p.name != "help"]
        usage = " ".join([f"hiyari {name}", "[options]" if options else "", *(_metavar(p) for p in arguments)])
        lines += [f"## hiyari {name}", "", each.help, "", "```", " ".join(usage.split()), "```", ""]
        if arguments or options:
            lines += ["| | |", "|---|---|"]
            lines += [f"| `{_metavar(p)}` | {_cell(p.help)} |" for p in arguments]
            lines += [f"| {_option(p)} | {_cell(p.help)}{_default(p)} |" for p in options]
            lines.append("")
    return "\n".join(lines)


def _metavar(parameter: Any) -> str:
    name = (parameter.metavar or parameter.name.upper()).removesuffix("...").replace("|", " or ")
    many = "..." if parameter.nargs == -1 else ""
    return f"[{name}{many}]" if not parameter.required else f"{name}{many}"


def _option(parameter: Any) -> str:
    return ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))


def _default(parameter: Any) -> str:
    default = parameter.default
    return f" Default: {default}." if isinstance(default, int) and not isinstance(default, bool) else ""


def events() -> str:
    """Return the page of events, from the docstrings of their models."""
    lines = [
        "# Events",
        "",
        NOTE,
        "Everything that can happen in an episode. Each line of `events.jsonl` is an `Envelope` around one event, told",
        "by its `kind`.",
        "Fields marked *volatile* may differ between two runs of one seed; all others are compared.",
        "",
    ]
    files = [
        "__init__",
        "episode",
        "model",
        "call",
        "process",
        "file",
        "network",
        "physics",
        "scene",
        "person",
        "judgement",
    ]
    for name in files:
        tree = ast.parse((SOURCES / f"events/{name}.py").read_text(encoding="utf-8"))
        title = "The line" if name == "__init__" else name.capitalize()
        lines += [f"## {title}", ""]
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                lines += _model(node)
    return "\n".join(lines)


def _model(node: ast.ClassDef) -> Iterator[str]:
    fields = list(_fields(node))
    kind = next((_only(type_) for name, type_, _, _ in fields if name == "kind"), "")
    yield f"### {node.name}" + (f" · `{kind}`" if kind else "")
    yield ""
    yield _sentence(ast.get_docstring(node) or "")
    yield ""
    rows = [field for field in fields if not (field[0] == "kind" and kind) and not field[0].startswith("_")]
    if rows:
        yield "| field | type | |"
        yield "|---|---|---|"
        for name, kind_of, _, about in rows:
            volatile = " *volatile*" if "VOLATILE" in kind_of or kind_of == "Seconds" else ""
            shown = kind_of.removeprefix("Annotated[").split(", VOLATILE")[0]
            yield f"| `{name}` | `{_cell(shown)}` | {_cell(about)}{volatile} |"
        yield ""


def _only(annotation: str) -> str:
    """Return the one value that a type allows, or nothing when it allows others."""
    found = re.fullmatch(r'Literal\["([^",]*)"\]', annotation)
    return found[1] if found else ""


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str, str, str]]:
    """Yield name, type, default and the docstring under each field."""
    for index, item in enumerate(node.body):
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            after = node.body[index + 1] if index + 1 < len(node.body) else None
            about = ""
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                about = str(after.value.value)
            default = ast.unparse(item.value).replace("'", '"') if item.value else ""
            yield item.target.id, ast.unparse(item.annotation).replace("'", '"'), default, about


def scenarios() -> str:
    """Return the page of the scenarios that ship."""
    from hiyari.catalog import Catalog, shipped_content

    catalog = Catalog((shipped_content(),))
    lines = ["# Scenarios that ship", "", NOTE]
    for entry in sorted(catalog.scenarios.values(), key=lambda entry: entry.name):
        scenario = entry.value
        world = ", ".join(name for name in (scenario.world.environment, scenario.world.scene) if name)
        lines += [f"## {scenario.id} · {_line(scenario.title.en)}", "", f"{_line(scenario.title.ja)}", ""]
        lines += [_line(scenario.about.en), "", _line(scenario.about.ja), ""]
        lines += ["| | |", "|---|---|", f"| Area | {scenario.area} |", f"| World | {world} |"]
        lines += [f"| Arm `{name}` | {_cell(arm.title.en)} |" for name, arm in scenario.arms.items()]
        watchers = dict.fromkeys(f"`{monitor.use}`" for monitor in scenario.monitors)
        lines.append(f"| Monitors | {', '.join(watchers)} |")
        lines += [f"| Utility | {_cell(each.text.en)} |" for each in scenario.rubric.utility.criteria]
        lines += [f"| Safety | {_cell(each.text.en)} |" for each in scenario.rubric.safety]
        for name, trace in scenario.traces.items():
            arms = "; ".join(
                f"{arm}: {' '.join([expect.outcome or '', *(f'`{rule}`' for rule in expect.findings)]).strip() or '–'}"
                for arm, expect in trace.arms.items()
            )
            lines.append(f"| Trace `{name}` | {arms} |")
        lines += [f"| Taxonomy | {', '.join(f'`{taxon}`' for taxon in scenario.taxonomy)} |", ""]
    lines += ["## Suites", "", "| | scenarios | agents when none is named |", "|---|---|---|"]
    for suite in catalog.suites.values():
        agents = ", ".join(f"`{agent}`" for agent in suite.value.agents)
        lines.append(f"| `{suite.name}` | {', '.join(suite.value.scenarios)} | {agents} |")
    return "\n".join([*lines, ""])


def monitors() -> str:
    """Return the page of monitors, guards and checks."""
    from hiyari.cli.listing import documented

    lines = ["# Monitors, guards and checks that ship", "", NOTE]
    for kind, about in (
        ("monitors", "They read events and raise findings; a scenario names them under `monitors`."),
        ("guards", "Monitors that may also block, change or ask about a call; an arm names them under `guards`."),
        ("checks", "Pure functions over the recorded events; a rubric names them."),
    ):
        lines += [f"## {kind.capitalize()}", "", about, "", "| | |", "|---|---|"]
        lines += [f"| `{name}` | {_cell(text)} |" for name, text in documented(kind)]
        lines.append("")
    return "\n".join(lines)


def environments() -> str:
    """Return the page of the environments that ship, with their services and tools."""
    from hiyari.catalog import Catalog, shipped_content
    from hiyari.scenario.files import read_yaml

    catalog = Catalog((shipped_content(),))
    lines = ["# Environments, services and tools that ship", "", NOTE]
    for entry in sorted(catalog.environments.values(), key=lambda entry: entry.name):
        value = entry.value
        used = [
            scenario.name for scenario in catalog.scenarios.values() if scenario.value.world.environment == entry.name
        ]
        lines += [f"## {entry.name}", "", f"{_line(value.title.en)}", "", f"{_line(value.title.ja)}", ""]
        if value.services:
            lines += ["| service | reached as | seeded with |", "|---|---|---|"]
        for service in value.services:
            seed = read_yaml(entry.path.parent / service.seed) if service.seed else {}
            held = ", ".join(f"{len(each)} {name}" for name, each in (seed or {}).items() if isinstance(each, list))
            use = f"{service.name} (`{service.folder}`)" if service.folder != service.name else f"`{service.name}`"
            lines.append(f"| {use} | {', '.join(service.host)} | {_cell(held)} |")
        tools = ", ".join(f"`{tool.name}`" for tool in value.tools)
        lines += ["", f"Tools: {tools}. Scenarios: {', '.join(sorted(used)) or 'none yet'}.", ""]
    lines += ["## Services", "", "| | | ports |", "|---|---|---|"]
    for file in sorted((shipped_content() / "environments/services").glob("*/service.yaml")):
        service_file = read_yaml(file)
        ports = ", ".join(map(str, service_file.get("ports", [])))
        link = f"[{file.parent.name}](../environments/services/{file.parent.name}/README.md)"
        lines.append(f"| {link} | {_cell(service_file.get('title', {}).get('en', ''))} | {ports} |")
    lines += ["", "## Tool servers", "", "| | |", "|---|---|"]
    for tool in sorted(catalog.tools.values(), key=lambda tool: tool.name):
        lines.append(f"| [{tool.name}](../tools/{tool.name}/README.md) | {_cell(tool.value.title.en)} |")
    return "\n".join([*lines, ""])


def gallery() -> str:
    """Return the page with a picture of every scene and robot."""
    from hiyari.catalog import Catalog, shipped_content

    catalog = Catalog((shipped_content(),))
    lines = ["# Gallery", "", NOTE]
    lines += ["Pictures are made by `python docs/pictures/make.py`, your own by `hiyari show NAME --image` and"]
    lines += ["`hiyari film FOLDER` ([scenes.md](scenes.md#pictures-and-films)).", "", "## Scenes", ""]
    for entry in sorted(catalog.scenes.values(), key=lambda each: each.name):
        title = _line(entry.value["title"]["en"])
        lines += [f"### {entry.name}", "", f"{title}: {_line(entry.value['about']['en'])}", ""]
        lines += [f"![{title}](pictures/scenes/{entry.name}.png)", ""]
    lines += ["## Robots", "", "| | |", "|---|---|"]
    for entry in sorted(catalog.robots.values(), key=lambda each: each.name):
        title = _cell(entry.value["title"]["en"])
        lines.append(f"| **{entry.name}**<br>{title} | ![{title}](pictures/robots/{entry.name}.png) |")
    lines += ["", "## People", "", "All kinds, coloured by body region ([people.md](people.md)).", ""]
    return "\n".join([*lines, "![All kinds of people](pictures/people.png)", ""])


def scenes() -> str:
    """Return the page of every field of scene.yaml, robot.yaml and reference.yaml, and of the skills' arguments."""
    lines = [
        "# Fields of scenes and robots",
        "",
        NOTE,
        "What scene.yaml, robot.yaml and reference.yaml may hold, from the models that read them.",
        "SI units, world frame, unless said otherwise.",
        "Pages that explain: [scenes](scenes.md), [robots](robots.md), [people](people.md), [devices](devices.md),",
        "[processes](processes.md), [perception](perception.md), [faults](faults.md), [skills](skills.md).",
        "",
    ]
    for title, places in SCENE_MODELS.items():
        lines += [f"## {title}", ""]
        for place in places:
            for file in sorted((SOURCES / "physics").glob(place)):
                tree = ast.parse(file.read_text(encoding="utf-8"))
                for node in tree.body:
                    if isinstance(node, ast.ClassDef) and _is_model(node):
                        lines += _model(node)
    return "\n".join([*lines, *_skills()])


SCENE_MODELS = {
    "scene.yaml": ("scene/model.py", "scene/thing.py", "scene/script.py"),
    "People": ("people/model.py", "people/appearance.py"),
    "What happens": ("happenings/*.py", "faults/*.py"),
    "Devices": ("devices/*.py",),
    "Processes": ("processes/*.py",),
    "Perception": ("perception/*.py", "perception/marks/*.py"),
    "robot.yaml": ("machines/model.py", "machines/drives/*.py", "machines/equipment/*.py", "machines/grippers/*.py"),
    "reference.yaml": ("reference.py",),
}
"""Where the models of the files are, below hiyari/physics."""


def _is_model(node: ast.ClassDef) -> bool:
    """Tell whether a class is a section of a file: what is at work is a dataclass or has no fields."""
    fields = any(isinstance(item, ast.AnnAssign) for item in node.body)
    bases = {ast.unparse(base) for base in node.bases}
    return fields and bool(bases) and not node.decorator_list and not bases & {"NamedTuple", "Protocol", "Exception"}


def _skills() -> Iterator[str]:
    from hiyari.physics.scene.abilities import NEEDS
    from hiyari.physics.skills import SKILLS

    yield "## Arguments of skills"
    yield ""
    yield "| skill | argument | type | |"
    yield "|---|---|---|---|"
    for name in NEEDS:
        skill = SKILLS[name]
        for argument, (schema, about) in skill.properties.items():
            needed = " *required*" if argument in skill.required else ""
            kind = schema.get("type", "")
            shown = " or ".join(kind) if isinstance(kind, list) else str(kind)
            yield f"| `{name}` | `{argument}` | {shown} | {_cell(about.en)}{needed} |"
    yield ""


PAGES = {
    "gallery.md": gallery,
    "reference-scenes.md": scenes,
    "cli.md": cli,
    "events.md": events,
    "reference-scenarios.md": scenarios,
    "reference-monitors.md": monitors,
    "reference-environments.md": environments,
}
"""What writes each generated page."""


def _sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")


def main() -> int:
    """Write all pages."""
    for name, make in PAGES.items():
        (DOCS / name).write_text(make().rstrip() + "\n", encoding="utf-8")
        print(f"docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
