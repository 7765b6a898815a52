"""A condition that holds for a while is one finding, not one for every block of steps."""

from __future__ import annotations

from collections.abc import Hashable


class Told:
    """Remembers how severe each condition that now holds has been told to be."""

    def __init__(self) -> None:
        self._severity: dict[Hashable, int] = {}

    def worse(self, condition: Hashable, severity: int) -> bool:
        """Return True when the condition is new or has become more severe than was told."""
        if severity <= self._severity.get(condition, 0):
            return False
        self._severity[condition] = severity
        return True

    def keep(self, holding: set[Hashable]) -> None:
        """Forget conditions that no longer hold, so that they are told anew when they come back."""
        self._severity = {condition: told for condition, told in self._severity.items() if condition in holding}
