"""The second world of a scene, in which arms are planned for: robots with arms, and what stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hiyari.physics.engine import Engine, Parameters
from hiyari.physics.machines.clearance import Clearance, Frame
from hiyari.physics.machines.kinematics import links_below
from hiyari.physics.machines.machine import Machine

if TYPE_CHECKING:
    from .building import Built
    from .stage import Stage


@dataclass
class Spare:
    """Gives each robot a second world when it first needs it, and the same one again after a reset."""

    engine: Engine
    _twins: dict[str, Engine] = field(default_factory=dict, repr=False)

    def world(self, robot: str) -> Engine:
        """Return the second world of a robot."""
        if robot not in self._twins:
            self._twins[robot] = self.engine.twin()
        return self._twins[robot]

    def close(self) -> None:
        """Release them."""
        for twin in self._twins.values():
            twin.close()
        self._twins.clear()


def clearance_for(stage: Stage, built: Built, machine: Machine, world: Engine) -> Clearance:
    """Return the clearance of a robot's arm, in a second world that is built for it anew."""
    from .building import load_thing

    world.reset(Parameters(step_hz=float(stage.scene.rates.step)))
    standing: dict[str, list[int]] = {}
    follows: dict[int, int] = {}
    for name, body in sorted(built.things.items()):
        thing = stage.scene.things[name]
        if thing.solid and thing.mass == 0.0:
            here = load_thing(stage, world, name, thing, built.seed)
            standing[name] = [here]
            follows[here] = body
    for body, solid in sorted(built.solids.items()):
        motion = built.engine.motion(body)
        here = world.load_shape(solid.shape, motion.position, motion.orientation)
        standing.setdefault(solid.device, []).append(here)
        follows[here] = body
    urdf = stage.urdfs[f"robots.{machine.name}"]
    (position, _), fixed = machine.footing.origin, machine.footing.fixed
    robot = world.load_urdf(urdf, position, machine.motion.orientation, fixed=fixed)
    assert machine.arm is not None
    joints = world.joints(robot)
    links = sorted(world.links(robot)[name] for name in links_below(urdf, machine.arm.arm.joints[0]))

    def placed() -> tuple[Frame, Mapping[int, Frame]]:
        motions = {here: built.engine.motion(body) for here, body in follows.items()}
        base = built.engine.motion(machine.body)
        return (base.position, base.orientation), {
            here: (motion.position, motion.orientation) for here, motion in motions.items()
        }

    return Clearance(world, robot, [joints[name] for name in machine.arm.arm.joints], links, standing, placed)
