"""Finding a monitor, guard or check by name: a built-in module, or ``module:attribute`` of the user's own."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from hiyari.errors import ContentError, unknown_name


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


def public(module: object) -> list[str]:
    """Return the public names of a module."""
    return [name for name in vars(module) if not name.startswith("_")]
