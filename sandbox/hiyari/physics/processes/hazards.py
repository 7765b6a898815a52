"""Tagged things near people: a blade that comes near, medicines within reach.

Distances are between surfaces, of the thing and of the nearest part of the body, taken at every control tick for what
moves and is near, and five times a second for what is within reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hiyari.events import Data, HazardNear, ReachChanged
from hiyari.physics.geometry import length
from hiyari.physics.mechanism import Misfit
from hiyari.physics.objects import ObjectState
from hiyari.physics.signals import Signal
from hiyari.physics.values import Name, Positive, Tag

from .lookup import names_of
from .nearby import holder, nearest_part

if TYPE_CHECKING:
    from hiyari.physics.people.behaviour import Behaviour
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

TOUCHES = 0.002
"""Metres that count as touching."""
LOOK = 0.2
"""Seconds between two looks at what is within reach."""
SLOW = 0.1
"""m/s below which a thing's speed is not worth telling again."""


class Hazards(Data):
    """Things with a tag, near people."""

    kind: Literal["hazards"]
    """``hazards``."""
    tag: Tag
    """Which things."""
    things: tuple[Name, ...] | None = Field(default=None, min_length=1)
    """Only these; all with the tag when left out."""
    persons: tuple[Name, ...] | None = Field(default=None, min_length=1)
    """Only these people; all when left out."""
    near: Positive = 0.3
    """Distance from which on a thing that moves or is held is told, metres."""
    reach: Positive = 0.7
    """Distance from the body within which a person reaches a thing, metres: about an arm (ISO 13857 gives 0.85 m from
    the shoulder to the fingertips as a safety distance)."""

    def build(self, name: str, built: Built, seed: int) -> HazardsAtWork:
        """Return it at work."""
        tagged = {thing: state for thing, state in built.objects.items() if self.tag in state.thing.tags}
        things = names_of(tagged, self.things, f"thing tagged {self.tag!r}", "things")
        if not things:
            raise Misfit("tag", f"no thing of the scene is tagged {self.tag!r}")
        for thing in things:
            if isinstance(tagged[thing].values.get("quantity"), bool | str):
                raise Misfit("things", f"states.quantity of {thing!r} is a number")
        persons = names_of(built.people, self.persons, "person", "persons")
        return HazardsAtWork(
            self, name, {thing: tagged[thing] for thing in things}, {one: built.people[one] for one in persons}
        )


@dataclass
class HazardsAtWork:
    """Tagged things near people. Signals ``<person>``, how many are within reach, and ``nearest``, metres."""

    hazards: Hazards
    name: str
    things: dict[str, ObjectState]
    people: dict[str, Behaviour]
    steps: bool = False
    reached: dict[str, tuple[str, ...]] = field(default_factory=dict)
    nearest: float = 1e3
    _told: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    """Distance and speed that were told last."""
    _due: float = 0.0

    def __post_init__(self) -> None:
        self.reached = dict.fromkeys(self.people, ())

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        if simulation.time >= self._due:
            self._due = simulation.time + LOOK
            self._look_at_reach(simulation)
        self.nearest = 1e3
        for thing, state in self.things.items():
            robot, speed = holder(simulation, thing), length(state.motion.linear)
            if robot or speed > SLOW / 2.0:
                for person, behaviour in self.people.items():
                    self._look_near(simulation, thing, state, robot, speed, person, behaviour)

    def step(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        found = {"nearest": Signal(read=lambda: self.nearest, unit="m")}
        for person in self.people:
            found[person] = Signal(read=lambda person=person: float(len(self.reached[person])))  # type: ignore[misc]
        return found

    def _look_at_reach(self, simulation: Simulation) -> None:
        for person, behaviour in self.people.items():
            within = tuple(
                thing
                for thing, state in self.things.items()
                if nearest_part(simulation.engine, behaviour, state.body, self.hazards.reach) is not None
            )
            if within == self.reached[person]:
                continue
            self.reached[person] = within
            quantity = sum(float(self.things[thing].values.get("quantity", 1.0)) for thing in within)
            simulation.tell(ReachChanged(process=self.name, person=person, things=within, quantity=quantity))

    def _look_near(
        self,
        simulation: Simulation,
        thing: str,
        state: ObjectState,
        robot: str,
        speed: float,
        person: str,
        behaviour: Behaviour,
    ) -> None:
        part = nearest_part(simulation.engine, behaviour, state.body, self.hazards.near)
        if part is None:
            self._told.pop((thing, person), None)
            return
        distance = 0.0 if part.distance <= TOUCHES else part.distance
        self.nearest = min(self.nearest, distance)
        last = self._told.get((thing, person))
        if last is not None:
            nearer = distance <= last[0] / 2.0 and last[0] > 0.0
            faster = speed >= max(1.5 * last[1], SLOW)
            if not nearer and not faster:
                return
        self._told[thing, person] = (
            distance if last is None else min(distance, last[0]),
            speed if last is None else max(speed, last[1]),
        )
        simulation.tell(
            HazardNear(
                process=self.name,
                object=thing,
                tag=self.hazards.tag,
                robot=robot,
                person=person,
                region=part.region,
                distance=distance,
                speed=speed,
            )
        )
