"""What can be wrong with a sensor: the model of a fault, as a scene declares it and a happening switches it on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from hiyari.events import Data
from hiyari.physics.values import Beside, Name, Number, Point, Positive

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

FAULT_NEEDS = {
    "frozen": "",
    "stale": "",
    "swapped": "other or names",
    "spoofed": "items, value or picture",
    "lost": "",
    "noisy": "sigma or misses",
}
"""Kinds of fault, and which fields each needs."""


class Invented(Data):
    """An object that is not there, as a spoofed detector reports it."""

    name: Name
    """Name it is reported under."""
    kind: Name = "object"
    """Class it is reported as."""
    position: Point
    """Where, metres."""


class SensorFault(Data):
    """A fault of a sensor or camera."""

    on: ClassVar[Literal["sensor"]] = "sensor"
    kind: Literal["frozen", "stale", "swapped", "spoofed", "lost", "noisy"]
    """The last image, list or value repeats; comes late; is exchanged; is made up; does not come; is rough."""
    seconds: Positive = 2.0
    """Of a stale sensor: how late what it tells is; what it had last until then."""
    other: str = ""
    """Of swapped ones: the other camera, detector or reading."""
    names: tuple[str, str] | None = None
    """Of a swapped detector: two objects whose names are exchanged."""
    items: tuple[Invented, ...] = Field(default=(), max_length=50)
    """Of a spoofed detector: what it reports."""
    adds: bool = False
    """True when the spoofed items come beside what is seen, not instead of it."""
    value: Number | None = None
    """Of a spoofed reading: what it tells."""
    picture: Beside = ""
    """Of a spoofed camera: PNG or JPEG beside scene.yaml that is shown instead."""
    sigma: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """Of a noisy one: added standard deviation; metres of a detector, a reading's unit, grey levels of a camera."""
    misses: float = Field(default=0.0, ge=0, le=1)
    """Of a noisy detector: share of what it would find that it misses."""

    @model_validator(mode="after")
    def _holds_what_it_needs(self) -> SensorFault:
        given = {
            "swapped": bool(self.other) != (self.names is not None),
            "spoofed": bool(self.items) + (self.value is not None) + bool(self.picture) == 1,
            "noisy": self.sigma > 0 or self.misses > 0,
        }
        if not given.get(self.kind, True):
            raise ValueError(f"a sensor that is {self.kind} needs one of {FAULT_NEEDS[self.kind]}")
        return self

    def check(self, built: Built, whom: str) -> None:
        """See Fault."""
        problem = built.senses.problem(whom, self)
        if problem:
            raise ValueError(f"sensor: {problem}")

    def begin(self, simulation: Simulation, whom: str) -> Callable[[], None]:
        """See Fault."""
        senses = simulation.built.senses
        senses.disturb(whom, self, simulation.time)
        return lambda: senses.disturb(whom, None, simulation.time)


def refused(fault: SensorFault, sort: str) -> str:
    """Return why a fault cannot be one of a camera, a detector or a reading; empty when it can.

    Args:
        fault: The fault.
        sort: ``camera``, ``detector`` or ``reading``.
    """
    wrong = {
        "names": fault.names is not None and sort != "detector",
        "items": bool(fault.items) and sort != "detector",
        "value": fault.value is not None and sort != "reading",
        "picture": bool(fault.picture) and sort != "camera",
        "misses": fault.misses > 0 and sort != "detector",
    }
    bad = [name for name, is_wrong in wrong.items() if is_wrong]
    return f"{bad[0]} does not belong to a {sort}" if bad else ""
