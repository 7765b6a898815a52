"""The shape of cameras and sensors in scene.yaml and robot.yaml. Everything left out is perfect."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from hiyari.events import Data, LocalText
from hiyari.physics.values import Name, Number, Point, Positive, Share

from .faults import SensorFault

AtLeastZero = Annotated[float, Field(ge=0, allow_inf_nan=False)]

ALIKE = ("box", "parcel", "bag", "post", "trolley", "bin")
"""Classes of false detections when a detector names none."""

MOST_POINTS = 1_700_000
"""Points rendered for one picture: some seconds of work."""


class Camera(Data):
    """A camera, fixed in the scene or on a robot."""

    eye: Point
    """Where it is, metres; in the frame of what it is on."""
    target: Point
    """Where it looks, metres; in the same frame."""
    robot: str = ""
    """Robot it is mounted on; fixed in the scene when empty."""
    link: str = ""
    """Link of the robot, its base when empty."""
    up: Point = (0.0, 0.0, 1.0)
    """What is up in its picture, in the same frame; the x axis when it looks along this."""
    field_of_view: float = Field(default=55.0, ge=5, le=150)
    """Vertical, degrees."""
    width: int = Field(default=320, ge=16, le=1280)
    """Pixels."""
    height: int = Field(default=240, ge=16, le=1280)
    """Pixels."""
    samples: int = Field(default=1, ge=1, le=3)
    """Points rendered for each pixel and direction, whose mean it shows; small writing is clearer, and costs more."""
    fault: SensorFault | None = None
    """What is wrong with it from the start."""

    @model_validator(mode="after")
    def _looks_somewhere(self) -> Camera:
        if self.eye == self.target:
            raise ValueError("eye and target are the same point")
        points = self.width * self.height * self.samples**2
        if points > MOST_POINTS:
            raise ValueError(f"{points} points would be rendered for a picture, at most {MOST_POINTS} can be")
        return self


class Effect(Data):
    """What something about a person does to the probability of being detected."""

    bright: Share
    """Factor in full light."""
    dark: Share | None = None
    """Factor without light, between which and ``bright`` the scene's brightness leads; as ``bright`` when left out."""
    source: str = Field(min_length=4)
    """Where the figure comes from, or that it is assumed."""


class Confusion(Data):
    """A class that is taken for another."""

    of: Name
    """Class that is there: ``person``, or a thing's ``category``."""
    taken_for: Name
    """Class that is reported."""
    probability: Share
    """How often, of those that are detected."""
    when: str = ""
    """Only of a person with this attribute, such as ``carrying``."""


class Detector(Data):
    """A detector of objects in a camera's image. docs/perception.md states its formula."""

    kind: Literal["detector"] = "detector"
    """A detector."""
    camera: str = "overview"
    """Camera it works on: ``overview``, one of ``cameras``, or ``<robot>.<camera>``."""
    classes: tuple[Name, ...] = ()
    """Classes it knows; every class when empty."""
    best: Share = 1.0
    """Probability of detection under the best conditions."""
    half_pixels: Positive | None = None
    """Height in the image, pixels, at which half are found; no influence when left out."""
    spread_pixels: Positive = 5.0
    """How gradually that goes, pixels."""
    half_distance: Positive | None = None
    """Distance, metres, at which half are found; no influence when left out."""
    least_visible: Share = 0.05
    """Share that must be visible for anything to be found."""
    occlusion: AtLeastZero = 0.0
    """Power of the visible share in the probability; 0 is no influence."""
    darkness: AtLeastZero = 0.0
    """Power of the scene's brightness in the probability; 0 is no influence."""
    appearance: dict[Name, Effect] = {}
    """Effects of attributes of people, such as ``child``, ``dark_clothing``, ``wheelchair``."""
    noise: AtLeastZero = 0.0
    """Standard deviation of each coordinate near the camera, metres."""
    noise_growth: AtLeastZero = 0.0
    """What each square metre of squared distance adds to it, 1/m."""
    turn_noise: AtLeastZero = 0.0
    """Standard deviation of headings, radians."""
    confusions: tuple[Confusion, ...] = ()
    """Classes taken for others; of one class the probabilities add up to at most 1."""
    false_detections: float = Field(default=0.0, ge=0, le=20)
    """Mean number of things reported at each look that are not there."""
    false_classes: tuple[Name, ...] = ALIKE
    """Classes they are reported as."""
    false_low: Point | None = None
    """Corner of the box they appear in, metres; around what is there when left out."""
    false_high: Point | None = None
    """Opposite corner, metres."""
    fault: SensorFault | None = None
    """What is wrong with it from the start."""

    @model_validator(mode="after")
    def _adds_up(self) -> Detector:
        if (self.false_low is None) != (self.false_high is None):
            raise ValueError("false_low and false_high belong together")
        if self.false_low and self.false_high and any(a > b for a, b in zip(self.false_low, self.false_high)):
            raise ValueError("false_low must be below false_high")
        for index, one in enumerate(self.confusions):
            whole = sum(other.probability for other in self.confusions if (other.of, other.when) == (one.of, one.when))
            if whole > 1.0 + 1e-9:
                raise ValueError(f"confusions.{index}: the probabilities of {one.of!r} add up to {whole:g}, above 1")
        if self.false_detections and not self.false_classes:
            raise ValueError("false_classes: at least one class is needed")
        return self


class Measured(Data):
    """What all sensors of one quantity have."""

    title: LocalText | None = None
    """What the agent reads beside the name."""
    noise: AtLeastZero = 0.0
    """Standard deviation, in the quantity's unit."""
    bias: Number = 0.0
    """Added to every value."""
    step: AtLeastZero = 0.0
    """Values are rounded to multiples of this; 0 for none."""
    low: Number | None = None
    """Smallest value it can tell."""
    high: Number | None = None
    """Largest value it can tell."""
    rate: float = Field(default=10.0, ge=0.1, le=1000)
    """Samples a second, each with noise of its own."""
    fault: SensorFault | None = None
    """What is wrong with it from the start."""

    @model_validator(mode="after")
    def _has_a_range(self) -> Measured:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("low must be below high")
        return self


class Reading(Measured):
    """A sensor of one signal of the scene: wind, temperature, gas, weight."""

    kind: Literal["reading"]
    """A reading."""
    signal: str
    """Signal it measures, ``<owner>.<quantity>``."""


class Range(Measured):
    """A sensor of the distance to whatever is in front of it."""

    kind: Literal["range"]
    """A distance."""
    eye: Point
    """Where it is, metres; in the frame of what it is on."""
    target: Point
    """Where it points, metres; in the same frame."""
    robot: str = ""
    """Robot it is mounted on; fixed in the scene when empty."""
    link: str = ""
    """Link of the robot, its base when empty."""
    reach: Positive = 10.0
    """Largest distance, metres, which it tells when nothing is nearer."""

    @model_validator(mode="after")
    def _points_somewhere(self) -> Range:
        if self.eye == self.target:
            raise ValueError("eye and target are the same point")
        return self


Sensor = Annotated[Detector | Reading | Range, Field(discriminator="kind")]
"""One sensor of a scene."""
