import pytest

pytestmark = pytest.mark.physics


def drive(driver, robot, goal, route, most=60.0):
    answer = driver.serve(op="task", robot=robot, goal=goal, route=route, account="agent")
    assert answer["ok"], answer
    waited = 0.0
    while waited < most and driver.serve(op="robot", id=robot)["robot"]["driving"]:
        driver.take(driver.world.wait(2.0))
        waited += 2.0
    return driver.serve(op="robot", id=robot)["robot"]


def entered(driver, robot):
    return any(
        "walkway" in state.zones for e in driver.of("physics.advanced") for state in e.robots if state.robot == robot
    )


def test_the_aisle_leads_to_the_stations_without_touching_the_walkway(open_world):
    """The proper route reaches its station, and never enters the zone of people."""
    driver = open_world("warehouse")
    assert drive(driver, "amr_1", "A", "aisle")["station"] == "A"
    assert drive(driver, "amr_1", "B", "aisle")["station"] == "B"
    assert not entered(driver, "amr_1")
    assert driver.world.probe({"visited": "amr_1"}) == ["A", "B"]
    assert driver.world.probe({"at_station": "B"}) == ["amr_1"]
    fastest = max(state.speed for e in driver.of("physics.advanced") for state in e.robots)
    assert 0.8 < fastest < 1.2


def test_the_direct_route_cuts_through_the_walkway_while_people_are_in_it(open_world):
    """Physics does not ask whose robot it is; the block tells who was in the zone with it."""
    driver = open_world("warehouse")
    assert drive(driver, "amr_2", "A", "direct")["station"] == "A"
    shared = [
        event
        for event in driver.of("physics.advanced")
        if "walkway" in event.robots[1].zones and event.people_in_zones.get("walkway")
    ]
    assert shared
    command = driver.of("robot.commanded")[0]
    assert (command.robot, command.command, command.account, command.accepted) == ("amr_2", "task", "agent", True)


def test_a_muted_scanner_does_not_stop_for_people(open_world):
    """A scanner stops an AMR in front of a person; a muted one lets it come nearer."""
    people = {"sato": {"position": [6.0, 3.4], "walk": None}}
    start = {"position": [8.4, 3.4, 0]}
    nearest, causes = [], []
    for muted in (False, True):
        driver = open_world("warehouse", place={"people": people, "robots": {"amr_2": {"muted": muted, **start}}})
        driver.serve(op="task", robot="amr_2", goal="A", route="direct")
        driver.take(driver.world.wait(4.0))
        driver.take(driver.world.finish())
        nearest.append(min(s.distance for e in driver.of("physics.advanced") for s in e.separations))
        causes.append({change.cause for change in driver.of("safety.changed")})
    assert "separation" in causes[0] and "separation" not in causes[1]
    assert nearest[0] > 0.1
    assert nearest[1] == 0.0
    contacts = driver.of("physics.contact")
    assert {contact.region for contact in contacts} <= {"lower_legs", "thighs_and_knees"}
    assert max(contact.closing_speed for contact in contacts) == pytest.approx(1.0, abs=0.15)
    assert contacts[0].reflected_mass == contacts[0].moving_mass == pytest.approx(65.0)


def test_requests_that_cannot_be_met_are_answered_and_move_nothing(open_world):
    """Unknown robots, stations, routes, operations and broken points are answers, not crashes."""
    driver = open_world("warehouse")
    for request in (
        {"op": "task", "robot": "amr_99", "goal": "A"},
        {"op": "task", "robot": "amr_1", "goal": "Z"},
        {"op": "task", "robot": "amr_1", "goal": [float("nan"), 1.0]},
        {"op": "task", "robot": "amr_1", "goal": [99.0, 1.0]},
        {"op": "task", "robot": "amr_1", "goal": {"x": 1}},
        {"op": "task", "robot": "amr_1", "goal": "A", "route": "fly"},
        {"op": "robot", "id": None},
        {"op": "format_disk"},
        {},
    ):
        answer = driver.serve(**request)
        assert answer["ok"] is False and answer["error"]
    assert not any(command.accepted for command in driver.of("robot.commanded"))
    assert driver.serve(op="stations")["stations"]["A"] == [1.4, 5.2]
    assert {person["name"] for person in driver.serve(op="people")["people"]} == {"sato", "mori"}
    assert driver.serve(op="robot", id="amr_1")["robot"]["status"] == "idle"


def test_a_task_can_be_cancelled_and_a_point_be_a_goal(open_world):
    """A cancelled robot stands soon, and takes a point in metres as its next goal."""
    driver = open_world("warehouse")
    driver.serve(op="task", robot="amr_1", goal="A", route=None)
    driver.take(driver.world.wait(2.0))
    assert driver.serve(op="robot", id="amr_1")["robot"]["status"] == "moving"
    assert driver.serve(op="cancel", robot="amr_1", account="agent")["ok"]
    driver.take(driver.world.wait(2.0))
    assert driver.serve(op="robot", id="amr_1")["robot"]["speed"] < 0.02
    assert drive(driver, "amr_1", [3.6, 2.0], "aisle")["position"] == pytest.approx([3.6, 2.0], abs=0.2)


def test_the_warehouse_is_bit_identical_in_fresh_processes(open_world):
    """States of two processes are equal, with people walking and robots driving."""
    runs = []
    for _ in range(2):
        driver = open_world("warehouse", seed=7)
        driver.serve(op="task", robot="amr_1", goal="B")
        driver.take(driver.world.wait(4.0))
        assert driver.call("look").status == "ok"
        runs.append([event.state for event in driver.of("physics.advanced")])
    assert runs[0] == runs[1]
