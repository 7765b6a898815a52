"""One person of the scene at work: the body, and the act it is in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hiyari.events import PersonPostureChanged
from hiyari.physics.chance import drawn
from hiyari.physics.engine import Engine

from .acts.act import Act, Doing, Impossible, Rest, resting
from .acts.beginning import TOWARDS, begin
from .acts.walking import ToAndFro
from .appearance import worn
from .crowd import Crowd, Member
from .kinds import KINDS, segment_masses
from .limp import let_go
from .model import Deed, Fall, Join, Reach, Someone
from .person import Person
from .posture import Posture, Skeleton
from .surroundings import Surroundings


@dataclass
class Behaviour:
    """What one person does."""

    person: Person
    someone: Someone
    act: Act
    doing: Doing
    of_crowd: bool = False
    """True for who belongs to a crowd of the scene from the start."""
    _begun: int = 0
    _crowds: dict[str, Crowd] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, someone: Someone, seed: int, *, rigid: bool | None = None) -> Behaviour:
        """Return the behaviour of a person of the scene, with its variation drawn from the seed.

        Args:
            name: Of the person.
            someone: The person.
            seed: Of the episode.
            rigid: Whether the body is one segment; when left out, who walks to and fro is.
        """
        kind = KINDS[someone.kind]
        person = Person(
            name=name,
            skeleton=Skeleton(someone.stature, kind, someone.appearance.carries),
            posture=Posture(someone.position, someone.yaw, sit=1.0 if kind.sits or someone.sits else 0.0),
            worn=worn(someone.appearance, someone.kind, drawn(seed, "appearance", name)),
            masses=segment_masses(kind, someone.mass or kind.body_mass_index * someone.stature**2),
            kind=someone.kind,
            dominant=someone.dominant,
            dynamic=someone.dynamic,
            rigid=(someone.walk is not None and not someone.dynamic) if rigid is None else rigid,
        )
        act: Act = Rest(person.posture, resting(person.posture))
        walk = someone.walk
        if walk is not None:
            late = walk.begin + drawn(seed, "walk", name).uniform(0.0, 1.0) * walk.begin_vary
            act = ToAndFro(walk, late, someone.yaw, person.posture)
            person.posture = act.posture(0.0)
        return cls(person, someone, act, act.doing)

    def start(self, deed: Deed, time: float, around: Surroundings, engine: Engine | None = None) -> None:
        """Begin a deed now; what was being done ends. A limp fall needs the engine.

        Raises:
            Impossible: If it cannot be done now, or a reach is going on; what was being done goes on.
        """
        posture = self.act.posture(time)
        if self.person.limp:
            raise Impossible(f"{self.person.name} lies limp")
        if isinstance(deed, Reach) and posture.hand is not None:
            raise Impossible(f"{self.person.name} is still reaching")
        if isinstance(deed, Fall) and deed.limp:
            if engine is None or not self.person.dynamic:
                raise Impossible(f"{self.person.name} is not dynamic and cannot fall limp")
            self.let_go(engine, TOWARDS[deed.towards])
        elif isinstance(deed, Join):
            crowd = self._crowds[deed.crowd]
            if posture.tilt or posture.sit > 0.5:
                raise Impossible(f"{self.person.name} does not stand")
            if self.person.name not in crowd.names:
                crowd.join(self.person.name, posture, self.person.skeleton.kind.speed, self.person.kind)
            self.act = Member(crowd, self.person.name, posture)
        else:
            self.act = begin(deed, self.person, posture, time, around, self._begun)
        self._begun += 1

    def can(self, deed: Deed, around: Surroundings) -> str:
        """Return why a deed would be impossible at the start, or nothing."""
        try:
            if not isinstance(deed, Join):
                begin(deed, self.person, self.act.posture(0.0), 0.0, around, 0)
        except Impossible as error:
            return str(error)
        return ""

    def into(self, crowd: Crowd) -> None:
        """Make the person a member of a crowd from the start."""
        self.act, self.of_crowd = Member(crowd, self.person.name, self.person.posture), True

    def knows(self, crowds: Iterable[Crowd]) -> None:
        """Tell the person which crowds there are to join."""
        self._crowds = {crowd.name: crowd for crowd in crowds}

    def posture(self, time: float) -> Posture:
        """Return the posture at a time."""
        return self.act.posture(time)

    def let_go(self, engine: Engine, towards: float | None = None) -> None:
        """Make a dynamic person limp from now on; falls in a direction from straight ahead, radians, when given."""
        if not self.person.limp:
            self.act = let_go(engine, self.person, towards)

    @property
    def here(self) -> bool:
        """Whether the person is still in the scene; who has left with a crowd is kept far away from it."""
        return self.doing != "left"

    @property
    def moves(self) -> bool:
        """Whether the posture may change, or has just stopped to."""
        return not isinstance(self.act, Rest) or self.person.speed > 0.0 or self.person.posture != self.act.still

    def tick(self, around: Surroundings, time: float, seconds: float) -> PersonPostureChanged | None:
        """Decide the control tick that begins now; returns a change of what the person is seen to do."""
        if self.act.over(time):
            last = self.act.posture(time)
            self.act = Rest(last, resting(last))
        self.act.tick(around, time, seconds)
        before, self.doing = self.doing, self.act.doing
        if before == self.doing:
            return None
        return PersonPostureChanged(person=self.person.name, before=before, after=self.doing)
