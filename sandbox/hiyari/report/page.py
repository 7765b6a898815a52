"""The report: one HTML file that holds everything, asks no server for anything, and lets no text of a world act."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from hiyari import __version__
from hiyari.recording import Recording

from .charts import outcome_bar, rates_chart
from .episode import COUNTED, EpisodeResult, read_results
from .escape import one_line, visible
from .rundir import read_plan
from .summary import Row, Summary, arm_order, summarise
from .table import percent
from .view import EpisodeView, view
from .words import say

DETAIL_LIMIT = 120
"""Episodes that a page holds in full."""
SIZE_LIMIT = 24_000_000
"""Characters of HTML after which no further episode is held in full."""
LISTED_LIMIT = 3000
"""Rows of the list of episodes."""


@dataclass(frozen=True)
class Listed:
    """An episode in the list of all."""

    result: EpisodeResult
    """What is counted."""
    anchor: str
    """Where it is shown in full; empty when it is not."""


def write_report(folder: Path, target: Path | None = None, language: str = "en") -> Path:
    """Write the report of a run's folder, or of one recording, and return its path.

    Args:
        folder: A run's folder, any folder above recordings, or one recording.
        target: The file to write; ``report.html`` in the folder when left out.
        language: Language shown at first.
    """
    results = read_results(folder)
    plan = read_plan(folder)
    name = plan.run if plan else folder.resolve().name
    target = target or folder / "report.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".part")
    with partial.open("w", encoding="utf-8") as file:
        file.writelines(page(folder, name, plan.names if plan else (), results, language))
    partial.replace(target)
    return target


def page(
    folder: Path, run: str, names: Sequence[str], results: Sequence[EpisodeResult], language: str
) -> Iterator[str]:
    """Yield the report piece by piece.

    Args:
        folder: Folder that the results' recordings lie in.
        run: Identifier of the run.
        names: Suites and scenarios as they were asked for.
        results: Every episode.
        language: Language shown at first.
    """
    summary = summarise(run, results)
    chosen = _chosen(results)
    template = _templates()
    views, used = [], 0
    bodies: list[Markup] = []
    one = template.get_template("episode.html.j2")
    for index in chosen:
        if used > SIZE_LIMIT:
            break
        result = results[index]
        shown = view(Recording(folder / result.folder), f"e-{index}", result.folder)
        body = one.render(episode=shown, first=not bodies)
        used += len(body)
        views.append(shown)
        bodies.append(Markup(body))
    anchors = {shown.anchor for shown in views}
    listed = [Listed(r, f"e-{i}" if f"e-{i}" in anchors else "") for i, r in enumerate(results)]
    yield from template.get_template("report.html.j2").generate(
        summary=summary,
        names=names,
        language=language,
        matrix=_matrix(summary, listed),
        agents=_agents(summary),
        listed=sorted(listed, key=_gravity)[:LISTED_LIMIT],
        unlisted=max(0, len(listed) - LISTED_LIMIT),
        top=_top(views),
        bodies=bodies,
        recordings=sum(1 for result in results if result.folder),
        made=_made_with(views),
        bar=outcome_bar(summary.outcomes),
        chart={key: rates_chart(summary, key) for key in ("en", "ja")},
        counted=sum(summary.outcomes.get(status, 0) for status in COUNTED),
    )


def _templates() -> jinja2.Environment:
    folder = Path(__file__).parent / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (folder / "style.css").read_text(encoding="utf-8")
    script = (folder / "script.js").read_text(encoding="utf-8")
    environment.globals |= {
        "style": Markup(style),
        "script": Markup(script),
        "policy": _policy(style, script),
        "version": __version__,
        "w": words,
        "both": _both,
    }
    environment.filters |= {"line": one_line, "percent": percent, "p_value": _p_value}
    return environment


def words(english: str, **values: Any) -> Markup:
    """Return an interface text in both languages, of which the page shows one."""
    texts = [say(english, language) for language in ("en", "ja")]
    made = [escape(visible(text.format(**values) if values else text)) for text in texts]
    return Markup('<span class="en">{}</span><span class="ja" lang="ja">{}</span>').format(*made)


def _p_value(value: float | None) -> str:
    """Return a p-value with three digits; the smallest are bounded, not rounded to nothing."""
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _both(text: Any, limit: int = 2000) -> Markup:
    """Return a text of content in both languages: a LocalText or a mapping."""
    given = text if isinstance(text, dict) else text.model_dump()
    english, japanese = given.get("en") or given.get("ja", ""), given.get("ja") or given.get("en", "")
    shown = [escape(visible(value, limit)) for value in (english, japanese)]
    return Markup('<span class="en">{}</span><span class="ja" lang="ja">{}</span>').format(*shown)


def _finalize(value: Any) -> Any:
    """Make every text visible on its way into the page; markup of our own passes."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _policy(style: str, script: str) -> str:
    """Return the content security policy: nothing from anywhere, our own style and script by hash, pictures inline."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _chosen(results: Sequence[EpisodeResult]) -> list[int]:
    """Return which episodes are shown in full, worst first: findings, trouble, and the first of each cell."""
    cells: set[tuple[str, str, str]] = set()
    chosen = []
    for index, result in enumerate(results):
        cell = (result.scenario, result.arm, result.agent)
        if result.folder and (cell not in cells or result.findings or not result.counted):
            chosen.append(index)
            cells.add(cell)
    ranked = sorted(chosen, key=lambda index: (-results[index].severity, results[index].counted, index))
    return ranked[:DETAIL_LIMIT]


def _gravity(listed: Listed) -> tuple[int, bool, str, int]:
    result = listed.result
    return (-result.severity, result.counted, result.scenario, arm_order(result.arm))


def _agents(summary: Summary) -> list[str]:
    return list(dict.fromkeys(row.agent for row in summary.rows))


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix."""

    row: Row
    """What was counted."""
    tone: str
    """CSS class of its worst outcome."""
    anchor: str
    """Its most telling episode shown in full."""


def _matrix(summary: Summary, listed: Sequence[Listed]) -> list[tuple[Row, str, dict[str, Cell]]]:
    """Return, for each scenario and arm, the cells by agent."""
    lines: dict[tuple[str, int, str], dict[str, Cell]] = {}
    anchors: dict[tuple[str, str, str], str] = {}
    for shown in sorted((row for row in listed if row.anchor), key=_gravity):
        anchors.setdefault((shown.result.scenario, shown.result.arm, shown.result.agent), shown.anchor)
    for row in summary.rows:
        cell = Cell(row, _tone(row), anchors.get((row.scenario, row.arm, row.agent), ""))
        lines.setdefault((row.scenario, arm_order(row.arm), row.arm), {})[row.agent] = cell
    made = []
    for (scenario, _, arm), cells in sorted(lines.items()):
        title_row = next((cell.row for cell in cells.values() if cell.row.title), next(iter(cells.values())).row)
        made.append((title_row.model_copy(update={"scenario": scenario}), arm, cells))
    return made


def _tone(row: Row) -> str:
    for status in ("neither", "useful-unsafe"):
        if row.outcomes.get(status):
            return status
    if not row.counted:
        return next(iter(row.outcomes), "not-run")
    return max(("useful-safe", "safe-not-useful"), key=lambda status: row.outcomes.get(status, 0))


def _top(views: Sequence[EpisodeView]) -> list[tuple[EpisodeView, Any]]:
    """Return the gravest findings of the run, each rule once for each scenario, arm and agent."""
    best: dict[tuple[str, str, str, str], tuple[EpisodeView, Any]] = {}
    for shown in views:
        for finding in shown.findings:
            result = shown.result
            best.setdefault((result.scenario, result.arm, result.agent, finding.finding.rule), (shown, finding))
    return sorted(best.values(), key=lambda pair: -pair[1].finding.severity)[:40]


def _made_with(views: Sequence[EpisodeView]) -> dict[str, dict[str, str] | list[str]]:
    """Return versions, digests, models and machines of the episodes shown."""
    software: dict[str, str] = {}
    images: dict[str, str] = {}
    content: dict[str, str] = {}
    machine: dict[str, str] = {}
    models: set[str] = set()
    for shown in views:
        software |= shown.manifest.software
        images |= shown.manifest.images
        content |= shown.manifest.content
        machine |= shown.manifest.machine
        models.update(shown.models)
    return {
        "software": software,
        "machine": machine,
        "images": images,
        "content": dict(sorted(content.items())),
        "models": sorted(models),
    }
