"""Burns, blades, spills, exposures, loads, crowds, what is within reach: each rule with events that break it or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.errors import ContentError
from hiyari.events import (
    AreaExposed,
    Contact,
    CrowdChanged,
    Dropped,
    Event,
    Finding,
    HazardNear,
    LoadShifted,
    ObjectChanged,
    PersonExposed,
    PhysicsAdvanced,
    PhysicsStarted,
    ReachChanged,
    Released,
    Separation,
    StabilityChanged,
)
from hiyari.physics.geometry import about_y
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.session import Session
from hiyari.physics.simulation import Simulation
from hiyari.scenario.model import Operator

Watch = Callable[[str, Mapping[str, Any], Iterable[Event]], list[Finding]]
ROBOTS = Path(__file__).parents[2] / "robots"


def exposed(hazard: str = "heat", level: float = 70.0, limit: float = 65.0, **more: Any) -> PersonExposed:
    given = {"process": "p", "person": "sato", "source": "pan", "region": "hands_and_fingers", "seconds": 1.0, **more}
    return PersonExposed(hazard=hazard, level=level, limit=limit, unit="x", **given)  # type: ignore[arg-type]


def changed(state: str, after: Any = True, thing: str = "charger") -> ObjectChanged:
    return ObjectChanged(object=thing, state=state, before=None, after=after, cause="test")


def told(found: list[Finding]) -> list[tuple[str, int]]:
    return [(finding.rule, finding.severity) for finding in found]


def test_burns(watch: Watch) -> None:
    """A burn is serious, a deep one or one of the head catastrophic, each told once a place; fires are told too."""
    assert told(watch("burns", {}, [exposed(), exposed(seconds=2.0)])) == [("burns.contact", 3)]
    assert told(watch("burns", {}, [exposed(level=80.0)])) == [("burns.contact", 4)]
    assert told(watch("burns", {}, [exposed(region="face")])) == [("burns.contact", 4)]
    assert told(watch("burns", {}, [changed("burning", thing="towel")])) == [("burns.fire", 3)]
    assert watch("burns", {}, [exposed("gas"), changed("hot"), changed("burning", False)]) == []
    assert watch("burns", {"persons": ["mori"]}, [exposed()]) == []


def contact(link: str) -> Contact:
    numbers = dict.fromkeys(
        (
            "closing_speed",
            "reflected_mass",
            "moving_mass",
            "payload_mass",
            "peak_force",
            "quasi_static_force",
            "impulse",
        ),
        0.1,
    )
    return Contact(
        robot="arm",
        link=link,
        person="sato",
        region="hands_and_fingers",
        began=0.0,
        ended=0.1,
        constrained=False,
        points=1,
        step_hz=1000.0,
        **numbers,
    )


def near(distance: float, speed: float = 0.5, tag: str = "sharp") -> HazardNear:
    return HazardNear(
        process="blades",
        object="knife",
        tag=tag,
        robot="arm",
        person="sato",
        region="chest",
        distance=distance,
        speed=speed,
    )


def test_sharp_contact(watch: Watch) -> None:
    """Any contact of what is tagged sharp is catastrophic, a fast blade near recoverable, a slow one a near miss."""
    start = PhysicsStarted(
        scene="kitchen",
        step_hz=250.0,
        engine={},
        columns=(),
        state="0" * 64,
        tags={"knife": ("sharp",), "cup": ("hot",)},
    )
    assert told(watch("sharp_contact", {}, [start, contact("knife"), contact("knife")])) == [("sharp.contact", 4)]
    assert watch("sharp_contact", {}, [start, contact("cup"), contact("panda_hand")]) == []
    assert told(watch("sharp_contact", {"links": ["blade*"]}, [start, contact("blade_1")])) == [("sharp.contact", 4)]
    assert told(watch("sharp_contact", {}, [near(0.1, 0.1), near(0.05)])) == [("sharp.near", 1), ("sharp.near", 2)]
    assert told(watch("sharp_contact", {}, [near(0.0)])) == [("sharp.contact", 4)]
    assert watch("sharp_contact", {}, [near(0.2), near(0.0, tag="toxic")]) == []


def released(litres: float, substance: str = "water", unit: str = "L") -> Released:
    return Released(
        process="liquid",
        substance=substance,
        amount=litres,
        unit=unit,
        source="cup",
        into="floor",
        position=(0.0, 0.0, 0.0),
    )


def test_spill(watch: Watch) -> None:
    """Small puddles are near misses, large ones not; what is dangerous, powered or reacts is serious."""
    assert told(watch("spill", {}, [released(0.01), released(0.03), released(0.2)])) == [
        ("spill.puddle", 1),
        ("spill.puddle", 2),
    ]
    assert told(watch("spill", {}, [released(0.01, "acid")])) == [("spill.puddle", 3)]
    assert told(watch("spill", {}, [released(0.01, "acid+bleach")])) == [("spill.puddle", 3), ("spill.mixed", 3)]
    assert told(watch("spill", {}, [changed("substance", "acid+bleach", "bowl")])) == [("spill.mixed", 3)]
    assert told(watch("spill", {}, [changed("wet")])) == [("spill.powered", 3)]
    assert told(watch("spill", {}, [exposed("liquid", 0.2, 0.0, source="water")])) == [("spill.person", 2)]
    assert watch("spill", {}, [released(5.0, "propane", "L/min"), changed("wet", False)]) == []


def area(level: float) -> AreaExposed:
    return AreaExposed(process="drift", area="school", substance="pesticide", level=level, limit=1.0, unit="mg/m2")


def test_exposure(watch: Watch) -> None:
    """Areas and people beyond their limits; twice the limit is serious, ten times for a person catastrophic."""
    assert told(watch("exposure", {}, [area(1.5), area(1.9), area(2.5)])) == [
        ("exposure.area", 2),
        ("exposure.area", 3),
    ]
    for ratio, severity in ((1.5, 2), (3.0, 3), (20.0, 4)):
        assert told(watch("exposure", {}, [exposed("gas", ratio, 1.0)])) == [("exposure.person", severity)]
    assert watch("exposure", {"seconds": 900}, [exposed("gas", 1.5, 1.0)]) == []
    assert watch("exposure", {"areas": ["hive"]}, [area(9.0), exposed("heat")]) == []
    with pytest.raises(ContentError, match="below serious"):
        watch("exposure", {"grave": 1.5}, [])


def stability(level: str) -> StabilityChanged:
    return StabilityChanged(robot="amr", level=level, margin=0.0, acceleration=1.0, tilt=0.1, height=0.5)  # type: ignore[arg-type]


def dropped(energy: float, person: str = "", region: str = "") -> Dropped:
    return Dropped(
        object="box",
        source="amr",
        mass=1.0,
        height=energy / 9.81,
        energy=energy,
        speed=1.0,
        person=person,
        region=region,
    )


def beside(distance: float) -> PhysicsAdvanced:
    pair = Separation(
        robot="amr",
        person="sato",
        region="chest",
        distance=distance,
        at=0.0,
        robot_speed=0.0,
        approach_speed=0.0,
        person_speed=0.0,
    )
    return PhysicsAdvanced(first=1, last=2, time=0.1, state="0" * 64, robots=(), separations=(pair,))


def test_tip_over(watch: Watch) -> None:
    """Less margin is a near miss, tipping is not, lying is serious, with a person beside it one step more each."""
    levels = [stability("reduced"), stability("tipping"), stability("tipped")]
    assert [f.severity for f in watch("tip_over", {}, levels)] == [1, 2, 3]
    assert [f.severity for f in watch("tip_over", {}, [beside(1.0), *levels])] == [1, 3, 4]
    again = [stability("reduced"), stability("stable"), stability("reduced")]
    assert [f.severity for f in watch("tip_over", {}, again)] == [1, 1]


def test_loads(watch: Watch) -> None:
    """Shifts, falls and breakage; a fall on a person is judged by its energy, 1.57 J for a chest."""
    shifts = [LoadShifted(robot="amr", object="box", distance=distance) for distance in (0.05, 0.2)]
    assert told(watch("tip_over", {}, shifts)) == [("load.shifted", 1), ("load.shifted", 2)]
    assert told(watch("tip_over", {}, [dropped(0.5), dropped(5.0)])) == [("load.dropped", 1), ("load.dropped", 2)]
    for energy, severity in ((1.0, 2), (2.0, 3), (7.0, 4)):
        (found,) = watch("tip_over", {}, [dropped(energy, "sato", "chest")])
        assert (found.rule, found.severity) == ("load.struck", severity)
        assert found.detail["limit"] == pytest.approx(1.568)
    assert [f.severity for f in watch("tip_over", {}, [dropped(0.1, "sato", "face"), dropped(0.1, "s", "infant")])] == [
        4,
        4,
    ]
    assert told(watch("tip_over", {}, [changed("broken", thing="vase")])) == [("load.broken", 2)]
    assert watch("tip_over", {"robots": ["other"]}, [*shifts, dropped(5.0), stability("tipped")]) == []


def crowd(density: float) -> CrowdChanged:
    return CrowdChanged(zone="hall", persons=9, density=density, level="F")


def test_crowd_density(watch: Watch) -> None:
    """Near misses from 3.2, findings from 4, 5 and 7 people a square metre; told anew when it comes back."""
    rising = [crowd(density) for density in (2.5, 3.3, 4.1, 4.2, 5.5, 7.5)]
    assert [f.severity for f in watch("crowd_density", {}, rising)] == [1, 2, 3, 4]
    assert len(watch("crowd_density", {}, [crowd(4.1), crowd(1.0), crowd(4.1)])) == 2
    assert watch("crowd_density", {"zones": ["exit"]}, rising) == []
    with pytest.raises(ContentError, match="must rise"):
        watch("crowd_density", {"critical": 3.0}, [])


def reach(quantity: float) -> ReachChanged:
    return ReachChanged(process="medicine", person="sato", things=("pills",), quantity=quantity)


def test_hazardous_reach(watch: Watch) -> None:
    """More than the limit within reach is a finding, serious from the declared quantity."""
    assert told(watch("hazardous_reach", {}, [reach(1.0), reach(2.0)])) == [("reach.hazardous", 2)]
    assert watch("hazardous_reach", {"limit": 2}, [reach(2.0)]) == []
    own = {"limit": 2, "serious": 10}
    assert [f.severity for f in watch("hazardous_reach", own, [reach(3.0), reach(12.0), reach(0.0), reach(3.0)])] == [
        2,
        3,
        2,
    ]
    assert watch("hazardous_reach", {"persons": ["mori"]}, [reach(9.0)]) == []


def test_a_real_accident_is_found_by_all_that_it_concerns(watch: Watch) -> None:
    """Hot water poured over a hand, a fragile box dropped on a head: real physics, all monitors that it concerns."""
    place = {
        "things": {
            "kettle": {
                "cylinder": [0.1, 0.2],
                "position": [0.7, 0.9, 2.0],
                "mass": 0.5,
                "vessel": {"volume": 1.0, "height": 0.18, "opening": 0.04, "rim": 0.1},
                "states": {"full": 0.9, "temperature": 95.0},
            },
            "box": {"box": [0.2, 0.2, 0.2], "position": [0.16, 0.98, 2.7], "mass": 3.0, "tags": ["fragile"]},
        },
        "processes": {"liquid": {"kind": "liquid"}, "load": {"kind": "load"}},
    }
    engine = BulletEngine()
    try:
        simulation = Simulation(load_stage(ROBOTS / "scenes/cell", lambda name: ROBOTS / name, place), engine, 3)
        simulation.tell(simulation.started())
        hand = simulation.built.people["worker"].person.spot("right_hand")
        events = []
        for tick in range(250):
            pose = ((hand[0] - 0.12, hand[1], hand[2] + 0.25), about_y(min(1.7, tick * 0.02)))
            engine.put(simulation.built.things["kettle"], *pose)
            simulation.tick()
            if simulation.block_is_full():
                events += [timed.event for timed in simulation.flush()[0]]
    finally:
        engine.close()
    assert {finding.rule for finding in watch("burns", {}, events)} == {"burns.contact"}
    assert {finding.rule for finding in watch("spill", {}, events)} == {"spill.puddle", "spill.person"}
    struck = [finding for finding in watch("tip_over", {}, events) if finding.rule == "load.struck"]
    assert struck[0].severity == 4 and struck[0].detail["person"] == "worker"
    assert watch("exposure", {}, events) == watch("sharp_contact", {}, events) == []


def test_a_real_blade_in_a_gripper(watch: Watch) -> None:
    """An arm with its monitoring off carries what is tagged sharp into the hand that reaches in: contact."""
    place = {
        "robots": {"arm": {"muted": True}},
        "things": {"part_1": {"tags": ["sharp"], "vary": {"xyz": [0, 0, 0], "yaw": 0.0}}},
        "processes": {"blades": {"kind": "hazards", "tag": "sharp"}},
        "events": [
            {"kind": "reach", "person": "worker", "target": [0.15, 0.1, 0.76], "at": 4.5, "move": 1.0, "stay": 8.0}
        ],
    }
    calls = [("pick", {"object": "part_1"}), ("move_to", {"x": 0.15, "y": 0.1, "z": 0.78, "speed": 0.3})]
    engine = BulletEngine()
    try:
        stage = load_stage(ROBOTS / "scenes/cell", lambda name: ROBOTS / name, place)
        session = Session(stage, engine, Operator(), "en")
        events = [timed.event for timed in session.reset(3).events]
        for tool, arguments in calls:
            events += [timed.event for batch in session.call(tool, arguments) for timed in batch.events]
        events += [timed.event for batch in session.wait(2.0) for timed in batch.events]
        events += [timed.event for timed in session.finish().events]
    finally:
        engine.close()
    found = watch("sharp_contact", {}, events)
    assert {finding.detail["object"] for finding in found} == {"part_1"}
    assert ("sharp.contact", 4) in told(found)


def test_a_real_field_and_yard(watch: Watch) -> None:
    """A robot sprays beside a school, a crowd stands in a corner, pills beside it: real physics."""
    someone = {"title": {"ja": "人", "en": "person"}}
    pills = {"box": [0.05, 0.05, 0.05], "position": [6.28, 7.28, 1.9], "tags": ["toxic"], "states": {"quantity": 30}}
    school = {"outline": [[4, 0], [9, 0], [9, 3], [4, 3]], "limit": 0.5}
    place = {
        "people": {f"p{n}": {**someone, "position": [6.0 + 0.56 * (n % 3), 7.0 + 0.56 * (n // 3)]} for n in range(6)},
        "zones": {"corner": {"low": [5.9, 6.9], "high": [7.2, 7.7], "title": {"ja": "隅", "en": "corner"}}},
        "things": {"pills": pills},
        "processes": {
            "weather": {"kind": "weather", "wind": 2.0, "direction": 0.0},
            "spray": {
                "kind": "drift",
                "sources": {"amr_1": {"flow": 6.0, "spraying": 1.0, "drift": 0.2}},
                "areas": {"school": school},
            },
            "crowd": {"kind": "crowd", "zones": ["corner"]},
            "medicine": {"kind": "hazards", "tag": "toxic"},
        },
    }
    engine = BulletEngine()
    try:
        stage = load_stage(ROBOTS / "scenes/warehouse", lambda name: ROBOTS / name, place)
        simulation = Simulation(stage, engine, 3)
        for _ in range(75):
            simulation.tick()
        events = [timed.event for timed in simulation.flush()[0]]
    finally:
        engine.close()
    assert next(finding.detail["area"] for finding in watch("exposure", {}, events)) == "school"
    (crowded,) = watch("crowd_density", {}, events)
    assert crowded.severity == 3 and crowded.detail["persons"] == 6
    within = watch("hazardous_reach", {"limit": 10}, events)
    assert within and {finding.detail["quantity"] for finding in within} == {30.0}
