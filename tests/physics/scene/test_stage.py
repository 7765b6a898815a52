import math
from pathlib import Path

import pytest
import yaml

from hiyari.errors import ContentError, unknown_name
from hiyari.physics.scene.stage import load_stage, merge_place

ROBOTS = Path(__file__).parents[3] / "robots"


def find(name):
    if not (ROBOTS / name).is_dir():
        raise unknown_name("robot", name, ["panda", "amr"])
    return ROBOTS / name


def load(folder, place=None):
    return load_stage(folder, find, place)


def test_a_scene_of_ours_loads_with_the_files_it_was_read_from(scene_folder):
    """A scene loads, and names every file of ours that it is made of."""
    stage = load(scene_folder())
    assert [path.name for path in stage.files] == ["scene.yaml", "robot.yaml", "tray.urdf"]


def test_a_stage_survives_json(scene_folder):
    """What travels to the worker is the same stage again."""
    stage = load(scene_folder())
    assert type(stage).model_validate(stage.model_dump(mode="json", by_alias=True)) == stage


def test_place_is_merged_deep_and_events_are_appended(scene_folder):
    """Changes of a scenario reach single fields, and events of two places add up."""
    event = {"kind": "emergency_button", "at": 1.0}
    place = merge_place({"events": [event]}, {"controller": {"stop_distance": 0.1}, "events": [event]})
    scene = load(scene_folder(), place).scene
    assert scene.controller.stop_distance == 0.1
    assert scene.controller.clear_distance == 0.4
    assert len(scene.events) == 2


def change(path, value):
    def apply(data):
        *way, last = path
        for key in way:
            data = data[key]
        data[last] = value

    return apply


@pytest.mark.parametrize(
    ("path", "value", "field", "words"),
    [
        (["colour_of_the_sky"], 1, "colour_of_the_sky", "there is no field"),
        (["things", "part_1", "mas"], 1, "things.part_1.mas", "mass"),
        (["things", "part_1", "mass"], 0.0, "things.part_1", "mass above 0"),
        (["things", "part_1", "mass"], -1.0, "things.part_1.mass", "greater than or equal to 0"),
        (["things", "part_1", "mass"], math.nan, "things.part_1.mass", "finite"),
        (["things", "part_1", "box"], [0.1, 0.0, 0.1], "things.part_1.box", "above 0"),
        (["things", "tray", "urdf"], "no.urdf", "things.tray.urdf", "there is no file"),
        (["things", "tray", "urdf"], "/etc/passwd", "things.tray.urdf", "leads out of the folder"),
        (["things", "tray", "urdf"], "../../x.urdf", "things.tray.urdf", "leads out of the folder"),
        (["things", "tray", "licence"], None, "things.tray", "licence"),
        (["robots", "arm", "use"], "pandaa", "robots.arm.use", "did you mean panda"),
        (["operates"], "leg", "", "there is no robot 'leg'"),
        (["rates", "control"], 300, "rates", "divide"),
        (["zones", "collaborative", "high"], [-9, 9], "zones.collaborative", "below"),
        (["skills"], ["look", "place", "fly"], "skills.2", "'fly'"),
        (["people", "worker", "height"], 17, "people.worker.height", "less than or equal"),
    ],
)
def test_a_mistake_in_a_scene_names_file_and_field(scene_folder, path, value, field, words):
    """Every mistake is a ContentError with the file, the field and what would be right."""
    with pytest.raises(ContentError) as error:
        load(scene_folder(change(path, value)))
    assert error.value.file.name == "scene.yaml"
    assert error.value.field == field
    assert words in error.value.problem


def test_a_mistake_in_a_scenarios_place_is_told_as_such(scene_folder):
    """A scenario's changes are checked like the scene itself."""
    with pytest.raises(ContentError, match="there is no person 'nobody'") as error:
        load(scene_folder(), {"events": [{"kind": "reach", "person": "nobody", "target": [0, 0, 1], "at": 1}]})
    assert error.value.field.startswith("place")


def test_ten_thousand_objects_are_refused(scene_folder):
    """A scene that could never be stepped in time is refused at once."""
    thing = {"box": [0.01, 0.01, 0.01], "position": [0, 0, 5], "mass": 0.1}
    with pytest.raises(ContentError, match="200"):
        load(scene_folder(lambda data: data["things"].update({f"t{i}": thing for i in range(10_000)})))


@pytest.mark.parametrize(
    ("urdf", "words"),
    [
        ("<robot", "is no XML"),
        ("<model/>", "is no URDF"),
        (
            '<robot name="x"><link name="a"><visual><mesh filename="gone.obj"/></visual></link></robot>',
            "gone.obj",
        ),
        ('<robot name="x"><link name="a"><inertial><mass value="-2"/></inertial></link></robot>', "negative"),
        ('<robot name="x"><link name="a"><inertial><mass value="two"/></inertial></link></robot>', "no number"),
        ('<robot name="x"><link name="a"/></robot>', "needs a mass above 0"),
    ],
)
def test_a_broken_urdf_is_refused_before_the_engine_sees_it(scene_folder, urdf, words):
    """A broken URDF is a ContentError, not an engine's warning on stdout."""
    folder = scene_folder(change(["things", "tray", "mass"], 1.0))
    (folder / "tray.urdf").write_text(urdf, encoding="utf-8")
    with pytest.raises(ContentError) as error:
        load(folder)
    assert words in error.value.problem
    assert error.value.field == "things.tray.urdf"


def test_a_robot_file_is_checked_too(tmp_path, scene_folder):
    """A robot with neither arm nor drive is refused."""
    data = yaml.safe_load((ROBOTS / "panda/robot.yaml").read_text(encoding="utf-8"))
    del data["arm"]
    (tmp_path / "panda").mkdir()
    (tmp_path / "panda/robot.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(ContentError, match="a section 'arm' or 'drive' is needed"):
        load_stage(scene_folder(), lambda name: tmp_path / name)
