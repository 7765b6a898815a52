"""The radio link to robots: commands arrive late, twice, damaged, or not at all.

Each command draws its fate from the seed. A delay is fixed, plus an exponential part (the waiting time of a channel
that is contended for at random). Damage is found by the robot's checksum, so a damaged command is refused, never obeyed
wrongly.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hiyari.events import Data, LocalText
from hiyari.physics.chance import drawn
from hiyari.physics.signals import Signal
from hiyari.physics.values import Positive

from .device import DeviceAtWork

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

MOST_DELAY = 30.0

Fate = Literal["arrives", "lost", "garbled", "doubled"]


class Radio(Data):
    """A radio link."""

    kind: Literal["radio"]
    """``radio``."""
    title: LocalText = LocalText(ja="無線", en="radio link")
    """What it is."""
    robots: tuple[str, ...] = ()
    """Robots that are commanded through it; all when none is named."""
    delay: float = Field(default=0.0, ge=0, le=MOST_DELAY)
    """Seconds that each command takes at least."""
    jitter: float = Field(default=0.0, ge=0, le=MOST_DELAY)
    """Mean of the random seconds on top."""
    loss: float = Field(default=0.0, ge=0, le=1)
    """Share of commands that never arrive."""
    garbled: float = Field(default=0.0, ge=0, le=1)
    """Share of commands that arrive damaged or cut off."""
    doubled: float = Field(default=0.0, ge=0, le=1)
    """Share of commands that arrive twice, as when an acknowledgement is lost and the sender repeats."""
    skills: bool = False
    """Whether calls of skills that command a robot go over it too."""
    patience: Positive = 5.0
    """Seconds until a call of a skill that is not acknowledged is answered as timed out."""

    def build(self, name: str, built: Built, seed: int) -> RadioAtWork:
        """Return it at work.

        Raises:
            ValueError: If a robot is not in the scene.
        """
        for robot in self.robots:
            if robot not in built.machines:
                raise ValueError(f"robots: there is no robot {robot!r}; there are {', '.join(built.machines)}")
        return RadioAtWork(self, name, built, seed)


class RadioAtWork(DeviceAtWork):
    """Signals ``delay``, ``jitter``, ``loss``, ``garbled``, ``doubled`` (can be set), ``sent``, ``dropped``,
    ``waiting``.
    """

    def __init__(self, radio: Radio, name: str, built: Built, seed: int) -> None:
        super().__init__(
            name,
            built,
            delay=radio.delay,
            jitter=radio.jitter,
            loss=radio.loss,
            garbled=radio.garbled,
            doubled=radio.doubled,
            sent=0.0,
            dropped=0.0,
            waiting=0.0,
        )
        self.skills, self.patience = radio.skills, radio.patience
        self._repeats = drawn(seed, "radio", name, "doubled")
        self._robots = frozenset(radio.robots)
        self._random = drawn(seed, "radio", name)
        self._under_way: list[tuple[float, int, Fate, Callable[[Fate], None]]] = []

    def covers(self, robot: str) -> bool:
        """Return whether a robot is commanded through it."""
        return not self._robots or robot in self._robots

    def draw(self) -> tuple[float, Fate]:
        """Return how long the next command takes, seconds, and what becomes of it."""
        # Every command draws the same numbers, so that changing one share does not change what becomes of the others.
        late, lost, damaged = self._random.expovariate(1.0), self._random.random(), self._random.random()
        twice = self._repeats.random()
        self.values["sent"] = self.number("sent") + 1.0
        fate: Fate = "arrives"
        if lost < self.number("loss"):
            fate = "lost"
        elif damaged < self.number("garbled"):
            fate = "garbled"
        elif twice < self.number("doubled"):
            fate = "doubled"
        if fate in ("lost", "garbled"):
            self.values["dropped"] = self.number("dropped") + 1.0
        return self.number("delay") + late * self.number("jitter"), fate

    def send(self, time: float, arrive: Callable[[Fate], None]) -> None:
        """Send a command on its way; commands may overtake each other.

        Args:
            time: Now, simulated seconds.
            arrive: Called with its fate once its time is over, or now if it takes none.
        """
        seconds, fate = self.draw()
        if seconds <= 0.0:
            arrive(fate)
            return
        heapq.heappush(self._under_way, (time + seconds, int(self.number("sent")), fate, arrive))
        self.values["waiting"] = float(len(self._under_way))

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        while self._under_way and self._under_way[0][0] <= simulation.time:
            _, _, fate, arrive = heapq.heappop(self._under_way)
            self.values["waiting"] = float(len(self._under_way))
            arrive(fate)

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        found = {name: self.measure(name, "s", 0.0, MOST_DELAY, self.setter(name)) for name in ("delay", "jitter")}
        found |= {name: self.measure(name, "", 0.0, 1.0, self.setter(name)) for name in ("loss", "garbled", "doubled")}
        return found | {name: self.measure(name, "") for name in ("sent", "dropped", "waiting")}
