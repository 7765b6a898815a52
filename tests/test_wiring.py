"""Bindings between the tags of a service and the signals of a real scene."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hiyari.adapters.bullet.world import RobotWorld
from hiyari.agent import Call, ToolSpec
from hiyari.composite import CompositeWorld
from hiyari.errors import ContentError
from hiyari.events import Event, Json, SignalSet
from hiyari.fakes import FakeWorld
from hiyari.physics.scene.stage import load_stage
from hiyari.scenario.bindings import Binding
from hiyari.scenario.model import Operator, WorldSpec
from hiyari.wiring import Wiring

pytestmark = pytest.mark.physics
ROOT = Path(__file__).parents[1]
PLACE = {
    "devices": {"lamp": {"kind": "switch", "title": {"ja": "灯", "en": "lamp"}}},
    "processes": {"weather": {"kind": "weather", "wind": 4.0, "gusts": 2.0, "temperature": 21.5}},
}
TAGS = [
    {"name": "lamp.run", "value": False, "writable": True},
    {"name": "lamp.dark", "value": 0, "writable": False},
    {"name": "air.setpoint", "value": 20.0, "writable": True, "maximum": 80},
    {"name": "air.measured", "value": 0, "writable": True},
    {"name": "wind", "value": 0.0, "writable": False},
]
WORK = ToolSpec(name="work", description="", parameters={"type": "object"}, server="shell", seconds=2.0)


class Plant:
    """The tags of a controller as its container runs them, on a control stream that is two function calls."""

    def __init__(self) -> None:
        sys.path.insert(0, str(ROOT / "environments/pod/process"))
        try:
            from tags import Tags  # type: ignore[import-not-found]
        finally:
            sys.path.pop(0)
        self._operations: dict[str, Callable[[Any], Any]] = {}
        self.wiring: Wiring | None = None
        self.asked: list[Event] = []
        self.sets: list[dict[str, Any]] = []
        self.tags = Tags(self, {"writable": False}, lambda tag: f"node {tag['name']}")
        self.tags.replace(TAGS)
        self.op("set", self._set)

    def op(self, name: str, function: Callable[[Any], Any]) -> None:
        self._operations[name] = function

    def ask(self, request: dict[str, Any]) -> Any:
        assert self.wiring is not None
        answer = self.wiring.answer("plc", request)
        while True:
            try:
                self.asked.append(next(answer))
            except StopIteration as end:
                return end.value

    def send(self, service: str, operation: str, fields: Mapping[str, Json]) -> tuple[str, Mapping[str, Json]]:
        assert service == "plc"
        return operation, fields

    def outcome(self, sent: tuple[str, Mapping[str, Json]]) -> Generator[Event, None, Json]:
        yield from ()
        return self._operations[sent[0]](sent[1])

    def value(self, tag: str) -> Any:
        return self.tags.get(tag)["value"]

    def _set(self, message: Any) -> None:
        self.sets.append(dict(message["values"]))
        self.tags.set(message)


Wire = Callable[..., tuple[CompositeWorld, Plant]]


@pytest.fixture
def wire() -> Iterator[Wire]:
    """Build and reset a world whose controller is wired to the warehouse."""
    opened: list[CompositeWorld] = []

    def build(*bindings: dict[str, Any]) -> tuple[CompositeWorld, Plant]:
        stage = load_stage(ROOT / "robots/scenes/warehouse", lambda name: ROOT / "robots" / name, PLACE)
        scene, plant = RobotWorld(stage, Operator(), "en"), Plant()
        declared = [Binding.model_validate({"service": "plc", **each}) for each in bindings]
        wiring = plant.wiring = Wiring(declared, scene, Path("LAB-1.yaml"))
        wiring.connect(plant)
        both = CompositeWorld(FakeWorld({"work": (WORK, lambda _: "done")}), scene, wiring)
        opened.append(both)
        list(both.reset(1))
        return both, plant

    yield build
    for each in opened:
        each.close()


LAMP = {"tag": "lamp.run", "signal": "lamp.on"}


def test_what_a_client_writes_is_set_in_the_scene_and_told_with_its_cause(wire: Wire) -> None:
    """A coil switches a lamp; the event names service, tag and account."""
    both, plant = wire(LAMP)
    assert plant.tags.write("lamp.run", True, "operator") is True
    assert both.probe({"robot": {"signal": "lamp.on"}}) is True
    (told,) = [event for event in plant.asked if isinstance(event, SignalSet)]
    assert (told.signal, told.before, told.after, told.cause) == (
        "lamp.on", False, True, "plc lamp.run by operator",
    )  # fmt: skip


def test_values_are_scaled_inverted_and_rounded_to_the_tags_kind(wire: Wire) -> None:
    """Both ways: a set-point of a tenth, an integer that is rounded, a switch that shows the contrary."""
    both, plant = wire(
        {"tag": "air.setpoint", "signal": "weather.temperature", "scale": 0.5, "offset": 1.5},
        {"tag": "air.measured", "signal": "weather.temperature", "direction": "from_scene"},
        {"tag": "lamp.dark", "signal": "lamp.on", "direction": "from_scene", "scale": -1, "offset": 1},
    )
    assert [plant.value(tag) for tag in ("air.setpoint", "air.measured", "lamp.dark")] == [40.0, 22, 1]
    assert plant.tags.write("air.setpoint", 50.0, "") == 50.0
    assert both.probe({"robot": {"signal": "weather.temperature"}}) == 26.5
    assert plant.value("air.measured") == 26
    assert isinstance(plant.value("air.measured"), int)


def test_what_the_scene_refuses_is_refused_with_its_reason(wire: Wire) -> None:
    """Out of range, only shown: the service is told which, and nothing is set."""
    from bindings import SceneRefused  # type: ignore[import-not-found]
    from tags import Refused

    both, plant = wire(
        {"tag": "air.setpoint", "signal": "weather.temperature"},
        {"tag": "air.measured", "signal": "weather.temperature", "direction": "from_scene"},
    )
    with pytest.raises(SceneRefused, match="out of range, -40 to 60") as refused:
        plant.tags.write("air.setpoint", 75.0, "")
    assert refused.value.reason == "range"
    with pytest.raises(Refused, match="not writable"):
        plant.tags.write("air.measured", 5, "")
    with pytest.raises(SceneRefused) as locked:
        plant.tags.bindings.write("air.measured", 5, "")
    assert locked.value.reason == "read_only"
    assert both.probe({"robot": {"signal": "weather.temperature"}}) == 21.5
    assert plant.value("air.setpoint") == 21.5


def test_what_changes_in_the_scene_shows_after_each_block_and_call(wire: Wire) -> None:
    """Gusts show while time passes, at most once in a declared interval; nothing is set that did not change."""
    both, plant = wire(
        {"tag": "wind", "signal": "weather.wind", "direction": "from_scene", "every": 0.5},
        {"tag": "air.setpoint", "signal": "weather.temperature"},
    )
    assert plant.sets == [{"wind": 4.0, "air.setpoint": 21.5}]
    list(both.step(Call(id="c1", tool="work", arguments={})))
    assert len(plant.sets) == 5 and all(list(each) == ["wind"] for each in plant.sets[1:])
    assert len({each["wind"] for each in plant.sets}) == 5
    list(both.wait(1.0))
    assert len(plant.sets) == 7


def test_a_container_call_takes_its_seconds_or_what_its_requests_took(wire: Wire) -> None:
    """Time that a service's request let pass counts towards the declared time of the call that made it."""
    both, plant = wire(LAMP)
    assert plant.wiring is not None
    list(plant.wiring.answer("robot", {"op": "robot.wait", "seconds": 1.5}))
    assert both.time() == pytest.approx(1.5)
    list(both.step(Call(id="c1", tool="work", arguments={})))
    assert both.time() == pytest.approx(3.5)


@pytest.mark.parametrize(
    ("binding", "field", "said"),
    [
        ({"tag": "lamp.run", "signal": "lamp.onn"}, "world.bindings[1].signal", "did you mean 'lamp.on'"),
        ({"tag": "lamp.rum", "signal": "lamp.on"}, "world.bindings[1].tag", "there is no tag 'lamp.rum'"),
        ({"tag": "wind", "signal": "weather.wind"}, "world.bindings[1].direction", "must be from_scene"),
    ],
)
def test_a_binding_of_what_there_is_not_names_file_and_field(
    wire: Wire, binding: dict[str, Any], field: str, said: str
) -> None:
    """An unknown signal or tag, or a signal that cannot be set, is an error of the scenario."""
    with pytest.raises(ContentError) as error:
        wire(LAMP, binding)
    assert error.value.field == field and str(error.value.file) == "LAB-1.yaml"
    assert said in error.value.problem


def test_bindings_need_both_halves_and_bind_a_tag_once() -> None:
    """Mistakes that the file alone shows are told when it is read."""
    one = {"service": "plc", **LAMP}
    with pytest.raises(ValueError, match="need an environment and a scene"):
        WorldSpec.model_validate({"scene": "cell", "bindings": [one]})
    with pytest.raises(ValueError, match=r"bound twice: plc lamp\.run"):
        WorldSpec.model_validate({"scene": "cell", "environment": "plain", "bindings": [one, one]})
    with pytest.raises(ValueError, match="cannot be 0"):
        Binding.model_validate({**one, "scale": 0})
