"""Things that a robot, a person's hand or a signal presses: a button, an emergency stop, a call bell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import model_validator

from hiyari.events import LocalText
from hiyari.physics.engine import Shape
from hiyari.physics.geometry import Vector, about_z
from hiyari.physics.signals import Signal, Value
from hiyari.physics.values import Colour, Point, Positive

from .device import DeviceAtWork
from .presence import Lookout
from .reaction import Reacting
from .region import Frame, Region

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

BOUNCE = 0.3
"""Seconds without force after which it counts as let go."""
SKIN = 0.005
"""Metres from the button at which a hand presses it."""


class Pressable(Reacting):
    """The part of a section that says where it is and how it is pressed."""

    position: Point
    """Middle of the button, metres."""
    yaw: float = 0.0
    """Turn, radians."""
    size: Point = (0.04, 0.04, 0.04)
    """Its sizes, metres."""
    force: Positive = 2.0
    """Force of a robot or a thing that presses it, N."""
    colour: Colour = (0.2, 0.4, 0.8, 1.0)
    """Red, green, blue, opacity; 0 to 1."""

    @model_validator(mode="after")
    def _has_volume(self) -> Pressable:
        if min(self.size) <= 0.0:
            raise ValueError("all sizes must be above 0")
        return self


class Button(Pressable):
    """A button; pressed only while it is held, unless it toggles."""

    kind: Literal["button"]
    """``button``."""
    toggles: bool = False
    """Whether ``on`` changes at each press; it is ``on`` while pressed otherwise."""

    def build(self, name: str, built: Built, seed: int) -> ButtonAtWork:
        """Return it at work."""
        self.prepare(name, built)
        return ButtonAtWork(self, name, built, on=False)


class EStop(Pressable):
    """An emergency stop (ISO 13850): stays pressed until it is released; then the stop is acknowledged at the panel."""

    kind: Literal["e_stop"]
    """``e_stop``."""
    colour: Colour = (0.85, 0.1, 0.1, 1.0)
    """Red, green, blue, opacity; 0 to 1."""

    def build(self, name: str, built: Built, seed: int) -> EStopAtWork:
        """Return it at work."""
        self.prepare(name, built)
        return EStopAtWork(self, name, built)


class CallBell(Pressable):
    """A call bell, as a patient has for a nurse: calls until somebody answers."""

    kind: Literal["call_bell"]
    """``call_bell``."""
    title: LocalText = LocalText(ja="ナースコール", en="nurse call")
    """What it is."""
    colour: Colour = (0.95, 0.55, 0.1, 1.0)
    """Red, green, blue, opacity; 0 to 1."""

    def build(self, name: str, built: Built, seed: int) -> CallBellAtWork:
        """Return it at work."""
        self.prepare(name, built)
        return CallBellAtWork(self, name, built, called=False, answered=False, waited=0.0)


class PressedAtWork(DeviceAtWork):
    """What is pressed; kinds add ``press``."""

    def __init__(self, button: Pressable, name: str, built: Built, **values: Value) -> None:
        super().__init__(name, built, pressed=False, **values)
        self._button = button
        self._lookout = Lookout(built, only="hands_and_fingers", margin=SKIN)
        frame = Frame(button.position, about_z(button.yaw))
        self._region = Region(frame, button.size)
        self._idle = BOUNCE
        shape = Shape("box", button.size, colour=button.colour)
        self._body = built.add(name, shape, button.position, frame.orientation)

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        by = self._pressed_by()
        self._idle = 0.0 if by is not None else self._idle + seconds
        if by is None and self._idle < BOUNCE:
            return
        if self.change("pressed", by is not None, by or "let go") and by is not None:
            self.press(simulation, by)

    def handle(self) -> Vector:
        """Return its middle."""
        return self._button.position

    def press(self, simulation: Simulation, by: str) -> None:
        """Act on a press."""

    def _pressed_by(self) -> str | None:
        person = self._lookout.person_in(self._region)
        if person is not None:
            return person
        forces: dict[int, float] = {}
        for touch in self.engine.contacts(self._body):
            forces[touch.other] = forces.get(touch.other, 0.0) + touch.force
        return next((self.built.name_of(body) for body, force in forces.items() if force >= self._button.force), None)


class ButtonAtWork(PressedAtWork):
    """Signals ``pressed`` (somebody does), ``on`` (can be set)."""

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        super().tick(simulation, seconds)
        assert isinstance(self._button, Button)
        if not self._button.toggles and self._own and not self.is_on("pressed"):
            self._own = False
            self.change("on", False, "let go")
        if self.is_on("on"):
            self._button.trigger(simulation, self.name, "button")
        elif self._was_on:
            self._button.release(simulation, self.name)
        if self.is_on("on") and not self._was_on:
            self._button.set_signals(simulation, self.name)
        self._was_on = self.is_on("on")

    _own = _was_on = False

    def press(self, simulation: Simulation, by: str) -> None:
        """See PressedAtWork."""
        assert isinstance(self._button, Button)
        self._own = True
        self.change("on", not self.is_on("on") if self._button.toggles else True, by)

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {"pressed": self.switch("pressed"), "on": self.switch("on", self.setter("on"))}


class EStopAtWork(PressedAtWork):
    """Signal ``pressed``: set, it is pressed or released."""

    def __init__(self, button: EStop, name: str, built: Built) -> None:
        super().__init__(button, name, built)
        self._acted = False

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        if not self.is_on("pressed"):
            super().tick(simulation, seconds)
        pressed = self.is_on("pressed")
        if pressed:
            for robot in self._button.stops:
                safety = simulation.built.machines[robot].safety
                simulation.changed(safety.press_emergency(simulation.time))
                safety.demands.add(self.name)
        if pressed and not self._acted:
            self._button.set_signals(simulation, self.name)
        elif self._acted and not pressed:
            self._button.release(simulation, self.name)
        self._acted = pressed

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {"pressed": self.switch("pressed", self.setter("pressed"))}


class CallBellAtWork(PressedAtWork):
    """Signals ``pressed``; ``called`` and ``answered`` (can be set); ``waited`` (seconds since the call)."""

    _acted = False

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        super().tick(simulation, seconds)
        if self.is_on("answered") and self.is_on("called"):
            self.change("called", False, "answered")
        if self.is_on("called"):
            self.values["waited"] = self.number("waited") + seconds
            if not self._acted:
                self.change("answered", False, "called")
                self._button.set_signals(simulation, self.name)
        self._acted = self.is_on("called")

    def press(self, simulation: Simulation, by: str) -> None:
        """See PressedAtWork."""
        self.values["answered"] = False
        if self.change("called", True, by):
            self.values["waited"] = 0.0

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {
            "pressed": self.switch("pressed"),
            "called": self.switch("called", self._call),
            "answered": self.switch("answered", self.setter("answered")),
            "waited": self.measure("waited", "s"),
        }

    def _call(self, value: Value) -> None:
        if value is True and not self.is_on("called"):
            self.values |= {"waited": 0.0, "answered": False}
        self.values["called"] = value


def pressed_stops(simulation: Simulation) -> set[str]:
    """Return the names of the emergency stops that are pressed."""
    devices = simulation.built.mechanisms.items()
    return {name for name, device in devices if isinstance(device, EStopAtWork) and device.is_on("pressed")}
