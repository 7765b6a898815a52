"""All people of a scene at work: they decide at control ticks and move at steps, far ones at control ticks only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field

from hiyari.events import Event, PersonUnable
from hiyari.physics.engine import Engine

from .acts.act import Impossible
from .behaviour import Behaviour
from .carrying import Hands
from .crowd import Crowd
from .limp import BALANCE, follow
from .model import Deed
from .surroundings import Surroundings


@dataclass
class Together:
    """The people of one scene."""

    engine: Engine
    people: Mapping[str, Behaviour]
    crowds: Mapping[str, Crowd]
    around: Callable[[], Surroundings]
    """Returns what they see."""
    tell: Callable[[Event], None]
    """Records an event at this moment."""
    tick_seconds: float
    hands: Hands = field(default_factory=Hands)
    """What they hold."""

    def __post_init__(self) -> None:
        self._dynamic = [behaviour for behaviour in self.people.values() if behaviour.person.dynamic]

    def behave(self, person: str, deed: Deed, time: float) -> None:
        """Let a person begin something now; what cannot be done is recorded."""
        try:
            self.people[person].start(deed, time, self.around(), self.engine)
        except Impossible as error:
            self.tell(PersonUnable(person=person, deed=deed.kind, reason=str(error)))

    def decide(self, time: float) -> None:
        """Let everybody decide the control tick that begins."""
        around = self.around()
        for crowd in self.crowds.values():
            crowd.tick(around, time, self.tick_seconds)
        for behaviour in self.people.values():
            changed = behaviour.tick(around, time, self.tick_seconds)
            if changed is not None:
                self.tell(changed)

    def move_far(self, time: float, near: Set[str]) -> Set[str]:
        """Move who is not near a robot once for the whole tick, and what is held; returns their names."""
        far = {name: behaviour for name, behaviour in self.people.items() if name not in near}
        for behaviour in far.values():
            self._move(behaviour, time + self.tick_seconds, self.tick_seconds)
        self.hands.tick()
        return set(far)

    def move(self, time: float, seconds: float, far: Set[str]) -> None:
        """Move everybody else for one step."""
        for name, behaviour in self.people.items():
            if name not in far:
                self._move(behaviour, time, seconds)

    def follow(self, seconds: float) -> None:
        """Follow limp bodies after a step."""
        for behaviour in self._dynamic:
            if behaviour.person.limp:
                follow(self.engine, behaviour.person, seconds)

    def yield_to(self, pressed: Iterable[Mapping[str, float]]) -> None:
        """Let go who is pressed out of balance: forces on people by robot, N."""
        for behaviour in self._dynamic:
            name = behaviour.person.name
            if sum(forces.get(name, 0.0) for forces in pressed) > BALANCE:
                behaviour.let_go(self.engine)

    def _move(self, behaviour: Behaviour, time: float, seconds: float) -> None:
        if behaviour.moves:
            behaviour.person.take(self.engine, behaviour.posture(time), seconds)
