import math
from dataclasses import replace

import pytest

from hiyari.physics.geometry import distance
from hiyari.physics.people.acts.act import Impossible
from hiyari.physics.people.model import (
    Enter,
    Fall,
    Flee,
    Follow,
    Reach,
    Sit,
    Slump,
    Stand,
    StandUp,
    WalkPath,
    Where,
)
from hiyari.physics.people.person import AID
from hiyari.physics.people.surroundings import RobotSeen, Wall

from .conftest import NOTHING


def lowest(person):
    """Return the lowest point of the body, metres."""
    return min(
        segment.sphere(index)[2] - radius
        for name, segment in person.segments.items()
        for index, radius in enumerate(segment.radii)
        if name != AID
    )


def test_a_reach_ends_with_the_hand_at_the_target_and_comes_back(person, live):
    """The hand gets to the target, stays, and hangs again."""
    made = person()
    made.start(Reach(target=(0.6, -0.1, 0.9), move=1.0, stay=2.0), 0.0, NOTHING)
    live(made, 0.0, 2.0)
    assert distance(made.person.spot("right_hand"), (0.6, -0.1, 0.9)) < 0.06
    with pytest.raises(Impossible, match="still reaching"):
        made.start(Reach(target=(0.6, -0.1, 0.9)), 2.0, NOTHING)
    live(made, 2.0, 4.2)
    assert made.person.posture.hand is None
    assert made.person.posture.lean == 0.0


def test_a_target_out_of_reach_is_known_before(person):
    """What cannot be reached is refused, not stretched for."""
    made = person()
    assert "cannot reach" in made.can(Reach(target=(3.0, 0.0, 1.0)), NOTHING)
    with pytest.raises(Impossible):
        made.start(Reach(target=(3.0, 0.0, 1.0)), 0.0, NOTHING)


def test_the_hand_moves_smoothly(person, engine):
    """Between two steps of 1 ms the hand never jumps."""
    made = person()
    made.start(Reach(target=(0.5, -0.2, 0.8), move=0.8, stay=0.1), 0.0, NOTHING)
    fastest = 0.0
    for step in range(1, 1800):
        made.person.take(engine, made.posture(step / 1000), 0.001)
        fastest = max(fastest, made.person.speed)
    assert 0.5 < fastest < 4.0


def test_a_walker_goes_to_and_fro_at_its_speed(person):
    """A walk takes its way at its speed, pauses, and comes back."""
    made = person(walk={"path": [(0, 0), (2, 0)], "speed": 1.0, "pause": 1.0})
    assert made.posture(1.0).feet == pytest.approx((1.0, 0.0))
    assert made.posture(2.5).feet == pytest.approx((2.0, 0.0))
    back = made.posture(4.0)
    assert back.feet == pytest.approx((1.0, 0.0))
    assert abs(back.yaw) == pytest.approx(math.pi)


def test_seeds_move_the_start_of_a_walk_and_nothing_else_does(person):
    """The same seed gives the same begin, another seed another one."""
    walk = {"path": [(0, 0), (2, 0)], "begin_vary": 5.0}
    begins = [person(seed, walk=walk).act.begin for seed in (1, 1, 2)]
    assert begins[0] == begins[1] != begins[2]


def test_a_path_is_walked_once_and_then_the_person_stands(person, live):
    """A walk is seen to begin and to end, at the last corner."""
    made = person()
    made.start(WalkPath(path=((1, 0), (1, 1)), speed=1.0), 0.0, NOTHING)
    assert live(made, 0.0, 2.5) == ["walking", "standing"]
    assert made.person.posture.feet == pytest.approx((1.0, 1.0))
    assert made.person.posture.yaw == pytest.approx(math.pi / 2)
    assert made.person.speed == 0.0


def test_entering_a_zone_ends_inside_it_at_a_point_by_seed(person, live):
    """Two seeds end at two places, both in the zone."""
    ends = []
    for seed in (1, 2):
        around = replace(NOTHING, seed=seed, zones={"here": Where(low=(1, 1), high=(2, 3))})
        made = person(seed)
        made.start(Enter(zone="here"), 0.0, around)
        live(made, 0.0, 4.0, around)
        ends.append(made.person.posture.feet)
    assert ends[0] != ends[1]
    assert all(1 <= x <= 2 and 1 <= y <= 3 for x, y in ends)


def test_sitting_down_slumping_and_standing_up(person, live):
    """Hips go down to a chair's height, the head sags, and both come up again."""
    made = person()
    upright = made.person.spot("face")[2]
    made.start(Sit(), 0.0, NOTHING)
    assert live(made, 0.0, 2.0) == ["sitting"]
    hips = made.person.segments["pelvis"].pose[0]
    assert 0.4 < hips[2] < 0.55
    seated = made.person.spot("face")
    with pytest.raises(Impossible, match="sits"):
        made.start(WalkPath(path=((1, 0),)), 2.0, NOTHING)
    made.start(Slump(), 2.0, NOTHING)
    assert live(made, 2.0, 4.0) == ["slumped"]
    sagged = made.person.spot("face")
    assert sagged[2] < seated[2] - 0.15
    assert sagged[0] > seated[0] + 0.2
    made.start(StandUp(), 4.0, NOTHING)
    assert live(made, 4.0, 6.0) == ["standing"]
    assert made.person.spot("face")[2] == pytest.approx(upright)


@pytest.mark.parametrize(
    ("towards", "x", "y"), [("forward", 1, 0), ("backward", -1, 0), ("left", 0, 1), ("right", 0, -1)]
)
def test_a_fall_ends_on_the_floor_in_its_direction(person, live, towards, x, y):
    """The whole body lies on the floor, head in the direction of the fall."""
    made = person()
    made.start(Fall(towards=towards), 0.0, NOTHING)
    assert live(made, 0.0, 1.5) == ["fallen"]
    face = made.person.spot("face")
    assert face[2] < 0.4
    assert face[0] * x + face[1] * y > 1.2
    assert lowest(made.person) > -0.06
    with pytest.raises(Impossible, match="lies on the floor"):
        made.start(Sit(), 2.0, NOTHING)


def test_a_fall_gets_as_fast_as_falling(person, engine):
    """The head arrives at the speed of a free fall from the stature, within a quarter."""
    made = person()
    made.start(Fall(), 0.0, NOTHING)
    fastest = 0.0
    for step in range(1, 901):
        made.person.take(engine, made.posture(step / 1000), 0.001)
        fastest = max(fastest, made.person.speed)
    assert fastest == pytest.approx(math.sqrt(2 * 9.81 * 1.70), rel=0.25)


def test_following_keeps_its_gap(person, live):
    """Who follows a robot that drives off walks after it and stops behind it."""
    robot = {"at": (1.0, 0.0)}
    around = replace(NOTHING, robots={"guide": RobotSeen(lambda: robot["at"], 0.3)})
    made = person()
    made.start(Follow(whom="guide", gap=1.0), 0.0, around)
    live(made, 0.0, 1.0, around)
    assert made.person.posture.feet == pytest.approx((0.0, 0.0))
    robot["at"] = (4.0, 0.0)
    live(made, 1.0, 5.0, around)
    assert made.person.posture.feet == pytest.approx((3.0, 0.0), abs=0.01)
    assert made.doing == "standing"


def test_fleeing_ends_far_enough_away_and_stops_at_walls(person, live):
    """Who flees goes straight away from the robot, and no farther than a wall."""
    around = replace(NOTHING, robots={"cart": RobotSeen(lambda: (1.0, 0.0), 0.3)})
    made = person()
    made.start(Flee(whom="cart", until=3.0), 0.0, around)
    live(made, 0.0, 3.0, around)
    assert made.person.posture.feet[0] == pytest.approx(-2.0, abs=0.1)
    assert made.doing == "standing"
    walled = replace(around, walls=(Wall((-1.5, 0.0), (0.1, 2.0)),))
    stuck = person()
    stuck.start(Flee(whom="cart", until=3.0), 0.0, walled)
    live(stuck, 0.0, 3.0, walled)
    assert stuck.person.posture.feet[0] == pytest.approx(-1.1, abs=0.02)


def test_standing_still_ends_a_walk(person, live):
    """Who is told to stand stops where that happens."""
    made = person()
    made.start(WalkPath(path=((5, 0),), speed=1.0), 0.0, NOTHING)
    live(made, 0.0, 1.0)
    made.start(Stand(), 1.0, NOTHING)
    live(made, 1.0, 2.0)
    assert made.person.posture.feet == pytest.approx((1.0, 0.0))


def test_who_walks_as_one_rigid_body_says_so(person):
    """What a rigid walker cannot do is refused."""
    made = person(walk={"path": [(0, 0), (2, 0)]})
    with pytest.raises(Impossible, match="rigid"):
        made.start(Sit(), 0.0, NOTHING)


def test_a_wheelchair_user_rolls_and_does_not_stand_up(person, live):
    """A wheelchair user follows a path seated."""
    made = person(kind="wheelchair")
    made.start(WalkPath(path=((1, 0),)), 0.0, NOTHING)
    live(made, 0.0, 2.0)
    assert made.person.posture.feet == pytest.approx((1.0, 0.0))
    assert made.doing == "sitting"
    with pytest.raises(Impossible, match="wheelchair"):
        made.start(StandUp(), 2.0, NOTHING)
