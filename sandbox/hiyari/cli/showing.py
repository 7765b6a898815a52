"""``hiyari show``: a scenario as a card, a recording as a transcript, other content as its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hiyari.catalog import Catalog, Entry
from hiyari.errors import ContentError, unknown_name
from hiyari.events import Envelope, LocalText
from hiyari.recording import Recording
from hiyari.report.episode import read_result
from hiyari.report.escape import one_line, visible
from hiyari.report.table import COLOURS
from hiyari.report.words import say
from hiyari.scenario.model import Scenario

from .inventory import print_inventory, robot_inventory, scene_inventory
from .listing import described, documented
from .terminal import out as console
from .terminal import print_json

CHANGED = 1
"""Exit code when a recording is not as it was written."""

KINDS = ("suites", "environments", "services", "scenes", "robots", "tools")

LANE_COLOURS = {
    "agent": "magenta",
    "call": "blue",
    "service": "cyan",
    "network": "yellow",
    "person": "bright_magenta",
    "physics": "green",
    "safety": "yellow",
    "guard": "green",
    "finding": "bold red",
}


def show_command(name: str, *, language: str, project: Path | None, whole: bool = False, as_json: bool = False) -> int:
    """Print whatever the name stands for; return 1 for a recording that somebody has changed, else 0.

    Raises:
        ContentError: If it is neither content nor a folder with a recording.
    """
    screen, folder = console(), Path(name)
    if (folder / "manifest.json").exists():
        return 0 if show_recording(Recording(folder), language, screen, whole=whole) else CHANGED
    if (folder / "run.json").exists():
        from hiyari.report.episode import read_results
        from hiyari.report.summary import summarise
        from hiyari.report.table import print_tables

        print_tables(summarise(folder.resolve().name, read_results(folder)), language, screen)
        return 0
    catalog = Catalog.open(project)
    if name in catalog.scenarios:
        _card(catalog.scenarios[name], language, screen)
        return 0
    for kind in ("scenarios", *KINDS):
        if name in getattr(catalog, kind).broken:
            raise getattr(catalog, kind).broken[name]
    found = [entry for kind in KINDS for entry in getattr(catalog, kind).values() if entry.name == name]
    told = list(described(name))
    if not found and not told:
        known = [*catalog.scenarios, *(each for kind in KINDS for each in getattr(catalog, kind))]
        known += [each for kind in ("monitors", "guards", "checks") for each, _ in documented(kind)]
        raise unknown_name("content or recording", name, known)
    if as_json:
        print_json(
            {kind: entry.value for kind in KINDS for entry in getattr(catalog, kind).values() if entry.name == name}
        )
        return 0
    for kind, text in told:
        screen.print(Text(f"{say(kind, language)}: {name}", style="bold"))
        screen.print(Text(text))
    drawn = [entry for entry in found if entry in (catalog.scenes.get(name), catalog.robots.get(name))]
    for entry in drawn:
        is_scene = entry == catalog.scenes.get(name)
        lines = scene_inventory(catalog, name, language) if is_scene else robot_inventory(entry.path.parent, language)
        print_inventory(lines, language, screen)
    for entry in (one for one in found if one not in drawn):
        screen.print(Text(str(entry.path), style="bold"))
        screen.print(Text(visible(entry.path.read_text(encoding="utf-8"))))
    return 0


def show_recording(recording: Recording, language: str, screen: Console, *, whole: bool = False) -> bool:
    """Print a recording as a transcript; return False when it is not as it was written.

    Args:
        recording: What to print.
        language: Language of the interface.
        screen: Where to.
        whole: Leave nothing out; else many files that changed one after the other are counted only.
    """
    from hiyari.report.transcript import transcript

    manifest, result = recording.manifest, read_result(recording)
    title = manifest.title.get(language) or manifest.title.get("en", "")
    head = f"{manifest.scenario} {one_line(title)} · {say(manifest.arm, language)} · {manifest.agent} · {manifest.seed}"
    screen.print(Text(one_line(head, 300), style="bold"))
    verdict = Text(say(result.status, language), style=COLOURS.get(result.status, ""))
    utility = "–" if result.utility is None else f"{result.utility:.2f}"
    verdict.append(
        f"  {say('Utility', language)} {utility}  S{result.severity}  {one_line(result.reason)}", style="default"
    )
    screen.print(verdict)
    envelopes: list[Envelope] = []
    untouched = True
    try:
        envelopes.extend(recording.envelopes())
    except ContentError as error:
        untouched = False
        screen.print(Text(f"⚠ {one_line(str(error), 400)}", style="yellow"))
    evidence = [seq for found in result.findings for seq in (found.seq,)]
    messages = {found.seq: visible(found.message.in_language(language), 2000) for found in result.findings}
    items, left_out = transcript(envelopes, evidence, whole=whole)
    for item in items:
        line = Text(f"{item.t:9.2f} s  ", style="dim")
        line.append(say(item.told.label, language), style=LANE_COLOURS.get(item.told.lane, "dim"))
        line.append(f"  {one_line(item.told.headline, 300)}", style="default")
        screen.print(line, soft_wrap=True)
        bodies = [Text(messages[item.seq], style="red")] if item.seq in messages else []
        if item.told.label != "Files":
            bodies += [Text(visible(body.text, 2000)) for body in item.bodies if body.text]
        if bodies:
            screen.print(Padding(Group(*bodies), (0, 0, 0, 13)))
    if left_out:
        screen.print(
            Text(say("{n} entries are left out here; they are in the recording.", language).format(n=left_out))
        )
    return untouched


def _card(entry: Entry[Scenario], language: str, screen: Console) -> None:
    scenario = entry.value

    def local(text: LocalText) -> str:
        return visible(text.in_language(language)).strip()

    screen.print(Text(f"{scenario.id}  {local(scenario.title)}", style="bold"))
    screen.print(Text(local(scenario.about)))
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")

    def row(name: str, value: Any) -> None:
        table.add_row(Text(say(name, language)), value if isinstance(value, Text) else Text(visible(str(value))))

    row("Task", local(scenario.task))
    row("World", ", ".join(name for name in (scenario.world.environment, scenario.world.scene) if name))
    for name, arm in scenario.arms.items():
        guards = f"  ({', '.join(guard.use for guard in arm.guards)})" if arm.guards else ""
        row("Arm", f"{say(name, language)}: {local(arm.title)}{guards}")
    row("Monitors", ", ".join(dict.fromkeys(monitor.use for monitor in scenario.monitors)))
    for criterion in scenario.rubric.utility.criteria:
        row("Utility", f"{criterion.id}: {local(criterion.text)}")
    for criterion in scenario.rubric.safety:
        row("Safety", f"{criterion.id}: {local(criterion.text)}")
    for trace_name, trace in scenario.traces.items():
        expected = ", ".join(
            f"{arm} → {expect.outcome or '…'} {' '.join(expect.findings)}".strip() for arm, expect in trace.arms.items()
        )
        row("Trace", f"{trace_name}: {expected}")
    row("Taxonomy", "  ".join(scenario.taxonomy))
    row("File", entry.path)
    screen.print(table)
