import hashlib
import io
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from PIL import Image

from hiyari.physics.png import encode_grey16

ROBOTS = Path(__file__).parents[3] / "robots"

SHOT = """
import hashlib, sys
from pathlib import Path
from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.session import Session
from hiyari.scenario.model import Operator
folder, robots = map(Path, sys.argv[1:])
session = Session(load_stage(folder, lambda name: robots / name), BulletEngine(), Operator(), "ja")
session.reset(3)
for image in ("rgb", "depth", "segmentation"):
    for _ in session.call("look", {"image": image}):
        pass
    for png in session.returned.images:
        print(hashlib.sha256(png).hexdigest())
"""


def test_sixteen_bit_grey_comes_back(tmp_path):
    """A decoder reads the millimetres that were written; a wrong number of bytes is refused."""
    values = numpy.array([[0, 1, 256], [65535, 40000, 7]], dtype=">u2")
    image = Image.open(io.BytesIO(encode_grey16(values.tobytes(), 3, 2)))
    assert numpy.array_equal(numpy.array(image), values)
    with pytest.raises(ValueError, match="no 3 x 3 pixels"):
        encode_grey16(values.tobytes(), 3, 3)


def test_the_depth_of_a_wall_is_right_to_a_centimetre(open_room):
    """The crate's face is 1.8 m before the camera along its level axis; where there is nothing the depth is 0."""
    room = open_room(camera={"target": [1.0, 0.0, 0.5]})
    returned = room.call("look", image="depth")
    depth = numpy.array(Image.open(io.BytesIO(returned.images[0])))
    assert abs(int(depth[150, 160]) - 1800) <= 10
    assert depth[20, 160] == 0
    assert numpy.array(Image.open(io.BytesIO(returned.images[1]))).shape == (240, 320, 3)
    assert room.of("perception.picture")[-1].image == "depth"


def test_segmentation_colours_each_body_by_its_class(open_room):
    """The crate and the robot have the colours the answer states, the floor none; a detector hides other classes."""
    behind = {"behind": {"eye": [-5.0, 0.0, 1.0], "target": [1.0, 0.0, 0.2], "width": 640, "height": 480}}
    room = open_room(cameras=behind)
    colours = {tuple(pixel) for pixel in room.image(image="segmentation", camera="behind").reshape(-1, 3).tolist()}
    told = room.session.returned.text.splitlines()[-1]
    stated = dict(each.split(" #") for each in told.split(": ")[-1].split(", "))
    assert set(stated) == {"box", "robot"}
    assert colours == {(0, 0, 0), *(tuple(bytes.fromhex(value)) for value in stated.values())}
    one = open_room(cameras=behind, sensors={"cam": {"kind": "detector", "classes": ["box"]}})
    one.image(image="segmentation", camera="behind")
    assert one.session.returned.text.splitlines()[-1].endswith("box #f22424")


def test_a_camera_on_a_robot_moves_with_it(open_room):
    """The same crate is larger from nearer."""
    room = open_room(cameras={"mast": {"robot": "amr", "eye": [0.4, 0, 0.6], "target": [2, 0, 0.4]}})
    far = room.image(camera="mast", image="segmentation").any(axis=2).sum()
    simulation = room.session.simulation
    simulation.engine.put(simulation.built.machines["amr"].body, (-1.0, 0.0, 0.0), (0, 0, 0, 1))
    near = room.image(camera="mast", image="segmentation").any(axis=2).sum()
    assert near > 1.5 * far > 0


def test_a_camera_may_look_straight_down(open_room):
    """Its picture's top is the x axis, or what the scene says is up."""
    down = {"eye": [0.7, 0.0, 2.0], "target": [0.7, 0.0, 0.0]}
    room = open_room(cameras={"down": down, "turned": {**down, "up": [0, 1, 0]}})
    crate = {name: room.image(camera=name, image="segmentation").any(axis=2) for name in ("down", "turned")}
    rows, columns = numpy.nonzero(crate["down"])
    assert rows.mean() < 100 and abs(columns.mean() - 160) < 3
    rows, columns = numpy.nonzero(crate["turned"])
    assert abs(rows.mean() - 120) < 3 and columns.mean() > 180


def test_brightness_is_a_signal_that_dims_pictures(open_room):
    """Half the light is half the grey level."""
    room = open_room()
    bright = room.image().astype(float)
    room.session.simulation.set_signal("scene.brightness", 0.5, "test")
    assert room.image().mean() == pytest.approx(bright.mean() / 2, rel=0.01)


def test_more_samples_smooth_edges(open_room):
    """With samples there are grey levels between those of the surfaces."""
    eye = {"eye": [-1.0, 0.3, 0.5], "target": [1.0, 0.0, 0.3]}
    room = open_room(cameras={"plain": eye, "fine": {**eye, "samples": 2}})
    plain, fine = room.image(camera="plain"), room.image(camera="fine")
    assert fine.shape == plain.shape
    assert len(numpy.unique(fine.reshape(-1, 3), axis=0)) > len(numpy.unique(plain.reshape(-1, 3), axis=0))


def test_looking_changes_nothing(open_room):
    """An episode with looks and pictures ends in the same state as one without."""

    def state(look):
        room = open_room(sensors={"cam": {"kind": "detector"}})
        for _ in range(5):
            if look:
                room.call("look", image="rgb")
            room.wait(0.2)
        return hashlib.sha256(room.session.engine.state()).hexdigest()

    assert state(True) == state(False)


def test_pictures_are_equal_in_fresh_processes(write_room):
    """All kinds of image, with marks, have the same bytes in two processes."""
    marks = [{"kind": "text", "text": "検査済\nＯＫ", "side": "back", "size": [0.3, 0.2]}]
    folder = write_room(things={"crate": {"marks": marks}}, brightness=0.8)
    runs = [
        subprocess.run([sys.executable, "-c", SHOT, folder, ROBOTS], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert len(set(runs[0].split())) == 4


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"image": "rgbd"}, "did you mean 'rgb'"),
        ({"image": "rgb", "camera": "overveiw"}, "did you mean 'overview'"),
        ({"sensor": "cam"}, "There is no sensor 'cam'"),
        ({"image": True}, "There is no kind of image"),
    ],
)
def test_a_bad_look_is_refused_and_says_what_works(open_room, arguments, says):
    """Unknown kinds of image, cameras and sensors are refused with the nearest."""
    returned = open_room().call("look", **arguments)
    assert returned.status == "error" and says in returned.text
