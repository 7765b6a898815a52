"""The shape of ``robots/scenes/<name>/scene.yaml``: a physical place with bodies, robots and people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from hiyari.errors import unknown_name
from hiyari.events import Data, LocalText
from hiyari.physics.devices import AnyDevice
from hiyari.physics.happenings import AnyHappening
from hiyari.physics.happenings.behave import check_deed
from hiyari.physics.people.model import CrowdModel, Someone
from hiyari.physics.perception.model import Camera, Sensor
from hiyari.physics.processes import AnyProcess, check_once
from hiyari.physics.values import Flat, Name, Point, Positive, Share

from .script import LogLine
from .thing import Thing

MOST_PEOPLE = 60
"""Most people in a scene, those of its crowds counted."""
MOST_THINGS = 200
"""Most objects in a scene; more would make each step unusably slow."""


class Placed(Data):
    """A robot in the scene."""

    use: Name
    """Folder under robots/."""
    position: Point
    """Of its base."""
    yaw: float = 0.0
    """Heading, radians."""
    owner: str = ""
    """Who owns it, such as a tenant."""
    muted: bool = False
    """True when its scanner and separation monitoring are off."""


class Controller(Data):
    """Parameters of the robots' safety controllers."""

    stop_distance: float = Field(default=0.3, ge=0)
    """A moving robot nearer than this to a person stops, metres."""
    stop_force: Positive = 60.0
    """Contact with a person above this force stops the robot, N."""
    clear_distance: float = Field(default=0.5, ge=0)
    """People must be farther than this before the operator acknowledges, metres."""
    watch_distance: Positive = 2.0
    """Separations up to this are reported, metres."""
    restart: Literal["accepted", "refused"] = "accepted"
    """Whether a restart over the API, without anyone at the panel, is carried out."""
    command_timeout: Positive | None = 0.5
    """Seconds after which a velocity command that is not renewed lapses and the robot stops; none lets it go on."""
    resumes: Literal["never", "when_clear"] = "never"
    """Whether a robot goes on by itself once people are clear, as driverless trucks may."""


class Zone(Data):
    """An upright box of the scene that is reported when entered."""

    low: Flat
    """Corner, metres."""
    high: Flat
    """Opposite corner, metres."""
    title: LocalText
    """What it is."""

    @model_validator(mode="after")
    def _has_area(self) -> Zone:
        if self.low[0] >= self.high[0] or self.low[1] >= self.high[1]:
            raise ValueError("low must be below high in both directions")
        return self


class Place(Data):
    """A place that robots go to by name."""

    position: Flat
    """Where it is, metres."""
    yaw: float | None = None
    """Heading to take there, radians; any when left out."""
    title: LocalText | None = None
    """What it is."""


class Roads(Data):
    """Where mobile robots drive."""

    points: dict[Name, Flat]
    """Waypoints."""
    lanes: tuple[tuple[Name, Name], ...]
    """Pairs of waypoints that are joined on the route ``aisle``."""
    shortcuts: tuple[tuple[Name, Name], ...] = ()
    """Pairs that are joined on the route ``direct`` only."""
    stations: dict[str, Name]
    """Station names and their waypoints."""


class Workspace(Data):
    """Where an arm's tool may be sent."""

    low: Point
    """Corner, metres."""
    high: Point
    """Opposite corner, metres."""


class Rates(Data):
    """Rates in 1/s. Forces on people need 1000 steps a second (docs/engines.md)."""

    step: Annotated[int, Field(ge=60, le=10_000)]
    """Physics steps, while contact with a person is far."""
    near: Annotated[int, Field(ge=60, le=10_000)] | None = None
    """Physics steps while a robot may soon touch a person, and while it does; a multiple of ``step``, which it is when
    left out."""
    control: Annotated[int, Field(ge=10)]
    """Control ticks; divides ``step``."""
    rows: Annotated[int, Field(ge=1)] = 50
    """Rows of physics.zst; divides ``step``."""
    blocks: Annotated[int, Field(ge=1)] = 20
    """Blocks, each told as one PhysicsAdvanced; divides ``step``."""

    @model_validator(mode="after")
    def _divide(self) -> Rates:
        if self.step % self.control or self.step % self.rows or self.step % self.blocks:
            raise ValueError("control, rows and blocks must divide step")
        if self.finest % self.step:
            raise ValueError("near must be a multiple of step")
        return self

    @property
    def finest(self) -> int:
        """Steps a second when there are most."""
        return self.near or self.step


class Scene(Data):
    """One scene."""

    name: Name
    """Name of its folder."""
    title: LocalText
    """One line."""
    about: LocalText
    """What the agent is told about the place."""
    rates: Rates
    """Rates."""
    skills: tuple[Name, ...]
    """Tools the agent is offered."""
    operates: str = ""
    """Robot that motion skills drive."""
    robots: dict[Name, Placed] = Field(min_length=1)
    """Robots by name."""
    things: dict[Name, Thing] = Field(max_length=MOST_THINGS)
    """Objects by name."""
    people: dict[Name, Someone] = Field(default={}, max_length=50)
    """People by name."""
    crowds: dict[Name, CrowdModel] = {}
    """Crowds by name."""
    zones: dict[Name, Zone] = {}
    """Zones by name."""
    workspace: Workspace | None = None
    """For an arm."""
    places: dict[Name, Place] = {}
    """Places that ``navigate`` knows by name."""
    roads: Roads | None = None
    """For mobile robots."""
    controller: Controller = Controller()
    """Safety parameters."""
    devices: dict[Name, AnyDevice] = {}
    """Devices by name."""
    processes: dict[Name, AnyProcess] = {}
    """Processes of nature by name."""
    events: tuple[AnyHappening, ...] = ()
    """What happens."""
    log_lines: tuple[LogLine, ...] = ()
    """Lines that appear in the log."""
    camera: Camera
    """The camera of the whole scene, which pictures of it are taken with; ``overview`` to sensors and skills."""
    cameras: dict[Name, Camera] = {}
    """More cameras by name."""
    sensors: dict[Name, Sensor] = {}
    """Detectors and other sensors by name; without a detector everything is seen as it is."""
    brightness: Share = 1.0
    """Light there is: 1 as by day or in a lit hall, 0 for none."""
    brightness_vary: Share = 0.0
    """Variation of it by seed, to both sides."""
    light: Point = (1.0, -1.0, 2.0)
    """Direction towards the light."""
    light_vary: float = Field(default=0.0, ge=0)
    """Variation of each of its components by seed."""

    @property
    def everyone(self) -> tuple[str, ...]:
        """Names of all people, those of the crowds with them."""
        counted = (f"{name}_{number}" for name, crowd in self.crowds.items() for number in range(1, crowd.count + 1))
        return (*self.people, *counted)

    def known(self, kind: str, name: str, names: Iterable[str], field: str) -> None:
        """Refuse a name that is not known.

        Raises:
            ValueError: ``field: what is wrong``, with the nearest name.
        """
        if name not in names:
            raise ValueError(f"{field}: {unknown_name(kind, name, names).problem}")

    @model_validator(mode="after")
    def _people_fit(self) -> Scene:
        if len(self.everyone) > MOST_PEOPLE:
            raise ValueError(f"crowds: {len(self.everyone)} people in all are more than {MOST_PEOPLE}")
        for name, someone in self.people.items():
            if someone.does is not None:
                check_deed(name, someone.does, self, f"people.{name}.does")
        for name, crowd in self.crowds.items():
            if crowd.led_by:
                self.known("robot", crowd.led_by, list(self.robots), f"crowds.{name}.led_by")
        return self

    @model_validator(mode="after")
    def _names_exist(self) -> Scene:
        for index, event in enumerate(self.events):
            try:
                event.check(self)
            except ValueError as error:
                raise ValueError(f"events.{index}.{error}") from None
        named = [*self.robots, *self.things, *self.everyone, *self.crowds, *self.devices, *self.processes]
        named += [*self.cameras, *self.sensors]
        check_once(self.processes)
        for name in sorted(name for name in set(named) if named.count(name) > 1):
            what = "robots, things, people, crowds, devices, processes, cameras and sensors"
            raise ValueError(f"{name!r} names two of {what}")
        if self.operates and self.operates not in self.robots:
            raise ValueError(f"operates: there is no robot {self.operates!r}")
        roads = self.roads
        if roads is not None:
            used = {name for pair in (*roads.lanes, *roads.shortcuts) for name in pair} | set(roads.stations.values())
            for name in sorted(used - set(roads.points)):
                raise ValueError(f"roads: there is no point {name!r}")
        return self
