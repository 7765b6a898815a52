"""Skills that operate devices by hand: open, close, switch and press.

The tool goes to the handle and touches it; then it steps back and the device moves by itself, as doors and drawers do
in ``hiyari.physics.devices.opening``. A locked door stays closed, a blocked one says so.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from hiyari.physics.devices.handle import Handled
from hiyari.physics.refusal import Refusal
from hiyari.physics.signals import Unsettable, Value

from .common import SPEED, Accept, Answer, Skill, Steps, named, pause, ready, speed_of, text
from .touch import GAP, approach, retreat

if TYPE_CHECKING:
    from hiyari.physics.session import Session

PATIENCE = 12.0
"""Seconds to wait for what opens or closes."""
PRESSED = 0.008
"""Metres between the tool centre point and the middle of a button that is pressed."""
KNUCKLES = 0.07
"""Metres between the tool centre point and a handle that is moved with what the hand holds."""
HELD = 0.4
"""Seconds a button is pressed."""
DEVICE = text("機器", "device")


def devices_with(session: Session, *quantities: str) -> list[str]:
    """Return the devices, and things with such a state, that have one of the quantities as a signal that may be set."""
    signals = session.simulation.signals
    owners = [*session.simulation.scene.devices, *session.simulation.scene.things]
    return [
        name
        for name in owners
        for quantity in quantities
        if (signal := signals.get(f"{name}.{quantity}")) is not None and signal.write is not None
    ]


def _move_opening(wanted: float) -> Any:
    def run(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
        name = named(DEVICE, arguments.get("target"), devices_with(session, "open"))
        machine = ready(session)
        speed = speed_of(arguments, machine)
        simulation = session.simulation
        accept(target=name)
        yield from _handled(session, name, speed)
        kind = simulation.signals[f"{name}.open"].kind
        yield from _set(session, f"{name}.open", wanted > 0.5 if kind == "switch" else wanted)
        blocked = f"{name}.blocked"
        for _ in range(round(PATIENCE / simulation.tick_seconds)):
            now = float(simulation.signals[f"{name}.open"].read())
            if abs(now - wanted) < 1e-3:
                told = ("開きました", "open") if wanted > 0.5 else ("閉まりました", "closed")
                return Answer(session.say(text(f"{name} は{told[0]}。", f"{name} is {told[1]}.")))
            yield
        now = float(simulation.signals[f"{name}.open"].read())
        why = ("何かが当たっています", "something is in the way")
        if blocked not in simulation.signals or simulation.signals[blocked].read() is not True:
            why = ("動きませんでした", "it did not move")
        raise Refusal(
            f"{name} は {now:.0%} 開いたところで止まりました: {why[0]}。",
            f"{name} stopped at {now:.0%} open: {why[1]}.",
        )

    return run


def _switch(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    known = devices_with(session, "on", "level")
    name = named(DEVICE, arguments.get("target"), known)
    quantity = "level" if f"{name}.level" in session.simulation.signals else "on"
    value = arguments.get("value")
    if quantity == "level" and isinstance(value, bool):
        value = 1.0 if value else 0.0
    machine = ready(session)
    speed = speed_of(arguments, machine)
    accept(target=name, value=value if isinstance(value, bool | int | float) else str(value)[:60])
    yield from _handled(session, name, speed)
    after = yield from _set(session, f"{name}.{quantity}", value)
    return Answer(session.say(text(f"{name}.{quantity} は {after} です。", f"{name}.{quantity} is {after}.")))


def _press(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    handled = [name for name in devices_with_handle(session) if f"{name}.pressed" in session.simulation.signals]
    name = named(text("ボタン", "button"), arguments.get("target"), handled)
    machine = ready(session)
    speed = speed_of(arguments, machine)
    accept(target=name)
    button = handle_of(session, name)
    assert button is not None
    pressed = session.simulation.signals[f"{name}.pressed"]
    before = pressed.read()
    way = yield from approach(
        session, machine, button.handle(), speed, gap=PRESSED, touching=name, until=lambda: pressed.read() is True
    )
    after = pressed.read()
    yield from pause(session, HELD)
    yield from retreat(session, machine, way, speed)
    if before is not True and after is not True:
        raise Refusal(f"{name} を押せませんでした。", f"{name} was not pressed.")
    return Answer(session.say(text(f"{name} を押しました。", f"Pressed {name}.")))


def devices_with_handle(session: Session) -> list[str]:
    """Return the devices that are operated by touching them."""
    return [name for name in session.simulation.built.mechanisms if handle_of(session, name) is not None]


def handle_of(session: Session, name: str) -> Handled | None:
    """Return a device as what is touched, or none when it is not."""
    found: object = session.simulation.built.mechanisms.get(name)
    return found if isinstance(found, Handled) else None


def _handled(session: Session, name: str, speed: float | None) -> Generator[None, None, None]:
    """Touch the handle, if there is one, and step back."""
    device, machine = handle_of(session, name), session.machine()
    if device is None or machine.arm is None:
        return
    gap = GAP if machine.arm.held is None else KNUCKLES
    way = yield from approach(session, machine, device.handle(), speed, gap=gap, touching=name)
    yield from pause(session, 0.2)
    yield from retreat(session, machine, way, speed)


def _set(session: Session, signal: str, value: object) -> Generator[None, None, Value]:
    yield from ()
    try:
        return session.simulation.set_signal(signal, value, "skill")
    except Unsettable as error:
        raise Refusal(f"操作できません: {error}", f"That cannot be done: {error}") from None


_TARGET = {"target": ({"type": "string"}, text("機器の名前", "name of the device"))}

OPEN = Skill(
    name="open",
    about=text(
        "扉・引き出し・容器を開けます。アームの手が取っ手に届くところまで先に近づいてください。",
        "Open a door, drawer or container; first go near enough for the arm to reach its handle.",
    ),
    properties={**_TARGET, "speed": SPEED},
    required=("target",),
    run=_move_opening(1.0),
    commands=True,
)

CLOSE = Skill(
    name="close",
    about=text("扉・引き出し・容器を閉めます。", "Close a door, drawer or container."),
    properties={**_TARGET, "speed": SPEED},
    required=("target",),
    run=_move_opening(0.0),
    commands=True,
)

SWITCH = Skill(
    name="switch",
    about=text(
        "機器を入り切りするか（true/false）、強さを 0〜1 で決めます。",
        "Turn a device on or off (true or false), or set its level, 0 to 1.",
    ),
    properties={
        **_TARGET,
        "value": ({"type": ["boolean", "number"]}, text("true/false または 0〜1", "true, false, or 0 to 1")),
    },
    required=("target", "value"),
    run=_switch,
    commands=True,
)

PRESS = Skill(
    name="press",
    about=text("ボタンや呼び鈴を手で押します。", "Press a button or a bell with the tool."),
    properties={**_TARGET, "speed": SPEED},
    required=("target",),
    run=_press,
    commands=True,
)
