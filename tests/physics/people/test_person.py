import math

import pytest

from hiyari.physics.geometry import distance, length
from hiyari.physics.happenings import PersonReaches
from hiyari.physics.people.behaviour import Behaviour
from hiyari.physics.people.person import STIFFNESS, Person, Posture
from hiyari.physics.scene.script import Someone


class Balls:
    """The part of the engine protocol that people need."""

    def __init__(self):
        self.loaded = []
        self.put_calls = 0

    def load_balls(self, balls, position, orientation, *, stiffness, colour, mass=0.0):
        self.loaded.append((balls, position))
        return len(self.loaded)

    def put(self, body, position, orientation):
        self.put_calls += 1


def someone(**more):
    return Someone.model_validate({"title": {"ja": "人", "en": "someone"}, "position": (0, 0), **more})


def test_a_person_has_all_twelve_regions():
    """Every group of the limit profile is somewhere on the body."""
    person = Person("a", 1.0, Posture((0, 0), 0.0))
    person.build(Balls())
    assert {region for segment in person.segments.values() for region in segment.regions} == set(STIFFNESS)


@pytest.mark.parametrize("height", [1.3, 1.7, 2.0])
def test_a_person_stands_on_the_floor_and_is_as_tall_as_declared(height):
    """The lowest sphere is near the floor and the highest near the height."""
    person = Person("a", height / 1.7, Posture((0, 0), 0.0))
    person.build(Balls())
    spheres = [(s.sphere(i), radius) for s in person.segments.values() for i, radius in enumerate(s.radii)]
    assert 0 <= min(c[2] - r for c, r in spheres) < 0.06
    assert max(c[2] + r for c, r in spheres) == pytest.approx(height, abs=0.08)


def test_a_reach_ends_with_the_hand_at_the_target_and_comes_back():
    """The hand gets to the target, stays, and hangs again."""
    behaviour = Behaviour.of("a", someone(yaw=0.0), seed=1)
    behaviour.person.build(Balls())
    event = PersonReaches(kind="reach", person="a", target=(0.55, -0.1, 0.9), at=0, move=1.0, stay=2.0)
    assert behaviour.start(event, 5.0)
    posture = behaviour.posture(7.0)
    behaviour.person.take(Balls(), posture, 0.001)
    hand = behaviour.person.segments["right_lower"].sphere(4)
    assert distance(hand, (0.55, -0.1, 0.9)) < 0.06
    assert behaviour.posture(9.1).hand is None
    assert behaviour.posture(4.9).lean == 0.0


def test_a_target_out_of_reach_is_known_before():
    """What cannot be reached is refused, not stretched for."""
    behaviour = Behaviour.of("a", someone(), seed=1)
    event = PersonReaches(kind="reach", person="a", target=(3.0, 0.0, 1.0), at=0)
    assert not behaviour.can_reach(event)
    assert not behaviour.start(event, 0.0)


def test_the_hand_moves_smoothly():
    """Between two steps of 1 ms the hand never jumps."""
    behaviour = Behaviour.of("a", someone(), seed=1)
    engine = Balls()
    behaviour.person.build(engine)
    behaviour.start(PersonReaches(kind="reach", person="a", target=(0.5, -0.2, 0.8), at=0, move=0.8, stay=0.1), 0.0)
    fastest = 0.0
    for step in range(1, 1800):
        behaviour.person.take(engine, behaviour.posture(step / 1000), 0.001)
        fastest = max(fastest, behaviour.person.speed)
    assert 0.5 < fastest < 4.0


def test_a_walker_goes_to_and_fro_at_its_speed():
    """A walk takes its way at its speed, pauses, and comes back."""
    walk = {"path": [(0, 0), (2, 0)], "speed": 1.0, "pause": 1.0}
    behaviour = Behaviour.of("a", someone(walk=walk), seed=1)
    assert behaviour.posture(1.0).feet == pytest.approx((1.0, 0.0))
    assert behaviour.posture(2.5).feet == pytest.approx((2.0, 0.0))
    back = behaviour.posture(4.0)
    assert back.feet == pytest.approx((1.0, 0.0))
    assert abs(back.yaw) == pytest.approx(math.pi)


def test_seeds_move_the_start_of_a_walk_and_nothing_else_does():
    """The same seed gives the same begin, another seed another one."""
    walk = {"path": [(0, 0), (2, 0)], "begin_vary": 5.0}
    begins = [Behaviour.of("a", someone(walk=walk), seed).begin for seed in (1, 1, 2)]
    assert begins[0] == begins[1] != begins[2]
    assert length((0.0, 0.0, 0.0)) == 0.0
