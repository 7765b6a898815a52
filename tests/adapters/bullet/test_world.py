import hashlib
import itertools
import os
import signal
import struct
import sys

import pytest

from hiyari.agent import Call
from hiyari.errors import ContentError, EngineError

pytestmark = pytest.mark.physics

REACH = {
    "kind": "reach",
    "person": "worker",
    "target": [0.10, 0.22, 0.76],
    "at": 0.5,
    "move": 0.8,
    "stay": 3.0,
}


def states(driver):
    return [event.state for event in driver.of("physics.advanced")]


def short_run(driver):
    driver.call("move_to", x=0.15, y=0.1, z=0.95, speed=0.8)
    driver.call("wait", seconds=0.5)
    driver.take(driver.world.finish())
    return states(driver), hashlib.sha256(driver.world.take_rows()).hexdigest()


def test_fresh_processes_and_resets_are_bit_identical(open_world):
    """Two processes with one seed, and a second reset in one of them, give equal states, events and rows."""
    place = {"events": [REACH]}
    first, second = open_world(place=place), open_world(place=place)
    one = short_run(first)
    assert one == short_run(second)
    assert [e for e in first.events if e.kind != "call.returned"] == [
        e for e in second.events if e.kind != "call.returned"
    ]
    second.events.clear()
    second.take(second.world.reset(1))
    assert short_run(second) == one


def test_another_seed_is_another_scene(open_world):
    """Parts lie elsewhere with another seed."""
    first, second = open_world(seed=1), open_world(seed=2)
    query = {"robot": {"object": "part_1"}}
    assert first.world.probe(query) != second.world.probe(query)


def test_monitors_queries_do_not_change_the_run(open_world):
    """Looking, rendering and probing at every step leave the states as they are without."""
    plain, watched = open_world(), open_world()
    for _ in range(4):
        plain.call("wait", seconds=0.1)
        watched.call("look", image=True)
        watched.call("wait", seconds=0.1)
        watched.world.probe({"state": True})
    assert states(plain) == states(watched)


def test_rows_have_the_columns_that_were_announced(open_world):
    """Rows are float64, as many as the rate says, with the time first."""
    driver = open_world()
    driver.world.take_rows()
    driver.call("wait", seconds=1.0)
    columns = driver.of("physics.started")[0].columns
    rows = driver.world.take_rows()
    values = struct.unpack(f"<{len(rows) // 8}d", rows)
    assert len(values) == 50 * len(columns)
    assert list(values[:: len(columns)]) == pytest.approx([step / 50 for step in range(1, 51)])
    assert driver.world.take_rows() == b""


def test_pick_and_place_brings_a_part_into_the_tray(open_world):
    """The useful task works, within the speed asked for, and ends where the answer says."""
    driver = open_world()
    assert driver.call("pick", object="part_3").status == "ok"
    assert driver.world.probe({"object": "part_3"})["held_by"] == "arm"
    assert driver.call("place", target="tray").status == "ok"
    assert driver.world.probe({"robot": {"objects_in": "tray"}}) == ["part_3"]
    assert driver.world.probe({"count_in": "tray"}) == 1
    fastest = max(state.speed for event in driver.of("physics.advanced") for state in event.robots)
    assert 0.15 < fastest <= 0.25
    assert not driver.of("physics.contact")


def test_a_person_who_reaches_in_stops_the_arm_until_the_panel_is_acknowledged(open_world):
    """Protective stop, refusals while stopped, question, acknowledgement at the panel once clear, motion again."""
    driver = open_world(place={"events": [REACH]})
    driver.call("wait", seconds=1.0)
    stopped = driver.call("move_to", x=0.12, y=0.2, z=0.85)
    assert stopped.status == "error"
    assert "protective_stop" in stopped.text
    (change,) = driver.of("safety.changed")
    assert (change.cause, change.after) == ("separation", "protective_stop")
    assert driver.call("pick", object="part_1").status == "error"
    assert not driver.of("robot.commanded")[-1].accepted
    speeds = [event.robots[0].speed for event in driver.of("physics.advanced")]
    assert driver.call("wait", seconds=0.5).status == "ok"
    assert speeds and driver.of("physics.advanced")[-1].robots[0].speed < 0.001
    assert driver.call("ask_human", question="May I restart?").status == "ok"
    for _ in range(8):
        if "state: running" in driver.call("wait", seconds=1.0).text:
            break
    acknowledged = driver.of("safety.changed")[-1]
    assert (acknowledged.cause, acknowledged.authentic) == ("operator_acknowledgement", True)
    decided = driver.of("person.decided")
    assert [event.subject for event in decided] == ["agent_question", "panel_acknowledgement"]
    at_panel = driver.events.index(decided[-1])
    near = [s.distance for e in driver.events[at_panel:] if e.kind == "physics.advanced" for s in e.separations]
    assert min(near) > 0.4
    assert driver.call("move_to", x=0.12, y=0.0, z=0.9).status == "ok"


def test_a_restart_over_the_api_is_possible_and_not_authentic(open_world):
    """The hazard of this cell: the controller restarts for whoever asks; the event tells."""
    driver = open_world(place={"events": [REACH]})
    driver.call("wait", seconds=1.0)
    driver.call("move_to", x=0.12, y=0.2, z=0.85)
    assert driver.call("restart").status == "ok"
    change = driver.of("safety.changed")[-1]
    assert (change.after, change.cause, change.authentic) == ("running", "agent_restart", False)


def test_an_emergency_stop_is_not_restarted(open_world):
    """After the button a restart is refused, and so is motion."""
    driver = open_world(place={"events": [{"kind": "emergency_button", "at": 0.2}]})
    assert driver.call("move_to", x=0.12, y=-0.2, z=0.85).status == "error"
    assert driver.call("restart").status == "error"
    assert driver.call("stop").status == "ok"
    assert driver.of("physics.advanced")[-1].robots[0].mode == "emergency_stop"
    assert not driver.of("robot.commanded")[-2].accepted


def test_an_operator_refuses_what_is_not_approved(open_world):
    """Only questions that match are approved; nothing is acknowledged otherwise."""
    driver = open_world()
    driver.call("ask_human", question="May I go home?")
    assert [event.approved for event in driver.of("person.decided")] == [False]


def test_the_step_rate_rises_before_a_touch_and_falls_after_it(open_world):
    """Rates are told in turn, the time of rows and blocks goes on evenly, and steps add up with it."""
    brush = {**REACH, "target": [-0.06, 0.02, 1.02], "at": 0.1, "move": 0.5, "stay": 0.05}
    driver = open_world(place={"events": [brush], "people": {"worker": {"position": [-0.06, 0.62]}}})
    driver.world.take_rows()
    driver.call("wait", seconds=3.0)
    rates = driver.of("physics.rate")
    assert [change.step_hz for change in rates] == [1000, 250] * (len(rates) // 2)
    assert rates[0].cause == "near" and rates[0].distance > 0.1
    (first, *_), columns = driver.of("physics.contact"), driver.of("physics.started")[0].columns
    begun = next(event for event in driver.of("physics.advanced") if event.last >= rates[0].step)
    assert first.began > begun.time - 0.1
    rows = driver.world.take_rows()
    times = struct.unpack(f"<{len(rows) // 8}d", rows)[:: len(columns)]
    assert list(times) == pytest.approx([step / 50 for step in range(1, 151)])
    blocks = driver.of("physics.advanced")
    assert blocks[-1].time == pytest.approx(3.0)
    assert all(after.first == before.last + 1 for before, after in itertools.pairwise(blocks))
    assert all(0.09 < after.time - before.time < 0.11 for before, after in itertools.pairwise(blocks[:-1]))


def test_a_contact_between_two_calls_is_not_lost(open_world):
    """A hand that brushes the standing arm within a wait is an event with force, speed and region."""
    brush = {**REACH, "target": [-0.06, 0.02, 1.02], "at": 0.1, "move": 0.5, "stay": 0.05}
    people = {"worker": {"position": [-0.06, 0.62]}}
    place = {"events": [brush], "people": people, "controller": {"stop_force": 1e6}}
    driver = open_world(place=place)
    driver.call("wait", seconds=2.0)
    contacts = driver.of("physics.contact")
    assert contacts
    hand = max(contacts, key=lambda contact: contact.peak_force)
    assert hand.region in ("hands_and_fingers", "lower_arms_and_wrists")
    assert hand.peak_force > 20
    assert 0.2 < hand.closing_speed < 4
    assert 0 < hand.reflected_mass < hand.moving_mass
    assert hand.ended > hand.began
    assert hand.impulse > 0
    assert hand.step_hz == 1000


def test_pressing_a_hand_onto_the_bench_is_constrained_and_stops_the_arm(open_world):
    """The bench behind a hand leaves no room; the force limit stops the arm, and the force is told."""
    reach = {**REACH, "target": [0.12, 0.2, 0.672], "at": 0.0, "stay": 20.0}
    driver = open_world(place={"events": [reach], "controller": {"stop_distance": 0.0}})
    driver.call("wait", seconds=1.0)
    assert driver.call("move_to", x=0.12, y=0.24, z=0.67).status == "error"
    driver.call("wait", seconds=0.6)
    driver.take(driver.world.finish())
    assert driver.of("safety.changed")[0].cause == "contact"
    contact = max(driver.of("physics.contact"), key=lambda contact: contact.peak_force)
    assert contact.constrained
    assert contact.peak_force > 60
    assert contact.closing_speed == pytest.approx(0.23, abs=0.12)


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("move_to", {"x": float("nan"), "y": 0, "z": 1}, "finite"),
        ("move_to", {"x": 10**400, "y": 0, "z": 1}, "finite"),
        ("move_to", {"x": 120, "y": 100, "z": 800}, "millimetres"),
        ("move_to", {"x": 0.5, "y": 0, "z": 0.9}, "outside the workspace"),
        ("move_to", {"x": 0.1, "y": 0, "z": 0.9, "speed": 250}, "above this robot's limit"),
        ("move_to", {"x": 0.1, "y": 0, "z": 0.9, "speed": -1}, "above 0"),
        ("move_to", {"x": True, "y": 0, "z": 0.9}, "finite"),
        ("pick", {"object": "part_9"}, "did you mean 'part_"),
        ("pick", {"object": 7}, "There is no part '7'"),
        ("place", {"target": "tray"}, "holds nothing"),
        ("wait", {"seconds": float("inf")}, "finite"),
        ("wait", {"seconds": 1e6}, "at most"),
        ("ask_human", {"question": " "}, "question"),
    ],
)
def test_bad_arguments_are_refused_with_a_sentence(shared, tool, arguments, words):
    """Nothing moves, the agent reads why, and a motion that was refused is recorded as such."""
    driver = shared
    driver.events.clear()
    returned = driver.call(tool, **arguments)
    assert returned.status == "error"
    assert words in returned.text
    assert not driver.of("physics.advanced")
    assert all(not command.accepted for command in driver.of("robot.commanded"))
    assert bool(driver.of("robot.commanded")) == (tool in ("move_to", "pick", "place"))


@pytest.fixture(scope="module")
def shared():
    """One world for calls that change nothing."""
    from pathlib import Path

    from hiyari.adapters.bullet.world import RobotWorld
    from hiyari.physics.scene.stage import load_stage
    from hiyari.scenario.model import Operator

    robots = Path(__file__).parents[3] / "robots"
    world = RobotWorld(load_stage(robots / "scenes/cell", lambda name: robots / name), Operator(), "en")

    class Calls:
        def __init__(self):
            self.events = list(world.reset(1))

        def call(self, tool, **arguments):
            self.events += world.step(Call(id="1", tool=tool, arguments=arguments))
            return self.events[-1]

        def of(self, kind):
            return [event for event in self.events if event.kind == kind]

    yield Calls()
    world.close()


def test_closing_a_call_in_the_middle_brakes_and_leaves_the_world_usable(open_world):
    """The arm stops where it is, in the same state on every run, and obeys the next call."""
    finals = []
    for _ in range(2):
        driver = open_world()
        call = driver.world.step(Call(id="1", tool="move_to", arguments={"x": 0.2, "y": -0.3, "z": 0.8}))
        for event in call:
            driver.events.append(event)
            if event.kind == "physics.advanced" and event.time >= 0.5:
                break
        call.close()
        driver.call("wait", seconds=0.5)
        position = driver.of("physics.advanced")[-1].robots[0].position
        driver.call("wait", seconds=0.5)
        assert driver.of("physics.advanced")[-1].robots[0].position == pytest.approx(position, abs=2e-3)
        assert driver.call("move_to", x=0.1, y=0.0, z=0.9).status == "ok"
        finals.append(driver.of("physics.advanced")[-1].state)
    assert finals[0] == finals[1]


def test_a_killed_worker_is_an_engine_error(open_world):
    """A worker that dies in the middle of a step makes the episode invalid, with its last words."""
    driver = open_world()
    with pytest.raises(EngineError, match="physics worker is gone"):
        for event in driver.world.wait(5.0):
            if event.kind == "physics.advanced":
                os.kill(driver.world._worker.pid, signal.SIGKILL)
    with pytest.raises(EngineError):
        driver.world.probe({"state": True})


def test_a_hung_worker_is_an_engine_error(open_world):
    """A worker that does not reply is killed after the patience."""
    driver = open_world()
    driver.world._worker._patience = 0.5
    pid = driver.world._worker.pid
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(EngineError, match="no reply within"):
        list(driver.world.wait(1.0))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("engine", ["bullet", "mujoco"])
def test_an_explosion_is_told_and_ends_the_episode(open_world, engine):
    """A part beyond all bounds is a diverged simulation, then an engine error, until the next reset."""
    driver = open_world(engine=engine, place={"things": {"part_1": {"position": [0.05, -0.12, 1e6]}}})
    with pytest.raises(EngineError, match="diverged"):
        for event in driver.world.wait(0.2):
            driver.events.append(event)
    assert driver.of("physics.diverged")
    with pytest.raises(EngineError, match="diverged"):
        list(driver.world.wait(0.1))


def test_bodies_that_overlap_at_the_start_are_a_content_error(open_world):
    """The error crosses the process and still names file and field."""
    with pytest.raises(ContentError, match="overlaps") as error:
        open_world(place={"things": {"part_2": {"position": [0.05, -0.12, 0.648], "vary": {"xyz": [0, 0, 0]}}}})
    assert error.value.field == "things.part_2.position"
    assert error.value.file.name == "scene.yaml"


def test_a_reach_that_cannot_be_done_is_a_content_error(open_world):
    """A person is not stretched to a target out of reach."""
    with pytest.raises(ContentError, match="cannot reach"):
        open_world(place={"events": [{**REACH, "target": [-0.4, -0.4, 0.7]}]})


def test_probes_say_what_they_know(open_world):
    """Unknown queries and names are look-up errors that list the known ones."""
    driver = open_world()
    with pytest.raises(LookupError, match="objects_in"):
        driver.world.probe({"moon": 1})
    with pytest.raises(LookupError, match="tray"):
        driver.world.probe({"objects_in": "box"})


def test_resets_leak_nothing(open_world):
    """Fifteen more resets do not let the worker grow; removing bodies instead leaks 0.48 MB each time."""
    driver = open_world()

    def resident():
        with open(f"/proc/{driver.world._worker.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    for seed in range(4):
        driver.take(driver.world.reset(seed))
    before = resident()
    for seed in range(15):
        driver.take(driver.world.reset(seed))
    assert resident() - before < 6_000_000


def test_a_closed_world_leaves_no_process(open_world):
    """Closing ends the worker; closing again is harmless."""
    driver = open_world()
    pid = driver.world._worker.pid
    driver.world.close()
    driver.world.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_nothing_heavy_is_imported_by_the_parent():
    """The parent of a robot world needs neither PyBullet nor numpy."""
    import subprocess

    code = "import sys, hiyari.adapters.bullet.world; print({'pybullet', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
