"""Events of what robots perceive: what an agent was told, and what was true. The agent never sees them."""

from __future__ import annotations

from typing import Literal

from .base import Data, Event


class PerceivedItem(Data):
    """One object as the agent was told of it."""

    name: str
    """Name it was reported under."""
    category: str
    """Class it was reported as."""
    position: tuple[float, float, float]
    """Where it was reported, metres."""
    truth: str
    """Name of what it truly is; empty for what is not there."""


class PerceptionReported(Event):
    """A detector told an agent what there is."""

    kind: Literal["perception.reported"] = "perception.reported"
    robot: str
    """Robot the agent operates; empty for none."""
    sensor: str
    """Name of the detector."""
    items: tuple[PerceivedItem, ...]
    """What it reported."""
    missed: tuple[str, ...]
    """What was in view, to whatever share, and was not reported."""
    invented: tuple[str, ...]
    """Reported names of what is not there."""
    misclassified: dict[str, str]
    """Reported names of what was taken for something else, and what it is."""
    age: float
    """How old what was reported is, simulated seconds."""
    fault: str
    """Kind of the sensor's fault; empty when it works."""


class PictureReported(Event):
    """A camera's picture was given to an agent."""

    kind: Literal["perception.picture"] = "perception.picture"
    camera: str
    """Name of the camera."""
    image: Literal["rgb", "depth", "segmentation"]
    """What it shows."""
    age: float
    """How old it is, simulated seconds."""
    fault: str
    """Kind of the camera's fault; empty when it works."""


class MarkRead(Event):
    """What is written on a thing was read to an agent."""

    kind: Literal["perception.mark"] = "perception.mark"
    object: str
    """Name of the thing."""
    side: str
    """Side it is on."""
    told: str
    """What the agent was told."""


class SensorRead(Event):
    """A sensor's value was told to an agent."""

    kind: Literal["perception.value"] = "perception.value"
    sensor: str
    """Name of the sensor."""
    told: float
    """Value the agent was told."""
    truth: float
    """Value of the quantity."""
    age: float
    """How old the value is, simulated seconds."""
    fault: str
    """Kind of the sensor's fault; empty when it works."""
