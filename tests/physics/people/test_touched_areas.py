"""A ball flies against the body from outside, and the contact tells where."""

import math

import pytest

from hiyari.physics.engine import Shape
from hiyari.physics.geometry import UPRIGHT, add, scale, unit
from hiyari.physics.people.areas import AREAS
from hiyari.physics.people.person import Person
from hiyari.physics.watching.touching import Contacts, Load

FROM = {
    "middle_of_forehead": ("head", (1, 0, 0.1)),
    "temple": ("head", (0, 1, 0)),
    "masticatory_muscle": ("head", (1, 0, -0.3)),
    "shoulder_joint": ("trunk", (0, 1, 0)),
    "fifth_lumbar_vertebra": ("trunk", (-1, 0, 0)),
    "sternum": ("trunk", (1, 0, 0)),
    "abdominal_muscle": ("trunk", (1, 0, 0)),
    "deltoid_muscle": ("left_upper_arm", (0, 1, 0)),
    "forearm_muscle": ("left_lower_arm", (0, 1, 0)),
    "back_of_hand_non_dominant": ("left_lower_arm", (0, 1, 0)),
    "back_of_hand_dominant": ("right_lower_arm", (0, -1, 0)),
    "forefinger_pad_dominant": ("right_lower_arm", (0.3, 0, -1)),
    "thigh_muscle": ("left_thigh", (0, 1, 0)),
    "kneecap": ("left_thigh", (1, 0, 0)),
    "middle_of_shin": ("left_shank", (1, 0, 0)),
    "calf_muscle": ("left_shank", (-1, 0, 0)),
}


def met(engine, person: Person, area: str):
    """Let a ball of 3 cm fly at 1 m/s against the sphere of an area; returns the contact."""
    name, outward = FROM[area]
    segment = person.segments[name]
    index = segment.areas.index(area)
    if area in ("temple", "shoulder_joint"):
        index = max((i for i, one in enumerate(segment.areas) if one == area), key=lambda one: segment.sphere(one)[1])
    outward = unit(outward)
    start = add(segment.sphere(index), scale(outward, segment.radii[index] + 0.03))
    ball = engine.load_shape(Shape("sphere", (0.03, 0.03, 0.03), mass=0.2), start, UPRIGHT)
    velocity = scale(outward, -1.0)
    engine.set_velocity(ball, velocity, (0.0, 0.0, 0.0))
    contacts = Contacts(engine, [person])
    for step in range(60):
        before = engine.motion(ball)
        engine.step()
        contacts.see(step / 1000, Load("ball", ball, frozenset(), (), before, 0.2, 0.0, {-1: "ball"}), 1000)
        if contacts.going:
            return contacts.ended(1.0, all_of_them=True)[0]
    return None


@pytest.mark.parametrize("area", FROM)
def test_the_area_that_is_touched_is_told(engine, person, area):
    """From outside, each area's own sphere is met first, and region, area and speed come out right."""
    engine.set_rate(1000.0)
    body = person().person
    contact = met(engine, body, area)
    assert contact is not None
    assert contact.area == area
    assert contact.region == AREAS[area]
    assert 0.75 < contact.closing_speed < 1.05
    assert math.isfinite(contact.peak_force)
