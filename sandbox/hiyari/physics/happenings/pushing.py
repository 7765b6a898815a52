"""Something pushes a body: somebody who bumps into it, a gust, a load that swings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from hiyari.events import FaultBegan, FaultEnded
from hiyari.physics.geometry import Vector, length, scale
from hiyari.physics.people.limp import BALANCE
from hiyari.physics.values import Name, Point

from .timing import Timing

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.scene.model import Scene
    from hiyari.physics.simulation import Simulation

MOST = 2000.0
"""N s: a car of a ton at 2 m/s."""
Sort = Literal["robot", "thing", "person"]


class Pushes(Timing):
    """A force on a body for a short time. A person whom it brings out of balance falls limp."""

    kind: Literal["push"]
    """``push``."""
    whom: Name
    """Robot that drives, thing that has mass, or person who is ``dynamic``."""
    impulse: Point
    """Force times time, N s, in the world frame."""
    over: Annotated[float, Field(gt=0, le=5)] = 0.1
    """How long it takes, seconds; the force is the same all the time."""
    height: Annotated[float, Field(ge=0, le=10)] | None = None
    """Height above the floor at which it acts, metres; at the body's own frame when left out."""

    @property
    def takes(self) -> float:
        """See Timing."""
        return self.over

    def check(self, scene: Scene) -> None:
        """See Timing."""
        if length(self.impulse) > MOST:
            raise ValueError(f"impulse: {length(self.impulse):g} N s is more than the {MOST:g} N s of a push")
        scene.known("robot, thing or person", self.whom, [*scene.robots, *scene.things, *scene.people], "whom")
        if self.whom in scene.people and not scene.people[self.whom].dynamic:
            raise ValueError(f"whom: {self.whom} needs dynamic: true to be pushed")
        if self.whom in scene.things and scene.things[self.whom].mass <= 0.0:
            raise ValueError(f"whom: {self.whom} stands still whatever pushes it: it has no mass")

    def check_built(self, built: Built) -> None:
        """See Timing."""
        machine = built.machines.get(self.whom)
        if machine is not None and machine.drive is None:
            raise ValueError(f"whom: {self.whom} is fixed to the ground")

    def happen(self, simulation: Simulation, time: float) -> None:
        """See Timing."""
        built, force = simulation.built, scale(self.impulse, 1.0 / self.over)
        sort: Sort = "thing"
        if self.whom in built.machines:
            sort, body = "robot", built.machines[self.whom].body
        elif self.whom in built.people:
            sort, behaviour = "person", built.people[self.whom]
            person = behaviour.person
            if length(force) > BALANCE:
                behaviour.let_go(simulation.engine)
            body = max(person.segments["trunk"].bodies, key=lambda each: person.weights[each])
        else:
            body = built.things[self.whom]
        numbers = {"impulse": list(self.impulse), "over": self.over}
        simulation.tell(FaultBegan(fault="push", on=sort, whom=self.whom, numbers=numbers, lasts=self.over))
        simulation.pushes.append(Pushing(self.whom, sort, body, force, self.height, time, self.over))


@dataclass
class Pushing:
    """A push that lasts."""

    whom: str
    sort: Sort
    body: int
    force: Vector
    """N."""
    height: float | None
    began: float
    left: float
    """Seconds it goes on."""

    def step(self, simulation: Simulation, seconds: float) -> bool:
        """Push for one physics step of so many seconds; returns whether it goes on."""
        engine = simulation.engine
        x, y, z = engine.motion(self.body).position
        share = min(1.0, self.left / seconds)
        engine.push(self.body, -1, scale(self.force, share), (x, y, z if self.height is None else self.height))
        self.left -= seconds
        if self.left > 1e-9:
            return True
        lasted = simulation.time - self.began
        simulation.tell(FaultEnded(fault="push", on=self.sort, whom=self.whom, lasted=lasted))
        return False
