"""The skill read_sensor: values of sensors with units and times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hiyari.events import SensorRead
from hiyari.physics.perception.measuring import Measuring
from hiyari.physics.perception.senses import lost
from hiyari.physics.refusal import Refusal

from .common import Accept, Answer, Skill, Steps, named, text
from .look import TEXT
from .seeing import SENSOR

if TYPE_CHECKING:
    from hiyari.physics.session import Session


def _read_sensor(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    yield from ()
    readings = session.simulation.built.senses.readings
    wanted = arguments.get("name")
    names = sorted(readings) if wanted is None else [named(SENSOR, wanted, sorted(readings))]
    accept()
    if wanted is not None:
        return Answer(_line(session, readings[names[0]]))
    lines = []
    for name in names:
        try:
            lines.append(_line(session, readings[name]))
        except Refusal as silent:
            lines.append(session.say(silent.text))
    return Answer("\n".join(lines) or session.say(text("センサーはありません。", "There are no sensors.")))


def _line(session: Session, reading: Measuring) -> str:
    simulation, fault = session.simulation, reading.line.fault
    if fault is not None and fault.kind == "lost":
        raise lost(reading.name, simulation.time - reading.line.since)
    value, taken = reading.tell(simulation.time)
    simulation.tell(
        SensorRead(
            sensor=reading.name,
            told=value,
            truth=reading.truth,
            age=simulation.time - taken,
            fault="" if fault is None else fault.kind,
        )
    )
    title = reading.sensor.title
    told = f"{reading.name} ({session.say(title)})" if title is not None else reading.name
    return f"{told}: {value:.5g} {reading.unit} (t={taken:.2f} s)"


READ_SENSOR = Skill(
    name="read_sensor",
    about=text(
        "センサーの値を単位と時刻付きで返します。センサー: {sensors}",
        "Tell values of sensors with units and times. Sensors: {sensors}",
    ),
    properties={"name": (TEXT, text("センサー名（省略時は全部）", "name of a sensor (default: all)"))},
    required=(),
    run=_read_sensor,
)
