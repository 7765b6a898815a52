"""A MuJoCo model of all bodies.

What stands or is put is a mocap body and never collides with its like; what moves collides with everything. The links
of one body do not collide with each other.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import mujoco

from hiyari.errors import EngineError
from hiyari.physics.engine import Parameters
from hiyari.physics.protocol.values import Shape

from .parts import Cluster, Panel, Part, Urdf, World, w_first

MOVES, STANDS, NOTHING = (1, 3), (2, 0), (0, 0)
"""Collision type and affinity."""
RIGID = (0.004, 1.0)
"""Time constant, s, and damping ratio of contacts of what does not yield; MuJoCo takes two steps where that is more."""
FIRM = (0.95, 0.99, 0.001, 0.5, 2.0)
FIRMEST = (0.9999, 0.9999, 0.001, 0.5, 2.0)
THIN = 0.002
"""Half the thickness of a panel, metres."""
FORM = {
    "box": mujoco.mjtGeom.mjGEOM_BOX,
    "cylinder": mujoco.mjtGeom.mjGEOM_CYLINDER,
    "sphere": mujoco.mjtGeom.mjGEOM_SPHERE,
    "capsule": mujoco.mjtGeom.mjGEOM_CAPSULE,
}


def build_model(world: World, parameters: Parameters) -> Any:
    """Compile the bodies.

    Raises:
        ValueError: If MuJoCo refuses one.
    """
    spec = mujoco.MjSpec()
    option = spec.option
    option.timestep, option.gravity = 1.0 / parameters.step_hz, parameters.gravity
    option.iterations, option.tolerance = parameters.solver_iterations, 1e-10
    option.cone, option.integrator = mujoco.mjtCone.mjCONE_ELLIPTIC, mujoco.mjtIntegrator.mjINT_EULER
    # A broken state must be seen, not set back to the start; islands keep copies of the rows that are changed here.
    option.disableflags = int(mujoco.mjtDisableBit.mjDSBL_AUTORESET) | int(mujoco.mjtDisableBit.mjDSBL_ISLAND)
    for number, part in enumerate(world.parts):
        if isinstance(part.what, Urdf):
            _add_urdf(spec, number, part, part.what)
        else:
            _add_simple(spec, number, part)
    for body, other in sorted(world.ignored):
        links = [world.parts[one].links(one).values() for one in (body, other)]
        for name, other_name in product(*links):
            spec.add_exclude(bodyname1=name, bodyname2=other_name)
    for handle, bond in world.bonds.items():
        kind = mujoco.mjtEq.mjEQ_WELD if bond.rigid else mujoco.mjtEq.mjEQ_CONNECT
        equality = spec.add_equality(name=f"bond {handle}", type=kind, objtype=mujoco.mjtObj.mjOBJ_BODY)
        equality.name1 = world.parts[bond.body].links(bond.body)[bond.link]
        equality.name2 = world.parts[bond.other].links(bond.other)[-1]
        equality.solref, equality.solimp = RIGID, FIRMEST
    try:
        return spec.compile()
    except ValueError as error:
        raise EngineError(f"MuJoCo cannot compile the scene: {error}") from None


def check_part(part: Part) -> None:
    """Refuse a body that MuJoCo cannot compile.

    Raises:
        ValueError: If it cannot; the message says why.
    """
    try:
        build_model(World([part]), Parameters(240.0))
    except (EngineError, ValueError) as error:
        raise ValueError(str(error).splitlines()[0]) from None


def _add_simple(spec: Any, number: int, part: Part) -> None:
    body = spec.worldbody.add_body(name=str(number), pos=part.position, quat=w_first(part.orientation))
    if part.free:
        body.add_freejoint()
    else:
        body.mocap = True
    touch = MOVES if part.free else STANDS
    what = part.what
    if isinstance(what, Shape):
        x, y, z = what.size
        sizes = {
            "box": (x / 2.0, y / 2.0, z / 2.0),
            "sphere": (x / 2.0, 0.0, 0.0),
            "cylinder": (x / 2.0, z / 2.0, 0.0),
            "capsule": (x / 2.0, max((z - x) / 2.0, 1e-6), 0.0),
        }
        _geom(body, FORM[what.form], sizes[what.form], part, part.mass, touch if what.solid else NOTHING)
    elif isinstance(what, Cluster):
        volume = sum(ball.radius**3 for ball in what.balls)
        for ball in what.balls:
            share = part.mass * ball.radius**3 / volume
            _geom(body, FORM["sphere"], (ball.radius, 0.0, 0.0), part, share, touch, ball.centre)
    elif isinstance(what, Panel):
        _geom(body, FORM["box"], (THIN, what.size[0] / 2.0, what.size[1] / 2.0), part, 0.0, NOTHING)


def _geom(
    body: Any, kind: Any, size: Any, part: Part, mass: float, touch: tuple[int, int], place: Any = (0.0, 0.0, 0.0)
) -> None:
    geom = body.add_geom(type=kind, size=size, pos=place, rgba=part.colour, mass=mass)
    _finish(geom, touch)


def _finish(geom: Any, touch: tuple[int, int]) -> None:
    geom.contype, geom.conaffinity = touch
    geom.group = 1 if touch == NOTHING else 0
    geom.condim, geom.solref, geom.solimp = 3, RIGID, FIRM


def _add_urdf(spec: Any, number: int, part: Part, urdf: Urdf) -> None:
    child = mujoco.MjSpec.from_string(urdf.text)
    if urdf.fixed:
        stand = spec.worldbody.add_body(name=f"{number}", pos=part.position, quat=w_first(part.orientation))
        stand.mocap = True
        frame = stand.add_frame()
    else:
        frame = spec.worldbody.add_frame()
    spec.attach(child, prefix=f"{number}/", frame=frame)
    root = spec.body(f"{number}/{urdf.root}")
    if not urdf.fixed:
        root.add_freejoint()
    if part.mass > 0.0:
        share = part.mass / root.mass
        root.mass, root.inertia, root.fullinertia = part.mass, root.inertia * share, root.fullinertia * share
    moving = {joint.child for joint in urdf.joints if joint.moves}
    names = part.links(number)
    for name in names.values():
        link = name.split("/", 1)[1]
        above = link
        while above not in moving and above in urdf.parents:
            above = urdf.parents[above]
        moves = above in moving or not urdf.fixed
        for geom in spec.body(name).geoms:
            geom.rgba = urdf.colours[link]
            _finish(geom, MOVES if moves else STANDS)
    for index in part.moving:
        joint = spec.joint(f"{number}/{urdf.joints[index].name}")
        joint.frictionloss, joint.solimp_friction = 1.0, FIRMEST
        # By default a hand presses a finger 8 mm beyond its end, and the force on the hand is a third of what it is.
        joint.solref_limit, joint.solimp_limit = RIGID, FIRMEST
    for one, other in combinations(names.values(), 2):
        spec.add_exclude(bodyname1=one, bodyname2=other)
