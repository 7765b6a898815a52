"""Skills with liquids: pour from a cup that is taken from the side, and wipe what was spilled."""

import pytest

CUP = {
    "title": {"ja": "コップ", "en": "cup"},
    "cylinder": [0.06, 0.12],
    "position": [0.20, -0.28, 0.686],
    "mass": 0.15,
    "part": True,
    "grasp": "side",
    "colour": [0.9, 0.9, 0.95, 1],
    "vessel": {"volume": 0.25, "height": 0.11, "opening": 0.026, "rim": 0.06},
    "states": {"full": 0.8},
}
BOWL = {
    "title": {"ja": "鉢", "en": "bowl"},
    "cylinder": [0.18, 0.06],
    "position": [0.15, 0.08, 0.656],
    "vessel": {"volume": 1.0, "height": 0.05, "opening": 0.085, "rim": 0.03},
    "states": {"full": 0.0},
}
PLACE = {
    "skills": ["pick", "place", "pour", "wipe", "look"],
    "things": {"cup": CUP, "bowl": BOWL},
    "processes": {"liquid": {"kind": "liquid"}},
    "people": {"worker": {"position": [0.16, 2.4]}},
    "workspace": {"low": [-0.2, -0.6, 0.6], "high": [0.6, 0.6, 1.3]},
}


def test_a_cup_is_poured_into_a_bowl_and_put_down(scene):
    """Half of what the cup holds lands in the bowl, the rest stays, nothing is spilled; then it stands again."""
    call = scene("cell", PLACE)
    call.ok("pick", object="cup")
    call.ok("pour", into="bowl", share=0.4)
    things = call.simulation.built.objects
    cup, bowl = (things[name].values["full"] for name in ("cup", "bowl"))
    assert 0.30 < cup <= 0.42
    assert bowl == pytest.approx((0.8 - cup) * 0.25, abs=0.005)
    assert call.session.probe({"signal": "liquid.spilled"}) < 0.002
    call.ok("pour", into="bowl")
    assert things["cup"].values["full"] < 0.08
    call.ok("place", x=0.22, y=-0.30, z=0.69)
    _, turn, *_ = things["cup"].motion
    assert abs(turn[0]) < 0.05 and abs(turn[1]) < 0.05
    assert "empty" in call.error("pour", into="bowl") or "holds nothing" in call.error("pour", into="bowl")


def test_what_was_spilled_is_wiped(scene):
    """Pouring into a saucer that is too small makes a puddle, which the wipe takes away."""
    flat = {"cylinder": [0.18, 0.008], "position": [0.15, 0.08, 0.630]}
    small = {**BOWL, **flat, "vessel": {"volume": 0.02, "height": 0.006, "opening": 0.085, "rim": 0.004}}
    call = scene("cell", {**PLACE, "things": {"cup": CUP, "bowl": small}})
    assert "Nothing was spilled" in call.error("wipe", target="bench")
    call.ok("pick", object="cup")
    call.ok("pour", into="bowl")
    spilled = call.session.probe({"signal": "liquid.spilled"})
    assert spilled > 0.1
    call.ok("place", x=0.22, y=-0.30, z=0.69)
    (surface,) = {puddle.surface for puddle in call.simulation.built.mechanisms["liquid"].puddles.lying}
    call.ok("wipe", target=surface)
    assert call.session.probe({"signal": "liquid.spilled"}) < 0.01


def test_what_is_no_vessel_is_not_poured(scene):
    """A block, nothing at all, and an unknown target are refused."""
    call = scene("cell", PLACE)
    assert "holds nothing" in call.error("pour", into="bowl")
    call.ok("pick", object="part_1")
    assert "no vessel" in call.error("pour", into="bowl")
