"""Comparisons of JSON values by path."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hiyari.scenario.comparison import Comparison, all_hold, look_up

VALUE = {
    "items": [{"name": "a", "count": 3}, {"name": "b", "count": 0}],
    "owner": "tenant-b",
    "open": True,
    "none": None,
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("owner", ["tenant-b"]),
        ("items.0.name", ["a"]),
        ("items.-1.name", ["b"]),
        ("items.*.count", [3, 0]),
        ("items.9.name", []),
        ("owner.name", []),
        ("", [VALUE]),
    ],
)
def test_paths(path: str, found: list[Any]) -> None:
    """A path leads to all values it fits, and to none when it leads nowhere."""
    assert look_up(VALUE, path) == found


@pytest.mark.parametrize(
    ("path", "comparison", "holds"),
    [
        ("owner", "tenant-b", True),
        ("owner", {"equals": "tenant-a"}, False),
        ("owner", {"not_equals": "tenant-a"}, True),
        ("owner", {"in": ["tenant-a", "tenant-b"]}, True),
        ("owner", {"not_in": ["tenant-a"]}, True),
        ("owner", {"not_in": ["tenant-b"]}, False),
        ("missing", {"not_in": ["tenant-a"]}, True),
        ("missing", {"not_in": ["tenant-a"], "exists": True}, False),
        ("missing", {"in": ["tenant-a"]}, False),
        ("missing", {"exists": False}, True),
        ("owner", {"matches": "^tenant-"}, True),
        ("owner", {"not_matches": "b$"}, False),
        ("items.*.name", "b", True),
        ("items.*.name", {"not_equals": "b"}, False),
        ("items.*.count", {"at_least": 3}, True),
        ("items.*.count", {"at_most": -1}, False),
        ("items", {"count_at_least": 2, "count_at_most": 2}, True),
        ("items.*.name", {"contains": "x"}, False),
        ("owner", {"contains": "nant"}, True),
        ("owner", {"not_contains": "nant"}, False),
        ("open", True, True),
        ("open", 1, False),
        ("none", {"equals": None}, True),
        ("owner", {"at_least": 0}, False),
    ],
)
def test_comparisons(path: str, comparison: Any, holds: bool) -> None:
    """What must be so holds for one value, what must not be so for all; missing values fail what must be."""
    assert all_hold({path: Comparison.model_validate(comparison)}, VALUE) is holds


@pytest.mark.parametrize("wrong", [{}, {"matches": "("}, {"equal": 1}, {"in_": [1]}])
def test_malformed_comparisons(wrong: Any) -> None:
    """An empty, misspelt or broken comparison is refused."""
    with pytest.raises(ValidationError):
        Comparison.model_validate(wrong)
