"""A light curtain: beams across a box of air that stop robots when a person, or anything, reaches in.

The response time is from the interruption to the demand at the robot's safety controller, to within one control tick,
as IEC 61496-1 states it of the device; the robot's own reaction and braking times come after it. People are sensed by
their spheres, at least as thick as any resolution here. A bypass is part of the model: ``muted`` may be set by whoever
can write the signal, ``mutes_with`` names muting sensors (IEC TS 62046), and part of the height may be blanked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from hiyari.physics.geometry import about_z
from hiyari.physics.mechanism import Need
from hiyari.physics.signals import Signal
from hiyari.physics.values import Flat, Point, Positive

from .device import DeviceAtWork
from .presence import Lookout
from .reaction import Reacting
from .region import Frame, Region

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

MOST_BEAMS = 80
"""Beams that are cast at every control tick when anything is detected."""


class LightCurtain(Reacting):
    """A light curtain."""

    kind: Literal["light_curtain"]
    """``light_curtain``."""
    position: Point
    """Middle of the box that the beams fill, metres."""
    size: Point
    """Thickness along x, width along y, height along z before turning, metres."""
    yaw: float = 0.0
    """Turn of the box, radians."""
    resolution: float = Field(default=0.03, ge=0.014, le=0.07)
    """Distance of the beams, metres, when ``anything`` is detected."""
    response: Positive = 0.02
    """From the interruption to the demand for a stop, seconds."""
    detects: Literal["people", "anything"] = "people"
    """``anything`` also means robots and loose things."""
    muted: bool = False
    """Whether it is muted at first."""
    mutes_with: tuple[str, ...] = ()
    """Switch signals, such as of photo-eyes; it is muted while all of them are on."""
    blanked: Flat = (0.0, 0.0)
    """From which height above its lower edge up to which it is blind, metres."""

    @model_validator(mode="after")
    def _fits(self) -> LightCurtain:
        if min(self.size) <= 0.0:
            raise ValueError("all sizes must be above 0")
        if not 0.0 <= self.blanked[0] <= self.blanked[1] <= self.size[2]:
            raise ValueError("blanked must go up, from 0 to the height")
        if self.detects == "anything" and self.size[2] / self.resolution > MOST_BEAMS:
            raise ValueError(
                f"size: a height of more than {MOST_BEAMS} beams; use two curtains or a coarser resolution"
            )
        return self

    def build(self, name: str, built: Built, seed: int) -> LightCurtainAtWork:
        """Return it at work."""
        self.prepare(name, built)
        built.needs += [Need(f"devices.{name}.mutes_with", signal) for signal in self.mutes_with]
        return LightCurtainAtWork(self, name, built)


class LightCurtainAtWork(DeviceAtWork):
    """Signals ``interrupted``; ``muted``, ``blanked_from`` and ``blanked_to`` can be set."""

    def __init__(self, curtain: LightCurtain, name: str, built: Built) -> None:
        low, high = curtain.blanked
        super().__init__(name, built, interrupted=False, muted=curtain.muted, blanked_from=low, blanked_to=high)
        self._curtain, self._since, self._demanding = curtain, math.inf, False
        self._lookout = Lookout(built)
        self._parts: tuple[Flat, list[Region]] | None = None
        self._frame = Frame(curtain.position, about_z(curtain.yaw))
        self._moving = {body for name, body in built.things.items() if built.scene.things[name].mass > 0.0}
        self._moving |= {machine.body for machine in built.machines.values()}

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        what = self._interruption()
        time, curtain = simulation.time, self._curtain
        self.change("interrupted", what is not None, what or "clear")
        self._since = math.inf if what is None else min(self._since, time)
        muted = self.is_on("muted") or self._muted_by_sensors(simulation)
        if not muted and time + seconds - self._since > curtain.response:
            curtain.trigger(simulation, self.name, "light_curtain")
            if not self._demanding:
                curtain.set_signals(simulation, self.name)
            self._demanding = True
        elif self._demanding and (muted or what is None):
            curtain.release(simulation, self.name)
            self._demanding = False

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        height = self._curtain.size[2]
        return {
            "interrupted": self.switch("interrupted"),
            "muted": self.switch("muted", self.setter("muted")),
            "blanked_from": self.measure("blanked_from", "m", 0.0, height, self.setter("blanked_from")),
            "blanked_to": self.measure("blanked_to", "m", 0.0, height, self.setter("blanked_to")),
        }

    def _muted_by_sensors(self, simulation: Simulation) -> bool:
        names = self._curtain.mutes_with
        return bool(names) and all(simulation.signals.get_value(name) is True for name in names)

    def _interruption(self) -> str | None:
        for region in self._open_parts():
            person = self._lookout.person_in(region)
            if person is not None:
                return person
        return self._thing_in_beams() if self._curtain.detects == "anything" else None

    def _open_parts(self) -> list[Region]:
        """Return the parts of the height that are not blanked."""
        blanked = (self.number("blanked_from"), self.number("blanked_to"))
        if self._parts is None or self._parts[0] != blanked:
            thick, wide, height = self._curtain.size
            low, high = blanked
            spans = [(0.0, height)] if high <= low else [(0.0, low), (high, height)]
            found = [
                Region(
                    Frame(self._frame.to_world((0.0, 0.0, (start + end - height) / 2.0)), self._frame.orientation),
                    (thick, wide, end - start),
                )
                for start, end in spans
                if end > start
            ]
            self._parts = (blanked, found)
        return self._parts[1]

    def _thing_in_beams(self) -> str | None:
        """Cast the beams; what stands still counts as taught in."""
        _, wide, height = self._curtain.size
        low, high = self.number("blanked_from"), self.number("blanked_to")
        beams = max(2, math.ceil(height / self._curtain.resolution) + 1)
        for beam in range(beams):
            above = height * beam / (beams - 1)
            if low < above < high:
                continue
            z = above - height / 2.0
            ends = [self._frame.to_world((0.0, y, z)) for y in (-wide / 2.0, wide / 2.0)]
            body = self.engine.ray(*ends)
            if body in self._moving:
                return self.built.name_of(body)
        return None
