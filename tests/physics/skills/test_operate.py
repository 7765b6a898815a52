"""Skills that operate devices: open, close, switch, press."""

import math

SKILLS = ["look", "open", "close", "switch", "press", "pick", "wait", "move_to"]
DRAWER = {"kind": "drawer", "position": [0.30, -0.30, 0.80], "yaw": math.pi, "size": [0.24, 0.22, 0.12]}
BUTTON = {"kind": "button", "position": [0.20, 0.18, 0.70], "toggles": True}
PLATE = {"kind": "hotplate", "position": [0.2, 0.35, 0.66], "size": [0.14, 0.14, 0.03]}
PLACE = {
    "skills": SKILLS,
    "workspace": {"low": [-0.2, -0.6, 0.63], "high": [0.6, 0.6, 1.3]},
    "devices": {"drawer": DRAWER, "button": BUTTON, "plate": PLATE},
}


def test_a_drawer_is_opened_and_closed_by_its_handle(scene):
    """The arm touches the front, steps back, and the drawer slides out; closing brings it back."""
    call = scene("cell", PLACE)
    assert "open" in call.ok("open", target="drawer")
    assert call.session.probe({"signal": "drawer.open"}) == 1.0
    assert call.ok("close", target="drawer") and call.session.probe({"signal": "drawer.closed"}) is True
    caused = [event.cause for event in call.of("scene.signal") if event.signal == "drawer.open"]
    assert caused == ["skill", "skill"]


def test_what_is_locked_or_out_of_reach_stays_closed(scene):
    """A lock and a distance are refusals that say so, and nothing opens."""
    far = {**DRAWER, "position": [2.2, 0.0, 0.75]}
    call = scene("cell", {**PLACE, "devices": {"drawer": {**DRAWER, "locked": True}, "far": far}})
    assert "locked" in call.error("open", target="drawer")
    assert "cannot reach" in call.error("open", target="far")
    assert "did you mean 'drawer'" in call.error("open", target="drawr")
    assert call.session.probe({"signal": "drawer.closed"}) is True
    assert call.session.probe({"signal": "far.closed"}) is True


def test_a_button_is_really_pressed(scene):
    """The tool presses it with force: an event names the robot, and the toggle is on."""
    call = scene("cell", PLACE)
    call.ok("press", target="button")
    pressed = [event for event in call.of("scene.device") if event.quantity == "pressed" and event.after is True]
    assert [event.cause for event in pressed] == ["arm"]
    assert call.session.probe({"signal": "button.on"}) is True


def test_a_level_is_set_within_its_range(scene):
    """Switches take true and false, levels a share; anything else is refused in words."""
    call = scene("cell", PLACE)
    call.ok("switch", target="plate", value=0.5)
    assert call.session.probe({"signal": "plate.level"}) == 0.5
    call.ok("switch", target="plate", value=False)
    assert call.session.probe({"signal": "plate.level"}) == 0.0
    assert "out of range" in call.error("switch", target="plate", value=7)
    assert "finite number" in call.error("switch", target="plate", value="hot")
