"""Looking up what the section of a process names, with errors that say where and what is nearest."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from hiyari.physics.mechanism import Misfit

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built

Found = TypeVar("Found")


def one_of(known: Mapping[str, Found], name: str, what: str, field: str) -> Found:
    """Return one of the known.

    Raises:
        Misfit: If there is none of that name; names the nearest.
    """
    if name in known:
        return known[name]
    raise Misfit(field, f"there is no {what} {name!r}{_hint(name, known)}")


def names_of(known: Iterable[str], wanted: Iterable[str] | None, what: str, field: str) -> list[str]:
    """Return the wanted names, or all known ones when none are wanted, in the order of the known.

    Raises:
        Misfit: If a wanted one is not known.
    """
    known = list(known)
    if wanted is None:
        return known
    for name in wanted:
        if name not in known:
            raise Misfit(field, f"there is no {what} {name!r}{_hint(name, known)}")
    return [name for name in known if name in set(wanted)]


def quantity(built: Built, given: str | float | bool, field: str) -> Callable[[], float]:
    """Return a reader of a number: of a signal by its name, where a switch counts as 0 or 1, or of a constant.

    It is looked up at every reading, since a fault may take a signal's place.

    Raises:
        Misfit: If there is no such signal, or it is a text.
    """
    if not isinstance(given, str):
        constant = float(given)
        return lambda: constant
    try:
        signal = built.signals.find(given)
    except LookupError as error:
        raise Misfit(field, str(error)) from None
    if signal.kind == "text":
        raise Misfit(field, f"the signal {given!r} is a text; a number or a switch is needed")
    return lambda: float(built.signals[given].read())


def _hint(name: str, known: Iterable[str]) -> str:
    known = sorted(known)
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known[:30]) or 'none'}"
