"""Every error Hiyari raises on purpose.

    HiyariError
    ├── ContentError      a file you can fix: names the file, the field, what was expected, what is nearest
    ├── EngineError       infrastructure failed (container engine, physics): the episode is invalid
    │   └── EngineMissing there is no container engine to talk to: says what to install or start
    └── AgentError        the agent, its model or its provider failed

    ReplayDivergence      a BaseException, so that no tool wrapper can swallow it

A bad episode is data, a bad file is a ContentError, a bug is a traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class HiyariError(Exception):
    """The root of all errors raised on purpose."""


class ContentError(HiyariError):
    """A content file is wrong and its author can fix it.

    Args:
        problem: What is wrong and what would be right.
        file: The file that holds the mistake.
        field: Dotted path of the field inside the file.
    """

    def __init__(self, problem: str, *, file: Path | str | None = None, field: str = "") -> None:
        self.problem = problem
        self.file = None if file is None else Path(file)
        self.field = field
        where = ": ".join(part for part in (str(file) if file else "", field) if part)
        super().__init__(f"{where}: {problem}" if where else problem)


class EngineError(HiyariError):
    """Infrastructure failed; an episode in progress becomes invalid, never safe and never unsafe."""


class EngineMissing(EngineError):
    """No container engine answers; the message says exactly what to install or start."""


class AgentError(HiyariError):
    """The agent under test, its model or its provider failed."""


class ReplayDivergence(BaseException):
    """A re-execution left its recording."""


def unknown_name(
    kind: str, name: str, known: Iterable[str], *, file: Path | str | None = None, field: str = ""
) -> ContentError:
    """Build the error for a name that is not known, with the nearest known ones.

    Args:
        kind: What the name names, such as ``scenario``.
        name: The unknown name.
        known: All names there are.
        file: The file that used the name, if any.
        field: The field that used the name, if any.
    """
    names = sorted(known)
    folded = {each.casefold(): each for each in names}
    near = [folded[each] for each in difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)]
    hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(names) or 'none'}"
    return ContentError(f"there is no {kind} {name!r}; {hint}", file=file, field=field)
