"""The shape of people in scene.yaml: who is there, what they look like, what they do, and crowds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from hiyari.events import Data, LocalText
from hiyari.physics.values import Flat, Name, Number, Point, Positive

from .appearance import Appearance
from .kinds import KINDS, KindName

NotNegative = Annotated[Number, Field(ge=0)]
Speed = Annotated[Number, Field(gt=0, le=4.0)]
"""m/s; people here do not run faster."""

FEWEST, MOST = 1, 50
"""People in a crowd."""


class Walk(Data):
    """A way a person walks again and again."""

    path: tuple[Flat, ...] = Field(min_length=2)
    """Corners; the way back is the same way."""
    speed: Speed = 1.2
    """m/s."""
    pause: NotNegative = 1.0
    """Rest at both ends, seconds."""
    begin: NotNegative = 0.0
    """Seconds until the first step."""
    begin_vary: NotNegative = 0.0
    """Up to this much later, by seed."""

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Walk:
        if any(a == b for a, b in zip(self.path, self.path[1:], strict=False)):
            raise ValueError("path: two corners in a row are the same point")
        return self


class Stand(Data):
    """Stop what one does and stand, or stay seated."""

    kind: Literal["stand"] = "stand"


class WalkPath(Data):
    """Walk a path once, beginning from where one is."""

    kind: Literal["walk"] = "walk"
    path: tuple[Flat, ...] = Field(min_length=1)
    """Corners, metres."""
    speed: Speed | None = None
    """m/s; that of the kind when left out."""


class Reach(Data):
    """Move a hand somewhere, keep it there, take it back."""

    kind: Literal["reach"] = "reach"
    target: Point
    """Where the hand goes, metres."""
    hand: Literal["left", "right"] = "right"
    """Which hand."""
    move: Positive = 1.0
    """How long the hand moves there, and back, seconds."""
    stay: NotNegative = 4.0
    """How long it stays, seconds."""


class Enter(Data):
    """Walk to a point of a zone, drawn by seed."""

    kind: Literal["enter"] = "enter"
    zone: Name
    """Zone of the scene."""
    speed: Speed | None = None
    """m/s; that of the kind when left out."""


class Sit(Data):
    """Sit down, with the feet where they are."""

    kind: Literal["sit"] = "sit"
    seconds: Positive = 1.5
    """How long it takes."""


class StandUp(Data):
    """Stand up from sitting."""

    kind: Literal["stand_up"] = "stand_up"
    seconds: Positive = 1.5
    """How long it takes."""


class Slump(Data):
    """Sag: trunk and head of who sits hang forward; who stands sinks to the floor."""

    kind: Literal["slump"] = "slump"
    seconds: Positive = 1.2
    """How long it takes."""


class Fall(Data):
    """Fall over to the floor and stay there."""

    kind: Literal["fall"] = "fall"
    towards: Literal["forward", "backward", "left", "right"] = "forward"
    """Direction, as the person sees it."""
    limp: bool = False
    """True to fall as limp bodies that the engine moves, False as one that tips over."""


class Follow(Data):
    """Walk after somebody or a robot."""

    kind: Literal["follow"] = "follow"
    whom: Name
    """A person or a robot of the scene."""
    gap: Positive = 1.0
    """Metres to stay behind."""
    speed: Speed | None = None
    """Largest speed, m/s; that of the kind when left out."""


class Flee(Data):
    """Walk away from somebody or a robot until far enough away."""

    kind: Literal["flee"] = "flee"
    whom: Name
    """A person or a robot of the scene."""
    until: Positive = 4.0
    """Metres away at which it ends."""
    speed: Speed | None = None
    """m/s; 1.5 times that of the kind when left out."""


class Join(Data):
    """Be carried along by a crowd."""

    kind: Literal["join"] = "join"
    crowd: Name
    """Crowd of the scene."""


Deed = Annotated[
    Stand | WalkPath | Reach | Enter | Sit | StandUp | Slump | Fall | Follow | Flee | Join, Field(discriminator="kind")
]
"""Something a person does."""


class Someone(Data):
    """A person in the scene."""

    title: LocalText
    """Who it is."""
    position: Flat
    """Where the feet are; in a wheelchair, the middle between its wheels."""
    yaw: Number = 0.0
    """Where the person looks, radians."""
    kind: KindName = "adult"
    """Kind of person, docs/people.md."""
    height: Number | None = Field(default=None, ge=0.9, le=2.1)
    """Metres; that of the kind when left out."""
    mass: Number | None = Field(default=None, ge=8, le=200)
    """kg; from the height when left out."""
    dominant: Literal["left", "right"] = "right"
    """Dominant hand."""
    sits: bool = False
    """Sits at first, with the feet at the position."""
    dynamic: bool = False
    """Yields when a robot presses: the body is moved by the engine from the first contact on."""
    appearance: Appearance = Appearance()
    """What the person looks like."""
    walk: Walk | None = None
    """Walks to and fro instead of standing."""
    does: Deed | None = None
    """What the person does from the start."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Someone:
        kind = KINDS[self.kind]
        if self.height is not None and not kind.lowest <= self.height <= kind.highest:
            raise ValueError(
                f"height: {self.kind} is {kind.lowest:.2f} to {kind.highest:.2f} m tall, not {self.height}"
            )
        if self.walk is not None and (self.does is not None or self.sits):
            raise ValueError("walk: goes with neither does nor sits")
        if self.appearance.carries != "none" and kind.aid:
            raise ValueError(f"appearance.carries: the hands of kind {self.kind} are at the {kind.aid}")
        return self

    @property
    def stature(self) -> float:
        """Height, metres."""
        return KINDS[self.kind].stature if self.height is None else self.height


class Where(Data):
    """An upright rectangle of the floor."""

    low: Flat
    """Corner, metres."""
    high: Flat
    """Opposite corner, metres."""

    @model_validator(mode="after")
    def _has_area(self) -> Where:
        if self.low[0] >= self.high[0] or self.low[1] >= self.high[1]:
            raise ValueError("low must be below high in both directions")
        return self


class CrowdModel(Data):
    """People who walk together; each is a person of the scene named ``<crowd>_<number>``."""

    count: int = Field(ge=FEWEST, le=MOST)
    """How many."""
    where: Where
    """Where they are at first, at points drawn by seed."""
    title: LocalText = LocalText(ja="通行人", en="passer-by")
    """Who they are."""
    kinds: dict[KindName, Positive] = Field(default={"adult": 1.0}, min_length=1)
    """Kinds and their weights, drawn by seed."""
    along: tuple[Flat, ...] = ()
    """Corners they pass one after the other before they go to an exit."""
    towards: tuple[Flat, ...] = ()
    """Exits: each goes to the nearest and leaves there."""
    led_by: str = ""
    """Robot they walk after; who is near an exit leaves all the same."""
    speed: Speed = 1.34
    """Mean speed of an adult, m/s."""
    speed_spread: NotNegative = 0.26
    """Standard deviation of the speeds, m/s."""
    avoids_robots: Number = Field(default=1.0, ge=0, le=3)
    """How much they avoid robots: 0 not at all, 1 as they avoid people."""
    begin: NotNegative = 0.0
    """Seconds until they start."""
    appearance: Appearance = Appearance(clothing="dark", helmet=False, vary=True)
    """What they look like."""

    @model_validator(mode="after")
    def _has_an_aim(self) -> CrowdModel:
        if not (self.along or self.towards or self.led_by):
            raise ValueError("one of along, towards and led_by is needed")
        return self
