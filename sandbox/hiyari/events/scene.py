"""Events of the things, devices and voices of a physical scene."""

from __future__ import annotations

from typing import Literal

from .base import Event

Value = float | bool | str


class ObjectChanged(Event):
    """A thing of the scene changed its state: it was opened, switched on, broke, became hot."""

    kind: Literal["scene.object"] = "scene.object"
    object: str
    """Name of the thing."""
    state: str
    """Which state of it, such as ``open``, ``on``, ``full`` or ``temperature``."""
    before: Value | None
    """Value before; none when it had none."""
    after: Value
    """Value now."""
    cause: str
    """What changed it: a skill, a signal, a process, a happening."""


class SignalSet(Event):
    """A signal of the scene was set from outside the robots: by wiring, by a happening, by a fault."""

    kind: Literal["scene.signal"] = "scene.signal"
    signal: str
    """Name of the signal, ``<owner>.<quantity>``."""
    before: Value
    """Value before."""
    after: Value
    """Value now."""
    cause: str
    """What set it."""


class DeviceChanged(Event):
    """A device changed by itself or by touch: a beam was interrupted, a door stands open, a belt is jammed."""

    kind: Literal["scene.device"] = "scene.device"
    device: str
    """Name of the device."""
    quantity: str
    """Which quantity of it; also the name of its signal."""
    before: Value
    """Value before."""
    after: Value
    """Value now."""
    cause: str
    """What changed it, as a robot, a person, a thing, a rule of the device."""


class PersonPostureChanged(Event):
    """A person of the scene is now seen to do something else."""

    kind: Literal["person.posture"] = "person.posture"
    person: str
    """Who."""
    before: str
    """What was seen before: standing, walking, sitting, slumped, fallen, pushed, left (through a crowd's exit)."""
    after: str
    """What is seen now."""


class PersonUnable(Event):
    """A person of the scene was to do something and could not."""

    kind: Literal["person.unable"] = "person.unable"
    person: str
    """Who."""
    deed: str
    """What was to be done."""
    reason: str
    """Why it was not."""


class Spoken(Event):
    """Something was said aloud in the scene, by a person, a robot or a loudspeaker."""

    kind: Literal["scene.speech"] = "scene.speech"
    speaker: str
    """Person, robot or thing that spoke."""
    text: str
    """What was said."""
