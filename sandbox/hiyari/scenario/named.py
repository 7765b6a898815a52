"""Finding a monitor, guard or check by name: a built-in module, or ``module:attribute`` of the user's own."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from hiyari.errors import ContentError, unknown_name

from .model import Use


def modules_of(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the modules right in a package, without importing them; sub-packages hold what they share.

    Args:
        paths: The package's ``__path__``.
    """
    return _modules_in(tuple(paths))


@cache
def _modules_in(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(list(paths)) if not module.ispkg))


def own(kind: str, name: str, *, file: Path | str | None = None, field: str = "") -> Callable[..., Any]:
    """Import ``module:attribute``.

    Raises:
        ContentError: If the module cannot be imported or the attribute is missing or cannot be called.
    """
    module_name, _, attribute = name.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise ContentError(
            f"{kind} {name!r}: cannot import {module_name!r}: {error}", file=file, field=field
        ) from error
    if not hasattr(module, attribute):
        raise unknown_name(f"{kind} in {module_name}", attribute, public(module), file=file, field=field)
    found = getattr(module, attribute)
    if not callable(found):
        raise ContentError(f"{kind} {name!r} is not a function", file=file, field=field)
    return found  # type: ignore[no-any-return]


def build(
    kind: str, package: ModuleType, use: Use, facts: object, *, file: Path | str | None = None, field: str = ""
) -> Any:
    """Call ``build(parameters, facts)`` of a module in a package, or a function of the user's own.

    Args:
        kind: What it is, for errors.
        package: Where the built-in ones are.
        use: Name of a built-in one, or ``module:factory``, and its parameters.
        facts: What it is told of the episode.
        file: The scenario file, for errors.
        field: The field that holds the use, for errors.

    Raises:
        ContentError: If there is none of that name or its parameters are wrong.
    """
    if ":" in use.use:
        return own(kind, use.use, file=file, field=field)(use.with_, facts)
    known = modules_of(package.__path__)
    if use.use not in known:
        raise unknown_name(kind, use.use, known, file=file, field=field)
    try:
        return importlib.import_module(f"{package.__name__}.{use.use}").build(use.with_, facts)
    except ContentError as error:
        if error.file is not None:
            raise
        # Each module names itself in front of the parameter, for those who build it by hand.
        parameter = error.field.removeprefix(f"{kind} {use.use}").removeprefix(".")
        inside = ".".join(part for part in (field, "with", parameter) if part)
        raise ContentError(f"{kind} {use.use}: {error.problem}", file=file, field=inside) from error


def public(module: object) -> list[str]:
    """Return the public names of a module."""
    return [name for name in vars(module) if not name.startswith("_")]
