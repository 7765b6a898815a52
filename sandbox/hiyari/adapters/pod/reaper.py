"""Removes containers and volumes: of one pod, of dead owners, or all that Hiyari ever made on an engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .engine import Engine, engine_errors, retried
from .owner import EPISODE_LABEL, OWNER_LABEL, abandoned
from .plan import WORLD


def reap(engine: Engine, *, everything: bool = False) -> list[str]:
    """Remove what dead owners left behind.

    Args:
        engine: Where to look.
        everything: Also remove what living processes own; breaks their runs.

    Returns:
        Names of removed containers and volumes.

    Raises:
        EngineError: If the engine does not answer.
    """

    def wanted(labels: dict[str, str] | None) -> bool:
        return everything or abandoned((labels or {}).get(OWNER_LABEL, ""))

    with engine_errors("looking for what was left behind"):
        containers = retried(lambda: engine.api.containers(all=True, filters={"label": EPISODE_LABEL}))
        volumes = retried(lambda: engine.api.volumes(filters={"label": EPISODE_LABEL})).get("Volumes") or []
    left = [found["Names"][0].lstrip("/") for found in containers if wanted(found.get("Labels"))]
    kept = [found["Name"] for found in volumes if wanted(found.get("Labels"))]
    remove(engine, left, kept)
    return [*left, *kept]


def remove(engine: Engine, containers: list[str], volumes: list[str]) -> None:
    """Remove containers at once, then the volumes they held; what is gone already is fine.

    Raises:
        EngineError: If something is still there afterwards.
    """
    # Podman wants a network's owner, world, to go last.
    late = [name for name in containers if engine.product == "Podman" and name.endswith(f"-{WORLD}")]
    _each(lambda name: _remove_container(engine, name), [name for name in containers if name not in late])
    _each(lambda name: _remove_container(engine, name), late)
    _each(lambda name: engine.api.remove_volume(name, force=True), volumes)


def _each(removal: Callable[[str], Any], names: list[str]) -> None:
    if names:
        with ThreadPoolExecutor(min(4, len(names))) as pool:
            list(pool.map(lambda name: _gone(lambda: removal(name), name), names))


def _remove_container(engine: Engine, name: str) -> None:
    import docker.errors

    for attempt in range(20):
        try:
            engine.api.remove_container(name, force=True, v=True)
            return
        except docker.errors.APIError as error:
            # Podman cannot remove a container that is just ending.
            if "state improper" not in str(error) or attempt == 19:
                raise
        time.sleep(0.1)


def _gone(removal: Callable[[], Any], name: str) -> None:
    import docker.errors

    with engine_errors(f"removing {name}"):
        try:
            retried(removal)
        except docker.errors.NotFound:
            return
        except docker.errors.APIError as error:
            # Somebody else, such as a reaper, is at it.
            if error.status_code != 409 or "in progress" not in str(error):
                raise


def remove_images(engine: Engine, names: list[str]) -> list[str]:
    """Remove images that no container uses and no other image is made from; return which were.

    Raises:
        EngineError: If the engine does not answer.
    """
    import docker.errors

    removed: list[str] = []
    left = names
    while left:
        kept = []
        for name in left:
            with engine_errors(f"removing image {name}"):
                try:
                    engine.api.remove_image(name)
                    removed.append(name)
                except docker.errors.ImageNotFound:
                    continue
                except docker.errors.APIError as error:
                    if error.status_code != 409:
                        raise
                    kept.append(name)
        if len(kept) == len(left):
            break
        # What others were made from may go now that they are gone.
        left = kept
    return removed
