"""Skills of mobile robots: navigate, drive and set_speed."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hiyari.physics.geometry import wrapped, yaw_of
from hiyari.physics.machines.drive import Drive, Velocity
from hiyari.physics.machines.drives import Rotors
from hiyari.physics.machines.machine import Machine
from hiyari.physics.machines.routes import Floor, Spot
from hiyari.physics.refusal import Refusal

from .common import NUMBER, Accept, Answer, Skill, Steps, number, pause, ready, speed_of, stopped, text, unknown
from .ground import floor_of
from .tuck import tuck

if TYPE_CHECKING:
    from hiyari.physics.session import Session

BESIDE = 1.5
"""Metres from a thing within which a free place beside it is looked for."""
LOWEST = 0.5
"""Metres above the ground at which something may be told to fly."""
STUCK = 8.0
"""Seconds without coming nearer after which a robot gives up."""
LONGEST_DRIVE = 30.0
"""Seconds of one velocity command that is waited for."""
BESIDE_GOAL, CREEP = 0.01, 0.15
"""Metres along its heading within which a robot with an arm stands at a goal, and m/s at which it closes up."""
TURNED = 0.05
"""Radians within which a heading is taken."""


def _navigate(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    machine = ready(session)
    drive = machine.drive
    assert drive is not None
    speed = speed_of(arguments, machine)
    name, height = arguments.get("to"), _height(drive, arguments)
    floor = floor_of(session.simulation, machine)
    goal, yaw, told = _goal(session, machine, floor, arguments)
    start = machine.footing.origin[0]
    way = floor.way((start[0], start[1]), goal)
    if way is None:
        raise Refusal(
            f"({goal[0]:.2f}, {goal[1]:.2f}) m への道がありません。物が塞いでいるか、床の外です。",
            f"There is no way to ({goal[0]:.2f}, {goal[1]:.2f}) m: something stands there or in between, or it is off "
            "the floor.",
        )
    flown = {} if height is None else {"z": height}
    accept(to=str(name or ""), x=goal[0], y=goal[1], **flown, speed=speed or drive.pace)
    before, drive.pace = drive.pace, speed or drive.pace
    try:
        if machine.arm is not None:
            yield from tuck(session, machine)
        drive.go(way, told, "free", height)
        yield from _arrive(machine, drive, goal)
        if yaw is not None:
            yield from _face(machine, drive, yaw, session)
            if machine.arm is not None:
                yield from _close_up(machine, drive, goal, yaw, session)
    finally:
        drive.pace = before
    x, y, _ = machine.footing.origin[0]
    return Answer(session.say(text(f"({x:.2f}, {y:.2f}) m に着きました。", f"Arrived at ({x:.2f}, {y:.2f}) m.")))


def _height(drive: Drive, arguments: Mapping[str, Any]) -> float | None:
    """Return the height to fly at, metres.

    Raises:
        Refusal: If it does not fly, or not at this height.
    """
    if arguments.get("z") is None:
        return None
    if not isinstance(drive.model, Rotors):
        raise Refusal("このロボットは飛びません。z は指定できません。", "This robot does not fly; leave z out.")
    height = number(arguments, "z", "m", most=drive.model.ceiling)
    if height < LOWEST:
        raise Refusal(
            f"z={height} m は低すぎます。{LOWEST} m 以上です。", f"z={height} m is too low; at least {LOWEST} m."
        )
    return height


def _goal(
    session: Session, machine: Machine, floor: Floor, arguments: Mapping[str, Any]
) -> tuple[Spot, float | None, str]:
    """Return where to go, the heading to take there, and how the goal is called."""
    scene, built = session.simulation.scene, session.simulation.built
    name = arguments.get("to")
    if name is None:
        spot = (number(arguments, "x", "m", most=1000.0), number(arguments, "y", "m", most=1000.0))
        turn = None if arguments.get("yaw") is None else number(arguments, "yaw", "rad", most=7.0)
        return spot, turn, f"{spot[0]:g},{spot[1]:g}"
    if isinstance(name, str) and name in scene.places:
        place = scene.places[name]
        return place.position, place.yaw, name
    stations = {} if scene.roads is None else {s: scene.roads.points[p] for s, p in scene.roads.stations.items()}
    if isinstance(name, str) and name in stations:
        return stations[name], None, name
    if isinstance(name, str) and name in built.things and scene.things[name].title is not None:
        position = session.engine.motion(built.things[name]).position
        target = (position[0], position[1])
        beside = floor.nearest_free(target, BESIDE)
        if beside is None:
            raise Refusal(
                f"{name} のそばに立てる場所がありません。", f"There is no free place within {BESIDE} m of {name}."
            )
        return beside, math.atan2(target[1] - beside[1], target[0] - beside[0]), name
    titled = [each for each in built.things if scene.things[each].title is not None]
    raise unknown(text("行き先", "place"), name, [*scene.places, *stations, *titled])


def _arrive(machine: Machine, drive: Drive, goal: Spot) -> Generator[None, None, None]:
    """Wait until the robot is there.

    Raises:
        Refusal: If it is stopped and stays so, or does not come nearer.
    """
    nearest, ticks, waited = math.inf, 0, 0.0
    while drive.way:
        yield
        ticks += 1
        left = _left(machine, drive)
        if left < nearest - 0.02:
            nearest, waited = left, 0.0
            continue
        waited += 1.0
        if waited * machine.tick_seconds < STUCK:
            continue
        x, y, _ = machine.footing.origin[0]
        drive.cancel()
        if machine.safety.mode != "running":
            raise stopped(machine)
        raise Refusal(
            f"({x:.2f}, {y:.2f}) m で進めなくなりました。何かが道を塞いでいます。",
            f"Stuck at ({x:.2f}, {y:.2f}) m: something is in the way to ({goal[0]:.2f}, {goal[1]:.2f}) m.",
        )
    while not drive.still:
        yield


def _left(machine: Machine, drive: Drive) -> float:
    here = machine.footing.origin[0]
    points = [(here[0], here[1]), *drive.way]
    rise = 0.0 if drive.height is None else abs(drive.height - here[2])
    return rise + sum(math.dist(a, b) for a, b in pairwise(points))


def _face(machine: Machine, drive: Drive, yaw: float, session: Session) -> Generator[None, None, None]:
    limit = drive.model.turn_speed
    for _ in range(round(STUCK / machine.tick_seconds)):
        off = wrapped(yaw - yaw_of(machine.motion.orientation))
        if abs(off) < TURNED:
            break
        drive.move(Velocity(0.0, max(-limit, min(limit, 2.0 * off)), 0.0, session.simulation.time))
        yield
    drive.cancel()
    while not drive.still:
        yield


def _close_up(machine: Machine, drive: Drive, goal: Spot, yaw: float, session: Session) -> Generator[None, None, None]:
    """Go on or back along the heading until beside the goal: an arm's reach is counted in centimetres."""
    for _ in range(round(STUCK / machine.tick_seconds)):
        x, y, _ = machine.footing.origin[0]
        off = (goal[0] - x) * math.cos(yaw) + (goal[1] - y) * math.sin(yaw)
        if abs(off) < BESIDE_GOAL or machine.safety.mode != "running":
            break
        drive.move(Velocity(max(-CREEP, min(CREEP, 1.5 * off)), 0.0, 0.0, session.simulation.time))
        yield
    drive.cancel()
    while not drive.still:
        yield


def _drive(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    machine = ready(session)
    drive = machine.drive
    assert drive is not None
    forward = number(arguments, "forward", "m/s", most=machine.robot.limits.speed)
    turn = number(arguments, "turn", "rad/s", most=drive.model.turn_speed, default=0.0)
    climb = number(arguments, "climb", "m/s", most=machine.robot.limits.speed, default=0.0)
    seconds = number(arguments, "seconds", "s", most=LONGEST_DRIVE, default=0.0)
    accept(forward=forward, turn=turn, climb=climb, seconds=seconds)
    drive.move(Velocity(forward, turn, climb, session.simulation.time))
    for _ in range(round(seconds / session.simulation.tick_seconds)):
        if machine.safety.mode != "running":
            raise stopped(machine)
        drive.move(Velocity(forward, turn, climb, session.simulation.time))
        yield
    if seconds > 0.0:
        drive.cancel()
    x, y, _ = machine.footing.origin[0]
    told = text(
        f"({x:.2f}, {y:.2f}) m、速さ {machine.speed:.2f} m/s。", f"At ({x:.2f}, {y:.2f}) m, {machine.speed:.2f} m/s."
    )
    return Answer(session.say(told))


def _set_speed(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    yield from pause(session, 0.0)
    machine = session.machine()
    speed = speed_of(arguments, machine)
    if speed is None:
        raise Refusal("speed を m/s で指定してください。", "Give speed in m/s.")
    accept(speed=speed)
    machine.set_pace(speed)
    return Answer(session.say(text(f"通常の速さを {speed} m/s にしました。", f"The usual speed is {speed} m/s now.")))


NAVIGATE = Skill(
    name="navigate",
    about=text(
        "障害物を避けて床の上を走ります。行き先は場所・物の名前 to か、x, y（ワールド座標系、m）。着くまで戻りません。",
        "Drive over the floor around what stands there, to a place or thing by name (to) or to x, y (world frame, m); "
        "returns on arrival.",
    ),
    properties={
        "to": ({"type": "string"}, text("場所または物の名前", "name of a place or thing")),
        "x": (NUMBER, text("x 座標 m", "x, m")),
        "y": (NUMBER, text("y 座標 m", "y, m")),
        "z": (NUMBER, text("飛ぶ高さ m（飛ぶ機体だけ）", "height to fly at, m, of what flies")),
        "yaw": (NUMBER, text("着いたときの向き rad", "heading on arrival, rad")),
        "speed": (
            NUMBER,
            text("速さ m/s（省略時 {usual}、上限 {speed}）", "speed, m/s (default {usual}, at most {speed})"),
        ),
    },
    required=(),
    run=_navigate,
    commands=True,
)

DRIVE = Skill(
    name="drive",
    about=text(
        "台車の速度を直接指令します。seconds 秒続けて止まります。0 なら、指令が古くなるか次の指令まで走り続けます。",
        "Command the base's velocity directly, for so many seconds; with 0 it goes on until the command lapses or the "
        "next one.",
    ),
    properties={
        "forward": (
            NUMBER,
            text("前進 m/s（上限 {speed}、負は後退）", "forward, m/s (at most {speed}, negative: back)"),
        ),
        "turn": (NUMBER, text("旋回 rad/s（左が正）", "turn, rad/s, positive to the left")),
        "climb": (NUMBER, text("上昇 m/s（飛ぶ機体だけ）", "climb, m/s, of what flies")),
        "seconds": (NUMBER, text("秒数（30 まで）", "seconds, at most 30")),
    },
    required=("forward",),
    run=_drive,
    commands=True,
)

SET_SPEED = Skill(
    name="set_speed",
    about=text(
        "以後の動作の通常の速さを決めます。上限は {speed} m/s。",
        "Set the usual speed of later motions, at most {speed} m/s.",
    ),
    properties={"speed": (NUMBER, text("速さ m/s", "speed, m/s"))},
    required=("speed",),
    run=_set_speed,
    commands=True,
)
