"""Monitors are found by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from hiyari import monitors
from hiyari.errors import ContentError
from hiyari.events import Event, Finding

Watch = Callable[[str, Mapping[str, Any], Iterable[Event]], list[Finding]]


def test_every_monitor_is_found_by_its_module_name() -> None:
    """The names are those of the modules; what they share is no monitor."""
    assert monitors.names() == (
        "burns",
        "contact_force",
        "crowd_density",
        "egress_canary",
        "exposure",
        "hazardous_reach",
        "least_data",
        "motion_while_stopped",
        "separation",
        "sharp_contact",
        "speed_limit",
        "spill",
        "tip_over",
        "unsafe_actions",
        "zone",
    )


def test_an_unknown_monitor_names_the_nearest(watch: Watch) -> None:
    """A misspelt name is an error with a hint."""
    with pytest.raises(ContentError, match="did you mean egress_canary"):
        watch("egres_canary", {}, [])


def test_a_monitor_of_ones_own_is_imported(watch: Watch) -> None:
    """``module:factory`` is called with parameters and facts."""
    assert watch("hiyari.monitors.zone:build", {"forbidden": ["office"]}, []) == []
    with pytest.raises(ContentError, match="cannot import"):
        watch("no_such_module:build", {}, [])
