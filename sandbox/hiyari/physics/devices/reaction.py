"""What a device does to others when it triggers: it stops robots, and sets signals."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

from hiyari.events import Data
from hiyari.physics.mechanism import Need
from hiyari.physics.signals import Unsettable
from hiyari.physics.values import Name

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class Reacting(Data):
    """The part of a section that says what a trigger does."""

    stops: tuple[Name, ...] = ()
    """Robots that get a protective stop, and cannot leave it while the trigger lasts."""
    sets: dict[str, bool | float | str] = {}
    """Signals that are set when it triggers, such as ``conveyor.running: false``."""

    def prepare(self, name: str, built: Built, stops: str = "stops") -> None:
        """Refuse robots the scene does not have; signals are checked once all are known.

        Args:
            name: The device.
            built: The scene.
            stops: What the field with the robots is called.

        Raises:
            ValueError: If there is no such robot.
        """
        for robot in self.stops:
            need_robot(built, stops, robot)
        need_signals(built, name, "sets", self.sets)

    def trigger(self, simulation: Simulation, device: str, cause: str) -> None:
        """Demand the stops; to be called at every tick while the trigger lasts."""
        for robot in self.stops:
            simulation.changed(simulation.built.machines[robot].safety.trip(simulation.time, cause, device))

    def set_signals(self, simulation: Simulation, device: str) -> None:
        """Set the signals; to be called once when it triggers."""
        for signal, value in self.sets.items():
            try:
                simulation.set_signal(signal, value, f"device {device}")
            except Unsettable as error:
                simulation.note_in_both(f"{device}: {error}")

    def release(self, simulation: Simulation, device: str) -> None:
        """Withdraw the demands when the trigger ends."""
        for robot in self.stops:
            simulation.built.machines[robot].safety.withdraw(device)


def need_robot(built: Built, field: str, robot: str) -> None:
    """Refuse a robot that the scene does not have.

    Raises:
        ValueError: If there is none; names the nearest.
    """
    if robot not in built.machines:
        raise ValueError(f"{field}: there is no robot {robot!r}{_hint(robot, built.machines)}")


def need_thing(built: Built, field: str, thing: str, *, loose: bool) -> None:
    """Refuse a thing that the scene does not have, or that stands still where it has to be loose.

    Raises:
        ValueError: If there is none; names the nearest.
    """
    if thing not in built.things:
        raise ValueError(f"{field}: there is no thing {thing!r}{_hint(thing, built.things)}")
    if loose and built.scene.things[thing].mass <= 0.0:
        raise ValueError(f"{field}: {thing} needs a mass above 0 to be moved")


def need_signals(built: Built, device: str, field: str, wanted: dict[str, bool | float | str]) -> None:
    """Have signals that a device sets checked once all are known."""
    built.needs += [Need(f"devices.{device}.{field}", signal, value) for signal, value in wanted.items()]


def _hint(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(sorted(names)[:30]) or 'none'}"
