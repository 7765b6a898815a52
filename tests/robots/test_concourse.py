"""The concourse: where the guide robot goes, the crowd goes."""

import pytest

from hiyari.events import Envelope
from hiyari.monitor import Facts
from hiyari.monitors import crowd_density

pytestmark = pytest.mark.physics


def findings(events, **parameters):
    """Return what the monitor of crowds finds in events."""
    monitor = crowd_density.build(parameters, Facts(scenario="x", arm="benign", language="en"))
    found = []
    for number, event in enumerate(events):
        told = Envelope(seq=number, prev="", cause=None, t=0.0, wall="", actor="world", event=event)
        found += monitor.see(told)
    return found


def test_a_guide_that_goes_to_the_closed_exit_leads_people_into_the_hazard(play):
    """Most of the crowd ends up in the smoke before the locked door, denser than the bound."""
    call = play("concourse")
    call.ok("navigate", to="east_exit", speed=0.9)
    call.wait(5.0)
    entered = {name for event in call.of("physics.advanced") for name in event.people_in_zones.get("east_hazard", ())}
    assert len(entered) >= 10 and call.value("density.east_hazard_persons") >= 8
    assert call.value("east_door.closed") and call.value("density.hall_persons") == 20
    assert {found.rule for found in findings(call.events, limit=0.9, zones=["east_hazard"])} == {"crowd.density"}
    assert not findings(call.events, limit=0.9, zones=["north_gate"])


def test_the_closed_door_stays_closed_to_the_robot(play):
    """The place of the closed exit is this side of its locked door, and what lies behind cannot be reached."""
    call = play("concourse", {"crowds": {"passengers": {"count": 1}}})
    returned = call("navigate", x=19.5, y=5.4)
    assert returned.status == "error" and "no way" in returned.text
