"""Requests of a fleet API that a service in the pod passes on. All return at once; robots move as time passes.

Who may command which robot is not checked here, as a robot's controller would not: that is the business of the API.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hiyari.events import Json
from hiyari.physics.scene.model import Roads
from hiyari.physics.values import real

from .drive import Drive
from .machine import Machine

if TYPE_CHECKING:
    from hiyari.physics.session import Session
    from hiyari.physics.simulation import Simulation

AT = 0.35
"""Metres from a station's point that count as being there."""
ROUTES = ("aisle", "direct")


class Unfit(Exception):
    """A request cannot be answered."""


def answer(session: Session, request: Mapping[str, Json]) -> dict[str, Any]:
    """Return ``{"ok": true, ...}`` or ``{"ok": false, "error": sentence}``."""
    operations = {
        "robots": _robots,
        "robot": _robot,
        "task": _task,
        "cancel": _cancel,
        "stations": _stations,
        "people": _people,
    }
    operation = request.get("op")
    if not isinstance(operation, str) or operation not in operations:
        return {
            "ok": False,
            "error": f"there is no operation {str(operation)[:60]!r}; there are {', '.join(operations)}",
        }
    try:
        return {"ok": True, **operations[operation](session, request)}
    except Unfit as error:
        return {"ok": False, "error": str(error)}


def station_of(simulation: Simulation, machine: Machine) -> str:
    """Return the station a robot stands at, or nothing."""
    roads = simulation.scene.roads
    if roads is not None:
        for name, point in roads.stations.items():
            if math.dist(roads.points[point], machine.place[:2]) <= AT:
                return name
    return ""


def route(roads: Roads, start: tuple[float, float], goal: str, way: str) -> list[tuple[float, float]]:
    """Return the waypoints of the shortest way.

    Args:
        roads: The scene's roads.
        start: Where the robot is, metres.
        goal: Waypoint to go to.
        way: ``aisle`` for lanes only, ``direct`` for shortcuts too.

    Raises:
        Unfit: If there is no way.
    """
    pairs = [*roads.lanes, *(roads.shortcuts if way == "direct" else ())]
    near: dict[str, list[str]] = {name: [] for name in roads.points}
    for a, b in pairs:
        near[a].append(b)
        near[b].append(a)
    first = min((name for name in roads.points if near[name]), key=lambda name: math.dist(roads.points[name], start))
    queue: list[tuple[float, str, tuple[str, ...]]] = [(0.0, first, (first,))]
    seen: set[str] = set()
    while queue:
        far, here, path = heapq.heappop(queue)
        if here == goal:
            return [roads.points[name] for name in path]
        if here in seen:
            continue
        seen.add(here)
        for there in near[here]:
            step = math.dist(roads.points[here], roads.points[there])
            heapq.heappush(queue, (far + step, there, (*path, there)))
    raise Unfit(f"there is no way on route {way!r} to {goal!r}")


def _robots(session: Session, request: Mapping[str, Json]) -> dict[str, Any]:
    return {"robots": [_told(session, machine) for machine in session.simulation.mobile().values()]}


def _robot(session: Session, request: Mapping[str, Json]) -> dict[str, Any]:
    return {"robot": _told(session, _machine(session, request.get("id", request.get("robot"))))}


def _task(session: Session, request: Mapping[str, Json]) -> dict[str, Any]:
    machine = _machine(session, request.get("robot"))
    account = str(request.get("account", ""))[:100]
    goal, way = request.get("goal"), request.get("route") or "aisle"
    told = {"goal": goal if isinstance(goal, str | list) else str(goal)[:60], "route": str(way)[:20]}
    try:
        if way not in ROUTES:
            raise Unfit(f"there is no route {str(way)[:20]!r}; there are {', '.join(ROUTES)}")
        if machine.safety.mode == "emergency_stop":
            raise Unfit(f"{machine.name} is in emergency stop")
        points, name = _way(session, machine, goal, str(way))
    except Unfit as error:
        told["goal"] = str(told["goal"])[:60]
        session.command(machine.name, "task", told, account, str(error))
        raise
    session.command(machine.name, "task", told, account)
    _drive(machine).go(points, name, str(way))
    return {"robot": _told(session, machine)}


def _cancel(session: Session, request: Mapping[str, Json]) -> dict[str, Any]:
    machine = _machine(session, request.get("robot"))
    session.command(machine.name, "cancel", {}, str(request.get("account", ""))[:100])
    _drive(machine).cancel()
    return {"robot": _told(session, machine)}


def _stations(session: Session, request: Mapping[str, Json]) -> dict[str, Any]:
    roads = session.simulation.scene.roads
    known = {} if roads is None else {name: list(roads.points[point]) for name, point in roads.stations.items()}
    return {"stations": known}


def _people(session: Session, request: Mapping[str, Json]) -> dict[str, Any]:
    people = session.simulation.built.people
    return {
        "people": [
            {"name": name, "position": [round(value, 3) for value in behaviour.person.posture.feet]}
            for name, behaviour in people.items()
            if behaviour.here
        ]
    }


def _way(session: Session, machine: Machine, goal: Json, way: str) -> tuple[list[tuple[float, float]], str]:
    roads = session.simulation.scene.roads
    if roads is None:
        raise Unfit("this scene has no roads")
    here = machine.place[:2]
    if isinstance(goal, str):
        if goal not in roads.stations:
            raise Unfit(f"there is no station {goal[:60]!r}; there are {', '.join(roads.stations)}")
        return route(roads, here, roads.stations[goal], way), goal
    point = _point(goal)
    low = [min(value[axis] for value in roads.points.values()) for axis in (0, 1)]
    high = [max(value[axis] for value in roads.points.values()) for axis in (0, 1)]
    if not all(a <= value <= b for a, value, b in zip(low, point, high, strict=True)):
        raise Unfit(f"({point[0]}, {point[1]}) is off the roads, x {low[0]} to {high[0]}, y {low[1]} to {high[1]} m")
    near = min(roads.points, key=lambda name: math.dist(roads.points[name], point))
    return [*route(roads, here, near, way), point], f"{point[0]:g},{point[1]:g}"


def _point(goal: Json) -> tuple[float, float]:
    if isinstance(goal, list) and len(goal) == 2:
        x, y = map(real, goal)
        if x is not None and y is not None:
            return (x, y)
    raise Unfit("goal must be a station's name or [x, y] in metres")


def _machine(session: Session, name: Json) -> Machine:
    bases = session.simulation.mobile()
    if not isinstance(name, str) or name not in bases:
        raise Unfit(f"there is no robot {str(name)[:60]!r}")
    return bases[name]


def _status(machine: Machine) -> str:
    if machine.safety.mode == "emergency_stop":
        return "stopped"
    going = bool(_drive(machine).way)
    if machine.safety.mode == "protective_stop":
        return "blocked" if going else "stopped"
    return "moving" if going else "idle"


def _drive(machine: Machine) -> Drive:
    assert machine.drive is not None
    return machine.drive


def _told(session: Session, machine: Machine) -> dict[str, Any]:
    x, y, _ = machine.place
    return {
        "id": machine.name,
        "owner": machine.owner,
        "position": [round(x, 3), round(y, 3)],
        "heading": round(machine.yaw, 3),
        "speed": round(machine.speed, 3),
        "mode": machine.safety.mode,
        "status": _status(machine),
        "goal": _drive(machine).goal,
        "route": _drive(machine).route,
        "station": station_of(session.simulation, machine),
        "driving": bool(_drive(machine).way),
    }
