"""Facts of the final world that rubrics ask for; the list is in docs/scenes.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hiyari.events import Json
from hiyari.physics.machines.fleet import station_of

from .simulation import Simulation


def answer(simulation: Simulation, query: Mapping[str, Json]) -> Json:
    """Answer a query, a mapping with one key.

    Raises:
        LookupError: If it cannot be answered; says which queries can.
    """
    if len(query) != 1:
        raise LookupError(f"a query has one key, one of {', '.join(QUERIES)}")
    key, value = next(iter(query.items()))
    if key not in QUERIES:
        raise LookupError(f"there is no query {key!r}; there are {', '.join(QUERIES)}")
    return QUERIES[key](simulation, value)


def _objects_in(simulation: Simulation, name: Json) -> Json:
    return sorted(_known("container", name, simulation.placed()))


def _count_in(simulation: Simulation, name: Json) -> Json:
    return len(_known("container", name, simulation.placed()))


def _object(simulation: Simulation, name: Json) -> Json:
    body = _known("object", name, simulation.built.things)
    holders = [machine.name for machine in simulation.built.machines.values() if machine.holding == name]
    position = simulation.engine.motion(body).position
    return {"position": list(position), "held_by": holders[0] if holders else None}


def _robot_state(simulation: Simulation, name: Json) -> Json:
    machine = _known("robot", name, simulation.built.machines)
    state: dict[str, Any] = {"mode": machine.safety.mode, "position": list(machine.place)}
    if machine.arm is not None:
        state["holding"] = machine.holding
    if machine.drive is not None:
        state |= {"goal": machine.drive.goal, "owner": machine.owner}
    return state


def _at_station(simulation: Simulation, name: Json) -> Json:
    roads = simulation.scene.roads
    _known("station", name, {} if roads is None else roads.stations)
    return sorted(robot for robot, machine in simulation.mobile().items() if station_of(simulation, machine) == name)


def _visited(simulation: Simulation, name: Json) -> Json:
    return list(_known("mobile robot", name, simulation.mobile()).drive.visited)


def _signal(simulation: Simulation, name: Json) -> Json:
    return simulation.signals.get_value(str(name))


def _state(simulation: Simulation, _: Json) -> Json:
    return {
        "time": simulation.time,
        "robots": {name: _robot_state(simulation, name) for name in simulation.built.machines},
        "objects": {name: _object(simulation, name) for name in simulation.parts},
        "containers": simulation.placed(),
    }


def _known(kind: str, name: Json, known: Mapping[str, Any]) -> Any:
    if not isinstance(name, str) or name not in known:
        raise LookupError(f"there is no {kind} {name!r}; there are {', '.join(known) or 'none'}")
    return known[name]


QUERIES: dict[str, Callable[[Simulation, Json], Json]] = {
    "objects_in": _objects_in,
    "count_in": _count_in,
    "object": _object,
    "robot_state": _robot_state,
    "at_station": _at_station,
    "visited": _visited,
    "signal": _signal,
    "state": _state,
}
"""All queries by name."""
