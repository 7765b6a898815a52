"""Stills of scenes, robots and people."""

import numpy
import pytest

from hiyari.errors import ContentError
from hiyari.physics.engine import Parameters, Shape, View
from hiyari.physics.people.palette import palette
from hiyari.pictures.regions import STRIP
from hiyari.pictures.sizes import Size, read_size
from hiyari.pictures.stills import Wanted, people_still, robot_still, scene_still, write_png
from hiyari.pictures.zones import places

from .conftest import ROBOTS, stage_of

SMALL = Size(240, 180)


def test_zones_change_the_picture_only_where_they_are(engine):
    """With zones, what lies in none of them looks as before, apart from the titles."""
    stage = stage_of("warehouse")
    plain = numpy.asarray(scene_still(engine, stage, Wanted(SMALL)), dtype=int)
    drawn = numpy.asarray(scene_still(engine, stage, Wanted(SMALL, zones=True)), dtype=int)
    changed = numpy.argwhere((plain != drawn).any(axis=2))
    camera, (zone,) = stage.scene.camera, stage.scene.zones.values()
    view = View(camera.eye, camera.target, *SMALL, camera.field_of_view)
    where = places(view, engine.camera(view))
    assert len(changed) > 500
    middle = (zone.low[0] + zone.high[0]) / 2
    inside = [abs(where[y, x, 0] - middle) <= (zone.high[0] - zone.low[0]) / 2 + 0.2 for y, x in changed]
    label = [abs(where[y, x, 0] - middle) <= 3.0 for y, x in changed]
    assert sum(inside) > 0.8 * len(changed)
    assert all(label)


def test_pixels_know_their_place_in_the_world(engine):
    """A level floor is at height 0 in every pixel that shows it."""
    engine.reset(Parameters(step_hz=250.0))
    floor = engine.load_shape(Shape("box", (4.0, 4.0, 0.2)), (0.0, 0.0, -0.1), (0.0, 0.0, 0.0, 1.0))
    view = View(eye=(3.0, 1.0, 2.0), target=(0.0, 0.0, 0.0), width=120, height=90)
    seen = engine.camera(view)
    found = places(view, seen)[seen.bodies == floor]
    on_top = found[numpy.abs(found[:, :2]).max(axis=1) < 1.95]
    assert len(on_top) > 1000
    assert numpy.abs(on_top[:, 2]).max() < 0.02


def test_regions_are_painted_and_explained(engine):
    """With regions, chest and lower legs have their colours, and a legend stands on the right."""
    plain = scene_still(engine, stage_of(), Wanted(SMALL))
    painted = scene_still(engine, stage_of(), Wanted(SMALL, regions=True))
    assert painted.size == (SMALL.width + STRIP, SMALL.height)
    legend = numpy.asarray(painted)[:, SMALL.width :]
    for region in ("chest", "lower_legs", "face"):
        colour = [round(value * 255) for value in palette(region)]
        assert (legend == colour).all(axis=2).any(), region
    body = numpy.asarray(painted)[:, : SMALL.width]
    assert (numpy.asarray(plain) != body).any()


def test_time_passes_before_the_picture(engine):
    """Two seconds later people have walked elsewhere; the same time gives the same picture."""
    stage = stage_of("warehouse")
    first, later, again = (scene_still(engine, stage, Wanted(SMALL, at=at)).tobytes() for at in (0.0, 2.0, 2.0))
    assert first != later
    assert later == again


@pytest.mark.parametrize("name", ["panda", "amr"])
def test_a_robot_fills_its_picture(engine, name):
    """A robot stands in the middle of its picture on a plain floor, and all of it is to be seen."""
    image = robot_still(engine, ROBOTS / name, Wanted(SMALL))
    assert image.size == SMALL
    pixels = numpy.asarray(image, dtype=int)
    middle = pixels[60:120, 80:160].reshape(-1, 3)
    assert len(numpy.unique(middle, axis=0)) > 20


def test_all_kinds_of_people_stand_side_by_side(engine):
    """The line-up shows something in every sixth of its width."""
    image = numpy.asarray(people_still(engine, Wanted(Size(480, 224))), dtype=int)
    for part in numpy.array_split(image, 6, axis=1):
        assert len(numpy.unique(part.reshape(-1, 3), axis=0)) > 40


def test_mistakes_are_told(engine, tmp_path):
    """Unknown cameras, sizes that are none, times that are too long and folders that are not there are told."""
    with pytest.raises(ContentError, match="no camera 'overvieuw'; did you mean overview"):
        scene_still(engine, stage_of(), Wanted(SMALL, camera="overvieuw"))
    with pytest.raises(ContentError, match="0 to 600"):
        scene_still(engine, stage_of(), Wanted(SMALL, at=1e6))
    for text in ("640", "640x", "9x9", "99999x99999", "1900x1900", "axb"):
        with pytest.raises(ContentError):
            read_size(text)
    assert read_size("640x480") == Size(640, 480)
    image = people_still(engine, Wanted(Size(64, 64)))
    with pytest.raises(ContentError, match="cannot write"):
        write_png(image, tmp_path / "nowhere" / "a.png")
