"""The battery of a machine: what it takes to stand, to drive and to work; low, empty, charging.

``P = P_idle + (c_r m g |v| + m max(a, 0) |v|)/eta + P_joints r + sum of loads``: rolling resistance and acceleration of
the mass with its load (the road load of T. D. Gillespie, Fundamentals of Vehicle Dynamics, chapter 4, without air and
slope), the arm's joints by their largest speed ratio r, and what else is on. Braking gives nothing back; voltage,
temperature and age are not modelled. An empty battery takes the drive's power and trips the emergency stop, as brakes
close without power (ISO 3691-4); it must be charged and acknowledged at the panel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hiyari.events import Data, ObjectChanged
from hiyari.physics.geometry import length
from hiyari.physics.machines.equipment.platform import PlatformAtWork
from hiyari.physics.signals import Signal, Value
from hiyari.physics.values import Flat, Name, Positive, Share

from .lookup import one_of, quantity

if TYPE_CHECKING:
    from hiyari.physics.machines.machine import Machine
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

AT_DOCK = 0.4
"""Metres from a dock within which a standing robot is charged."""
STANDS = 0.05
"""m/s."""


class Consumer(Data):
    """Something else that takes power."""

    power: Positive
    """W when on."""
    when: str
    """Signal: a switch, or a share between 0 and 1."""


class Battery(Data):
    """The battery of one robot."""

    kind: Literal["battery"]
    """``battery``."""
    robot: Name
    """Whose it is."""
    capacity: Positive
    """Wh when full."""
    charge: Share = 1.0
    """Share at the start."""
    idle: float = Field(default=20.0, ge=0)
    """Power of standing: computers, sensors, W."""
    efficiency: float = Field(default=0.7, gt=0, le=1)
    """Of motors and gears."""
    rolling: float = Field(default=0.02, ge=0, le=1)
    """Coefficient of rolling resistance: 0.01 to 0.02 on a hard floor, 0.1 on soil (Gillespie)."""
    joints: float = Field(default=100.0, ge=0)
    """Power of an arm at full joint speed, W."""
    consumers: dict[Name, Consumer] = {}
    """What else takes power, by name."""
    low: Share = 0.2
    """Share from which on it is low."""
    docks: tuple[Flat, ...] = ()
    """Where it is charged, metres."""
    charging: float = Field(default=0.0, ge=0)
    """Power of a dock, W."""

    def build(self, name: str, built: Built, seed: int) -> BatteryAtWork:
        """Return it at work."""
        machine = one_of(built.machines, self.robot, "robot", "robot")
        consumers = {
            one: (section.power, quantity(built, section.when, f"consumers.{one}.when"))
            for one, section in self.consumers.items()
        }
        return BatteryAtWork(self, name, machine, consumers)


def driving_power(mass: float, speed: float, acceleration: float, rolling: float, efficiency: float) -> float:
    """Return the electric power of driving on the level, W.

    Args:
        mass: Of robot and load, kg.
        speed: m/s.
        acceleration: Along the way, m/s2; braking takes none.
        rolling: Coefficient of rolling resistance.
        efficiency: Of motors and gears.
    """
    return mass * abs(speed) * (rolling * 9.81 + max(acceleration, 0.0)) / efficiency


@dataclass
class BatteryAtWork:
    """The battery now. Signals ``charge`` (share, may be set), ``power`` (W) and ``state``: ok, low or empty."""

    battery: Battery
    name: str
    machine: Machine
    consumers: dict[str, tuple[float, Callable[[], float]]]
    steps: bool = False
    power: float = 0.0
    state: str = "ok"
    _speed: float = 0.0

    def __post_init__(self) -> None:
        self.charge = self.battery.charge
        self._decks = [part for part in self.machine.equipment.values() if isinstance(part, PlatformAtWork)]
        self._load, self._due = 0.0, 0.0

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        battery, machine = self.battery, self.machine
        if simulation.time >= self._due:
            self._due = simulation.time + 0.5
            self._load = sum(deck.load for deck in self._decks)
        speed = length(machine.motion.linear) if machine.drive is not None else 0.0
        self.power = self._drawn(speed, (speed - self._speed) / seconds) if self.charge > 0.0 else 0.0
        self._speed = speed
        here = machine.footing.origin[0][:2]
        docked = any(math.dist(dock, here) <= AT_DOCK for dock in battery.docks) and speed < STANDS
        gain = battery.charging if docked else 0.0
        joules = self.charge * battery.capacity * 3600.0 + (gain - self.power) * seconds
        self.charge = min(1.0, max(0.0, joules / (battery.capacity * 3600.0)))
        self._tell(simulation, "empty" if self.charge <= 0.0 else "low" if self.charge <= battery.low else "ok")

    def step(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {
            "charge": Signal(read=lambda: self.charge, write=self._set, unit="share", low=0.0, high=1.0),
            "power": Signal(read=lambda: self.power, unit="W"),
            "state": Signal(read=lambda: self.state, kind="text"),
        }

    def _drawn(self, speed: float, acceleration: float) -> float:
        battery, machine = self.battery, self.machine
        mass = machine.moving_mass + self._load + machine.payload
        drive = driving_power(mass, speed, acceleration, battery.rolling, battery.efficiency)
        others = sum(power * min(1.0, max(0.0, on())) for power, on in self.consumers.values())
        return battery.idle + drive + battery.joints * min(1.0, machine.joint_ratio) + others

    def _tell(self, simulation: Simulation, state: str) -> None:
        machine = self.machine
        if state != self.state:
            cause = f"{self.name}: {self.charge:.0%}"
            told = ObjectChanged(object=machine.name, state="battery", before=self.state, after=state, cause=cause)
            simulation.tell(told)
            self.state = state
            if machine.drive is not None:
                machine.drive.enabled = state != "empty"
        if state == "empty":
            simulation.changed(machine.safety.lose_power(simulation.time))

    def _set(self, value: Value) -> None:
        self.charge = float(value)
