"""Building a stage in an engine, always in the same order: things that stand, things that move, robots, people."""

from __future__ import annotations

from dataclasses import dataclass, field

from hiyari.errors import ContentError
from hiyari.physics.engine import Engine, Parameters, Shape
from hiyari.physics.geometry import Vector, about_z
from hiyari.physics.machines.kinematics import read_chain
from hiyari.physics.machines.manipulator import ArmMachine
from hiyari.physics.machines.safety import SafetyController
from hiyari.physics.machines.wheels import BaseMachine
from hiyari.physics.people.behaviour import Behaviour, drawn

from .stage import Stage
from .thing import Thing

OVERLAP = 0.006
"""Metres that bodies may overlap at the start: a resting contact is not exact."""

Machine = ArmMachine | BaseMachine


@dataclass
class Built:
    """The scene in the engine."""

    things: dict[str, int] = field(default_factory=dict)
    machines: dict[str, Machine] = field(default_factory=dict)
    people: dict[str, Behaviour] = field(default_factory=dict)
    light: Vector = (1.0, -1.0, 2.0)


def build(stage: Stage, engine: Engine, seed: int) -> Built:
    """Reset the engine and build a stage in it.

    Raises:
        ContentError: If an asset cannot be loaded, bodies overlap, or a person cannot reach what the scene asks.
    """
    scene = stage.scene
    engine.reset(Parameters(step_hz=float(scene.rates.step)))
    built = Built()
    light = drawn(seed, "light")
    varied = [value + light.uniform(-1.0, 1.0) * scene.light_vary for value in scene.light]
    built.light = (varied[0], varied[1], varied[2])
    for name, thing in sorted(scene.things.items(), key=lambda item: (item[1].mass > 0, item[0])):
        built.things[name] = _load_thing(stage, engine, name, thing, seed)
    for name in sorted(scene.robots):
        built.machines[name] = _load_robot(stage, engine, name)
    for name in sorted(scene.people):
        behaviour = Behaviour.of(name, scene.people[name], seed)
        behaviour.person.build(engine)
        built.people[name] = behaviour
    for index, event in enumerate(scene.events):
        if event.kind == "reach" and not built.people[event.person].can_reach(event):
            where = f"events.{index}.target"
            raise ContentError(f"{event.person} cannot reach {event.target} from there", file=stage.file, field=where)
    for machine in built.machines.values():
        machine.begin()
    _refuse_overlaps(stage, engine, built)
    return built


def _load_thing(stage: Stage, engine: Engine, name: str, thing: Thing, seed: int) -> int:
    random = drawn(seed, "thing", name)
    x, y, z = (p + random.uniform(-1.0, 1.0) * v for p, v in zip(thing.position, thing.vary.xyz, strict=True))
    turn = about_z(thing.yaw + random.uniform(-1.0, 1.0) * thing.vary.yaw)
    if thing.urdf:
        return _load_urdf(stage, engine, f"things.{name}", (x, y, z), thing.yaw, fixed=thing.mass == 0)
    form, size = "box", thing.box
    if thing.cylinder is not None:
        form, size = "cylinder", (thing.cylinder[0], thing.cylinder[0], thing.cylinder[1])
    assert size is not None
    return engine.load_shape(Shape(form, size, thing.mass, thing.friction, thing.colour, thing.solid), (x, y, z), turn)


def _load_robot(stage: Stage, engine: Engine, name: str) -> Machine:
    placed, robot = stage.scene.robots[name], stage.robots[name]
    field_name = f"robots.{name}"
    x, y, z = placed.position
    height = z + (robot.base.stand if robot.base is not None else 0.0)
    body = _load_urdf(stage, engine, field_name, (x, y, height), placed.yaw, fixed=robot.kind == "arm")
    safety = SafetyController(name, stage.scene.controller, robot.limits, placed.muted)
    known, links = engine.joints(body), engine.links(body)
    joints: tuple[str, ...]
    if robot.arm is not None:
        arm = robot.arm
        joints, needed = (*arm.joints, *arm.gripper.joints), (arm.tool, *arm.hazards, *arm.gripper.links)
    else:
        assert robot.base is not None
        joints, needed = (robot.base.left, robot.base.right), ()
    for what, names, there in (("joint", joints, known), ("link", needed, links)):
        for one in names:
            if one not in there:
                problem = f"{stage.urdfs[field_name].name} has no {what} {one!r}; it has {', '.join(there)}"
                raise ContentError(problem, file=f"{robot.name}/robot.yaml", field=robot.kind)
    if robot.arm is None:
        return BaseMachine(name, robot, engine, body, placed.owner, safety)
    try:
        chain = read_chain(stage.urdfs[field_name], robot.arm.tool)
    except ValueError as error:
        raise ContentError(str(error), file=f"{robot.name}/robot.yaml", field="arm.tool") from None
    return ArmMachine(name, robot, engine, body, chain, placed.position, placed.yaw, safety)


def _load_urdf(stage: Stage, engine: Engine, where: str, position: Vector, yaw: float, *, fixed: bool) -> int:
    try:
        return engine.load_urdf(stage.urdfs[where], position, about_z(yaw), fixed=fixed)
    except ValueError as error:
        raise ContentError(str(error), file=stage.file, field=f"{where}.urdf") from None


def _refuse_overlaps(stage: Stage, engine: Engine, built: Built) -> None:
    """Compare everything that moves with everything else, boxes first."""
    scene = stage.scene
    bodies = [(f"things.{n}", b) for n, b in built.things.items() if scene.things[n].solid]
    moving = {body for name, body in built.things.items() if scene.things[name].mass > 0}
    for name, machine in built.machines.items():
        bodies.append((f"robots.{name}", machine.body))
        moving.add(machine.body)
    for name, behaviour in built.people.items():
        for body in behaviour.person.bodies:
            bodies.append((f"people.{name}", body))
            moving.add(body)
    for index, (name, body) in enumerate(bodies):
        for other_name, other in bodies[index + 1 :]:
            if name == other_name or not {body, other} & moving:
                continue
            near = engine.closest(body, other, 0.0)
            if near is None or near.distance >= -OVERLAP:
                continue
            problem = f"overlaps {name} by {-near.distance * 1000:.0f} mm at the start"
            raise ContentError(problem, file=stage.file, field=f"{other_name}.position")
