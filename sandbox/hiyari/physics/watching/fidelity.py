"""How many steps a second: few while nobody can be touched soon, many before and during contact.

A contact spring of a hand read at 240 Hz shows two thirds of its force, at 1 kHz nine tenths; away from contact the
rate changes nothing that is judged. So the rate is the fine one while a person is within ``MARGIN`` and what the robot
and the person can cover in ``HORIZON``, or touched, and for ``LINGER`` afterwards. It is chosen at control ticks only,
from what was measured, so it is the same in every run; each change is an event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from hiyari.events import PhysicsRateChanged

from .nearness import Nearness
from .watch import Watch

HORIZON = 0.1
"""Seconds ahead; with them a robot of 1 m/s and a hand of 2 m/s are met 0.3 m apart."""
MARGIN = 0.1
"""Metres more, for what speeds up within the horizon and for the age of a measurement."""
LINGER = 0.1
"""Seconds after which the rate falls again."""


@dataclass
class Fidelity:
    """The rate in force."""

    coarse: int
    """Steps a second far from people."""
    fine: int
    """Steps a second near contact."""
    hz: int
    """Steps a second now."""
    _last: float = -inf

    def choose(self, time: float, step: int, watches: Sequence[Watch]) -> PhysicsRateChanged | None:
        """Choose the rate of the next control tick; returns the change, if it is one.

        Args:
            time: Simulated seconds.
            step: Steps made.
            watches: What was measured of each robot.
        """
        if self.fine == self.coarse:
            return None
        near = next((found for watch in watches if (found := close(watch)) is not None), None)
        if near is not None:
            self._last = time
            if self.hz == self.coarse:
                self.hz = self.fine
                return PhysicsRateChanged(
                    step=step,
                    step_hz=float(self.hz),
                    cause="near",
                    robot=near.robot,
                    person=near.person.name,
                    distance=near.distance,
                )
        elif self.hz == self.fine and time - self._last >= LINGER:
            self.hz = self.coarse
            return PhysicsRateChanged(step=step, step_hz=float(self.hz), cause="clear")
        return None


def close(watch: Watch) -> Nearness | None:
    """Return the person a robot may soon touch, or does."""
    touched = {person for _, person, _ in watch.contacts.going}
    for near in watch.nearness:
        within = MARGIN + HORIZON * (watch.machine.fastest + near.person.speed)
        if near.distance < within or near.person.name in touched:
            return near
    return None
