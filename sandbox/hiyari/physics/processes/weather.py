"""The weather of a scene: wind with gusts, and air temperature.

Gusts are a first-order Gauss-Markov process about the mean wind (the discrete form of the Dryden model's low-pass
filtered noise, MIL-F-8785C), drawn from the seed at every control tick.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hiyari.events import Data
from hiyari.physics.chance import drawn
from hiyari.physics.signals import Signal, Value
from hiyari.physics.values import Positive

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class Weather(Data):
    """Wind and temperature."""

    kind: Literal["weather"]
    """``weather``."""
    wind: float = Field(default=0.0, ge=0, le=40)
    """Mean wind speed, m/s."""
    direction: float = 0.0
    """Where the wind blows to, radians from the x axis."""
    gusts: float = Field(default=0.0, ge=0, le=20)
    """Standard deviation of the gusts, m/s."""
    gust_seconds: Positive = 5.0
    """Correlation time of the gusts, seconds."""
    temperature: float = Field(default=20.0, ge=-40, le=60)
    """Air temperature, degrees Celsius."""

    def build(self, name: str, built: Built, seed: int) -> WeatherAtWork:
        """Return it at work."""
        return WeatherAtWork(self, name, seed)


class WeatherAtWork:
    """The weather now. Signals ``wind`` (with gusts), ``mean_wind``, ``direction``, ``temperature``."""

    steps = False

    def __init__(self, weather: Weather, name: str, seed: int) -> None:
        self.mean, self.direction, self.temperature = weather.wind, weather.direction, weather.temperature
        self._weather, self._random, self._gust = weather, drawn(seed, "weather", name), 0.0

    @property
    def wind(self) -> float:
        """Wind speed now, m/s."""
        return max(0.0, self.mean + self._gust)

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        if self._weather.gusts > 0.0:
            keeps = math.exp(-seconds / self._weather.gust_seconds)
            fresh = self._weather.gusts * math.sqrt(1.0 - keeps * keeps)
            self._gust = keeps * self._gust + fresh * self._random.gauss(0.0, 1.0)

    def step(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {
            "wind": Signal(read=lambda: self.wind, unit="m/s"),
            "mean_wind": Signal(read=lambda: self.mean, write=self._blow, unit="m/s", low=0.0, high=40.0),
            "direction": Signal(read=lambda: self.direction, write=self._turn, unit="rad"),
            "temperature": Signal(read=lambda: self.temperature, write=self._warm, unit="degC", low=-40.0, high=60.0),
        }

    def _blow(self, value: Value) -> None:
        self.mean = float(value)

    def _turn(self, value: Value) -> None:
        self.direction = float(value)

    def _warm(self, value: Value) -> None:
        self.temperature = float(value)
