"""What makes no sense is a clear error or an event, never a silent pass; docs/faults.md lists it all."""

import math
from pathlib import Path

import pytest
import yaml

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.errors import ContentError
from hiyari.physics.scene.abilities import NEEDS
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.session import Session
from hiyari.physics.skills import SKILLS
from hiyari.scenario.model import Operator

ROBOTS = Path(__file__).parents[2] / "robots"
ROOM = {
    "name": "room",
    "title": {"ja": "部屋", "en": "Room"},
    "about": {"ja": "部屋。", "en": "A room."},
    "rates": {"step": 250, "control": 125, "rows": 25, "blocks": 10},
    "skills": sorted(name for name, needs in NEEDS.items() if "sprayer" not in needs),
    "operates": "helper",
    "robots": {"helper": {"use": "mobile_arm", "position": [0.0, 0.0, 0.0]}},
    "things": {
        "floor": {"box": [12, 12, 0.2], "position": [0, 0, -0.1]},
        "part_1": {
            "title": {"ja": "部品", "en": "part"},
            "box": [0.05, 0.05, 0.05],
            "position": [2.0, 0.0, 0.025],
            "mass": 0.2,
            "part": True,
        },
    },
    "people": {"hana": {"title": {"ja": "花", "en": "Hana"}, "position": [-4.0, 3.0], "yaw": 0.0, "height": 1.6}},
    "camera": {"eye": [3.0, -3.0, 2.0], "target": [0.0, 0.0, 0.5]},
}
LONGEST_TEXT = 3000
"""Characters of a refusal."""
NO_NUMBERS = [math.nan, math.inf, -math.inf, 1e300, -1e300, 10**400, "0.5", "", True, [1.0], {"x": 1.0}]
NO_NAMES = ["", "nobody", "part_1\x00", "../../etc", "x" * 100_000, 7, math.nan, True, ["part_1"], {"a": 1}]
FREE_TEXT = {("speak", "text"), ("ask_human", "question"), ("speak", "to")}
"""Arguments that may be any text."""


class Caller:
    """A session that keeps events."""

    def __init__(self, session):
        self.session, self.events = session, []

    def take(self, batches):
        for batch in batches:
            self.events += [timed.event for timed in batch.events]

    def call(self, tool, **arguments):
        self.take(self.session.call(tool, arguments))
        return self.session.returned

    def serve(self, **request):
        self.take(self.session.serve(request))
        return self.session.answered

    def of(self, kind):
        return [event for event in self.events if event.kind == kind]

    @property
    def machine(self):
        return self.session.machine()

    @property
    def time(self):
        return self.session.simulation.time


def opened(folder, engine, change=None):
    data = yaml.safe_load(yaml.safe_dump(ROOM))
    if change is not None:
        change(data)
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "scene.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    session = Session(load_stage(folder, lambda name: ROBOTS / name), engine, Operator(), "en")
    session.reset(1)
    return Caller(session)


def spraying(data):
    """Have the sprayer in the room instead."""
    data["robots"]["helper"]["use"] = "sprayer"
    data["skills"] = sorted(name for name, needs in NEEDS.items() if "arm" not in needs)


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    """Two rooms for calls that change nothing: one for all skills but spray, one for that."""
    engines = [BulletEngine(), BulletEngine()]
    folder = tmp_path_factory.mktemp("bad")
    yield [opened(folder / "room", engines[0]), opened(folder / "other/room", engines[1], spraying)]
    for engine in engines:
        engine.close()


@pytest.fixture
def shared(rooms, request):
    """The room for a skill."""
    tool = request.node.callspec.params["tool"]
    return rooms[1 if "sprayer" in NEEDS[tool] else 0]


@pytest.fixture
def room(tmp_path):
    """A room of one's own."""
    engine = BulletEngine()
    yield lambda change=None: opened(tmp_path / "room", engine, change)
    engine.close()


ARGUMENTS = [(name, argument) for name, skill in sorted(SKILLS.items()) for argument in skill.properties]


@pytest.mark.parametrize(("tool", "argument"), ARGUMENTS)
def test_every_argument_of_every_skill_is_checked(shared, tool, argument):
    """Not finite, huge, of another kind, unknown: a refusal with a short sentence, and nothing moves."""
    schema, _ = SKILLS[tool].properties[argument]
    free = (tool, argument) in FREE_TEXT
    bad = NO_NUMBERS if schema["type"] in ("number", "integer") else NO_NAMES
    if schema["type"] == "boolean":
        bad = ["yes", math.nan, [], 7]
    rest = {}
    for name in SKILLS[tool].required:
        kind = SKILLS[tool].properties[name][0]["type"]
        rest[name] = 0.1 if kind in ("number", "integer") else True if kind == "boolean" else "part_1"
    for value in bad:
        before = shared.machine.place
        returned = shared.call(tool, **{**rest, argument: value})
        assert returned.status == "error" or (free and isinstance(value, str)), (value, returned.text)
        assert 0 < len(returned.text) < LONGEST_TEXT, value
        assert "Traceback" not in returned.text and "\x00" not in returned.text
        assert math.dist(before, shared.machine.place) < 0.01
        assert not shared.machine.moving


@pytest.mark.parametrize("tool", sorted(name for name, skill in SKILLS.items() if skill.required))
def test_a_call_without_its_arguments_is_refused(shared, tool):
    """What is needed and missing is named by the refusal's words, not by an exception."""
    assert shared.call(tool).status == "error"
    shared.take(shared.session.call(tool, ["not", "an", "object"]))
    assert shared.session.returned.status == "error"


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("move_to", {"x": 500, "y": 0, "z": 800}, "millimetres"),
        ("navigate", {"x": 1.0, "y": 0.0, "yaw": 90}, "rad"),
        ("drive", {"forward": 500}, "m/s"),
        ("drive", {"forward": 0.1, "turn": 90}, "rad/s"),
        ("set_speed", {"speed": 250}, "the unit is m/s"),
        ("move_to", {"x": 9.0, "y": 9.0, "z": 0.5}, ""),
        ("navigate", {"x": 900.0, "y": 0.0}, "off the floor"),
    ],
)
def test_other_units_and_places_out_of_reach_are_refused_with_what_is_right(shared, tool, arguments, says):
    """Millimetres, degrees, millimetres per second, another frame's numbers: the refusal says which unit is meant."""
    returned = shared.call(tool, **arguments)
    assert returned.status == "error" and says in returned.text, returned.text
    assert shared.of("robot.commanded")[-1].accepted is False


def test_velocities_at_a_thousand_a_second_are_all_taken(room):
    """A second of commands every millisecond lasts a second; each is recorded, and the last one counts."""
    call = room()
    for index in range(1000):
        speed = 0.3 if index < 999 else 0.0
        assert call.serve(op="robot.velocity", robot="helper", linear=speed, account="agent", cost=0.001)["ok"]
    assert call.time == pytest.approx(1.0, abs=0.02)
    assert [command.accepted for command in call.of("robot.commanded")] == [True] * 1000
    assert 0.1 < call.machine.place[0] < 0.4 or call.machine.motion.position[0] > 0.1
    call.take(call.session.wait(1.0))
    assert math.hypot(*call.machine.motion.linear[:2]) < 0.02


def test_two_clients_at_once_replace_each_other_and_both_are_recorded(room):
    """The last command counts; a skill replaces a velocity, and the event says so."""
    call = room()
    call.serve(op="robot.velocity", robot="helper", linear=0.3, account="one", cost=0.1)
    call.serve(op="robot.velocity", robot="helper", linear=-0.2, account="two", cost=0.1)
    assert call.machine.drive.velocity.forward == -0.2
    assert [command.account for command in call.of("robot.commanded")] == ["one", "two"]
    assert call.call("navigate", x=-1.0, y=0.0).status == "ok"
    (replaced,) = call.of("robot.replaced")
    assert (replaced.part, replaced.before, replaced.after) == ("drive", "velocity", "way")
    assert len(call.of("robot.commanded")) == 3


@pytest.mark.parametrize("mode", ["emergency_stop", "protective_stop"])
def test_nothing_that_moves_is_obeyed_after_a_stop(room, mode):
    """Skills and the robot API refuse with the state of the robot; every attempt is recorded, nothing moves."""
    call = room()
    safety, simulation = call.machine.safety, call.session.simulation
    if mode == "emergency_stop":
        simulation.changed(safety.press_emergency(simulation.time))
    else:
        simulation.changed(safety.trip(simulation.time, "scanner", "scanner"))
    call.take(call.session.wait(0.5))
    before = (call.machine.place, call.machine.motion.position)
    attempts = {
        "navigate": {"x": 1.0, "y": 0.0},
        "drive": {"forward": 0.3, "seconds": 1.0},
        "move_to": {"x": 0.6, "y": 0.0, "z": 0.8},
        "pick": {"object": "part_1"},
        "push": {"object": "part_1", "dx": 0.1, "dy": 0.0},
    }
    for tool, arguments in attempts.items():
        returned = call.call(tool, **arguments)
        assert returned.status == "error", tool
        assert mode in returned.text, returned.text
    answer = call.serve(op="robot.velocity", robot="helper", linear=0.3, account="agent")
    assert not answer["ok"] and answer["status"] == 409
    answer = call.serve(op="robot.joints", robot="helper", positions=list(call.machine.arm.target), account="agent")
    assert not answer["ok"] and answer["status"] == 409
    assert [command.accepted for command in call.of("robot.commanded")] == [False] * 7
    assert math.dist(call.machine.place, before[0]) < 0.005
    assert math.dist(call.machine.motion.position, before[1]) < 0.005


def test_numbers_that_are_not_finite_do_not_get_into_a_scene(room):
    """Positions, masses, times and frictions of scene.yaml: each is an error with its field."""
    for path, value in {
        ("things", "part_1", "position"): [math.nan, 0.0, 0.1],
        ("things", "part_1", "friction"): math.inf,
        ("things", "part_1", "yaw"): math.nan,
        ("things", "part_1", "tilt"): [math.inf, 0.0],
        ("robots", "helper", "position"): [0.0, math.inf, 0.0],
        ("robots", "helper", "yaw"): math.nan,
        ("people", "hana", "yaw"): math.inf,
        ("controller",): {"stop_distance": math.nan},
        ("events",): [{"kind": "emergency_button", "at": math.inf}],
    }.items():

        def change(data, path=path, value=value):
            for key in path[:-1]:
                data = data[key]
            data[path[-1]] = value

        with pytest.raises(ContentError) as error:
            room(change)
        assert error.value.field.startswith(path[0]), path
