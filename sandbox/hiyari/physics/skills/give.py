"""The skill hand_over: the robot holds something out, the person takes it, and only then does the gripper open."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from hiyari.physics.geometry import Vector, add, conjugate, distance, rotate, subtract
from hiyari.physics.people.behaviour import Behaviour
from hiyari.physics.people.carrying import Hand
from hiyari.physics.people.model import Reach
from hiyari.physics.refusal import Refusal

from .common import SPEED, Accept, Answer, Skill, Steps, follow, named, ready, ready_arm, speed_of, text

if TYPE_CHECKING:
    from hiyari.physics.machines.machine import Machine
    from hiyari.physics.machines.manipulator import Manipulator
    from hiyari.physics.session import Session

OUT, PAST_KNEES = 0.50, 0.64
"""Metres in front of who stands, and of the face of who sits, at which things are held out."""
BELOW_FACE = 0.45
"""Metres below the face."""
FINGERS = 0.10
"""Metres from the middle of a hand to its finger tips, which come to the side of the thing that faces the person."""
TAKEN = 0.035
"""Metres from that place at which the hand closes on it."""
PATIENCE = 5.0
"""Seconds the person is given to take it."""
REACHES = 1.2
"""Seconds a person's hand takes."""


def _hand_over(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    simulation = session.simulation
    machine, arm = ready(session), ready_arm(session)
    speed = speed_of(arguments, machine)
    if arm.held is None:
        raise Refusal(
            "何も持っていません。先に pick してください。", "The gripper holds nothing; pick something first."
        )
    person = named(text("人", "person"), arguments.get("person"), list(simulation.built.people))
    behaviour = simulation.built.people[person]
    place = _in_front(behaviour, machine.footing.origin[0])
    tool = arm.motions[0]
    thing = simulation.built.objects[arm.held.name]
    offset = rotate(conjugate(tool.orientation), subtract(thing.motion.position, tool.position))
    goal = subtract(place, rotate(tool.orientation, offset))
    lifted = (tool.position[0], tool.position[1], max(tool.position[2], goal[2]))
    path = arm.plan([(lifted, tool.orientation), (goal, tool.orientation)], speed)
    accept(person=person, object=thing.name)
    yield from follow(session, machine, path)
    yield from _taken(session, arm, behaviour, thing.name)
    yield from _clear(session, machine)
    back = arm.plan_joints(arm.arm.rest, speed)
    if back is not None and machine.safety.mode == "running":
        yield from follow(session, machine, back)
    told = text(f"{person} が {thing.name} を受け取りました。", f"{person} took {thing.name}.")
    return Answer(session.say(told))


def _clear(session: Session, machine: Machine) -> Generator[None, None, None]:
    """Wait until the hand is farther than the safety controller asks for, before the arm moves again."""
    simulation = session.simulation
    distance_kept = simulation.scene.controller.stop_distance + 0.02
    for _ in range(round(PATIENCE / simulation.tick_seconds)):
        nearest = min(watch.separation for watch in simulation.watches if watch.machine is machine)
        if nearest > distance_kept:
            return
        yield


def _in_front(behaviour: Behaviour, robot: Vector) -> Vector:
    """Return where to hold something out to a person: towards the robot, below the face."""
    posture, (x, y, height) = behaviour.person.posture, behaviour.person.spot("face")
    seated = posture.sit > 0.5
    if not seated:
        x, y = posture.feet
    out = PAST_KNEES if seated else OUT
    towards = math.atan2(robot[1] - y, robot[0] - x)
    return (x + out * math.cos(towards), y + out * math.sin(towards), height - BELOW_FACE)


def _taken(session: Session, arm: Manipulator, behaviour: Behaviour, name: str) -> Generator[None, None, None]:
    """Let the person reach for it, and open the gripper when the hand is there.

    Raises:
        Refusal: If the person does not or cannot take it; the robot keeps it.
    """
    simulation, person = session.simulation, behaviour.person
    thing = simulation.built.objects[name]
    position = thing.motion.position
    turned = math.atan2(position[1] - person.posture.feet[1], position[0] - person.posture.feet[0])
    hand = _free_hand(session, behaviour, math.sin(turned - person.posture.yaw) > 0.0)
    low, high = simulation.engine.bounds(thing.body, -1)
    short = FINGERS + max(high[0] - low[0], high[1] - low[1]) / 2.0
    side = (-short * math.cos(turned), -short * math.sin(turned), 0.0)
    deed = Reach(target=add(position, side), hand=hand, move=REACHES, stay=0.5)
    why = behaviour.can(deed, simulation.built.around)
    if not why:
        simulation.people.behave(person.name, deed, simulation.time)
        for _ in range(round(PATIENCE / session.simulation.tick_seconds)):
            if distance(person.spot(f"{hand}_hand"), thing.motion.position) < short + TAKEN:
                arm.release()
                simulation.people.hands.close(thing, behaviour, hand, "hand_over")
                return
            yield
        why = "the hand did not get there"
    raise Refusal(
        f"{person.name} は {name} を受け取れません（{why}）。まだロボットが持っています。",
        f"{person.name} cannot take {name} ({why}); the robot still holds it.",
    )


def _free_hand(session: Session, behaviour: Behaviour, left: bool) -> Hand:
    """Return the hand on the side of what is held out, or the other when that holds something.

    Raises:
        Refusal: If both do.
    """
    full = {hand for _, who, hand in session.simulation.people.hands.held.values() if who is behaviour}
    hands: tuple[Hand, Hand] = ("left", "right") if left else ("right", "left")
    for hand in hands:
        if hand not in full:
            return hand
    name = behaviour.person.name
    raise Refusal(f"{name} は両手がふさがっています。", f"{name} has both hands full; the robot still holds it.")


HAND_OVER = Skill(
    name="hand_over",
    about=text(
        "持っている物を人の前に差し出し、人が手に取ってから放します。先に人の近くへ移動してください。",
        "Hold out what the gripper holds to a person and let go once the hand has it; go near the person first.",
    ),
    properties={"person": ({"type": "string"}, text("人の名前", "name of the person")), "speed": SPEED},
    required=("person",),
    run=_hand_over,
    commands=True,
)
