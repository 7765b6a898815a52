import numpy
import pytest
from PIL import Image

from hiyari.errors import ContentError

DETECTOR = {"cam": {"kind": "detector", "camera": "overview"}}
MOVING = {
    "part_1": {
        "title": {"ja": "玉", "en": "ball"},
        "box": [0.1, 0.1, 0.1],
        "position": [0.5, 0.3, 0.05],
        "mass": 0.2,
        "part": True,
    }
}


def shift(room, x):
    """Move the part at once."""
    simulation = room.session.simulation
    simulation.engine.put(simulation.built.things["part_1"], (x, 0.3, 0.05), (0, 0, 0, 1))


def fail(room, sensor, **fault):
    from hiyari.physics.perception.faults import SensorFault

    model = SensorFault(**fault) if fault else None
    assert room.senses.problem(sensor, model) == ""
    room.senses.disturb(sensor, model, room.session.simulation.time)


def place_of(room, name="part_1"):
    room.call("look")
    items = {item.name: item for item in room.of("perception.reported")[-1].items}
    return round(items[name].position[0], 2) if name in items else None


def test_a_frozen_detector_repeats_its_list_until_it_is_repaired(open_room):
    """The list stays as it was, noise and all, while the object moves away; the event says how old it is."""
    room = open_room(things=MOVING, sensors={"cam": {**DETECTOR["cam"], "noise": 0.02}})
    fail(room, "cam", kind="frozen")
    shift(room, 0.7)
    room.wait(1.0)
    first = room.call("look").text.split("Time now")[0]
    assert room.call("look").text.split("Time now")[0] == first
    assert room.of("perception.reported")[-1].age == pytest.approx(1.0, abs=0.05)
    assert room.of("perception.reported")[-1].fault == "frozen"
    fail(room, "cam")
    assert place_of(room) == pytest.approx(0.7, abs=0.08)


def test_a_stale_detector_tells_what_was(open_room):
    """It tells what was two seconds ago, and its time stamp says so."""
    room = open_room(things=MOVING, sensors=DETECTOR)
    fail(room, "cam", kind="stale", seconds=2.0)
    for x in (0.6, 0.7, 0.8, 0.9):
        shift(room, x)
        room.wait(1.0)
    assert place_of(room) == 0.8
    assert 2.0 <= room.of("perception.reported")[-1].age <= 2.4
    assert "taken at 2.00 s" in room.call("look").text


def test_a_frozen_camera_freezes_picture_and_detector(open_room):
    """Both show the object where it was; repaired, both show where it is."""
    room = open_room(things=MOVING, sensors=DETECTOR)
    before = room.image()
    fail(room, "overview", kind="frozen")
    shift(room, 0.9)
    room.wait(0.5)
    assert numpy.array_equal(room.image(), before)
    assert place_of(room) == 0.5
    fail(room, "overview")
    assert not numpy.array_equal(room.image(), before)
    assert place_of(room) == 0.9


def test_swapped_cameras_show_each_others_view(open_room):
    """Asked for one, the agent gets the other, and the detector sees through it."""
    back = {"eye": [3.0, 0.0, 0.5], "target": [5.0, 0.0, 0.3]}
    room = open_room(cameras={"back": back}, sensors=DETECTOR)
    front, away = room.image(), room.image(camera="back")
    assert place_of(room, "crate") == 1.0
    fail(room, "overview", kind="swapped", other="back")
    fail(room, "back", kind="swapped", other="overview")
    assert numpy.array_equal(room.image(), away)
    assert numpy.array_equal(room.image(camera="back"), front)
    assert place_of(room, "crate") is None


def test_a_swapped_detector_exchanges_two_names(open_room):
    """Each of two objects is told where the other is; the event knows."""
    room = open_room(things=MOVING, sensors=DETECTOR)
    fail(room, "cam", kind="swapped", names=("part_1", "crate"))
    assert place_of(room, "part_1") == 1.0
    assert place_of(room, "crate") == 0.5
    assert room.of("perception.reported")[-1].misclassified == {"part_1": "crate", "crate": "part_1"}


def test_a_spoofed_detector_tells_what_is_made_up(open_room):
    """Declared items stand instead of what is there, or beside it; neither answer says which is true."""
    ghost = {"name": "parcel_9", "kind": "parcel", "position": [0.4, 0.0, 0.1]}
    room = open_room(things=MOVING, sensors=DETECTOR)
    fail(room, "cam", kind="spoofed", items=[ghost])
    told = room.call("look").text
    assert "parcel_9" in told and "crate" not in told and "ball" not in told
    event = room.of("perception.reported")[-1]
    assert (event.invented, event.missed) == (("parcel_9",), ("crate", "part_1"))
    fail(room, "cam", kind="spoofed", items=[ghost], adds=True)
    told = room.call("look").text
    assert "parcel_9" in told and "crate" in told
    for secret in ("spoof", "truth", "invented", "fault"):
        assert secret not in told


def test_a_spoofed_camera_shows_another_picture(open_room, write_room):
    """The declared file is shown instead."""
    folder = write_room()
    Image.new("RGB", (64, 64), (10, 200, 30)).save(folder / "still.png")
    room = open_room()
    fail(room, "overview", kind="spoofed", picture="still.png")
    assert numpy.array_equal(room.image()[100, 100], (10, 200, 30))


def test_a_lost_sensor_does_not_answer(open_room):
    """Like a real driver's, the refusal says for how long nothing came; the camera's detector is lost with it."""
    room = open_room(sensors=DETECTOR)
    fail(room, "overview", kind="lost")
    room.wait(1.0)
    returned = room.call("look")
    assert returned.status == "error" and "no data for 1.0 s" in returned.text


def test_a_noisy_camera_is_grainy(open_room):
    """Its pixels scatter by the given grey levels, anew in each picture."""
    room = open_room()
    clean = room.image().astype(float)
    fail(room, "overview", kind="noisy", sigma=12.0)
    one, other = room.image().astype(float), room.image().astype(float)
    grey = (clean > 60) & (clean < 190)
    assert (one - clean)[grey].std() == pytest.approx(12.0, rel=0.05)
    assert not numpy.array_equal(one, other)


def test_a_happening_begins_and_ends_a_fault(open_room):
    """The scenario switches a fault on at one time and off at another."""
    events = [
        {"kind": "fault", "at": 1.0, "sensor": "cam", "fault": {"kind": "lost"}},
        {"kind": "fault", "at": 2.0, "sensor": "cam"},
    ]
    room = open_room(sensors=DETECTOR, events=events)
    assert room.call("look").status == "ok"
    room.wait(1.5)
    assert room.call("look").status == "error"
    room.wait(1.0)
    assert room.call("look").status == "ok"


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"sensors": {"cam": {"kind": "detector", "camera": "overvew"}}}, "sensors.cam.camera", "overview"),
        ({"sensors": {"cam": {"kind": "detector", "fault": {"kind": "swapped"}}}}, "sensors.cam.detector", "other or"),
        (
            {"sensors": {"cam": {"kind": "detector", "fault": {"kind": "swapped", "other": "cam"}}}},
            "sensors.cam.fault",
            "there is no other detector 'cam'",
        ),
        (
            {"sensors": {"cam": {"kind": "detector", "fault": {"kind": "spoofed", "value": 1.0}}}},
            "sensors.cam.fault",
            "does not belong to a detector",
        ),
        (
            {"sensors": {"cam": {"kind": "detector", "fault": {"kind": "swapped", "names": ["crate", "crat"]}}}},
            "sensors.cam.fault",
            "did you mean crate",
        ),
        ({"sensors": {"w": {"kind": "reading", "signal": "crate.y2"}}}, "sensors.w.signal", "did you mean"),
        (
            {"cameras": {"c": {"eye": [0, 0, 1], "target": [1, 0, 1], "robot": "amrr"}}},
            "cameras.c.robot",
            "did you mean amr",
        ),
        (
            {"cameras": {"c": {"eye": [0, 0, 1], "target": [1, 0, 1], "robot": "amr", "link": "bace"}}},
            "cameras.c.link",
            "there is no link",
        ),
        ({"cameras": {"c": {"eye": [0, 0, 1], "target": [1, 0, 1], "link": "x"}}}, "cameras.c.link", "needs a robot"),
        ({"cameras": {"overview": {"eye": [0, 0, 1], "target": [1, 0, 1]}}}, "cameras.overview", "own camera"),
        ({"cameras": {"c": {"eye": [0, 0, 1], "target": [0, 0, 1]}}}, "cameras.c", "same point"),
        (
            {"cameras": {"c": {"eye": [0, 0, 1], "target": [1, 0, 1], "width": 1280, "height": 960, "samples": 2}}},
            "cameras.c",
            "points would be rendered",
        ),
        ({"cameras": {"crate": {"eye": [0, 0, 1], "target": [1, 0, 1]}}}, "", "names two of"),
        ({"events": [{"kind": "fault", "at": 1, "sensor": "kam"}]}, "events.0.sensor", "there is no camera or"),
        (
            {"cameras": {"c": {"eye": [0, 0, 1], "target": [1, 0, 1], "fault": {"kind": "spoofed", "picture": "n"}}}},
            "",
            "there is no file",
        ),
    ],
)
def test_what_is_not_there_is_named(open_room, change, field, says):
    """Unknown cameras, sensors, robots, links, signals and objects are errors with field and nearest name."""
    with pytest.raises(ContentError) as error:
        open_room(**change)
    assert says in str(error.value)
    assert error.value.field.startswith(field)
