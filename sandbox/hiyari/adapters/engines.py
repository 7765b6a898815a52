"""The physics engines there are, by name. A package is imported when its engine is made."""

from __future__ import annotations

from importlib import util
from typing import TYPE_CHECKING

from hiyari.errors import ContentError, unknown_name

if TYPE_CHECKING:
    from hiyari.physics.engine import Engine

PACKAGES = {"bullet": "pybullet", "mujoco": "mujoco"}
"""What each engine needs."""


def check_engine(name: str) -> None:
    """Refuse an engine that cannot be made here.

    Raises:
        ContentError: If there is no such engine or its package is missing; says how to install it.
    """
    if name not in PACKAGES:
        raise unknown_name("engine", name, PACKAGES, field="world.engine")
    if util.find_spec(PACKAGES[name]) is None:
        hint = f"the engine {name!r} needs {PACKAGES[name]}; install with: pip install 'hiyari[{name}]'"
        raise ContentError(hint, field="world.engine")


def make_engine(name: str) -> Engine:
    """Return an engine with an empty world.

    Raises:
        ContentError: As ``check_engine`` does.
    """
    check_engine(name)
    if name == "mujoco":
        from hiyari.adapters.mujoco.engine import MujocoEngine

        return MujocoEngine()
    from hiyari.adapters.bullet.engine import BulletEngine

    return BulletEngine()
