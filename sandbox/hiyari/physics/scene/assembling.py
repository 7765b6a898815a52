"""Putting a robot together: its body in the engine, and the parts its robot.yaml names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from hiyari.errors import ContentError
from hiyari.events import Event
from hiyari.physics.engine import Engine
from hiyari.physics.geometry import Vector, about_z
from hiyari.physics.machines.drive import Drive
from hiyari.physics.machines.footing import Footing
from hiyari.physics.machines.kinematics import links_below, read_chain
from hiyari.physics.machines.machine import Machine
from hiyari.physics.machines.manipulator import Manipulator
from hiyari.physics.machines.model import Robot
from hiyari.physics.machines.safety import SafetyController
from hiyari.physics.objects import ObjectState

from .stage import Stage


def assemble(
    stage: Stage, engine: Engine, name: str, objects: Mapping[str, ObjectState], tell: Callable[[Event], None]
) -> Machine:
    """Load a robot and put its parts together.

    Args:
        stage: The scene.
        engine: The engine.
        name: Name of the robot in the scene.
        objects: The things of the scene.
        tell: Records an event of the scene.

    Raises:
        ContentError: If the engine cannot read its URDF, or that lacks what a part needs.
    """
    placed, robot = stage.scene.robots[name], stage.robots[name]
    field_name = f"robots.{name}"
    urdf, controller = stage.urdfs[field_name], stage.scene.controller
    x, y, z = placed.position
    stand = 0.0 if robot.drive is None else robot.drive.stand
    body = load_urdf(stage, engine, field_name, (x, y, z + stand), placed.yaw, fixed=robot.drive is None)
    _check_parts(robot, urdf, engine, body)
    safety = SafetyController(name, controller, robot.limits, placed.muted)
    footing = Footing(engine, body, (x, y, z + stand), placed.yaw, fixed=robot.drive is None)
    machine = Machine(name, robot, engine, body, footing, placed.owner, safety, tell)
    machine.tick_seconds = 1.0 / stage.scene.rates.control
    if robot.drive is not None:
        locomotor = robot.drive.build(engine, body)
        timeout = controller.command_timeout
        machine.drive = Drive(name, robot.drive, robot.limits, engine, body, locomotor, timeout, tell)
    if robot.arm is not None:
        try:
            chain = read_chain(urdf, robot.arm.tool)
        except ValueError as error:
            raise ContentError(str(error), file=f"{robot.name}/robot.yaml", field="arm.tool") from None
        way = [joint.name for joint in chain.moving]
        if way != list(robot.arm.joints):
            problem = f"the joints on the way to {robot.arm.tool!r} are {', '.join(way)}"
            raise ContentError(problem, file=f"{robot.name}/robot.yaml", field="arm.joints")
        timeout = controller.command_timeout
        machine.arm = Manipulator(name, robot.arm, robot.limits, engine, body, chain, footing, timeout, tell)
        links = engine.links(body)
        moved = links_below(urdf, robot.arm.joints[0])
        machine.arm_links = frozenset(index for link, index in links.items() if robot.drive is None or link in moved)
    for piece, equipment in robot.equipment.items():
        machine.equipment[piece] = equipment.build(machine, piece, objects)
    return machine


def _check_parts(robot: Robot, urdf: Path, engine: Engine, body: int) -> None:
    """Refuse names of joints and links that the URDF does not have."""
    joints, links = engine.joints(body), engine.links(body)
    needed: list[tuple[str, str, Iterable[str], Mapping[str, int]]] = []
    if robot.arm is not None:
        arm = robot.arm
        needed.append(("arm", "joint", (*arm.joints, *arm.gripper.joints), joints))
        needed.append(("arm", "link", (arm.tool, *arm.hazards, *arm.gripper.links), links))
    if robot.drive is not None:
        needed.append(("drive", "joint", robot.drive.joints, joints))
    for name, piece in robot.equipment.items():
        needed.append((f"equipment.{name}", "joint", piece.joints, joints))
        needed.append((f"equipment.{name}", "link", piece.links, links))
    for section, what, names, there in needed:
        for one in names:
            if one not in there:
                problem = f"{urdf.name} has no {what} {one!r}; it has {', '.join(there)}"
                raise ContentError(problem, file=f"{robot.name}/robot.yaml", field=section)


def load_urdf(stage: Stage, engine: Engine, where: str, position: Vector, yaw: float, *, fixed: bool) -> int:
    """Load a URDF; an engine that cannot is an error in the scene's file.

    Raises:
        ContentError: If the engine cannot read it.
    """
    try:
        return engine.load_urdf(stage.urdfs[where], position, about_z(yaw), fixed=fixed)
    except ValueError as error:
        raise ContentError(str(error), file=stage.file, field=f"{where}.urdf") from None
