"""A photo-eye: one beam from a point to another, interrupted by whatever comes between."""

from __future__ import annotations

from collections.abc import Mapping
from math import dist
from typing import TYPE_CHECKING, Literal

from pydantic import model_validator

from hiyari.physics.signals import Signal
from hiyari.physics.values import Name, Point

from .device import DeviceAtWork
from .reaction import Reacting

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class PhotoEye(Reacting):
    """A photo-eye, or a proximity sensor when it is short."""

    kind: Literal["photo_eye"]
    """``photo_eye``."""
    start: Point
    """Where the beam begins, metres."""
    end: Point
    """Where it ends, metres; nothing may stand in between."""
    ignores: tuple[Name, ...] = ()
    """Things and robots that are behind the beam or belong to it."""

    @model_validator(mode="after")
    def _is_long(self) -> PhotoEye:
        if dist(self.start, self.end) < 0.005:
            raise ValueError("start and end must be at least 5 mm apart")
        return self

    def build(self, name: str, built: Built, seed: int) -> PhotoEyeAtWork:
        """Return it at work."""
        self.prepare(name, built)
        known = {*built.things, *built.machines}
        for other in self.ignores:
            if other not in known:
                raise ValueError(f"ignores: there is no thing or robot {other!r}")
        return PhotoEyeAtWork(self, name, built)


class PhotoEyeAtWork(DeviceAtWork):
    """Signal ``interrupted``."""

    def __init__(self, eye: PhotoEye, name: str, built: Built) -> None:
        super().__init__(name, built, interrupted=False)
        self._eye = eye

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        body = self.engine.ray(self._eye.start, self._eye.end)
        what = "" if body is None else self.built.name_of(body)
        interrupted = body is not None and what not in self._eye.ignores
        changed = self.change("interrupted", interrupted, what if interrupted else "clear")
        if interrupted:
            self._eye.trigger(simulation, self.name, "photo_eye")
        if changed and interrupted:
            self._eye.set_signals(simulation, self.name)
        elif changed:
            self._eye.release(simulation, self.name)

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {"interrupted": self.switch("interrupted")}
