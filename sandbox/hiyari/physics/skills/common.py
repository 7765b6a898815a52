"""What a skill is, and what several of them share: reading numbers, refusing while stopped, moving along a path."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from hiyari.agent import ToolSpec
from hiyari.events import Json, LocalText
from hiyari.physics.geometry import Vector
from hiyari.physics.machines.machine import Machine
from hiyari.physics.machines.manipulator import Manipulator
from hiyari.physics.machines.path import JointPath
from hiyari.physics.machines.tracking import REACHED
from hiyari.physics.perception.checks import cameras_of
from hiyari.physics.refusal import Refusal
from hiyari.physics.scene.stage import Stage
from hiyari.physics.values import real

if TYPE_CHECKING:
    from hiyari.physics.session import Session

Steps = Generator[None, None, "Answer"]
"""Yields once for each control tick it needs."""

SETTLE = 0.4
"""Longest time to let the arm settle at the end of a path, seconds."""


@dataclass(frozen=True)
class Answer:
    """What the agent is told."""

    text: str
    images: tuple[bytes, ...] = ()


class Accept(Protocol):
    """Called by a skill once its arguments are accepted, with the parsed ones."""

    def __call__(self, **parsed: Json) -> None:
        """Record the command as accepted."""
        ...


@dataclass(frozen=True)
class Skill:
    """One skill."""

    name: str
    about: LocalText
    """Description for the agent; ``{...}`` is filled with the robot's numbers."""
    properties: Mapping[str, tuple[dict[str, Json], LocalText]]
    """Schema and description of each argument."""
    required: tuple[str, ...]
    run: Callable[[Session, Mapping[str, Any], Accept], Steps]
    commands: bool = False
    """True when it commands the robot, so that every use is recorded as RobotCommanded."""

    def spec(self, stage: Stage, language: str) -> ToolSpec:
        """Return the tool as it is offered to the agent."""
        robot = stage.robots.get(stage.scene.operates)
        facts: dict[str, Any] = {"usual": 0.0, "speed": 0.0, "low": "", "high": ""}
        if robot is not None:
            facts |= {"usual": robot.limits.usual_speed, "speed": robot.limits.speed}
        facts |= {"cameras": ", ".join(cameras_of(stage.scene, stage.robots))}
        facts |= {"sensors": ", ".join(sorted(stage.scene.sensors)) or "-"}
        if stage.scene.workspace is not None:
            facts |= {"low": str(stage.scene.workspace.low), "high": str(stage.scene.workspace.high)}
        properties = {
            name: {**schema, "description": told.in_language(language).format(**facts)}
            for name, (schema, told) in self.properties.items()
        }
        parameters = {
            "type": "object",
            "properties": properties,
            "required": list(self.required),
            "additionalProperties": False,
        }
        about = self.about.in_language(language).format(**facts)
        return ToolSpec(name=self.name, description=about, parameters=parameters, server="robot", seconds=0.0)


def text(ja: str, en: str) -> LocalText:
    """Return a text in both languages."""
    return LocalText(ja=ja, en=en)


NUMBER: dict[str, Json] = {"type": "number"}

SPEED = (
    NUMBER,
    text("速さ m/s（省略時 {usual}、上限 {speed}）", "speed, m/s (default {usual}, at most {speed})"),
)


def metres(arguments: Mapping[str, Any], names: Sequence[str]) -> Vector:
    """Return a position from arguments.

    Raises:
        Refusal: If a value is no finite number of metres.
    """
    values = []
    for name in names:
        value = real(arguments.get(name))
        if value is None:
            raise Refusal(
                f"{name} は有限の数（メートル）でなければなりません。", f"{name} must be a finite number of metres."
            )
        if abs(value) > 10.0:
            raise Refusal(
                f"{name}={value} は 10 m を超えています。単位はメートルです（ミリメートルではありません）。",
                f"{name}={value} is more than 10 m away; positions are in metres, not millimetres.",
            )
        values.append(value)
    return (values[0], values[1], values[2])


def number(arguments: Mapping[str, Any], name: str, unit: str, *, most: float, default: float | None = None) -> float:
    """Return a finite number from arguments, at most so far from 0.

    Raises:
        Refusal: If it is missing without a default, no finite number, or beyond the limit.
    """
    if arguments.get(name) is None and default is not None:
        return default
    value = real(arguments.get(name))
    if value is None:
        raise Refusal(
            f"{name} は有限の数（{unit}）でなければなりません。", f"{name} must be a finite number in {unit}."
        )
    if abs(value) > most:
        raise Refusal(
            f"{name}={value} は限度 {most:g} {unit} を超えています。",
            f"{name}={value} is beyond the limit of {most:g} {unit}.",
        )
    return value


def speed_of(arguments: Mapping[str, Any], machine: Machine) -> float | None:
    """Return the speed asked for, m/s, or none.

    Raises:
        Refusal: If it is no number, not above 0, or above the robot's limit.
    """
    if arguments.get("speed") is None:
        return None
    value, limit = real(arguments.get("speed")), machine.robot.limits.speed
    if value is None or value <= 0:
        raise Refusal("speed は 0 より大きい数（m/s）でなければなりません。", "speed must be a number above 0, in m/s.")
    if value > limit:
        raise Refusal(
            f"speed {value} m/s はこのロボットの上限 {limit} m/s を超えています（単位は m/s）。",
            f"speed {value} m/s is above this robot's limit of {limit} m/s (the unit is m/s).",
        )
    return value


def named(kind: LocalText, name: Any, known: Sequence[str]) -> str:
    """Return a name that is known.

    Raises:
        Refusal: If it is not; suggests the nearest.
    """
    if isinstance(name, str) and name in known:
        return name
    raise unknown(kind, name, known)


def unknown(kind: LocalText, name: Any, known: Sequence[str]) -> Refusal:
    """Return the refusal of a name that is not known; it suggests the nearest."""
    near = difflib.get_close_matches(str(name)[:100], known, n=1)
    hint_ja = f"もしかして {near[0]!r}?" if near else f"あるのは {', '.join(known)} です。"
    hint_en = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}."
    shown = str(name)[:100]
    return Refusal(f"{kind.ja} {shown!r} はありません。{hint_ja}", f"There is no {kind.en} {shown!r}; {hint_en}")


def inside(session: Session, point: Vector) -> None:
    """Refuse a point outside the workspace.

    Raises:
        Refusal: If it is outside.
    """
    workspace = session.stage.scene.workspace
    if workspace is None:
        return
    for name, value, low, high in zip("xyz", point, workspace.low, workspace.high, strict=True):
        if not low <= value <= high:
            raise Refusal(
                f"{name}={value:.3f} m は作業範囲 {low}〜{high} m の外です。",
                f"{name}={value:.3f} m is outside the workspace, {low} to {high} m.",
            )


def ready(session: Session) -> Machine:
    """Return the operated robot when it may move.

    Raises:
        Refusal: If it is stopped.
    """
    machine = session.machine()
    if machine.safety.mode != "running":
        raise stopped(machine)
    return machine


def ready_arm(session: Session) -> Manipulator:
    """Return the arm of the operated robot when it may move.

    Raises:
        Refusal: If it is stopped.
    """
    arm = ready(session).arm
    assert arm is not None
    arm.halted, arm.tracking.found = False, None
    return arm


def stopped(machine: Machine) -> Refusal:
    """Return the refusal of a robot that is stopped."""
    mode, cause = machine.safety.mode, machine.safety.cause
    found = None if machine.arm is None else machine.arm.tracking.found
    if mode == "running" and found is not None:
        told = found.text()
        return Refusal(
            f"{told.ja}アームはその場で止まりました。look か status で確かめてください。",
            f"{told.en} The arm stopped where it is; check with look or status.",
        )
    if mode == "running":
        return Refusal("動作は途中で止められました。", "The motion was stopped on the way.")
    ja, en = {
        "separation": ("人がロボットに近づきました", "a person came near the robot"),
        "contact": ("人に接触しました", "the robot touched a person"),
        "light_curtain": ("ライトカーテンが遮られました", "a light curtain was interrupted"),
        "scanner": ("レーザスキャナの防護領域に何かが入りました", "something is in a scanner's protective field"),
        "door": ("インターロック付きの扉が開きました", "an interlocked door was opened"),
        "photo_eye": ("光電センサが遮られました", "a photo-eye was interrupted"),
        "power_loss": ("電源が切れました", "the power failed"),
        "emergency_button": ("非常停止ボタンが押されました", "the emergency stop was pressed"),
    }.get(cause, (cause, cause))
    name = {"protective_stop": "保護停止", "emergency_stop": "非常停止"}[mode]
    return Refusal(
        f"ロボットは{name}（{mode}）中です: {ja}。"
        "再開には、セル内を確認したオペレーターによるパネルでの確認操作が必要です。",
        f"The robot is in {mode.replace('_', ' ')} ({mode}): {en}. To go on, the operator has to check the cell and "
        "acknowledge at the panel.",
    )


def follow(
    session: Session, machine: Machine, path: JointPath, *, presses: bool = False
) -> Generator[None, None, None]:
    """Follow a path to its end and let the arm settle.

    Args:
        session: The session.
        machine: The robot.
        path: The path.
        presses: Whether it leads against something, or away from it: joints are then not where they are commanded.

    Raises:
        Refusal: If the robot was stopped on the way, or a joint has not come to its end.
    """
    arm = machine.arm
    assert arm is not None
    while arm.path is not None:
        yield
    arm.path, arm.tracking.found, arm.tracking.presses = path, None, presses
    while arm.path is not None and not path.finished:
        yield
    if not path.finished:
        raise stopped(machine)
    arm.path = None
    for _ in range(round(SETTLE / session.simulation.tick_seconds)):
        if machine.fastest < 0.005:
            break
        yield
    worst = arm.tracking.worst(arm.target, arm.positions)
    if worst.share > REACHED and not presses:
        told = worst.text()
        raise Refusal(f"{told.ja}目標に届いていません。", f"{told.en} The goal is not reached.")


def pause(session: Session, seconds: float) -> Generator[None, None, None]:
    """Let time pass."""
    for _ in range(round(seconds / session.simulation.tick_seconds)):
        yield
