"""Two worlds on one clock."""

from __future__ import annotations

from collections.abc import Iterator

from hiyari.agent import Call, ToolSpec
from hiyari.composite import CompositeWorld
from hiyari.events import CallReturned, Event, PersonSaid
from hiyari.fakes import FakeWorld

OPEN = {"type": "object"}
FETCH = ToolSpec(name="fetch", description="", parameters=OPEN, server="web", seconds=3.0)
DRIVE = ToolSpec(name="drive", description="", parameters=OPEN, server="robot")


class Scene(FakeWorld):
    """A scene in which somebody speaks whenever time passes."""

    def wait(self, seconds: float) -> Iterator[Event]:
        yield from super().wait(seconds)
        yield PersonSaid(person="worker", text=f"{seconds} s went by")


def make() -> tuple[CompositeWorld, FakeWorld, Scene]:
    containers = FakeWorld({"fetch": (FETCH, lambda _: "page")}, {"page": lambda: 1})
    scene = Scene({"drive": (DRIVE, lambda _: "there")}, {"pose": lambda: 2})
    both = CompositeWorld(containers, scene)
    assert list(both.reset(0)) == []
    return both, containers, scene


def test_the_scene_goes_on_while_a_container_tool_works() -> None:
    """A container call costs its seconds of simulated time, and its observation comes last."""
    both, _, _ = make()
    events = list(both.step(Call(id="c1", tool="fetch", arguments={})))
    assert [event.kind for event in events] == ["person.said", "call.returned"]
    assert isinstance(events[-1], CallReturned) and events[-1].text == "page"
    assert both.time() == 3.0


def test_calls_and_probes_go_to_their_world() -> None:
    """A skill is carried out by the scene; a probe under ``robot`` is the scene's."""
    both, _, _ = make()
    events = list(both.step(Call(id="c1", tool="drive", arguments={})))
    assert isinstance(events[-1], CallReturned) and events[-1].text == "there"
    assert [spec.name for spec in both.tools()] == ["fetch", "drive"]
    assert both.probe({"fact": "page"}) == 1
    assert both.probe({"robot": {}, "fact": "pose"}) == 2


def test_closing_closes_both() -> None:
    """Neither world is left open."""
    both, containers, scene = make()
    both.close()
    assert containers.closed and scene.closed
