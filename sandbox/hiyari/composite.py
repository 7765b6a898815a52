"""A world of containers and a world of robots wired together, on one clock: the scene's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .agent import Call, ToolSpec
from .events import CallReturned, Event, Json
from .person import Deed
from .world import World


class CompositeWorld:
    """Routes calls to the world whose tool they name, and lets the scene run on while a container tool works.

    What a service of the pod asks of the scene does not pass here: the build hands the scene's ``serve`` to the
    container world.

    Args:
        containers: The world whose time is the declared cost of its calls.
        scene: The world with physics; its simulated time is the episode's time.
    """

    def __init__(self, containers: World, scene: World) -> None:
        self._containers = containers
        self._scene = scene
        self._scene_tools: dict[str, ToolSpec] = {}
        self._seconds: dict[str, float] = {}

    def reset(self, seed: int) -> Iterator[Event]:
        """Reset the scene, then the containers, whose services may ask the scene."""
        yield from self._scene.reset(seed)
        yield from self._containers.reset(seed)
        self._scene_tools = {spec.name: spec for spec in self._scene.tools()}
        self._seconds = {spec.name: spec.seconds for spec in self._containers.tools()}

    def tools(self) -> Sequence[ToolSpec]:
        """Return the tools of both."""
        return (*self._containers.tools(), *self._scene_tools.values())

    def step(self, call: Call) -> Iterator[Event]:
        """Carry out a call; after a container tool the scene moves on by the tool's declared seconds."""
        if call.tool in self._scene_tools:
            yield from self._scene.step(call)
            return
        observation: CallReturned | None = None
        for event in self._containers.step(call):
            if isinstance(event, CallReturned):
                observation = event
            else:
                yield event
        yield from self._scene.wait(self._seconds[call.tool])
        if observation is not None:
            yield observation

    def wait(self, seconds: float) -> Iterator[Event]:
        """Let the scene run on."""
        yield from self._scene.wait(seconds)

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

    def close(self) -> None:
        """Close both, also when closing one fails."""
        try:
            self._containers.close()
        finally:
            self._scene.close()
