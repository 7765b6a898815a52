"""What a seed changes: sizes, colours, friction and mass of things, and light, each by a generator of its own."""

import pytest

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.errors import ContentError
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.scene.varying import varied
from hiyari.physics.simulation import Simulation

from ..conftest import ROBOTS

VARY = {"size": 0.2, "mass": 0.3, "friction": 0.5, "colour": 0.1}


def stage(**changes):
    return load_stage(ROBOTS / "scenes/cell", lambda name: ROBOTS / name, changes)


def test_a_seed_changes_things_within_the_declared_ranges():
    """Over 20 seeds all quantities stay within their shares, differ, and use at least half of their ranges."""
    base = stage(things={"part_1": {"vary": VARY}}, brightness=0.8, brightness_vary=0.1)
    seen = [varied(base, seed).scene for seed in range(20)]
    plain = base.scene.things["part_1"]
    for what, most in (("mass", 0.3), ("friction", 0.5)):
        shares = [getattr(scene.things["part_1"], what) / getattr(plain, what) - 1.0 for scene in seen]
        assert max(map(abs, shares)) <= most and max(shares) - min(shares) > most
    sides = [side / 0.045 - 1.0 for scene in seen for side in scene.things["part_1"].box]
    assert max(map(abs, sides)) <= 0.2 and len(set(sides)) == 60
    shades = [shade - plain.colour[0] for shade in (scene.things["part_1"].colour[0] for scene in seen)]
    assert max(map(abs, shades)) <= 0.1 + 1e-9 and max(shades) - min(shades) > 0.1
    assert all(0.7 <= scene.brightness <= 0.9 for scene in seen) and len({scene.brightness for scene in seen}) == 20


def test_the_underside_stays_and_the_engine_gets_the_size():
    """A taller or lower part stands where the plain one stood; its bounds in the engine are the varied ones."""
    engine = BulletEngine()
    simulation = Simulation(stage(things={"part_1": {"vary": {"size": 0.2}}}), engine, 5)
    thing = simulation.scene.things["part_1"]
    low, high = engine.bounds(simulation.built.things["part_1"], -1)
    engine.close()
    assert abs(thing.box[2] - 0.045) > 0.0005
    assert high[2] - low[2] == pytest.approx(thing.box[2], abs=0.003)
    assert thing.position[2] - thing.box[2] / 2 == pytest.approx(0.648 - 0.0225)


def test_what_does_not_vary_and_what_is_added_change_nothing_else():
    """The same seed gives the same scene, and a quantity that varies leaves the others as they were."""
    one, same = (varied(stage(things={"part_1": {"vary": VARY}}), 4).scene for _ in range(2))
    assert one == same
    more = varied(stage(things={"part_1": {"vary": VARY}, "part_2": {"vary": {"size": 0.1}}}), 4).scene
    assert more.things["part_1"] == one.things["part_1"] and more.things["part_3"] == one.things["part_3"]
    less = varied(stage(things={"part_1": {"vary": {"mass": 0.3}}}), 4).scene.things["part_1"]
    assert less.mass == one.things["part_1"].mass and less.box == stage().scene.things["part_1"].box


@pytest.mark.parametrize("what", ["size", "mass", "friction", "colour"])
def test_a_urdf_is_not_varied(what):
    """A share for what has its own shape is a mistake that names the field."""
    with pytest.raises(ContentError, match=rf"vary\.{what}: is that of the urdf"):
        stage(things={"tray": {"vary": {what: 0.1}}})


def test_a_share_above_a_half_is_a_mistake():
    """Half of a side is the most that may vary."""
    with pytest.raises(ContentError, match=r"vary\.size"):
        stage(things={"part_1": {"vary": {"size": 0.7}}})
