"""Devices in the way: crowds and planned routes go by them as they stand at the moment."""

GATE = {"kind": "door", "moves": "slide", "size": [12.4, 0.1, 2.0], "seconds": 0.5}
ASIDE = {"sato": {"position": [1.0, 7.0], "walk": None}, "mori": {"position": [11.0, 7.0], "walk": None}}


def test_a_crowd_waits_before_a_closed_exit_and_leaves_when_it_opens(place, run):
    """Nobody of a crowd gets through a closed door; once it is open they go on to the exit behind it."""
    crowd = {"count": 5, "where": {"low": [4.6, 0.6], "high": [7.4, 2.4]}, "towards": [[6.0, 6.6]]}
    devices = {"exit": {**GATE, "position": [-0.2, 3.6, 0], "locked": True}}
    things = {"shelf_w": {"position": [1.8, 1.2, 0.8]}, "shelf_e": {"position": [10.2, 1.2, 0.8]}}
    robots = {"amr_1": {"position": [1.2, 5.2, 0]}, "amr_2": {"position": [10.8, 5.2, 0]}}
    session = place("warehouse", devices=devices, people=ASIDE, crowds={"rush": crowd}, things=things, robots=robots)
    members = session.simulation.built.crowds["rush"]
    run(session.wait(4.0))
    assert 2.6 < max(members.now[:, 1]) < 3.6
    session.simulation.set_signal("exit.locked", False, "test")
    session.simulation.set_signal("exit.open", 1.0, "test")
    run(session.wait(3.0))
    assert max(members.now[:, 1]) > 4.5


def test_a_route_leads_through_an_open_door_only(place, run):
    """A driverless truck finds no way past a closed gate, and drives there once it is open."""
    session = place(
        "warehouse",
        devices={"gate": {**GATE, "position": [-0.2, 2.3, 0]}},
        people=ASIDE,
        operates="amr_1",
        skills=["navigate", "wait"],
    )
    there = {"x": 3.6, "y": 3.4}
    run(session.call("navigate", there))
    assert session.returned.status == "error"
    session.simulation.set_signal("gate.open", 1.0, "test")
    run(session.wait(0.6))
    run(session.call("navigate", there))
    assert session.returned.status == "ok", session.returned.text
    assert session.probe({"signal": "amr_1.y"}) > 3.2
