"""Drives: velocities within the limits, and the watchdog that ends an old command."""

from pathlib import Path

import pytest

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.events import CommandLapsed
from hiyari.physics.machines.drive import Velocity
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.session import Session
from hiyari.scenario.model import Operator

ROBOTS = Path(__file__).parents[3] / "robots"


@pytest.fixture
def warehouse():
    opened = []

    def build(place=None):
        engine = BulletEngine()
        opened.append(engine)
        stage = load_stage(ROBOTS / "scenes/warehouse", lambda name: ROBOTS / name, place or {})
        session = Session(stage, engine, Operator(), "en")
        session.reset(1)
        return session

    yield build
    for engine in opened:
        engine.close()


def run(session, seconds):
    return [timed.event for batch in session.wait(seconds) for timed in batch.events]


def test_a_velocity_is_held_to_the_limits_and_lapses(warehouse):
    """A command beyond the limit drives at the limit; once it is older than the timeout the robot brakes."""
    session = warehouse({"controller": {"command_timeout": 1.5}})
    machine = session.simulation.mobile()["amr_1"]
    machine.drive.move(Velocity(9.0))
    run(session, 1.4)
    limits = machine.robot.limits
    assert limits.acceleration * 1.4 * 0.9 < machine.speed <= limits.speed
    events = run(session, 2.0)
    lapsed = [event for event in events if isinstance(event, CommandLapsed)]
    assert [event.robot for event in lapsed] == ["amr_1"] and 1.5 < lapsed[0].age < 1.6
    assert machine.speed < 0.01 and machine.drive.velocity is None


def test_without_a_timeout_the_last_velocity_goes_on(warehouse):
    """A scene may take the watchdog away: the robot drives on until told otherwise, backwards too."""
    session = warehouse({"controller": {"command_timeout": None}})
    machine = session.simulation.mobile()["amr_1"]
    machine.drive.move(Velocity(-0.2))
    run(session, 3.0)
    assert machine.speed == pytest.approx(0.2, abs=0.02) and machine.place[0] < 0.8
    machine.halt()
    run(session, 1.0)
    assert machine.speed < 0.01


def test_a_platform_knows_what_it_carries(warehouse):
    """The load signal of a platform is the mass of what lies on it."""
    box = {"box": [0.3, 0.3, 0.2], "position": [1.2, 1.2, 0.6], "mass": 7.0}
    session = warehouse({"things": {"crate": box}})
    run(session, 0.8)
    assert session.probe({"signal": "amr_1.deck.load"}) == 7.0
    assert session.probe({"signal": "amr_2.deck.load"}) == 0.0
