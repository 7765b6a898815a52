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
    from hiyari.physics.session import Session

OVER = 0.05
"""Metres above a surface at which the tool wipes: the cloth hangs below."""
COMES = 0.15
"""Metres above at which it comes and goes."""
WIDE = 0.12
"""Metres to both sides of a puddle's middle that are gone over."""
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
            x, y, z = puddle.place
            turn = downward(0.0)
            strokes: list[Vector] = [
                (x - WIDE, y - WIDE / 2.0, z + OVER),
                (x + WIDE, y - WIDE / 2.0, z + OVER),
                (x + WIDE, y + WIDE / 2.0, z + OVER),
                (x - WIDE, y + WIDE / 2.0, z + OVER),
            ]
            here = arm.place
            above: Vector = (strokes[0][0], strokes[0][1], max(here[2], z + COMES))
            out: Vector = (strokes[-1][0], strokes[-1][1], z + COMES)
            way = [(above, turn), *((stroke, turn) for stroke in strokes), (out, turn)]
            yield from follow(session, machine, arm.plan(way, speed))
            litres += liquid.puddles.wipe(x, y, CLOTH)
    told = text(f"{target} から {litres:.2f} L を拭き取りました。", f"Wiped up {litres:.2f} L from {target}.")
    return Answer(session.say(told))


WIPE = Skill(
    name="wipe",
    about=text("こぼれた液体を拭き取ります。", "Wipe up what was spilled on a surface."),
    properties={"target": ({"type": "string"}, text("面の名前", "name of the surface")), "speed": SPEED},
    required=("target",),
    run=_wipe,
    commands=True,
)
