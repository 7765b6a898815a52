"""Building a stage in an engine, always in the same order: things that stand, things that move, robots, people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from hiyari.errors import ContentError
from hiyari.events import Event
from hiyari.physics.chance import drawn
from hiyari.physics.devices.opening import OpeningAtWork
from hiyari.physics.engine import Engine, Parameters, Shape
from hiyari.physics.geometry import Quaternion, Vector, about_x, about_y, about_z, multiply
from hiyari.physics.machines.machine import Machine
from hiyari.physics.mechanism import Buildable, Mechanism, Need
from hiyari.physics.objects import ObjectState
from hiyari.physics.people.behaviour import Behaviour
from hiyari.physics.people.crowd import Crowd
from hiyari.physics.people.surroundings import Surroundings
from hiyari.physics.perception.senses import Senses
from hiyari.physics.perception.setting_up import check_faults, set_up
from hiyari.physics.signals import Signals, Unsettable, fit, named

from .assembling import assemble, load_urdf
from .model import Scene
from .population import add_devices, person_signals, populate
from .stage import Stage
from .thing import Thing

OVERLAP = 0.006
"""Metres that bodies may overlap at the start: a resting contact is not exact."""

NOTHING_AROUND = Surroundings(seed=0, walls=(), zones={}, robots={}, people={})


class Solid(NamedTuple):
    """A body that a device brought."""

    device: str
    shape: Shape


@dataclass
class Built:
    """The scene in the engine."""

    engine: Engine
    scene: Scene
    tell: Callable[[Event], None] = field(repr=False)
    """Records an event at this moment."""
    things: dict[str, int] = field(default_factory=dict)
    machines: dict[str, Machine] = field(default_factory=dict)
    people: dict[str, Behaviour] = field(default_factory=dict)
    """The people, those of the crowds with them."""
    crowds: dict[str, Crowd] = field(default_factory=dict)
    around: Surroundings = NOTHING_AROUND
    """What people see."""
    objects: dict[str, ObjectState] = field(default_factory=dict)
    """The things with their states."""
    mechanisms: dict[str, Mechanism] = field(default_factory=dict)
    """Devices and processes at work."""
    signals: Signals = field(default_factory=Signals)
    light: Vector = (1.0, -1.0, 2.0)
    solids: dict[int, Solid] = field(default_factory=dict)
    """Bodies that devices brought."""
    leaves: set[int] = field(default_factory=set)
    """Those of them that move."""
    moving: dict[int, str] = field(default_factory=dict)
    """Bodies of devices that are put elsewhere, solid or not, and whose they are."""
    seed: int = 0
    """Of the episode."""
    needs: list[Need] = field(default_factory=list)
    """Signals that devices use; checked when all are known."""
    _senses: Senses | None = None

    @property
    def senses(self) -> Senses:
        """Cameras and sensors at work."""
        assert self._senses is not None
        return self._senses

    def add(self, device: str, shape: Shape, position: Vector, orientation: Quaternion) -> int:
        """Load a body of a device."""
        body = self.engine.load_shape(shape, position, orientation)
        if shape.solid:
            self.solids[body] = Solid(device, shape)
        return body

    def is_hidden(self, thing: str) -> bool:
        """Return whether a thing is parked out of sight, or behind the closed door of a device."""
        state = self.objects[thing]
        openings = [device for device in self.mechanisms.values() if isinstance(device, OpeningAtWork)]
        return state.away or any(device.hides(state.motion.position) for device in openings)

    def name_of(self, body: int) -> str:
        """Return the name of the thing, robot, person or device a body belongs to; ``something`` when of none."""
        if body in self.solids:
            return self.solids[body].device
        for name, behaviour in self.people.items():
            if body in behaviour.person.bodies:
                return name
        robots = ((name, machine.body) for name, machine in self.machines.items())
        return next((name for name, known in (*self.things.items(), *robots) if known == body), "something")


def build(stage: Stage, engine: Engine, seed: int, tell: Callable[[Event], None], language: str = "ja") -> Built:
    """Reset the engine and build a stage in it.

    Args:
        stage: The scene.
        engine: The engine.
        seed: For all that varies.
        tell: Records an event of the scene.
        language: Of what is written on things in two.

    Raises:
        ContentError: If an asset cannot be loaded, bodies overlap, or a person cannot reach what the scene asks.
    """
    scene = stage.scene
    engine.reset(Parameters(step_hz=float(scene.rates.step)))
    built = Built(engine, scene, tell, seed=seed)
    light = drawn(seed, "light")
    varied = [value + light.uniform(-1.0, 1.0) * scene.light_vary for value in scene.light]
    built.light = (varied[0], varied[1], varied[2])
    for name, thing in sorted(scene.things.items(), key=lambda item: (item[1].mass > 0, item[0])):
        body = load_thing(stage, engine, name, thing, seed)
        built.things[name] = body
        built.objects[name] = ObjectState(name, thing, body, engine, dict(thing.states), tell)
    for name in sorted(scene.robots):
        built.machines[name] = assemble(stage, engine, name, built.objects, tell)
    for machine in built.machines.values():
        machine.begin()
    populate(stage, engine, built, seed)
    built.signals = _signals_of_bodies(built)
    _build_mechanisms(stage, built, seed)
    add_devices(engine, built)
    built._senses = set_up(stage, engine, built, seed, language)
    built.mechanisms |= built.senses.readings
    built.signals.update(signals_of(built))
    for machine in built.machines.values():
        if machine.drive is not None:
            machine.drive.locomotor.listen(built.signals)
    for need in built.needs:
        _check_need(stage, built, need)
    check_faults(stage, built)
    for index, event in enumerate(scene.events):
        try:
            event.check_built(built)
        except ValueError as error:
            where, _, what = str(error).partition(": ")
            raise ContentError(what, file=stage.file, field=f"events.{index}.{where}") from None
    _refuse_overlaps(stage, engine, built)
    return built


def _build_mechanisms(stage: Stage, built: Built, seed: int) -> None:
    """Build devices, then processes with the weather first, each with the signals of those before it."""
    scene = stage.scene
    processes = sorted(scene.processes.items(), key=lambda item: (item[1].kind != "weather", item[0]))
    sections: list[tuple[str, Buildable]] = [*sorted(scene.devices.items()), *processes]
    for name, section in sections:
        try:
            built.mechanisms[name] = section.build(name, built, seed)
        except ValueError as error:
            parts = ["devices" if name in scene.devices else "processes", name, getattr(error, "field", "")]
            raise ContentError(str(error), file=stage.file, field=".".join(filter(None, parts))) from None
        built.signals.update(named(name, built.mechanisms[name].signals()))


def signals_of(built: Built) -> Signals:
    """Return all signals of a built scene; one owner's quantity wins over none of another's, as names differ."""
    found = _signals_of_bodies(built)
    for name, mechanism in built.mechanisms.items():
        found.update(named(name, mechanism.signals()))
    found.update(named("scene", built.senses.signals()))
    return found


def _signals_of_bodies(built: Built) -> Signals:
    found = Signals()
    for name, thing in built.objects.items():
        found.update(named(name, thing.signals()))
    for name, machine in built.machines.items():
        found.update(named(name, machine.signals()))
    for name, behaviour in built.people.items():
        found.update(named(name, person_signals(behaviour)))
    return found


def _check_need(stage: Stage, built: Built, need: Need) -> None:
    try:
        signal = built.signals.find(need.signal)
        if need.value is not None and signal.write is None:
            raise Unsettable(f"{need.signal} can only be read")
        if need.value is not None:
            fit(need.signal, signal, need.value)
    except (LookupError, Unsettable) as error:
        raise ContentError(str(error.args[0]), file=stage.file, field=need.field) from None


def load_thing(stage: Stage, engine: Engine, name: str, thing: Thing, seed: int) -> int:
    """Load a thing where the seed puts it; returns its body."""
    random = drawn(seed, "thing", name)
    x, y, z = (p + random.uniform(-1.0, 1.0) * v for p, v in zip(thing.position, thing.vary.xyz, strict=True))
    turn = about_z(thing.yaw + random.uniform(-1.0, 1.0) * thing.vary.yaw)
    if thing.tilt != (0.0, 0.0):
        turn = multiply(turn, multiply(about_y(thing.tilt[1]), about_x(thing.tilt[0])))
    if thing.urdf:
        return load_urdf(stage, engine, f"things.{name}", (x, y, z), thing.yaw, fixed=thing.mass == 0)
    form, size = "box", thing.box
    if thing.cylinder is not None:
        form, size = "cylinder", (thing.cylinder[0], thing.cylinder[0], thing.cylinder[1])
    assert size is not None
    return engine.load_shape(Shape(form, size, thing.mass, thing.friction, thing.colour, thing.solid), (x, y, z), turn)


def _refuse_overlaps(stage: Stage, engine: Engine, built: Built) -> None:
    """Compare everything that moves with everything else, boxes first."""
    scene = stage.scene
    bodies = [(f"things.{n}", b) for n, b in built.things.items() if scene.things[n].solid]
    moving = {body for name, body in built.things.items() if scene.things[name].mass > 0}
    bodies += [(f"devices.{solid.device}", body) for body, solid in built.solids.items()]
    for name, machine in built.machines.items():
        bodies.append((f"robots.{name}", machine.body))
        moving.add(machine.body)
    for name, behaviour in built.people.items():
        if name not in scene.people:
            continue  # a crowd has placed its people clear of all else
        for body in behaviour.person.bodies:
            bodies.append((f"people.{name}", body))
            moving.add(body)
    for index, (name, body) in enumerate(bodies):
        for other_name, other in bodies[index + 1 :]:
            if name == other_name or not {body, other} & moving:
                continue
            near = engine.closest(body, other, 0.0)
            if near is None or near.distance >= -OVERLAP:
                continue
            problem = f"overlaps {name} by {-near.distance * 1000:.0f} mm at the start"
            raise ContentError(problem, file=stage.file, field=f"{other_name}.position")
