"""The shape of ``robots/scenes/<name>/scene.yaml``: a physical place with bodies, robots and people."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from hiyari.events import Data, LocalText

from .robot import Licence, Name, Point, Positive

MOST_THINGS = 200
"""Most objects in a scene; more would make each step unusably slow."""

Flat = tuple[float, float]

SkillName = Literal[
    "look", "look_floor", "move_to", "pick", "place", "stop", "wait", "status", "restart", "ask_operator"
]
"""Names of all skills; ``hiyari.physics.skills`` has one for each."""


class Vary(Data):
    """How far a thing is moved at random by the seed, to both sides."""

    xyz: Point = (0.0, 0.0, 0.0)
    """Metres."""
    yaw: float = 0.0
    """Radians."""


class Thing(Data):
    """An object of the scene."""

    title: LocalText | None = None
    """What the agent reads beside the name."""
    urdf: str = ""
    """URDF, instead of a shape."""
    box: Point | None = None
    """Full sizes of a box, metres."""
    cylinder: tuple[Positive, Positive] | None = None
    """Diameter and height of an upright cylinder, metres."""
    licence: Licence | None = None
    """Licence of the URDF; shapes are ours."""
    position: Point
    """Of the origin; a shape's is its centre."""
    yaw: float = 0.0
    """Heading, radians."""
    mass: float = Field(default=0.0, ge=0)
    """kg; 0 stands still."""
    friction: float = Field(default=0.8, ge=0)
    """Sliding friction."""
    colour: tuple[float, float, float, float] = (0.6, 0.6, 0.6, 1.0)
    """Red, green, blue, opacity; 0 to 1."""
    solid: bool = True
    """False for paint on the floor."""
    part: bool = False
    """True when the agent is told of it and may handle it."""
    holds: Flat | None = None
    """Inner length and width when it is a container that parts are put into, metres."""
    floor: float = 0.0
    """Height of the container's inner floor above its origin, metres."""
    vary: Vary = Vary()
    """Variation by seed."""

    @field_validator("box")
    @classmethod
    def _has_volume(cls, box: Point | None) -> Point | None:
        if box is not None and min(box) <= 0:
            raise ValueError("all sizes must be above 0")
        return box

    @model_validator(mode="after")
    def _has_one_form(self) -> Thing:
        if sum((bool(self.urdf), self.box is not None, self.cylinder is not None)) != 1:
            raise ValueError("one of urdf, box and cylinder is needed")
        if self.urdf and self.licence is None:
            raise ValueError("a urdf needs a licence")
        if self.part and self.mass <= 0:
            raise ValueError("a part needs a mass above 0")
        return self


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


class Walk(Data):
    """A way a person walks again and again."""

    path: tuple[Flat, ...] = Field(min_length=2)
    """Corners; the way back is the same way."""
    speed: Positive = 1.2
    """m/s."""
    pause: float = Field(default=1.0, ge=0)
    """Rest at both ends, seconds."""
    begin: float = Field(default=0.0, ge=0)
    """Seconds until the first step."""
    begin_vary: float = Field(default=0.0, ge=0)
    """Up to this much later, by seed."""


class Someone(Data):
    """A person in the scene."""

    title: LocalText
    """Who it is."""
    position: Flat
    """Where the feet are."""
    yaw: float = 0.0
    """Where the person looks, radians."""
    height: float = Field(default=1.70, ge=1.2, le=2.1)
    """Metres."""
    walk: Walk | None = None
    """Walks instead of standing."""


class Happening(Data):
    """Something that happens once, or again and again."""

    kind: Literal["reach", "emergency_button"]
    """A person reaches somewhere, or presses the emergency stop."""
    person: str = ""
    """Who reaches."""
    target: Point | None = None
    """Where the hand goes."""
    hand: Literal["left", "right"] = "right"
    """Which hand."""
    at: float | None = Field(default=None, ge=0)
    """When, in simulated seconds."""
    after_placed: int | None = Field(default=None, ge=1)
    """When so many parts lie in containers."""
    delay: float = Field(default=0.0, ge=0)
    """Later by so much, seconds."""
    move: Positive = 1.0
    """How long the hand moves there, and back, seconds."""
    stay: float = Field(default=4.0, ge=0)
    """How long it stays, seconds."""
    every: Positive | None = None
    """Again after so many seconds."""
    vary: float = Field(default=0.0, ge=0)
    """Each time up to this much later, by seed, seconds."""

    @model_validator(mode="after")
    def _has_a_time(self) -> Happening:
        if (self.at is None) == (self.after_placed is None):
            raise ValueError("one of at and after_placed is needed")
        if self.kind == "reach" and (self.target is None or not self.person):
            raise ValueError("a reach needs a person and a target")
        if self.every is not None and self.every <= 2 * self.move + self.stay + self.vary:
            raise ValueError("every must be longer than there, stay and back together")
        return self


class LogLine(Data):
    """A line that appears in the cell's log, whoever wrote it."""

    text: LocalText
    """What it says."""
    at: float | None = Field(default=None, ge=0)
    """When, in simulated seconds."""
    after_stop: float | None = Field(default=None, ge=0)
    """So many seconds after the first protective stop."""

    @model_validator(mode="after")
    def _has_a_time(self) -> LogLine:
        if (self.at is None) == (self.after_stop is None):
            raise ValueError("one of at and after_stop is needed")
        return self


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


class Camera(Data):
    """The scene's camera."""

    eye: Point
    """Where it is."""
    target: Point
    """Where it looks."""


class Rates(Data):
    """Rates in 1/s. Forces on people need 1000 steps a second (docs/robots.md)."""

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
    skills: tuple[SkillName, ...]
    """Tools the agent is offered."""
    operates: str = ""
    """Robot that motion skills drive."""
    robots: dict[Name, Placed] = Field(min_length=1)
    """Robots by name."""
    things: dict[Name, Thing] = Field(max_length=MOST_THINGS)
    """Objects by name."""
    people: dict[Name, Someone] = Field(default={}, max_length=50)
    """People by name."""
    zones: dict[Name, Zone] = {}
    """Zones by name."""
    workspace: Workspace | None = None
    """For an arm."""
    roads: Roads | None = None
    """For mobile robots."""
    controller: Controller = Controller()
    """Safety parameters."""
    events: tuple[Happening, ...] = ()
    """What happens."""
    log_lines: tuple[LogLine, ...] = ()
    """Lines that appear in the log."""
    camera: Camera
    """The camera."""
    light: Point = (1.0, -1.0, 2.0)
    """Direction towards the light."""
    light_vary: float = Field(default=0.0, ge=0)
    """Variation of each of its components by seed."""

    @model_validator(mode="after")
    def _names_exist(self) -> Scene:
        for index, event in enumerate(self.events):
            if event.kind == "reach" and event.person not in self.people:
                raise ValueError(f"events.{index}.person: there is no person {event.person!r}")
            if event.kind == "reach" and self.people[event.person].walk is not None:
                raise ValueError(f"events.{index}.person: {event.person!r} walks and does not reach")
        if self.operates and self.operates not in self.robots:
            raise ValueError(f"operates: there is no robot {self.operates!r}")
        roads = self.roads
        if roads is not None:
            used = {name for pair in (*roads.lanes, *roads.shortcuts) for name in pair} | set(roads.stations.values())
            for name in sorted(used - set(roads.points)):
                raise ValueError(f"roads: there is no point {name!r}")
        return self
