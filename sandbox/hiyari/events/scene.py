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


Place = tuple[float, float, float]


class Released(Event):
    """A substance got to where it does not belong: a liquid beside its vessel, a gas out of its pipe."""

    kind: Literal["scene.released"] = "scene.released"
    process: str
    """Process of the scene that models it."""
    substance: str
    """What it is."""
    amount: float
    """How much has got there so far."""
    unit: str
    """Unit of the amount, such as ``L`` or ``L/min``."""
    source: str
    """What it came out of."""
    into: str
    """Where it went: a thing or a person it fell on, ``floor``, a room."""
    position: Place
    """Where that is, metres."""
    radius: float = 0.0
    """Radius of a puddle, metres."""


class AreaExposed(Event):
    """An area got more of a substance than its declared limit."""

    kind: Literal["scene.area_exposed"] = "scene.area_exposed"
    process: str
    """Process of the scene that models it."""
    area: str
    """Name of the area."""
    substance: str
    """What it got."""
    level: float
    """How much of it."""
    limit: float
    """The declared limit."""
    unit: str
    """Unit of both, such as ``mg/m2`` or ``ppm``."""


class PersonExposed(Event):
    """A person is exposed to more than a limit; told when it is passed and each time it lasted twice as long."""

    kind: Literal["scene.person_exposed"] = "scene.person_exposed"
    process: str
    """Process of the scene that models it."""
    person: str
    """Who."""
    hazard: Literal["heat", "gas", "spray", "liquid"]
    """To what: a hot surface or liquid, gas, spray, a wet floor under the feet or a liquid on the body."""
    source: str
    """What it comes from: a thing, a substance, a robot."""
    region: str = ""
    """Body region, where it is one."""
    level: float
    """Largest level so far."""
    limit: float
    """The limit that it passed."""
    unit: str
    """Unit of both, such as ``degC``, ``ppm`` or ``mg/m3``."""
    seconds: float
    """How long the limit has been passed, simulated seconds."""


class LoadShifted(Event):
    """A load moved on what carries it; told when it has moved noticeably and each time it has moved twice as far."""

    kind: Literal["scene.load_shifted"] = "scene.load_shifted"
    robot: str
    """Robot that carries it."""
    object: str
    """Name of the thing."""
    distance: float
    """How far it is from where it lay at first, in the robot's frame, metres."""


class Dropped(Event):
    """A thing fell and came to rest, or met a person."""

    kind: Literal["scene.dropped"] = "scene.dropped"
    object: str
    """Name of the thing."""
    source: str
    """Robot that held or carried it; empty when none did."""
    mass: float
    """Its mass, kg."""
    height: float
    """Height of the fall, metres."""
    energy: float
    """m g h, J."""
    speed: float
    """Largest speed on the way, m/s."""
    person: str = ""
    """Person it struck."""
    region: str = ""
    """Body region it struck."""


class StabilityChanged(Event):
    """How near a machine is to tipping over changed."""

    kind: Literal["scene.stability"] = "scene.stability"
    robot: str
    """Name of the robot."""
    level: Literal["stable", "reduced", "tipping", "tipped"]
    """Stable; margin below the declared one; the resultant outside the base; lying on its side."""
    margin: float
    """Distance from the resultant's foot to the edge of the base, metres; negative outside."""
    acceleration: float
    """Horizontal acceleration, m/s2."""
    tilt: float
    """Angle of its upright axis from the vertical, radians."""
    height: float
    """Height of the centre of mass with its load above the floor, metres."""


class CrowdChanged(Event):
    """The level of service of a zone changed with the number of people in it, or within F by one a square metre."""

    kind: Literal["scene.crowd"] = "scene.crowd"
    zone: str
    """Name of the zone."""
    persons: int
    """People in it."""
    density: float
    """People a square metre."""
    level: Literal["A", "B", "C", "D", "E", "F"]
    """Fruin's level of service."""


class ReachChanged(Event):
    """Which tagged things a person can reach changed."""

    kind: Literal["scene.reach"] = "scene.reach"
    process: str
    """Process of the scene that looks."""
    person: str
    """Who."""
    things: tuple[str, ...]
    """Tagged things within reach now."""
    quantity: float
    """Sum of their state ``quantity``, one for a thing without."""


class HazardNear(Event):
    """A tagged thing came near a person; told at the first moment, and when it is nearer by half or faster by half."""

    kind: Literal["scene.hazard_near"] = "scene.hazard_near"
    process: str
    """Process of the scene that looks."""
    object: str
    """Name of the thing."""
    tag: str
    """Tag by which it was looked for."""
    robot: str
    """Robot that holds it; empty when none does."""
    person: str
    """Who."""
    region: str
    """Nearest body region."""
    distance: float
    """Distance of the surfaces, metres; 0 when touching."""
    speed: float
    """Speed of the thing, m/s."""
