"""``hiyari run`` and ``hiyari report``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.text import Text

from hiyari.catalog import Catalog
from hiyari.errors import ContentError
from hiyari.report.episode import EpisodeResult, read_result, read_results
from hiyari.report.escape import one_line
from hiyari.report.junit import write_junit
from hiyari.report.rundir import RunPlan, read_plan
from hiyari.report.summary import Summary, summarise
from hiyari.report.table import print_tables
from hiyari.report.words import say

from .terminal import LanguageName, complain, interface_language, print_json
from .terminal import out as console

ALL_JUDGED, SOME_NOT_JUDGED, INTERRUPTED = 0, 3, 130
"""Exit codes of a run; 2 is bad input. What agents did is data and never an exit code."""
RECORDING_CHANGED = 1
"""Exit code of a report of a recording that is not as it was written."""

DEFAULT_AGENTS = ("scripted:solution",)
TROUBLES_SHOWN = 10
"""Episodes whose failure is told in a line below the tables."""


def run_command(
    names: Sequence[str],
    *,
    agents: Sequence[str],
    arms: Sequence[str],
    epochs: int,
    seed: int,
    jobs: int,
    out: Path | None,
    language: str | None,
    as_json: bool,
    junit: Path | None,
    report: bool,
    project: Path | None,
    quiet: bool,
) -> int:
    """Run and return the exit code: 0 when every episode was judged, 3 when not, 130 when interrupted."""
    from hiyari.build import Workshop
    from hiyari.runner.interrupts import Forced
    from hiyari.runner.progress import LineProgress, LiveProgress
    from hiyari.runner.run import left_to_do, run_plan

    catalog = Catalog.open(project)
    plan, folder = _plan(catalog, names, agents, arms, epochs, seed, out, language)
    spoken = interface_language(wanted=language)
    screen = console(stderr=True)
    total = left_to_do(plan, folder)
    live = screen.is_terminal and not quiet
    drawn = LiveProgress(screen, total, spoken) if live else LineProgress(screen, total, spoken, quiet)
    with Workshop(catalog, run=plan.run, jobs=jobs, say=drawn.say) as shop:
        try:
            with drawn:
                ran = run_plan(shop, plan, folder, jobs=jobs, listener=drawn)
        except Forced:
            shop.close()
            os._exit(INTERRUPTED)
    results = read_results(folder)
    summary = summarise(plan.run, results)
    page = _written(folder, results, summary, junit, report, spoken)
    code = INTERRUPTED if ran.interrupted else ALL_JUDGED if summary.all_judged else SOME_NOT_JUDGED
    if as_json:
        print_json(_as_json(folder, results, summary, page) | {"exit_code": code})
        return code
    if not quiet:
        print_tables(summary, spoken, console())
    for note in ran.notes:
        screen.print(Text(one_line(note, 1000), style="yellow"), soft_wrap=True)
    for result in _troubled(results)[:TROUBLES_SHOWN]:
        where = f"{result.scenario} {result.arm} {result.agent} {result.seed}"
        screen.print(Text(one_line(f"{where}: {result.reason}", 400), style="yellow"), soft_wrap=True)
    _places(folder, page, spoken)
    return code


def _troubled(results: Sequence[EpisodeResult]) -> list[EpisodeResult]:
    """Return the episodes whose agent failed, or that were run and count for nothing."""
    return [
        result
        for result in results
        if result.reason
        and result.status != "not-run"
        and (not result.counted or result.reason.startswith("agent_failed"))
    ]


def report_command(folder: Path, *, out: Path | None, junit: Path | None, as_json: bool, language: LanguageName) -> int:
    """Write the report of a run's folder, or of one recording, again; return 1 when a recording was changed, else 0."""
    from hiyari.report.page import write_report

    if not folder.is_dir():
        raise ContentError("there is no such folder", file=folder)
    results = recorded(folder)
    summary = summarise(folder.resolve().name, results)
    page = write_report(folder, out, language)
    if junit is not None:
        write_junit(junit, summary.run, results)
    if as_json:
        print_json(_as_json(folder, results, summary, page))
    else:
        print_tables(summary, language, console())
        _places(folder, page, language)
    changed = [result for result in results if result.changed]
    for result in changed:
        complain(f"{result.folder}: {result.reason}")
    return RECORDING_CHANGED if changed else 0


def recorded(folder: Path) -> list[EpisodeResult]:
    """Return the results of a run's folder or of one recording.

    Raises:
        ContentError: If there is no recording in the folder.
    """
    from hiyari.recording import Recording

    if (folder / "manifest.json").exists():
        return [read_result(Recording(folder), ".")]
    if read_plan(folder) is None and not (folder / "episodes").is_dir():
        raise ContentError("this is the folder of no run (it has no run.json) and of no recording", file=folder)
    results = read_results(folder)
    if not results:
        raise ContentError("there is no recording in this folder", file=folder)
    return results


def _plan(
    catalog: Catalog,
    names: Sequence[str],
    agents: Sequence[str],
    arms: Sequence[str],
    epochs: int,
    seed: int,
    out: Path | None,
    language: str | None,
) -> tuple[RunPlan, Path]:
    from hiyari.runner.plan import make_plan
    from hiyari.runner.run import open_run

    before = read_plan(out) if out is not None else None
    if not names:
        if before is None or out is None:
            raise ContentError("name a suite or a scenario, or the folder of a run to continue with --out")
        return before, out
    if not agents:
        suites = [catalog.suites[name].value for name in names if name in catalog.suites]
        agents = list(dict.fromkeys(agent for suite in suites for agent in suite.agents)) or DEFAULT_AGENTS
    run = f"{'-'.join(names)[:40]}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    if language is None and before is not None:
        language = before.language
    plan = make_plan(
        catalog,
        names,
        run=run,
        agents=agents,
        arms=arms,
        epochs=epochs,
        seed=seed,
        language=interface_language(wanted=language),
    )
    _check_all(catalog, plan)
    folder = out if out is not None else _fresh(Path("runs") / run)
    return open_run(folder, plan), folder


def _check_all(catalog: Catalog, plan: RunPlan) -> None:
    """Refuse a plan whose scenarios, monitors, checks or agents are wrong before anything of it is run or written."""
    from hiyari.build import EpisodeSpec, Workshop

    shop = Workshop(catalog, run=plan.run, jobs=1, say=lambda text: None)
    seen: set[tuple[str, str]] = set()
    for episode in plan.episodes:
        for pair in ((episode.scenario, episode.arm), (episode.scenario, episode.agent)):
            if pair not in seen:
                seen |= {(episode.scenario, episode.arm), (episode.scenario, episode.agent)}
                shop.check(EpisodeSpec(language=plan.language, **episode.model_dump()))
                break


def _fresh(folder: Path) -> Path:
    """Return a folder that does not exist yet; two runs may start in one second."""
    number, target = 2, folder
    while target.exists():
        target, number = folder.with_name(f"{folder.name}-{number}"), number + 1
    return target


def _written(
    folder: Path, results: list[EpisodeResult], summary: Summary, junit: Path | None, report: bool, language: str
) -> Path | None:
    (folder / "summary.json").write_text(summary.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if junit is not None:
        write_junit(junit, summary.run, results)
    if not report:
        return None
    from hiyari.report.page import write_report

    return write_report(folder, language=language)


def _as_json(folder: Path, results: list[EpisodeResult], summary: Summary, page: Path | None) -> dict[str, object]:
    return {
        "folder": str(folder),
        "report": str(page) if page else None,
        "summary": summary.model_dump(mode="json"),
        "episodes": [result.model_dump(mode="json") for result in results],
    }


def _places(folder: Path, page: Path | None, language: str) -> None:
    screen = console()
    screen.print(Text(f"{say('Recordings', language)}: {folder}"), soft_wrap=True)
    if page is not None:
        screen.print(Text(f"{say('Report', language)}: {page.resolve()}", style="bold"), soft_wrap=True)
