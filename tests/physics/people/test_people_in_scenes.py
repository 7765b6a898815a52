import math
from pathlib import Path

import pytest

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.errors import ContentError
from hiyari.events import Contact, PersonPostureChanged, PersonUnable, PhysicsAdvanced
from hiyari.physics.people.areas import AREAS
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.simulation import Simulation

ROBOTS = Path(__file__).parents[3] / "robots"
TITLE = {"ja": "人", "en": "someone"}


def simulation(scene="warehouse", seed=1, **place):
    """Return a scene of ours with changes."""
    return Simulation(load_stage(ROBOTS / "scenes" / scene, lambda name: ROBOTS / name, place), BulletEngine(), seed)


def run(made, seconds):
    """Let time pass and return the events."""
    told = []
    end = made.time + seconds
    while made.time < end - 1e-9:
        made.tick()
        if made.block_is_full():
            events, _ = made.flush()
            told += [timed.event for timed in events]
    return told


def someone(**more):
    return {"title": TITLE, "position": [8.0, 2.2], **more}


def behave(at, **behaviour):
    return {"kind": "behave", "person": "ito", "at": at, "behaviour": behaviour}


def test_a_happening_makes_a_person_fall_and_it_is_told():
    """A fall at a second is seen, recorded and can be read as a signal."""
    made = simulation(people={"ito": someone()}, events=[behave(0.5, kind="fall", towards="left")])
    told = [event for event in run(made, 2.0) if isinstance(event, PersonPostureChanged) and event.person == "ito"]
    assert [(event.before, event.after) for event in told] == [("standing", "fallen")]
    assert made.signals.get_value("ito.posture") == "fallen"


def test_what_a_person_cannot_do_is_told():
    """Standing up from the floor does not happen silently."""
    events = [behave(0.1, kind="fall"), behave(1.5, kind="stand_up")]
    made = simulation(people={"ito": someone()}, events=events)
    (told,) = [event for event in run(made, 2.0) if isinstance(event, PersonUnable)]
    assert told.deed == "stand_up"
    assert "floor" in told.reason


def test_a_walker_that_an_event_names_stops_and_sits_down():
    """A walk to and fro is ended by a behaviour, and the body bends."""
    events = [behave(0.5, kind="sit")]
    walk = {"path": [[8.0, 2.2], [8.0, 4.0]]}
    made = simulation(people={"ito": someone(walk=walk)}, events=events)
    run(made, 3.0)
    assert made.built.people["ito"].doing == "sitting"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ({"people": {"ito": someone(kind="giant")}}, "adult"),
        ({"people": {"ito": someone(height=1.7, kind="child")}}, "child is 0.90 to 1.50 m tall"),
        ({"people": {"ito": someone(position=[math.nan, 0.0])}}, "finite"),
        ({"people": {"ito": someone(walk={"path": [[1, 1]]})}}, "at least 2"),
        ({"people": {"ito": someone(walk={"path": [[1, 1], [1, 1]]})}}, "same point"),
        ({"people": {"ito": someone(does={"kind": "dance"})}}, "walk"),
        ({"people": {"ito": someone(does={"kind": "enter", "zone": "walkwy"})}}, "walkway"),
        ({"people": {"ito": someone(does={"kind": "follow", "whom": "amr_9"})}}, "amr_1"),
        ({"people": {"ito": someone(does={"kind": "join", "crowd": "rush"})}}, "there is no crowd"),
        ({"people": {"ito": someone(appearance={"clothing": "invisible"})}}, "dark"),
        ({"people": {"ito": someone(kind="pram", appearance={"carries": "box"})}}, "the hands of kind pram"),
        ({"people": {"ito": someone()}, "events": [{**behave(1, kind="sit"), "person": "itoo"}]}, "ito"),
    ],
)
def test_wrong_people_are_refused_with_file_and_field(place, words):
    """What cannot be is named with its file."""
    with pytest.raises(ContentError, match="scene") as caught:
        simulation(**place)
    assert words in str(caught.value)


def test_a_person_inside_a_shelf_is_refused():
    """A person placed where something stands is a mistake of the file."""
    with pytest.raises(ContentError) as caught:
        simulation(people={"ito": someone(position=[1.8, 3.2])})
    assert caught.value.field == "people.ito.position"


def test_who_cannot_do_it_from_the_start_is_refused():
    """A reach out of reach in `does` is a mistake of the file."""
    with pytest.raises(ContentError, match="cannot reach") as caught:
        simulation(people={"ito": someone(does={"kind": "reach", "target": [9, 9, 1]})})
    assert caught.value.field == "people.ito.does"


def test_a_seated_person_fits_on_a_chair_and_slumps():
    """A chair of ordinary height stands under who sits, and sagging is told."""
    chair = {
        "box": [0.45, 0.45, 0.04],
        "position": [7.6, 2.2, 0.39],
        "colour": [0.5, 0.3, 0.2, 1],
        "title": {"ja": "椅子", "en": "chair"},
    }
    made = simulation(people={"ito": someone(sits=True)}, things={"chair": chair}, events=[behave(0.2, kind="slump")])
    assert made.built.people["ito"].doing == "sitting"
    told = [event for event in run(made, 2.0) if isinstance(event, PersonPostureChanged) and event.person == "ito"]
    assert [event.after for event in told] == ["slumped"]


def test_a_wheelchair_user_slumps_in_the_chair():
    """The head of a wheelchair user sinks forward while the chair stays."""
    made = simulation(people={"ito": someone(kind="wheelchair")}, events=[behave(0.2, kind="slump")])
    person = made.built.people["ito"].person
    before = person.spot("face")
    run(made, 2.0)
    assert person.spot("face")[2] < before[2] - 0.15
    assert person.spot("face")[0] > before[0] + 0.2
    assert made.signals.get_value("ito.posture") == "slumped"


TOUCHES = {
    "a leg": ("adult", 0.0, 1.4, {"thighs_and_knees", "lower_legs"}),
    "a child's leg": ("child", math.pi, 1.4, {"thighs_and_knees", "lower_legs"}),
    "the wheelchair": ("wheelchair", math.pi / 2, 1.4, {"wheelchair"}),
    "the pram": ("pram", math.pi, 2.6, {"pram"}),
    "the stick": ("stick", math.pi, 1.4, {"stick", "lower_legs", "thighs_and_knees"}),
}


@pytest.mark.parametrize("name", TOUCHES)
def test_a_truck_that_drives_into_somebody_tells_the_region_the_area_and_the_kind(name):
    """The contact and the separation name what was touched, or nearest, of whom."""
    kind, yaw, ahead, regions = TOUCHES[name]
    made = simulation(
        people={"ito": {"title": TITLE, "kind": kind, "position": [1.2 + ahead, 1.2], "yaw": yaw}},
        robots={"amr_1": {"muted": True}},
        controller={"stop_force": 1e6},
    )
    made.built.machines["amr_1"].drive.go([(4.0, 1.2)], "there", "direct")
    told = run(made, 3.0)
    made.end_contacts()
    told += [timed.event for timed in made.flush()[0]]
    contacts = [event for event in told if isinstance(event, Contact)]
    assert {contact.region for contact in contacts} <= regions
    assert {contact.person_kind for contact in contacts} == {kind}
    assert all(AREAS.get(contact.area, contact.area) == contact.region for contact in contacts)
    nearest = [one for event in told if isinstance(event, PhysicsAdvanced) for one in event.separations]
    assert any(one.distance == 0.0 and one.area == contacts[0].area for one in nearest)
