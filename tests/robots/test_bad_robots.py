"""Mistakes in a robot's folder: each is an error that names file and field, before or at the build."""

import pytest
import yaml

from hiyari.errors import ContentError
from hiyari.physics.machines.model import load_robot

ROBOT = {
    "name": "bad",
    "title": {"ja": "試験", "en": "Test"},
    "urdf": "bad.urdf",
    "licence": {"name": "Apache-2.0", "source": "our own"},
    "limits": {
        "speed": 1.0,
        "usual_speed": 0.5,
        "acceleration": 0.5,
        "braking": 1.0,
        "reaction_time": 0.1,
        "payload": 1.0,
    },
    "drive": {
        "kind": "wheels",
        "left": ["left"],
        "right": ["right"],
        "wheel_radius": 0.1,
        "track": 0.5,
        "wheel_force": 10.0,
        "turn_speed": 1.0,
        "stand": 0.01,
    },
}

INERTIAL = '<inertial><mass value="1"/><inertia ixx="1" ixy="0" ixz="0" iyy="1" iyz="0" izz="1"/></inertial>'
URDF = f"""<robot name="bad"><link name="base">{INERTIAL}</link>
<link name="l">{INERTIAL}<collision><geometry><sphere radius="0.1"/></geometry></collision></link>
<link name="r">{INERTIAL}<collision><geometry><sphere radius="0.1"/></geometry></collision></link>
<joint name="left" type="continuous"><parent link="base"/><child link="l"/><origin xyz="0 0.25 0.1"/></joint>
<joint name="right" type="continuous"><parent link="base"/><child link="r"/><origin xyz="0 -0.25 0.1"/></joint>
</robot>"""


@pytest.fixture
def folder(tmp_path):
    def write(urdf=URDF, change=None):
        home = tmp_path / "bad"
        home.mkdir(exist_ok=True)
        data = yaml.safe_load(yaml.safe_dump(ROBOT))
        if change is not None:
            change(data)
        (home / "robot.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        if urdf is not None:
            (home / "bad.urdf").write_text(urdf, encoding="utf-8")
        return home

    return write


def test_the_robot_without_a_mistake_loads(folder):
    """What the mistakes below are made in is right."""
    assert load_robot(folder())[0].name == "bad"


@pytest.mark.parametrize(
    ("urdf", "what"),
    [
        (None, "there is no file"),
        ("<robot", "is no XML"),
        ("<car/>", "is no URDF"),
        (URDF.replace('<sphere radius="0.1"/>', '<mesh filename="gone.stl"/>'), "mesh 'gone.stl' is missing"),
        (URDF.replace('mass value="1"', 'mass value="-1"', 1), "mass -1.0 is negative"),
        (URDF.replace('mass value="1"', 'mass value="0"'), "needs a mass above 0"),
        (URDF.replace('mass value="1"', 'mass value="nan"', 1), "is no finite number"),
        (URDF.replace("0 0.25 0.1", "0 inf 0.1"), "is no finite number"),
        (URDF.replace("0 0.25 0.1", "0 wide 0.1"), "is no finite number"),
        (URDF.replace('<child link="l"/>', '<child link="x"/>'), "joint 'left': there is no link 'x'"),
        (URDF.replace(f'<link name="l">{INERTIAL}', '<link name="l">'), "link 'l' has no inertial"),
        (URDF.replace('name="right" type', 'name="left" type'), "two joints are called 'left'"),
    ],
)
def test_a_broken_urdf_is_an_error_that_says_what(folder, urdf, what):
    """No engine sees it: PyBullet would print a warning at most, or count 1 kg for what has no inertia."""
    with pytest.raises(ContentError) as caught:
        load_robot(folder(urdf))
    assert what in str(caught.value) and caught.value.field == "urdf"


def set_to(*path, value):
    def change(data):
        *way, last = path
        for key in way:
            data = data[key]
        data[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (set_to("limits", "speed", value=float("nan")), "limits.speed"),
        (set_to("limits", "braking", value=float("inf")), "limits.braking"),
        (set_to("limits", "reaction_time", value=float("nan")), "limits.reaction_time"),
        (set_to("limits", "payload", value=-1.0), "limits.payload"),
        (set_to("limits", "torque", value=1.5), "limits.torque"),
        (set_to("limits", "usual_speed", value=2.0), ""),
        (set_to("drive", "kind", value="wings"), "drive"),
        (set_to("drive", "track", value=0.0), "drive"),
        (set_to("equipment", value={"deck": {"kind": "lift", "joint": "left"}}), "equipment.deck"),
        (set_to("limits", "workspace", value={"low": [0, 0, 0], "high": [1, 0, 1]}), "limits.workspace"),
    ],
)
def test_a_mistake_in_the_yaml_names_its_field(folder, change, field):
    """Numbers that are none or out of range, unknown kinds, missing fields."""
    with pytest.raises(ContentError) as caught:
        load_robot(folder(change=change))
    assert (caught.value.field or "").startswith(field)


@pytest.mark.physics
@pytest.mark.parametrize(
    ("change", "field", "what"),
    [
        (set_to("drive", "left", value=["lefft"]), "drive", "no joint 'lefft'"),
        (
            set_to(
                "equipment",
                value={
                    "jack": {
                        "kind": "lift",
                        "joint": "up",
                        "links": ["l"],
                        "mass": 1.0,
                        "high": 0.1,
                        "speed": 0.1,
                        "limit_force": 9.0,
                    }
                },
            ),
            "equipment.jack",
            "no joint 'up'",
        ),
        (
            set_to(
                "equipment",
                value={"s": {"kind": "sprayer", "boom": "bom", "nozzles": [[0, 0, 0]], "flow": 1.0, "tank": 1.0}},
            ),
            "equipment.s",
            "no link 'bom'",
        ),
    ],
)
def test_names_the_urdf_does_not_have_are_errors(folder, on_floor, change, field, what):
    """Joints and links of drive and equipment are looked up at the build."""
    home = folder(change=change)
    with pytest.raises(ContentError) as caught:
        on_floor("bad", home=lambda name: home)
    assert caught.value.field == field and what in str(caught.value)


@pytest.mark.physics
def test_joints_of_an_arm_must_be_those_on_the_way_to_its_tool(folder, on_floor):
    """A chain of other joints would be commanded wrongly, so it is refused."""
    from pathlib import Path

    source = Path(__file__).parents[2] / "robots/kuka"
    data = yaml.safe_load((source / "robot.yaml").read_text(encoding="utf-8"))
    data["arm"]["joints"][0], data["arm"]["joints"][1] = data["arm"]["joints"][1], data["arm"]["joints"][0]
    home = folder()
    (home / "robot.yaml").write_text(yaml.safe_dump(data | {"name": "bad"}, allow_unicode=True), encoding="utf-8")
    (home / "kuka.urdf").write_bytes((source / "kuka.urdf").read_bytes())
    with pytest.raises(ContentError) as caught:
        on_floor("bad", home=lambda name: home)
    assert caught.value.field == "arm.joints" and "joint_1, joint_2" in str(caught.value)
