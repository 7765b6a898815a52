from dataclasses import replace
from pathlib import Path

import pytest

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.errors import ContentError
from hiyari.events import Contact, PersonPostureChanged, PersonUnable
from hiyari.physics.engine import Parameters, Shape
from hiyari.physics.geometry import UPRIGHT
from hiyari.physics.people.behaviour import Behaviour
from hiyari.physics.people.limp import follow
from hiyari.physics.people.model import Someone
from hiyari.physics.people.person import AID
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.simulation import Simulation

ROBOTS = Path(__file__).parents[3] / "robots"
TITLE = {"ja": "人", "en": "someone"}


def hit(dynamic, kind="adult", seconds=3.0):
    """Let a truck without a scanner drive into somebody; returns the simulation and the events."""
    place = {
        "people": {"ito": {"title": TITLE, "kind": kind, "position": [2.6, 1.2], "dynamic": dynamic}},
        "robots": {"amr_1": {"muted": True}},
        "controller": {"stop_force": 1e6},
    }
    stage = load_stage(ROBOTS / "scenes/warehouse", lambda name: ROBOTS / name, place)
    made = Simulation(stage, BulletEngine(), 1)
    made.built.machines["amr_1"].drive.go([(4.0, 1.2)], "there", "direct")
    told = []
    while made.time < seconds:
        made.tick()
        if made.block_is_full():
            told += [timed.event for timed in made.flush()[0]]
    made.end_contacts()
    return made, told + [timed.event for timed in made.flush()[0]]


def falls(seconds, **fall):
    """Let somebody dynamic fall limp in the warehouse; returns the person and the events."""
    behaviour = {"kind": "fall", "limp": True, **fall}
    place = {
        "people": {"ito": {"title": TITLE, "position": [8.0, 3.0], "dynamic": True}},
        "events": [
            {"kind": "behave", "person": "ito", "at": 0.2, "behaviour": behaviour},
            {"kind": "behave", "person": "ito", "at": 2.0, "behaviour": {"kind": "stand_up"}},
        ],
    }
    stage = load_stage(ROBOTS / "scenes/warehouse", lambda name: ROBOTS / name, place)
    made = Simulation(stage, BulletEngine(), 1)
    told = []
    while made.time < seconds:
        made.tick()
        if made.block_is_full():
            told += [timed.event for timed in made.flush()[0]]
    return made, told


def test_a_limp_fall_ends_as_a_heap_on_the_floor():
    """The body lies on the floor, in one piece, in its direction, and does not stand up again."""
    made, told = falls(3.0, towards="right")
    person = made.built.people["ito"].person
    spheres = [
        (segment.sphere(index), radius)
        for name, segment in person.segments.items()
        for index, radius in enumerate(segment.radii)
        if name != AID
    ]
    assert min(centre[2] - radius for centre, radius in spheres) > -0.03
    assert max(centre[2] + radius for centre, radius in spheres) < 0.6
    assert max(abs(centre[0] - 8.0) + abs(centre[1] - 3.0) for centre, _ in spheres) < 2.2
    assert sum(centre[1] for centre, _ in spheres) / len(spheres) < 2.9
    seen = [event.after for event in told if isinstance(event, PersonPostureChanged) and event.person == "ito"]
    assert seen == ["pushed", "fallen"]
    assert [event.deed for event in told if isinstance(event, PersonUnable)] == ["stand_up"]
    assert sum(person.weights.values()) == pytest.approx(person.mass)


def test_a_truck_moves_somebody_dynamic_and_presses_less_than_on_somebody_held():
    """Momentum goes to the person, who is pushed away and falls; who does not yield is pressed harder and stays."""
    yields, told = hit(dynamic=True)
    stays, told_too = hit(dynamic=False)
    moved, unmoved = (made.built.people["ito"].person for made in (yields, stays))
    assert unmoved.posture.feet == (2.6, 1.2)
    assert moved.posture.feet[0] > 2.8
    assert any(isinstance(event, PersonPostureChanged) and event.after == "fallen" for event in told)
    first, held = (
        next(event for event in events if isinstance(event, Contact) and event.person == "ito")
        for events in (told, told_too)
    )
    assert first.peak_force < 0.7 * held.peak_force
    assert first.closing_speed == pytest.approx(held.closing_speed)


def test_a_limp_fall_needs_somebody_dynamic():
    """Who has no mass in the engine cannot fall limp; the file is refused."""
    event = {"kind": "behave", "person": "ito", "at": 1, "behaviour": {"kind": "fall", "limp": True}}
    place = {"people": {"ito": {"title": TITLE, "position": [8.0, 3.0]}}, "events": [event]}
    with pytest.raises(ContentError, match="needs dynamic"):
        load_stage(ROBOTS / "scenes/warehouse", lambda name: ROBOTS / name, place)


def test_the_other_engine_lets_people_fall_and_moves_their_chairs_too():
    """In MuJoCo a limp body comes to rest on the floor, and a wheelchair is put where its user is."""
    pytest.importorskip("mujoco")
    from hiyari.adapters.mujoco.engine import MujocoEngine

    engine = MujocoEngine()
    engine.reset(Parameters(step_hz=500.0))
    engine.load_shape(Shape("box", (20.0, 20.0, 0.1)), (0.0, 0.0, -0.05), UPRIGHT)
    user, loose = (
        Behaviour.of(name, Someone.model_validate({"title": TITLE, **more}), 1)
        for name, more in (
            ("user", {"kind": "wheelchair", "position": [0, 3]}),
            ("loose", {"dynamic": True, "position": [0, 0]}),
        )
    )
    for behaviour in (user, loose):
        behaviour.person.build(engine)
    loose.let_go(engine, 0.0)
    user.person.take(engine, replace(user.person.posture, feet=(1.0, 3.0)), 0.01)
    for _ in range(900):
        engine.step()
        follow(engine, loose.person, 1 / 500)
    assert engine.motion(user.person.segments[AID].bodies[0]).position[0] == pytest.approx(1.1)
    assert loose.person.spot("face")[2] < 0.4
    assert loose.person.speed < 0.5
    engine.close()
