"""A person begins to do something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hiyari.physics.people.model import Deed, Enter, Fall, Flee, Follow, Join, Reach
from hiyari.physics.values import Name

from .timing import Timing

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.scene.model import Scene
    from hiyari.physics.simulation import Simulation


class Behaves(Timing):
    """A person begins a behaviour; what it did before ends."""

    kind: Literal["behave"]
    """``behave``."""
    person: Name
    """Who."""
    behaviour: Deed
    """What."""

    @property
    def takes(self) -> float:
        """See Timing."""
        reach = self.behaviour
        return 2 * reach.move + reach.stay if isinstance(reach, Reach) else 0.0

    def check(self, scene: Scene) -> None:
        """See Timing."""
        scene.known("person", self.person, scene.everyone, "person")
        check_deed(self.person, self.behaviour, scene, "behaviour")

    def check_built(self, built: Built) -> None:
        """See Timing."""
        person = built.people[self.person]
        if isinstance(self.behaviour, Reach) and person.doing != "walking":
            why = person.can(self.behaviour, built.around)
            if why:
                raise ValueError(f"behaviour.target: {why}")

    def happen(self, simulation: Simulation, time: float) -> None:
        """See Timing."""
        simulation.people.behave(self.person, self.behaviour, simulation.time)


def check_deed(person: str, deed: Deed, scene: Scene, field: str) -> None:
    """Refuse names that the scene does not have.

    Raises:
        ValueError: ``field: what is wrong``.
    """
    if isinstance(deed, Enter):
        scene.known("zone", deed.zone, scene.zones, f"{field}.zone")
    elif isinstance(deed, Follow | Flee):
        scene.known("person or robot", deed.whom, [*scene.everyone, *scene.robots], f"{field}.whom")
    elif isinstance(deed, Join):
        scene.known("crowd", deed.crowd, scene.crowds, f"{field}.crowd")
    elif isinstance(deed, Fall) and deed.limp and not (person in scene.people and scene.people[person].dynamic):
        raise ValueError(f"{field}.limp: {person} needs dynamic: true to fall limp")
