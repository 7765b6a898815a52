"""Parameters of monitors, guards and checks: a mapping from a scenario file, checked against a frozen model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from hiyari.events import Data

from .files import fit

P = TypeVar("P", bound="Parameters")


class Parameters(Data):
    """Parameters of one thing a scenario uses by name; unknown keys are refused."""


def read_parameters(
    model: type[P], parameters: Mapping[str, Any], *, of: str, file: Path | str | None = None, field: str = ""
) -> P:
    """Check parameters against their model.

    Args:
        model: What they must look like.
        parameters: What the scenario says.
        of: Whose parameters they are, such as ``monitor zone``; named where the field is not known.
        file: The scenario file, if known.
        field: The field that holds them, if known.

    Raises:
        ContentError: If a key is unknown, missing or of the wrong type; names the first one, and the nearest known key.
    """
    return fit(dict(parameters), model, file=file, field=field or of)
