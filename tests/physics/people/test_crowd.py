import hashlib
import math
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.errors import ContentError
from hiyari.physics.people.forces import from_others, from_walls, kept_apart, to_walls
from hiyari.physics.people.surroundings import Wall
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.simulation import Simulation

ROBOTS = Path(__file__).parents[3] / "robots"
RUSH = {
    "count": 30,
    "where": {"low": [3.2, 0.4], "high": [8.8, 3.4]},
    "towards": [[6.0, 6.6]],
    "kinds": {"adult": 3, "child": 1, "older": 1},
}


def stage(crowds, **place):
    """Return the warehouse with a crowd in it."""
    return load_stage(ROBOTS / "scenes/warehouse", lambda name: ROBOTS / name, {"crowds": crowds, **place})


def simulated(crowds, seconds, seed=1, look=None, **place):
    """Return a simulation of the warehouse with a crowd after so many seconds."""
    engine = BulletEngine()
    simulation = Simulation(stage(crowds, **place), engine, seed)
    while simulation.time < seconds:
        simulation.tick()
        if look is not None:
            look(simulation)
    return simulation


def test_repulsion_points_away_and_falls_with_distance():
    """Two people push each other apart, less when they are farther away, and less when behind."""
    me, ahead = numpy.array([[0.0, 0.0]]), numpy.array([[1.0, 0.0]])
    still = numpy.zeros((1, 2))
    near = from_others(me, numpy.array([[1.0, 0.0]]), 0.6 * ahead, still)
    far = from_others(me, numpy.array([[1.0, 0.0]]), ahead, still)
    behind = from_others(me, numpy.array([[-1.0, 0.0]]), ahead, still)
    assert near[0, 0] < far[0, 0] < 0.0
    assert far[0, 0] == pytest.approx(2.0 * behind[0, 0])
    assert far[0, 0] == pytest.approx(-2.1 / 0.3 * math.exp(-1.0 / 0.3))


def test_walls_push_as_in_the_paper_and_as_one_by_one():
    """A wall at 0.4 m pushes with U0/R exp(-d/R); the vectors agree with the single wall's geometry."""
    walls = (Wall((2.0, 0.0), (0.5, 3.0)), Wall((-1.0, 2.0), (0.3, 0.6), 0.7))
    spots = numpy.array([[1.1, 0.2], [2.1, 0.1], [-1.0, 1.2], [-0.9, 2.1], [4.0, 5.0]])
    gaps, away = to_walls(spots, walls)
    for row, spot in enumerate(spots):
        for column, wall in enumerate(walls):
            gap, direction = wall.nearest((float(spot[0]), float(spot[1])))
            assert gaps[row, column] == pytest.approx(gap)
            assert away[row, column] == pytest.approx(direction)
    push = from_walls(spots[:1], walls[:1])
    assert push[0] == pytest.approx((-10.0 / 0.2 * math.exp(-0.4 / 0.2), 0.0))


def test_who_overlaps_is_moved_apart():
    """Bodies that overlap end side by side."""
    spots = kept_apart(numpy.array([[0.0, 0.0], [0.3, 0.0]]), numpy.array([0.25, 0.25]), ())
    assert math.dist(*spots) == pytest.approx(0.5)


def test_a_crowd_of_thirty_flows_to_an_exit_past_walls_without_walking_into_each_other():
    """Most have left through the exit, nobody was inside another or a shelf."""
    worst = {"people": 1.0, "walls": 1.0}

    def look(simulation):
        crowd = simulation.built.crowds["rush"]
        here = [row for row, gone in enumerate(crowd.gone) if not gone]
        spots, radii = crowd.then[here], crowd.radii[here]
        apart = numpy.linalg.norm(spots[:, None] - spots[None], axis=2) - radii[:, None] - radii[None]
        numpy.fill_diagonal(apart, 1.0)
        worst["people"] = min(worst["people"], float(apart.min(initial=1.0)))
        gaps, _ = to_walls(spots, simulation.built.around.walls)
        worst["walls"] = min(worst["walls"], float(gaps.min(initial=1.0)))

    simulation = simulated({"rush": RUSH}, 9.0, look=look)
    crowd = simulation.built.crowds["rush"]
    assert crowd.left() >= 15
    assert worst["people"] > -0.06
    assert worst["walls"] > 0.1
    gone = crowd.names[crowd.gone.index(True)]
    assert simulation.signals.get_value(f"{gone}.posture") == "left"


RUN = """
import hashlib, sys
sys.path.insert(0, {folder!r})
from tests.physics.people.test_crowd import RUSH, simulated
print(hashlib.sha256(simulated({{"rush": RUSH}}, 0.6, seed=5).engine.state()).hexdigest())
"""


def test_the_same_seed_gives_the_same_bits_in_two_fresh_processes():
    """A crowd walks the same way in every process, and another one with another seed."""
    code = RUN.format(folder=str(ROBOTS.parent))
    started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    first, second = (process.communicate()[0].split()[-1] for process in started)
    assert first == second
    other = simulated({"rush": RUSH}, 0.6, seed=6)
    assert hashlib.sha256(other.engine.state()).hexdigest() != first


def test_a_led_crowd_walks_after_the_robot():
    """People who are led gather behind the robot, however far away it was."""
    crowd = {"count": 6, "where": {"low": [3.2, 0.4], "high": [5.0, 3.4]}, "led_by": "amr_1"}
    simulation = simulated({"group": crowd}, 5.0)
    robot = simulation.built.machines["amr_1"].place
    spots = simulation.built.crowds["group"].now
    assert all(0.5 < math.dist(spot, robot[:2]) < 2.6 for spot in spots)


def test_a_crowd_avoids_robots_as_much_as_it_is_told():
    """With 0 people walk over the place where the robot stands, with 1 they go around it."""
    nearest = {}
    for avoids in (0.0, 2.0):
        crowd = {
            "count": 4,
            "where": {"low": [3.0, 0.9], "high": [5.0, 1.6]},
            "towards": [[0.2, 1.2]],
            "avoids_robots": avoids,
        }
        found = []

        def look(simulation, found=found):
            robot = simulation.built.machines["amr_1"].place
            found.append(min(math.dist(spot, robot[:2]) for spot in simulation.built.crowds["flow"].now))

        simulated({"flow": crowd}, 3.0, look=look)
        nearest[avoids] = min(found)
    assert nearest[0.0] < 0.5 < nearest[2.0]


def test_somebody_of_the_scene_is_carried_along():
    """Who joins a crowd leaves with it."""
    crowd = {"count": 3, "where": {"low": [5.4, 2.0], "high": [6.6, 3.0]}, "towards": [[6.0, 4.5]]}
    someone = {
        "title": {"ja": "人", "en": "someone"},
        "position": [6.6, 1.5],
        "does": {"kind": "join", "crowd": "flow"},
    }
    simulation = simulated({"flow": crowd}, 4.0, people={"ito": someone})
    assert simulation.built.people["ito"].doing == "left"


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"count": 0}, "crowds.rush.count", "greater than or equal to 1"),
        ({"count": 51}, "crowds.rush.count", "less than or equal to 50"),
        ({"kinds": {"giant": 1}}, "crowds.rush.kinds", "adult"),
        ({"led_by": "amr_9"}, "", "amr_1"),
        ({"towards": []}, "crowds.rush", "led_by"),
        ({"towards": [[math.nan, 1.0]]}, "crowds.rush.towards", "finite"),
        ({"where": {"low": [1, 1], "high": [1, 2]}}, "crowds.rush.where", "below"),
    ],
)
def test_wrong_crowds_are_refused_with_the_field(change, field, words):
    """What cannot be a crowd is named with file and field."""
    with pytest.raises(ContentError) as caught:
        stage({"rush": {**RUSH, **change}})
    assert caught.value.field.startswith(field) or field in str(caught.value)
    assert words in str(caught.value)


def test_a_crowd_without_room_is_refused():
    """Fifty people do not fit on two square metres, nor into a shelf."""
    for where in ({"low": [4, 1], "high": [5, 3]}, {"low": [1.0, 3.0], "high": [2.6, 3.4]}):
        with pytest.raises(ContentError, match="no room") as caught:
            simulated({"rush": {**RUSH, "count": 50, "where": where}}, 0.0)
        assert caught.value.field == "crowds.rush.where"
