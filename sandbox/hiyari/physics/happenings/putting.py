"""A thing is put somewhere: a panel in front of a camera, a part that somebody takes away, a box in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hiyari.events import ObjectChanged
from hiyari.physics.geometry import about_z
from hiyari.physics.values import Name, Number, Point

from .timing import Timing

if TYPE_CHECKING:
    from hiyari.physics.scene.model import Scene
    from hiyari.physics.simulation import Simulation


class Puts(Timing):
    """A thing is somewhere else at once, out of any gripper or hand that held it."""

    kind: Literal["put"]
    """``put``."""
    thing: Name
    """Which."""
    position: Point
    """Where its origin is then, metres. Nothing looks whether something else is there."""
    yaw: Number = 0.0
    """Its heading then, radians."""

    def check(self, scene: Scene) -> None:
        """See Timing."""
        scene.known("thing", self.thing, scene.things, "thing")

    def happen(self, simulation: Simulation, time: float) -> None:
        """See Timing."""
        state = simulation.built.objects[self.thing]
        for machine in simulation.built.machines.values():
            if machine.arm is not None and machine.holding == self.thing:
                machine.arm.release()
        if self.thing in simulation.people.hands.held:
            simulation.people.hands.open(self.thing, "happening")
        where = [", ".join(f"{value:.3f}" for value in place) for place in (state.motion.position, self.position)]
        simulation.engine.put(state.body, self.position, about_z(self.yaw))
        state.away = False
        simulation.tell(
            ObjectChanged(object=self.thing, state="position", before=where[0], after=where[1], cause="happening")
        )
