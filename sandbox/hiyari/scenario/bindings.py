"""Bindings: tags of a container world's services wired to signals of the scene, as a scenario declares them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from hiyari.events import Data, Json

from .people import Name

Value = float | bool | str
"""Value of a signal."""
Kind = Literal["switch", "integer", "number", "text", "any"]
"""What a tag can hold; ``any`` holds what it is given."""


class Misfit(ValueError):
    """A value has no meaning at the other end of a binding."""


class Binding(Data):
    """One tag wired to one signal: ``signal = tag * scale + offset``."""

    service: Name
    """Service of the environment."""
    tag: str = Field(min_length=1)
    """The tag there: a controller's tag or address (``hr.100``), a node, a topic, ``device.field``."""
    signal: str = Field(min_length=1)
    """The signal of the scene, ``<owner>.<quantity>``."""
    direction: Literal["both", "to_scene", "from_scene"] = "both"
    """Whether what clients write reaches the scene, the scene shows in the tag, or both."""
    scale: float = 1.0
    """The signal's unit by the tag's."""
    offset: float = 0.0
    """The signal at a tag of 0."""
    every: float | None = Field(default=None, gt=0)
    """Simulated seconds after which the tag is set again, changed or not; at every change when left out."""

    @field_validator("scale")
    @classmethod
    def _not_zero(cls, scale: float) -> float:
        if scale == 0:
            raise ValueError("cannot be 0")
        return scale

    @property
    def writes(self) -> bool:
        """Whether what clients write reaches the scene."""
        return self.direction != "from_scene"

    @property
    def shows(self) -> bool:
        """Whether the scene shows in the tag."""
        return self.direction != "to_scene"

    def to_signal(self, value: Json, like: Value) -> Value:
        """Return what a tag's value means for the signal.

        Args:
            value: Value of the tag.
            like: A value of the signal's kind.

        Raises:
            Misfit: If it means nothing there.
        """
        if isinstance(like, str):
            return value if isinstance(value, str) else str(value)
        if not isinstance(value, bool | int | float):
            raise Misfit(f"{str(value)[:60]!r} is no number")
        number = float(value) * self.scale + self.offset
        return number >= 0.5 if isinstance(like, bool) else number

    def to_tag(self, value: Value, kind: Kind) -> Value:
        """Return how a signal's value shows in a tag of this kind."""
        if isinstance(value, str) or kind == "text":
            return str(value)
        if isinstance(value, bool) and kind == "any" and (self.scale, self.offset) == (1.0, 0.0):
            return value
        number = (float(value) - self.offset) / self.scale
        if kind == "switch":
            return number >= 0.5
        return round(number) if kind == "integer" else round(number, 9)
