"""Requests that services of the pod make of the scene: signals, the robot API, the fleet API.

A request of the robot API costs simulated time that it states; what it asks for may run the simulation on for longer.
All others are answered at once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

from hiyari.events import Json
from hiyari.physics.machines import fleet
from hiyari.physics.refusal import Refusal
from hiyari.physics.signals import Unsettable

from .commanding import joints, skill, stop, tool, velocity, wait
from .reading import Sampler, camera, described, skills, states
from .unfit import Unfit

if TYPE_CHECKING:
    from hiyari.physics.session import Session

Operation = Callable[["Session", Mapping[str, Json]], Generator[None, None, dict[str, Any]]]

ROBOT: dict[str, Operation] = {
    "robot.list": described,
    "robot.velocity": velocity,
    "robot.joints": joints,
    "robot.tool": tool,
    "robot.stop": stop,
    "robot.skill": skill,
    "robot.skills": skills,
    "robot.camera": camera,
    "robot.wait": wait,
}
"""Operations of the robot API."""


def answer(session: Session, request: Mapping[str, Json]) -> Generator[None, None, dict[str, Any]]:
    """Answer a request; yields once for each control tick that it takes.

    Returns:
        ``{"ok": true, ...}``, or ``{"ok": false, "error": sentence}`` with a ``status`` as of HTTP (robot API) or a
        ``reason`` (signals).
    """
    operation = request.get("op")
    if operation == "signal.set":
        return _set(session, request)
    if not isinstance(operation, str) or operation not in ROBOT:
        return fleet.answer(session, request)
    sampler = Sampler(session, request)
    try:
        told = yield from sampler.during(ROBOT[operation](session, request))
        found: dict[str, Any] = {"ok": True, **told}
    except Unfit as error:
        found = {"ok": False, "error": str(error), "status": error.status}
    except Refusal as refusal:
        found = {"ok": False, "error": session.say(refusal.text), "status": 409}
    yield from sampler.at_least()
    simulation = session.simulation
    return {**found, "time": simulation.time, "robots": states(session), "samples": sampler.samples}


def _set(session: Session, request: Mapping[str, Json]) -> dict[str, Any]:
    name, cause = str(request.get("signal")), str(request.get("cause"))
    try:
        return {"ok": True, "value": session.simulation.set_signal(name, request.get("value"), cause)}
    except LookupError as error:
        return {"ok": False, "error": str(error.args[0]), "reason": "failed"}
    except Unsettable as error:
        return {"ok": False, "error": str(error), "reason": error.reason}
