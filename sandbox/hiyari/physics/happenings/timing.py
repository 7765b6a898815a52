"""When something happens in a scene: the fields that all kinds share, and what a kind has to offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from hiyari.events import Data
from hiyari.physics.values import Positive

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.scene.model import Scene
    from hiyari.physics.simulation import Simulation


class Timing(Data):
    """Something that happens once, or again and again. A kind adds its fields and ``happen``."""

    at: float | None = Field(default=None, ge=0)
    """When, in simulated seconds."""
    after_placed: int | None = Field(default=None, ge=1)
    """When so many parts lie in containers."""
    delay: float = Field(default=0.0, ge=0)
    """Later by so much, seconds."""
    every: Positive | None = None
    """Again after so many seconds."""
    vary: float = Field(default=0.0, ge=0)
    """Each time up to this much later, by seed, seconds."""

    @model_validator(mode="after")
    def _has_a_time(self) -> Timing:
        if (self.at is None) == (self.after_placed is None):
            raise ValueError("one of at and after_placed is needed")
        if self.every is not None and self.every <= self.takes + self.vary:
            raise ValueError(f"every must be longer than the {self.takes + self.vary:g} s that one time can take")
        return self

    @property
    def takes(self) -> float:
        """Seconds one time takes."""
        return 0.0

    def check(self, scene: Scene) -> None:
        """Refuse names that the scene does not have.

        Raises:
            ValueError: ``field: what is wrong``.
        """

    def check_built(self, built: Built) -> None:
        """Refuse what the built scene cannot do.

        Raises:
            ValueError: ``field: what is wrong``.
        """

    def happen(self, simulation: Simulation, time: float) -> None:
        """Let it happen now."""
        raise LookupError(f"{type(self).__name__} has nothing that happens")
