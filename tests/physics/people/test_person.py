import numpy
import pytest

from hiyari.limits import load
from hiyari.physics.people.areas import AREAS, STIFFNESS
from hiyari.physics.people.kinds import KINDS, segment_masses
from hiyari.physics.people.lineup import line_up
from hiyari.physics.people.palette import PALETTE, palette
from hiyari.physics.people.person import AID


def spheres(person, aids=False):
    """Return centre and radius of every sphere of the body."""
    return [
        (segment.sphere(index), radius)
        for name, segment in person.segments.items()
        for index, radius in enumerate(segment.radii)
        if aids or name != AID
    ]


def test_areas_and_regions_are_those_of_the_limit_profile():
    """The 29 areas come in the standard's order with the profile's regions and springs."""
    profile = load("iso_ts_15066_2016")
    assert list(AREAS.items()) == [(area.area, area.group) for area in profile.areas]
    assert len(AREAS) == 29
    assert {name: group.spring * 1000 for name, group in profile.groups.items()} == STIFFNESS
    assert set(STIFFNESS) < set(PALETTE)
    assert len({palette(region) for region in STIFFNESS}) == 12


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_all_areas_and_sums_up_to_its_mass(person, kind):
    """All 29 areas are somewhere on every kind of body, and its segments weigh what it weighs."""
    body = person(kind=kind, mass=40.0).person
    found = {area for segment in body.segments.values() for area in segment.areas}
    assert set(AREAS) <= found
    assert body.mass == pytest.approx(40.0)
    assert set(body.masses) == set(segment_masses(KINDS["adult"], 1.0))


@pytest.mark.parametrize("kind", [kind for kind, made in KINDS.items() if not made.sits])
def test_who_stands_is_on_the_floor_and_as_tall_as_the_kind(person, kind):
    """The lowest sphere touches the floor and the highest ends at the stature, less what a stoop takes."""
    body = person(kind=kind).person
    found = spheres(body)
    assert min(centre[2] - radius for centre, radius in found) == pytest.approx(0.0, abs=0.01)
    top = max(centre[2] + radius for centre, radius in found)
    stoop = 0.05 if KINDS[kind].stoop else 0.02
    assert top == pytest.approx(KINDS[kind].stature, abs=stoop)


@pytest.mark.parametrize("height", [0.9, 1.16, 1.5])
def test_children_of_every_height_stand(person, height):
    """A child is as tall as declared, from 0.9 m on."""
    found = spheres(person(kind="child", height=height).person)
    assert min(centre[2] - radius for centre, radius in found) == pytest.approx(0.0, abs=0.01)
    assert max(centre[2] + radius for centre, radius in found) == pytest.approx(height, abs=0.02)


def test_a_wheelchair_user_sits_in_the_chair(person):
    """The chair is below and around the user, who sits, and moves with the user."""
    made = person(kind="wheelchair")
    assert made.doing == "sitting"
    regions = set(made.person.segments[AID].regions)
    assert regions == {"wheelchair"}
    head = made.person.spot("face")
    assert 1.0 < head[2] < 1.4


def test_a_pram_has_an_infant_in_it(person):
    """The baby is a region of its own, ahead of who pushes."""
    aid = person(kind="pram").person.segments[AID]
    assert set(aid.regions) == {"pram", "infant"}
    assert all(aid.sphere(index)[0] > 0.6 for index, region in enumerate(aid.regions) if region == "infant")


@pytest.mark.parametrize("kind", ["wheelchair", "stick", "pram"])
def test_what_moves_with_a_person_is_where_the_person_is(person, engine, live, kind):
    """After a walk the pieces in the engine are as far on as the person."""
    made = person(kind=kind, walk={"path": [(0, 0), (3, 0)], "speed": 1.0})
    body = made.person.segments[AID].bodies[0]
    before = engine.motion(body).position
    live(made, 0.0, 2.0)
    after = engine.motion(body).position
    assert after[0] - before[0] == pytest.approx(2.0)
    assert after[1:] == pytest.approx(before[1:])


def test_the_dominant_hand_is_the_one_declared(person):
    """Areas of hands tell the dominant side."""
    for dominant, other in (("left", "right"), ("right", "left")):
        segments = person(dominant=dominant).person.segments
        assert "palm_dominant" in segments[f"{dominant}_lower_arm"].areas
        assert "palm_non_dominant" in segments[f"{other}_lower_arm"].areas


def test_clothes_vary_by_seed_and_within_what_is_declared(person):
    """The same seed dresses the same way, and only in clothes from the list."""
    looks = {"vary": True, "among": ["dark", "white"]}
    worn = [person(seed=seed, appearance=looks).person.worn for seed in (1, 1, 2, 3, 4, 5, 6)]
    assert worn[0] == worn[1]
    assert {one.clothing for one in worn} == {"dark", "white"}


def test_declared_colours_are_worn(person):
    """A colour in the scene wins over that of the clothes."""
    made = person(appearance={"clothing": "high_visibility", "shirt": [0, 0, 1], "helmet": False})
    assert made.person.worn.colour("trunk", "chest") == (0, 0, 1)
    assert made.person.worn.colour("left_thigh", "thighs_and_knees") == (0.95, 0.45, 0.05)
    assert not made.person.worn.helmet


def test_a_box_is_carried_in_front(person):
    """Who carries a box has it as a part of the body, and cannot reach."""
    made = person(appearance={"carries": "box"})
    assert made.person.segments[AID].regions == ("carried",)
    left, right = made.person.spot("left_hand"), made.person.spot("right_hand")
    assert left[0] > 0.2
    assert right[0] > 0.2


def test_a_picture_of_all_kinds_shows_the_regions_colours(engine):
    """Painted by region, each of the twelve colours is on the picture, and the same picture comes again."""
    view = line_up(engine, regions=True)
    picture = engine.camera(view)
    pixels = numpy.frombuffer(picture.rgb, dtype=numpy.uint8).reshape(-1, 3).astype(float)
    hues = pixels / numpy.maximum(pixels.max(axis=1, keepdims=True), 1.0)
    for region in STIFFNESS:
        colour = numpy.array(palette(region)) / max(palette(region))
        assert (numpy.abs(hues - colour).max(axis=1) < 0.06).any(), region
