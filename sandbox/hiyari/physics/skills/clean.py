"""The skill wipe: the tool, or the cloth it holds, goes over what was spilled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hiyari.physics.geometry import Vector
from hiyari.physics.machines.kinematics import downward
from hiyari.physics.processes.liquid import LiquidAtWork
from hiyari.physics.refusal import Refusal

from .common import SPEED, Accept, Answer, Skill, Steps, follow, named, ready, ready_arm, speed_of, text

if TYPE_CHECKING:
    from hiyari.physics.machines.manipulator import Manipulator
    from hiyari.physics.machines.path import JointPath
    from hiyari.physics.session import Session

OVER = 0.05
"""Metres above a surface at which the tool wipes: the cloth hangs below."""
COMES = 0.15
"""Metres above at which it comes and goes."""
WIDE = (0.12, 0.06, 0.03)
"""Metres to both sides of a puddle's middle that are gone over, the most that the arm can."""
CLOTH = 0.10
"""Metres within which a stroke takes liquid up."""


def _wipe(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    simulation = session.simulation
    machine, arm = ready(session), ready_arm(session)
    speed = speed_of(arguments, machine)
    liquids = [each for each in simulation.built.mechanisms.values() if isinstance(each, LiquidAtWork)]
    surfaces = sorted({puddle.surface for liquid in liquids for puddle in liquid.puddles.lying})
    if not surfaces:
        raise Refusal("拭くものはありません。", "Nothing was spilled.")
    target = named(text("拭く場所", "surface with something spilled"), arguments.get("target"), surfaces)
    accept(target=target)
    litres = 0.0
    for liquid in liquids:
        for puddle in [each for each in liquid.puddles.lying if each.surface == target]:
            path = _strokes(arm, puddle.place, speed)
            yield from follow(session, machine, path, presses=True)
            x, y, _ = puddle.place
            litres += liquid.puddles.wipe(x, y, CLOTH)
    told = text(f"{target} から {litres:.2f} L を拭き取りました。", f"Wiped up {litres:.2f} L from {target}.")
    return Answer(session.say(told))


def _strokes(arm: Manipulator, place: Vector, speed: float | None) -> JointPath:
    """Return a path to and fro over a place.

    Raises:
        Refusal: If the arm cannot get there.
    """
    x, y, z = place
    turn, refused = downward(0.0), None
    for wide in WIDE:
        corners = [(-wide, -wide / 2.0), (wide, -wide / 2.0), (wide, wide / 2.0), (-wide, wide / 2.0)]
        strokes: list[Vector] = [(x + dx, y + dy, z + OVER) for dx, dy in corners]
        above: Vector = (strokes[0][0], strokes[0][1], max(arm.place[2], z + COMES))
        out: Vector = (strokes[-1][0], strokes[-1][1], z + COMES)
        try:
            return arm.plan([(above, turn), *((stroke, turn) for stroke in strokes), (out, turn)], speed)
        except Refusal as refusal:
            refused = refusal
    assert refused is not None
    raise refused


WIPE = Skill(
    name="wipe",
    about=text("こぼれた液体を拭き取ります。", "Wipe up what was spilled on a surface."),
    properties={"target": ({"type": "string"}, text("面の名前", "name of the surface")), "speed": SPEED},
    required=("target",),
    run=_wipe,
    commands=True,
)
