import pytest

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.physics.engine import Parameters
from hiyari.physics.people.behaviour import Behaviour
from hiyari.physics.people.model import Someone
from hiyari.physics.people.surroundings import Surroundings

NOTHING = Surroundings(seed=1, walls=(), zones={}, robots={}, people={})


@pytest.fixture
def engine():
    """Return an empty world."""
    made = BulletEngine()
    made.reset(Parameters(step_hz=250.0))
    yield made
    made.close()


@pytest.fixture
def person(engine):
    """Build somebody in the engine."""

    def build(seed=1, **more):
        someone = Someone.model_validate({"title": {"ja": "人", "en": "someone"}, "position": (0, 0), **more})
        behaviour = Behaviour.of("a", someone, seed)
        behaviour.person.build(engine)
        return behaviour

    return build


@pytest.fixture
def live(engine):
    """Let time pass for one behaviour, in control ticks of 20 ms; returns what was told."""

    def run(behaviour, begin, end, around=NOTHING):
        told = []
        for tick in range(round(begin / 0.02), round(end / 0.02)):
            event = behaviour.tick(around, tick * 0.02, 0.02)
            if event is not None:
                told.append(event.after)
            behaviour.person.take(engine, behaviour.posture((tick + 1) * 0.02), 0.02)
        return told

    return run
