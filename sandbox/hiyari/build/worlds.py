"""Building the world of an episode: containers, a scene, or both wired together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hiyari.catalog import Catalog, Entry, Environment
from hiyari.composite import CompositeWorld
from hiyari.errors import ContentError
from hiyari.events import Json
from hiyari.monitor import Guard
from hiyari.scenario.template import fill
from hiyari.wiring import Wiring
from hiyari.world import World

from .resolve import Resolved

if TYPE_CHECKING:
    from hiyari.adapters.bullet.world import RobotWorld
    from hiyari.adapters.mcp import ToolServer
    from hiyari.adapters.pod import Pods
    from hiyari.physics.scene.stage import Stage

Close = Callable[[], None]


def build_world(
    catalog: Catalog,
    resolved: Resolved,
    guards: Mapping[str, Guard],
    language: Literal["ja", "en"],
    episode: str,
    pods: Callable[[], Pods],
) -> tuple[World, Close]:
    """Build the world of an episode; nothing is started before its ``reset``.

    Args:
        catalog: Where names are looked up.
        resolved: The scenario of the episode.
        guards: Guards, whose policies the world enforces by itself.
        language: Language of the tools.
        episode: Name of the episode, for labels.
        pods: Gives the pool of pods; asked only if the world has containers.

    Returns:
        The world, and a function that closes it.
    """
    spec = resolved.scenario.world
    scene = _scene(catalog, resolved, spec.scene, language) if spec.scene else None
    if resolved.environment is None:
        if scene is None:
            raise ContentError("a world needs an environment, a scene, or both", file=resolved.path, field="world")
        return scene, scene.close
    from hiyari.adapters.pod import ContainerWorld

    environment = resolved.environment.value.model_copy(update={"sites": resolved.sites})
    policy: dict[str, Json] = {}
    for guard in guards.values():
        policy.update(guard.policy())
    wiring = None if scene is None else Wiring(spec.bindings, scene, resolved.path)
    bindings: dict[str, Any] = {}
    if wiring is not None:
        bound = {binding.service for binding in spec.bindings}
        asking = [each.name for each in environment.services if each.bind == "scene" or each.name in bound]
        bindings = {name: partial(wiring.answer, name) for name in asking}
    containers = ContainerWorld(
        pods(),
        environment,
        episode=episode,
        servers=_servers(catalog, resolved.environment, resolved),
        seed=resolved.seed,
        places=resolved.seed_places,
        policy=policy,
        language=language,
        bindings=bindings,
    )
    if scene is None or wiring is None:
        return containers, containers.close
    wiring.connect(containers)
    both = CompositeWorld(containers, scene, wiring)
    return both, both.close


def used_content(catalog: Catalog, resolved: Resolved) -> list[Path]:
    """Return files and folders of all content a scenario's world is made of."""
    used: list[Path] = []
    if resolved.environment is not None:
        environment = resolved.environment
        used += resolved.site_folders
        used += [environment.path.parent, catalog.folder("environments/pod"), catalog.folder("tools/launcher")]
        used += [catalog.folder(f"environments/services/{service.folder}") for service in environment.value.services]
        used += [catalog.tool(tool.folder).path.parent for tool in environment.value.tools if tool.bundled]
    if resolved.scenario.world.scene:
        scene = catalog.scene(resolved.scenario.world.scene)
        used += _stage(catalog, scene.path.parent, resolved.place).files
    return used


def _scene(catalog: Catalog, resolved: Resolved, name: str, language: Literal["ja", "en"]) -> RobotWorld:
    from hiyari.adapters.bullet.world import RobotWorld

    stage = _stage(catalog, catalog.scene(name).path.parent, resolved.place)
    return RobotWorld(stage, operator=resolved.operator, language=language, engine=resolved.scenario.world.engine)


def _stage(catalog: Catalog, folder: Path, place: Mapping[str, Json]) -> Stage:
    from hiyari.physics.scene.stage import load_stage

    return load_stage(folder, robots=lambda robot: catalog.robot(robot).path.parent, place=place)


def _servers(catalog: Catalog, environment: Entry[Environment], resolved: Resolved) -> list[ToolServer]:
    from hiyari.adapters.mcp import ToolServer

    servers = []
    for spec in environment.value.tools:
        wanted = resolved.scenario.world.tools
        if wanted is not None and not any(name == spec.name or name.startswith(f"{spec.name}_") for name in wanted):
            continue
        if not spec.bundled:
            servers.append(
                ToolServer(
                    name=spec.name,
                    command=spec.command or (),
                    environment=fill(
                        spec.environment,
                        resolved.values,
                        field=f"tools.{spec.name}.environment",
                        file=environment.path,
                    ),
                    url=spec.url or "",
                    headers=fill(
                        spec.headers, resolved.values, field=f"tools.{spec.name}.headers", file=environment.path
                    ),
                )
            )
            continue
        tool = catalog.tool(spec.folder)
        parameters = resolved.tool_parameters[spec.name]
        seconds = tool.value.seconds
        path = f"/opt/tools/{spec.folder}/{tool.value.server}"
        servers.append(ToolServer(name=spec.name, path=path, parameters=parameters, seconds=seconds))
    return servers
