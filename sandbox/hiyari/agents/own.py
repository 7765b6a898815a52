"""A user's own agent, named ``module:attribute`` and imported from the project's folder or the environment."""

from __future__ import annotations

import difflib
import importlib
import inspect
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from hiyari.agent import Agent
from hiyari.errors import AgentError, ContentError, unknown_name

from .toolbox import function_agent

_FAMILIES = ("scripted", "noop", "refuse", "model", "local")


def own_agent(name: str, options: Mapping[str, Any], *, project: Path, patience: float = 600.0) -> Callable[[], Agent]:
    """Import a user's agent and return what makes a fresh one for each episode.

    ``module:attribute`` is either the agent itself, a function ``agent(task, tools) -> answer`` (plain or async), or a
    factory that takes the options and returns such a function or an object with ``start``, ``act`` and ``close``.

    Args:
        name: ``module:attribute``.
        options: Keyword arguments for it.
        project: Folder to import from first.
        patience: Wall seconds to wait for each move of a function.

    Raises:
        ContentError: If it cannot be imported or called like that; names the file, the line or the nearest name.
    """
    module_name, _, attribute = name.partition(":")
    module = _imported(module_name, project)
    if not hasattr(module, attribute):
        known = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise unknown_name("agent", attribute, known, file=module.__file__, field=module_name)
    made = getattr(module, attribute)
    if not callable(made):
        raise ContentError(f"{name} is {type(made).__name__}; expected {_EXPECTED}", file=module.__file__)
    if _takes(made, 0, options):
        return lambda: _from_factory(name, made, options, patience)
    if _takes(made, 2, options):
        return lambda: function_agent(name, lambda task, tools: made(task, tools, **options), patience=patience)
    given = f"the options {', '.join(options)}" if options else "no options"
    raise ContentError(
        f"{name}{inspect.signature(made)} can be called neither with {given} alone, as a factory, "
        f"nor with (task, tools) and {given}, as an agent",
        file=module.__file__,
    )


_EXPECTED = "an agent (start, act, close) or a function agent(task, tools)"


def _from_factory(name: str, factory: Callable[..., Any], options: Mapping[str, Any], patience: float) -> Agent:
    try:
        made = factory(**options)
    except Exception as problem:
        raise AgentError(f"{name} raised {type(problem).__name__}: {problem}") from problem
    if all(callable(getattr(made, method, None)) for method in ("start", "act", "close")):
        return cast("Agent", made)
    if callable(made) and _takes(made, 2, {}):
        return function_agent(name, made, patience=patience)
    raise ContentError(f"{name} returned {type(made).__name__}; expected {_EXPECTED}", field="agent")


def _takes(function: Callable[..., Any], positional: int, options: Mapping[str, Any]) -> bool:
    try:
        inspect.signature(function).bind(*[None] * positional, **options)
    except (TypeError, ValueError):
        return False
    return True


def _imported(name: str, project: Path) -> ModuleType:
    """Import a module: from the project's folder first, which afterwards comes last, so that it hides nothing."""
    folder = str(project.resolve())
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as problem:
        missing = problem.name or ""
        if not (name == missing or name.startswith(f"{missing}.")):
            raise ContentError(f"module {name} imports {missing!r}, which is not installed", field="agent") from None
        known = [path.stem for path in project.glob("*.py")]
        near = difflib.get_close_matches(name, [*known, *_FAMILIES], n=2)
        hint = f"did you mean {' or '.join(near)}?" if near else f"modules there: {', '.join(sorted(known)) or 'none'}"
        raise ContentError(f"there is no module {name!r} in {folder} or installed; {hint}", field="agent") from None
    except Exception as problem:  # whatever a user's module does while it is imported
        raise _broken(name, folder, problem) from problem
    finally:
        sys.path.remove(folder)
        if folder not in sys.path:
            sys.path.append(folder)


def _broken(name: str, folder: str, problem: Exception) -> ContentError:
    frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if frame.filename.startswith(folder)]
    file, line = (frames[-1].filename, frames[-1].lineno) if frames else (None, None)
    if isinstance(problem, SyntaxError):
        file, line = problem.filename, problem.lineno
    where = f"line {line}" if line is not None else f"module {name}"
    return ContentError(f"{type(problem).__name__} at import: {problem}", file=file, field=where)
