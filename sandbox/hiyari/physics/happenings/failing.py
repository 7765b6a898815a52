"""A robot, sensor or thing gets a fault, or is right again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import model_validator

from hiyari.physics.faults import AnyFault
from hiyari.physics.values import Positive

from .timing import Timing

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.scene.model import Scene
    from hiyari.physics.simulation import Simulation


class Fails(Timing):
    """Something is wrong from now on, for a while or until it is ended."""

    kind: Literal["fault"]
    """``fault``."""
    robot: str = ""
    """Robot that has it."""
    sensor: str = ""
    """Camera or sensor that has it: ``overview``, one of ``cameras`` or ``sensors``, or ``<robot>.<camera>``."""
    thing: str = ""
    """Thing that has it."""
    fault: AnyFault | None = None
    """What is wrong; left out, the robot, sensor or thing is right again."""
    lasts: Positive | None = None
    """For how long, seconds; until it is ended when left out."""

    @model_validator(mode="after")
    def _is_of_one(self) -> Fails:
        given = [sort for sort in ("robot", "sensor", "thing") if getattr(self, sort)]
        if len(given) != 1:
            raise ValueError("one of robot, sensor and thing is needed")
        if self.fault is None and self.lasts is not None:
            raise ValueError("lasts: needs a fault")
        if self.fault is not None and self.fault.on != given[0]:
            raise ValueError(f"fault: {self.fault.kind} is a fault of a {self.fault.on}, not of a {given[0]}")
        return self

    @property
    def whom(self) -> str:
        """What has it."""
        return self.robot or self.sensor or self.thing

    @property
    def takes(self) -> float:
        """See Timing."""
        return self.lasts or 0.0

    def check(self, scene: Scene) -> None:
        """See Timing."""
        if self.robot:
            scene.known("robot", self.robot, scene.robots, "robot")
        if self.thing:
            scene.known("thing", self.thing, scene.things, "thing")

    def check_built(self, built: Built) -> None:
        """See Timing."""
        if self.fault is not None:
            self.fault.check(built, self.whom)
        elif self.sensor:
            problem = built.senses.problem(self.sensor, None)
            if problem:
                raise ValueError(f"sensor: {problem}")

    def happen(self, simulation: Simulation, time: float) -> None:
        """See Timing."""
        if self.fault is None:
            simulation.faults.end(simulation, self.whom)
        else:
            simulation.faults.begin(simulation, self.whom, self.fault, self.lasts)
