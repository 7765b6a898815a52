"""A world of containers and a world of robots wired together, on one clock: the scene's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .agent import Call, ToolSpec
from .events import CallReturned, Event, Json
from .person import Deed
from .wiring import Wiring
from .world import World


class CompositeWorld:
    """Routes calls to the world whose tool they name, and lets the scene run on while a container tool works.

    What a service of the pod asks of the scene does not pass here: the build hands the wiring's ``answer`` to the
    container world.

    Args:
        containers: The world whose time is the declared cost of its calls.
        scene: The world with physics; its simulated time is the episode's time.
        wiring: Shows in the services what changes in the scene.
    """

    def __init__(self, containers: World, scene: World, wiring: Wiring | None = None) -> None:
        self._containers = containers
        self._scene = scene
        self._wiring = wiring
        self._scene_tools: dict[str, ToolSpec] = {}
        self._seconds: dict[str, float] = {}

    def reset(self, seed: int) -> Iterator[Event]:
        """Reset the scene, then the containers, whose services may ask the scene."""
        yield from self._scene.reset(seed)
        yield from self._containers.reset(seed)
        if self._wiring is not None:
            yield from self._wiring.begin()
        self._scene_tools = {spec.name: spec for spec in self._scene.tools()}
        self._seconds = {spec.name: spec.seconds for spec in self._containers.tools()}

    def tools(self) -> Sequence[ToolSpec]:
        """Return the tools of both."""
        return (*self._containers.tools(), *self._scene_tools.values())

    def step(self, call: Call) -> Iterator[Event]:
        """Carry out a call. A container tool takes its declared seconds at least; the scene moves on until then."""
        inside = call.tool not in self._scene_tools
        until = self._scene.time() + self._seconds[call.tool] if inside else 0.0
        steps = self._containers.step(call) if inside else self._shown(self._scene.step(call))
        observation: CallReturned | None = None
        for event in steps:
            if isinstance(event, CallReturned):
                observation = event
            else:
                yield event
        # What its program asked of the robots took time as well.
        if (left := until - self._scene.time()) > 0.0:
            yield from self._shown(self._scene.wait(left))
        yield from self._carried()
        if observation is not None:
            yield observation

    def wait(self, seconds: float) -> Iterator[Event]:
        """Let the scene run on."""
        yield from self._shown(self._scene.wait(seconds))
        yield from self._carried()

    def act(self, deed: Deed) -> Iterator[Event]:
        """Carry out what a person does in a service."""
        yield from self._containers.act(deed)

    def finish(self) -> Iterator[Event]:
        """End all activity in both."""
        yield from self._containers.finish()
        yield from self._scene.finish()

    def probe(self, query: Mapping[str, Json]) -> Json:
        """Ask the scene what is under ``robot`` and the containers everything else."""
        return self._scene.probe(query) if "robot" in query else self._containers.probe(query)

    def take_rows(self) -> bytes:
        """Return the scene's rows."""
        return self._scene.take_rows()

    def time(self) -> float:
        """Return the scene's simulated seconds."""
        return self._scene.time()

    def _shown(self, events: Iterator[Event]) -> Iterator[Event]:
        return events if self._wiring is None else self._wiring.showing(events)

    def _carried(self) -> Iterator[Event]:
        return iter(()) if self._wiring is None else self._wiring.carry()

    def close(self) -> None:
        """Close both, also when closing one fails."""
        try:
            self._containers.close()
        finally:
            self._scene.close()
