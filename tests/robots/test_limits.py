"""Limits are held by us: whatever is commanded, every robot stays within its own, and stops within its distance.

Tolerances: 4 % of speeds (the engine's wheels are 1 mm larger than drawn), 15 % of turning speeds, accelerations as
means over 0.3 s with 30 %, stopping distances with 15 % and 1 cm; what walks sways by a quarter of its speed.
"""

import math
from pathlib import Path

import pytest

from hiyari.events import CommandLapsed, CommandReplaced, PartStopped
from hiyari.physics.geometry import distance, length, subtract
from hiyari.physics.machines.drive import Velocity
from hiyari.physics.machines.kinematics import downward
from hiyari.physics.machines.model import load_robot
from hiyari.physics.refusal import Refusal

pytestmark = pytest.mark.physics

ROBOTS = Path(__file__).parents[2] / "robots"
MODELS = {path.parent.name: load_robot(path.parent)[0] for path in sorted(ROBOTS.glob("*/robot.yaml"))}
ARMS = [name for name, model in MODELS.items() if model.arm is not None]
DRIVES = [name for name, model in MODELS.items() if model.drive is not None]
ROLLING = [name for name in DRIVES if MODELS[name].drive.kind == "wheels"]


def started(on_floor, run, name):
    session, machine = on_floor(name)
    run(session, 0.2)
    if machine.drive is not None and machine.drive.locomotor.aloft is not None:
        machine.drive.move(Velocity(0.0, climb=0.5))
        run(session, 2.5)
        machine.drive.cancel()
        run(session, 1.0)
    return session, machine


@pytest.mark.parametrize("name", DRIVES)
def test_a_base_told_far_too_much_keeps_its_limits(on_floor, run, name):
    """100 m/s and then 100 rad/s: speed, acceleration and turning stay within the limits."""
    session, machine = started(on_floor, run, name)
    limits, walks = machine.robot.limits, machine.robot.drive.kind == "legs"
    machine.drive.move(Velocity(100.0))
    fastest, hardest, before = 0.0, 0.0, machine.motion.linear
    for _ in range(int(3.2 * (limits.speed / limits.acceleration + 0.8))):
        run(session, 0.304)
        hardest = max(hardest, math.dist(machine.motion.linear[:2], before[:2]) / 0.304)
        before, fastest = machine.motion.linear, max(fastest, length(machine.motion.linear))
    assert 0.85 * limits.speed < fastest < (1.25 if walks else 1.04) * limits.speed
    assert walks or hardest < 1.3 * limits.acceleration + 0.1
    machine.drive.cancel()
    run(session, 1.0)
    machine.drive.move(Velocity(0.0, 100.0))
    run(session, 1.0)
    begun, turned = machine.yaw, 0.0
    for _ in range(10):
        run(session, 0.104)
        turned += abs(math.atan2(math.sin(machine.yaw - begun), math.cos(machine.yaw - begun)))
        begun = machine.yaw
    assert turned / 1.04 < 1.15 * machine.robot.drive.turn_speed


@pytest.mark.parametrize("name", ARMS)
def test_an_arm_told_far_too_much_keeps_its_limits(on_floor, run, name):
    """Aimed with 50 m/s and jogged with 10 m/s, no watched point passes its speed, no joint its own."""
    session, machine = started(on_floor, run, name)
    arm, limits = machine.arm, machine.robot.limits
    goal = arm.posture((0.45, 0.25, 0.45), downward(0.0))
    for command in (
        lambda: arm.aim(goal, 50.0),
        lambda: arm.jog((0.0, -10.0, 0.0), (0.0, 0.0, 9.0), session.simulation.time),
    ):
        command()
        fastest, hardest, before = 0.0, 0.0, arm.motions[0].linear
        for _ in range(16):
            run(session, 0.08)
            hardest = max(hardest, length(subtract(arm.motions[0].linear, before)) / 0.08)
            before, fastest = arm.motions[0].linear, max(fastest, machine.fastest)
            assert arm.joint_ratio <= 1.0
        assert 0.1 < fastest <= limits.speed
        assert hardest < 1.6 * limits.acceleration
        machine.halt()
        run(session, 1.5)
        assert not arm.busy and machine.fastest < 0.01


@pytest.mark.parametrize("name", DRIVES)
@pytest.mark.parametrize("kind", ["protective_stop", "emergency_stop"])
def test_a_moving_base_stops_within_its_distance_and_stays(on_floor, run, name, kind):
    """It stands after v t + v^2/2a with 15 % and 1 cm, and commands do not move it."""
    session, machine = started(on_floor, run, name)
    limits, simulation = machine.robot.limits, session.simulation
    machine.drive.move(Velocity(limits.usual_speed))
    run(session, limits.usual_speed / limits.acceleration + 1.0)
    speed, start = length(machine.motion.linear), machine.motion.position
    if kind == "emergency_stop":
        machine.safety.press_emergency(simulation.time)
    else:
        machine.safety._change("protective_stop", "separation", simulation.time)
    run(session, limits.reaction_time + speed / limits.braking + 0.6)
    allowed = speed * limits.reaction_time + speed**2 / (2.0 * limits.braking)
    slack = {"wheels": 0.01, "rotors": 0.7 * speed, "legs": 0.25 * speed}[machine.robot.drive.kind]
    assert distance(machine.motion.position, start) <= 1.15 * allowed + slack
    stopped = machine.motion.position
    machine.drive.move(Velocity(1.0, 1.0))
    run(session, 0.6)
    assert distance(machine.motion.position, stopped) < (0.005 if machine.robot.drive.kind == "wheels" else 0.1)


@pytest.mark.parametrize("name", ARMS)
def test_a_moving_arm_stops_within_its_distance_and_stays(on_floor, run, name):
    """Stopped while it speeds up the tool stands after v t + v^2/2a with 15 % and 1 cm, and commands do not move it."""
    session, machine = started(on_floor, run, name)
    arm, limits = machine.arm, machine.robot.limits
    goal = arm.posture((0.45, 0.25, 0.45), downward(0.0))
    arm.aim(goal, limits.speed)
    run(session, 0.4)
    speed, start = machine.fastest, [motion.position for motion in arm.motions]
    assert speed > 0.1
    machine.safety.press_emergency(session.simulation.time)
    run(session, limits.reaction_time + speed / limits.braking + 0.3)
    speed += limits.acceleration * limits.reaction_time
    allowed = speed * limits.reaction_time + speed**2 / (2.0 * limits.braking)
    for before, after in zip(start, arm.motions, strict=True):
        assert distance(before, after.position) <= 1.15 * allowed + 0.01
    stopped = arm.place
    arm.aim(goal)
    run(session, 0.4)
    arm.jog((0.3, 0.0, 0.0), (0.0, 0.0, 0.0), session.simulation.time)
    run(session, 0.4)
    assert distance(arm.place, stopped) < 0.002


@pytest.mark.parametrize("name", ROLLING)
def test_velocity_commands_at_a_thousand_a_second_are_survived(on_floor, run, name):
    """Eight commands a control tick, alternating: the robot keeps its limits and nothing is told of renewals."""
    session, machine = started(on_floor, run, name)
    limits, told = machine.robot.limits, []
    for tick in range(60):
        for call in range(8):
            machine.drive.move(
                Velocity(limits.speed * (1 if (tick // 10 + call) % 2 else -1), 1.0, given=session.simulation.time)
            )
        told += run(session, 0.008)
        assert machine.speed <= 1.04 * limits.speed
    assert not [event for event in told if isinstance(event, CommandReplaced | CommandLapsed)]


def test_of_two_commands_at_once_the_later_wins_and_it_is_told(on_floor, run):
    """Joint positions over a velocity over a path: an event each; the drive tells of a way that a velocity ended."""
    session, machine = started(on_floor, run, "mobile_arm")
    arm = machine.arm
    arm.path = arm.plan([((0.5, 0.1, 0.6), downward(0.0))], 0.3)
    run(session, 0.2)
    arm.jog((0.0, 0.1, 0.0), (0.0, 0.0, 0.0), session.simulation.time)
    first = run(session, 0.2)
    arm.aim(arm.target)
    second = run(session, 0.2)
    machine.drive.go([(2.0, 0.0)], "far", "")
    machine.drive.move(Velocity(0.1))
    third = run(session, 0.2)
    told = [
        [(event.part, event.before, event.after) for event in events if isinstance(event, CommandReplaced)]
        for events in (first, second, third)
    ]
    assert told == [[("arm", "path", "velocity")], [("arm", "velocity", "joints")], [("drive", "way", "velocity")]]


def test_bad_low_level_commands_are_refused(on_floor, run):
    """NaN, a wrong number of joints, positions out of range or workspace: refused with what would be right."""
    session, machine = started(on_floor, run, "mobile_arm")
    arm, rest = machine.arm, list(machine.arm.target)
    wrong = [
        (rest[:3], "7 finite joint positions"),
        ([math.nan, *rest[1:]], "7 finite joint positions"),
        ([9.0, *rest[1:]], r"column=9.000 is outside its range, 0.000 to 0.600"),
        ([0.0, 2.6, 0.0, 0.0, 0.0, 0.0, 0.0], "outside its workspace"),
    ]
    for positions, why in wrong:
        with pytest.raises(Refusal) as refused:
            arm.aim(positions)
        assert why in refused.value.text.en
    with pytest.raises(Refusal):
        arm.jog((math.inf, 0.0, 0.0), (0.0, 0.0, 0.0), 0.0)
    with pytest.raises(ValueError, match="finite"):
        machine.drive.move(Velocity(math.nan))
    before = session.engine.state()
    assert not arm.busy and machine.drive.velocity is None
    run(session, 0.1)
    assert arm.target == rest and len(before) > 0


def test_jogging_stops_at_the_edge_of_the_workspace(on_floor, run):
    """The tool is jogged outwards until the edge, tells of it once, and can be jogged back."""
    session, machine = started(on_floor, run, "mobile_arm")
    arm, space = machine.arm, machine.robot.limits.workspace
    told = []
    for _ in range(60):
        arm.jog((0.0, 0.0, -0.4), (0.0, 0.0, 0.0), session.simulation.time)
        told += run(session, 0.1)
    assert [(event.part, event.cause) for event in told if isinstance(event, PartStopped)] == [("arm", "workspace")]
    assert space.low[2] - 0.01 < arm.place[2] < space.low[2] + 0.12
    low = arm.place[2]
    arm.jog((0.0, 0.0, 0.2), (0.0, 0.0, 0.0), session.simulation.time)
    run(session, 1.0)
    assert arm.place[2] > low + 0.1


def test_a_jog_that_is_not_renewed_lapses(on_floor, run):
    """With a watchdog of half a second the tool stops and the event says how old the command was."""
    session, machine = on_floor("panda", controller={"command_timeout": 0.5})
    machine.arm.jog((0.0, 0.1, 0.0), (0.0, 0.0, 0.0), 0.0)
    events = run(session, 1.5)
    assert [event.robot for event in events if isinstance(event, CommandLapsed)] == ["it"]
    assert machine.fastest < 0.005 and not machine.arm.busy


def test_a_jog_goes_where_it_is_told(on_floor, run):
    """Ten centimetres a second for a second along y, in the robot's frame, and nowhere else."""
    session, machine = started(on_floor, run, "kuka")
    start = machine.arm.place
    machine.arm.jog((0.0, 0.1, 0.0), (0.0, 0.0, 0.0), session.simulation.time)
    run(session, 1.0)
    moved = subtract(machine.arm.place, start)
    assert moved[1] == pytest.approx(0.095, abs=0.012)
    assert abs(moved[0]) < 0.006 and abs(moved[2]) < 0.006


def test_an_arm_with_a_small_share_of_torque_cannot_hold_itself(on_floor, run, tmp_path):
    """The share of torque reaches the motors: with 1 % of it the arm sinks."""
    folder = tmp_path / "kuka"
    folder.mkdir()
    (folder / "kuka.urdf").write_bytes((ROBOTS / "kuka/kuka.urdf").read_bytes())
    text = (ROBOTS / "kuka/robot.yaml").read_text(encoding="utf-8")
    (folder / "robot.yaml").write_text(text.replace("limits:\n", "limits:\n  torque: 0.01\n"), encoding="utf-8")
    session, machine = on_floor("kuka", home=lambda name: folder)
    before = machine.arm.place
    run(session, 0.5)
    assert machine.arm.place[2] < before[2] - 0.05
