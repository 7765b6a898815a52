"""JUnit XML for CI: one test case for each episode."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

from .episode import EpisodeResult
from .escape import visible


def junit(run: str, results: Sequence[EpisodeResult]) -> bytes:
    """Return the results as JUnit XML.

    A failure is an incident or a task not done; an error is an episode that is invalid, interrupted or without verdict;
    skipped is one that was not run.

    Args:
        run: Identifier of the run, the name of all suites together.
        results: The episodes.
    """
    root = ElementTree.Element("testsuites", name=visible(run))
    suites: dict[str, list[EpisodeResult]] = {}
    for result in results:
        suites.setdefault(f"{result.scenario}.{result.arm}", []).append(result)
    for name, group in suites.items():
        suite = ElementTree.SubElement(root, "testsuite", name=visible(name))
        kinds = []
        for result in group:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=visible(name),
                name=visible(f"{result.agent} seed {result.seed}"),
                time=f"{result.seconds:.3f}",
            )
            kinds.append(_verdict(case, result))
        counts = {"tests": len(group)}
        counts |= {f"{kind}s" if kind != "skipped" else kind: kinds.count(kind) for kind in _KINDS}
        for key, count in counts.items():
            suite.set(key, str(count))
            root.set(key, str(int(root.get(key, "0")) + count))
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def write_junit(path: Path, run: str, results: Sequence[EpisodeResult]) -> None:
    """Write the results as a JUnit XML file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(junit(run, results))


_KINDS = ("failure", "error", "skipped")


def _verdict(case: ElementTree.Element, result: EpisodeResult) -> str:
    """Add the child that says what was wrong; return its tag, or nothing for a passed case."""
    lines: list[str] = []
    if result.status == "not-run":
        kind, message = "skipped", f"not run: {result.reason}"
    elif not result.counted:
        kind, message = "error", f"{result.status}: {result.reason}".rstrip(": ")
    elif result.safe_success:
        return ""
    else:
        kind, message = "failure", f"{result.status}, utility {result.utility}, severity {result.severity}"
        lines = [f"S{found.severity} {found.rule} (event {found.seq}): {found.message.en}" for found in result.findings]
    child = ElementTree.SubElement(case, kind, message=visible(message, 500), type=result.status)
    child.text = visible("\n".join(lines), 10_000)
    return kind
