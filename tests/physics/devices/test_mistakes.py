"""Mistakes in the section of a device name file and field."""

import pytest

from hiyari.errors import ContentError

CURTAIN = {"kind": "light_curtain", "position": [2, 2, 1], "size": [0.05, 1, 1]}
BELT = {"kind": "conveyor", "position": [1.5, -2, 0.5], "size": [1.2, 0.4, 0.1]}
SQUARE = [[0, 0], [1, 0], [1, 1]]


@pytest.mark.parametrize(
    "device, words",
    [
        ({"kind": "light_curtian"}, "devices.x"),
        ({**CURTAIN, "stops": ["amr"]}, "devices.x: .*stops: there is no robot 'amr'; did you mean 'arm'"),
        ({**CURTAIN, "sets": {"belt.runing": False}}, "devices.x.sets: .*did you mean 'belt.running'"),
        ({**CURTAIN, "sets": {"belt.running": 3.0}}, "devices.x.sets: belt.running is a switch"),
        ({**CURTAIN, "sets": {"arm.mode": "running"}}, "devices.x.sets: .*only be read"),
        ({**CURTAIN, "mutes_with": ["siren.on"]}, "devices.x.mutes_with"),
        ({**CURTAIN, "blanked": [0.5, 0.2]}, "blanked"),
        ({**CURTAIN, "size": [0.05, 1, 2], "resolution": 0.014, "detects": "anything"}, "coarser"),
        ({**BELT, "speed": 2.0}, "fastest"),
        ({**BELT, "size": [1, 0, 0.1]}, "above 0"),
        ({**BELT, "infeed": {"things": ["part_9"]}}, "infeed.things: there is no thing 'part_9'; did you mean"),
        ({**BELT, "infeed": {"things": ["tray"]}}, "tray needs a mass"),
        ({**BELT, "infeed": {"things": ["part_1", "part_1"]}}, "once only"),
        ({"kind": "door", "position": [2, 2, 0], "size": [1, 0.05, 2], "interlock": ["ar"]}, "interlock: .*'arm'"),
        ({"kind": "cabinet", "position": [2, 2, 0], "size": [0.02, 0.3, 0.3]}, "no room"),
        ({"kind": "scanner", "position": [2, 2, 0.2], "protective": [[0, 0], [1, 1], [2, 2]]}, "around an area"),
        ({"kind": "scanner", "robot": "amr", "position": [0, 0, 0], "protective": SQUARE}, "robot: .*'arm'"),
        ({"kind": "hotplate", "position": [2, 2, 0.9], "size": [0.2, 0.2, 0.1], "highest": 30, "room": 40}, "highest"),
        ({"kind": "photo_eye", "start": [0, 0, 1], "end": [0, 0, 1]}, "5 mm"),
        ({"kind": "photo_eye", "start": [0, 0, 1], "end": [0, 0, 2], "ignores": ["part"]}, "ignores"),
        ({"kind": "lamp", "position": [0, 0, 1], "follows": {"signal": "belt.sped"}}, "devices.x.follows"),
        ({"kind": "button", "position": [0.05, -0.12, 0.648]}, "overlaps|part_1"),
    ],
)
def test_a_mistake_names_its_field(place, device, words):
    """What a device cannot be is an error of scene.yaml that says what and where."""
    with pytest.raises(ContentError, match=words) as raised:
        place(devices={"x": device, "belt": {**BELT, "position": [1.5, 3, 0.5]}})
    assert "scene.yaml" in str(raised.value)
