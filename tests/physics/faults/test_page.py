"""The examples of docs/faults.md are real."""

import re
from pathlib import Path
from typing import Annotated, Literal, get_args

import yaml
from pydantic import Field

from hiyari.physics.faults import AnyFault
from hiyari.physics.faults.fault import Lift, RobotFault, arm_of, machine_of
from hiyari.physics.scene.building import Built
from hiyari.physics.simulation import Simulation

PAGE = (Path(__file__).parents[3] / "docs/faults.md").read_text(encoding="utf-8")


def block(title):
    """Return an example of the page."""
    (found,) = re.findall(rf"^```\w+ title={re.escape(title)}\n(.*?)^```$", PAGE, re.M | re.S)
    return found


def test_the_events_of_the_page_are_accepted_and_happen(cell):
    """The cell takes all of them, and they begin and end in their time."""
    call = cell(**yaml.safe_load(block("events")))
    call.wait(6.5)
    assert {event.fault for event in call.of("fault.began")} == {"heavy", "stale", "stuck", "push"}
    assert {event.fault for event in call.of("fault.ended")} == {"stale", "stuck", "push"}


def test_the_radio_of_the_page_is_accepted(cell):
    """It is a device of the scene with these signals."""
    call = cell(**yaml.safe_load(block("radio")))
    assert call.simulation.signals.get_value("radio.doubled") == 0.05


def test_every_fault_has_a_row():
    """The table names every kind."""
    rows = {name for row in re.findall(r"^\| (`[^|]*) \|", PAGE, re.M) for name in re.findall(r"`(\w+)`", row)}
    kinds = {
        name for model in get_args(get_args(AnyFault)[0]) for name in get_args(model.model_fields["kind"].annotation)
    }
    assert kinds <= rows


def test_the_new_fault_of_the_page_works(cell):
    """Its code lets go of what the arm holds, as a fault of its own kind would."""
    space = {
        "RobotFault": RobotFault,
        "Literal": Literal,
        "Built": Built,
        "Simulation": Simulation,
        "Lift": Lift,
        "arm_of": arm_of,
        "machine_of": machine_of,
        "Annotated": Annotated,
        "Field": Field,
        "__name__": __name__,
    }
    exec(block("faults/open_hand.py"), space)
    fault = space["OpenHand"](kind="open_hand")
    call = cell()
    assert call.call("pick", object="part_1").status == "ok"
    fault.check(call.simulation.built, "arm")
    call.simulation.faults.begin(call.simulation, "arm", fault, 0.1)
    call.wait(0.5)
    assert call.machine().holding is None and call.place("part_1")[2] < 0.7
    assert [event.fault for event in call.of("fault.ended")] == ["open_hand"]
