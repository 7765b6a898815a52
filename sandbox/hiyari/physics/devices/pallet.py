"""A pallet: counts the loose things that stand still on it, and their layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from hiyari.events import Data
from hiyari.physics.engine import Shape
from hiyari.physics.geometry import about_z, length
from hiyari.physics.signals import Signal
from hiyari.physics.values import Colour, Flat, Point, Positive

from .device import DeviceAtWork
from .region import Frame, Region

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

THICK = 0.144
"""Metres: height of the pallet T11 of JIS Z 0601:2001."""
STILL = 0.05
"""m/s above which a thing is not counted."""
EVERY = 0.1
"""Seconds between two counts."""


class Pallet(Data):
    """A pallet on the floor."""

    kind: Literal["pallet"]
    """``pallet``."""
    position: Point
    """Middle of its upper face, metres."""
    yaw: float = 0.0
    """Turn, radians."""
    size: Flat = (1.1, 1.1)
    """Length and width, metres; the default is the pallet T11 of JIS Z 0601."""
    thick: Positive = THICK
    """Its height, metres."""
    layer: Positive = 0.2
    """Height of a layer, metres."""
    layers: int = Field(default=5, ge=1, le=20)
    """Layers that are counted."""
    colour: Colour = (0.72, 0.56, 0.36, 1.0)
    """Red, green, blue, opacity; 0 to 1."""

    @model_validator(mode="after")
    def _has_area(self) -> Pallet:
        if min(self.size) <= 0.0:
            raise ValueError("all sizes must be above 0")
        return self

    def build(self, name: str, built: Built, seed: int) -> PalletAtWork:
        """Return it at work."""
        return PalletAtWork(self, name, built)


class PalletAtWork(DeviceAtWork):
    """Signals ``count``, ``layers`` (that have something in them), ``layer_1`` and so on (how many are in each)."""

    def __init__(self, pallet: Pallet, name: str, built: Built) -> None:
        numbers = {f"layer_{layer}": 0.0 for layer in range(1, pallet.layers + 1)}
        super().__init__(name, built, count=0.0, layers=0.0, **numbers)
        self._pallet, self._due = pallet, 0.0
        long, wide = pallet.size
        frame = Frame(pallet.position, about_z(pallet.yaw))
        shape = Shape("box", (long, wide, pallet.thick), colour=pallet.colour)
        built.add(name, shape, frame.to_world((0.0, 0.0, -pallet.thick / 2.0)), frame.orientation)
        high = pallet.layer * pallet.layers
        self._region = Region(Frame(frame.to_world((0.0, 0.0, high / 2.0)), frame.orientation), (long, wide, high))
        self._frame = frame

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        if simulation.time < self._due:
            return
        self._due = simulation.time + EVERY - 1e-9
        held = {machine.holding for machine in self.built.machines.values()}
        counts = [0] * self._pallet.layers
        for name, state in self.built.objects.items():
            if state.thing.mass <= 0.0 or state.away or name in held:
                continue
            motion = state.motion
            if length(motion.linear) <= STILL and self._region.has(motion.position):
                above = self._frame.to_own(motion.position)[2]
                counts[min(int(above / self._pallet.layer), len(counts) - 1)] += 1
        for index, count in enumerate(counts):
            self.values[f"layer_{index + 1}"] = float(count)
        self.values["layers"] = float(sum(count > 0 for count in counts))
        self.change("count", float(sum(counts)), "counted")

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {quantity: self.measure(quantity, "") for quantity in self.values}
