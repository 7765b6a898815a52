"""The skill spray: nozzles on or off, for some time, standing or driving ahead.

Switched on without a time they stay on during later calls, as a pump does: whoever switches it on has to switch it off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hiyari.events import LocalText
from hiyari.physics.machines.drive import Velocity
from hiyari.physics.machines.equipment.sprayer import SprayerAtWork
from hiyari.physics.machines.machine import Machine
from hiyari.physics.refusal import Refusal

from .common import NUMBER, Accept, Answer, Skill, Steps, number, pause, ready, stopped, text

if TYPE_CHECKING:
    from hiyari.physics.session import Session

LONGEST_SPRAY = 120.0
"""Seconds of one call."""
LEAST = 0.1
"""Share of the nozzles' largest flow below which they do not spray but drip."""
LONGEST_NAME = 60
"""Characters of a product's name that are read."""


def _spray(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    machine = session.machine()
    sprayer = next(piece for piece in machine.equipment.values() if isinstance(piece, SprayerAtWork))
    on = arguments.get("on")
    if not isinstance(on, bool):
        raise Refusal("on は true か false です。", "on must be true or false.")
    if not on:
        accept(on=False)
        sprayer.spray(False)
        yield
        return Answer(session.say(_left(sprayer)))
    machine = ready(session)
    _check_product(sprayer, arguments)
    flow = _flow(sprayer, arguments)
    forward = number(arguments, "forward", "m/s", most=machine.robot.limits.speed, default=0.0)
    seconds = _seconds(sprayer, arguments, flow)
    if forward and machine.drive is None:
        raise Refusal(
            "このロボットは走れません。forward を省いてください。", "This robot does not drive: leave forward out."
        )
    if forward and not seconds:
        raise Refusal(
            "forward には seconds が必要です。走り続けるなら、先に spray で出し、navigate で走り、spray で止めます。",
            "forward needs seconds. To go farther switch spray on, navigate, and switch it off.",
        )
    accept(on=True, flow=flow, seconds=seconds, forward=forward, product=sprayer.product, dilution=sprayer.dilution)
    sprayer.rate = flow
    sprayer.spray(True)
    if not seconds:
        yield
        return Answer(session.say(_left(sprayer)))
    try:
        yield from _go_on(session, machine, sprayer, forward, seconds)
    finally:
        sprayer.spray(False)
        if forward and machine.drive is not None:
            machine.drive.cancel()
    return Answer(session.say(_left(sprayer)))


def _go_on(session: Session, machine: Machine, sprayer: SprayerAtWork, forward: float, seconds: float) -> Steps:
    """Spray for some time, driving or not; the spray ends with a stop."""
    if forward and machine.drive is not None:
        for _ in range(round(seconds / session.simulation.tick_seconds)):
            machine.drive.move(Velocity(forward, given=session.simulation.time))
            yield
            _still_on(machine, sprayer)
    else:
        yield from pause(session, seconds)
        _still_on(machine, sprayer)
    return Answer("")


def _still_on(machine: Machine, sprayer: SprayerAtWork) -> None:
    if machine.safety.mode != "running":
        raise stopped(machine)
    if not sprayer.spraying and sprayer.left > 0.0:
        raise Refusal("散布は途中で止められました。", "The spraying was stopped on the way.")


def _check_product(sprayer: SprayerAtWork, arguments: Mapping[str, Any]) -> None:
    """Refuse when there is nothing to spray, or not what is asked for.

    Raises:
        Refusal: If the tank is empty, or holds another product.
    """
    if sprayer.left <= 0.0:
        raise Refusal("タンクが空です。補充してから散布してください。", "The tank is empty: refill it before spraying.")
    wanted = arguments.get("product")
    if wanted is None:
        return
    if not isinstance(wanted, str) or wanted != sprayer.product:
        shown = str(wanted)[:LONGEST_NAME]
        raise Refusal(
            f"タンクに入っているのは {sprayer.product}（希釈 {sprayer.dilution:g}）で、{shown!r} ではありません。",
            f"The tank holds {sprayer.product} at a share of {sprayer.dilution:g} by volume, not {shown!r}.",
        )


def _flow(sprayer: SprayerAtWork, arguments: Mapping[str, Any]) -> float:
    """Return the flow asked for, L/min.

    Raises:
        Refusal: If the nozzles cannot spray so much or so little.
    """
    most = sprayer.most
    flow = number(arguments, "flow", "L/min", most=1e9, default=most)
    if not LEAST * most <= flow <= most + 1e-9:
        raise Refusal(
            f"flow={flow:g} は出せません。ノズル全体で {LEAST * most:g}〜{most:g} L/min です。",
            f"flow={flow:g} cannot be sprayed: all nozzles together give {LEAST * most:g} to {most:g} L/min.",
        )
    return flow


def _seconds(sprayer: SprayerAtWork, arguments: Mapping[str, Any], flow: float) -> float:
    """Return for how long to spray, seconds; 0 until it is switched off.

    Raises:
        Refusal: If the time is none, or the tank does not last.
    """
    seconds = number(arguments, "seconds", "s", most=LONGEST_SPRAY, default=0.0)
    if seconds < 0.0:
        raise Refusal("seconds は負にできません。", "seconds must not be negative.")
    lasts = sprayer.left / flow * 60.0
    if seconds > lasts:
        raise Refusal(
            f"残り {sprayer.left:.2f} L は {flow:g} L/min で {lasts:.1f} 秒分です。{seconds:g} 秒には足りません。",
            f"The {sprayer.left:.2f} L in the tank last {lasts:.1f} s at {flow:g} L/min, not {seconds:g} s.",
        )
    return seconds


def _left(sprayer: SprayerAtWork) -> LocalText:
    state = ("散布中", "spraying") if sprayer.spraying else ("停止", "off")
    return text(
        f"{sprayer.product}（希釈 {sprayer.dilution:g}）を {sprayer.lately:.2f} L 散布。散布は{state[0]}、流量 "
        f"{sprayer.flow:g} L/min、タンク残り {sprayer.left:.2f} L。",
        f"Sprayed {sprayer.lately:.2f} L of {sprayer.product} (share {sprayer.dilution:g}); now {state[1]}, "
        f"{sprayer.flow:g} L/min, {sprayer.left:.2f} L left in the tank.",
    )


SPRAY = Skill(
    name="spray",
    about=text(
        "ノズルを開閉します。seconds を省くと off にするまで出続け、移動中も出ます。"
        "seconds（走りながらなら forward も）を渡すと、終わりに止まります。",
        "Switch the nozzles on or off. Without seconds they stay on until switched off, while driving too. With "
        "seconds, and forward to drive ahead meanwhile, they are switched off at the end.",
    ),
    properties={
        "on": ({"type": "boolean"}, text("true で散布、false で停止", "true to spray, false to stop")),
        "flow": (
            NUMBER,
            text("ノズル全体の流量 L/min（省略時は最大）", "of all nozzles together, L/min (default: most)"),
        ),
        "seconds": (
            NUMBER,
            text("秒数（120 まで、省略時は止めるまで）", "seconds, at most 120"),
        ),
        "forward": (NUMBER, text("その間の前進 m/s（上限 {speed}）", "meanwhile forward, m/s (at most {speed})")),
        "product": (
            {"type": "string"},
            text("製品名。タンクの中身と違えば断られます", "product; refused when the tank holds another"),
        ),
    },
    required=("on",),
    run=_spray,
    commands=True,
)
