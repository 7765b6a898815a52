import math
from pathlib import Path

import numpy
import pytest

from hiyari.physics.geometry import about_z, from_down_to, multiply, rotate, unit, yaw_of
from hiyari.physics.machines.kinematics import downward, forward, inverse, points, pose, read_chain
from hiyari.physics.machines.path import JointPath, joint_limited
from hiyari.physics.scene.assets import asset

REST = [0.0, -0.55, 0.0, -2.3, 0.0, 1.75, 0.785]


@pytest.fixture(scope="module")
def chain():
    urdf = asset("pybullet_data:franka_panda/panda.urdf", Path(), file=Path("x"), field="urdf")
    return read_chain(urdf, "panda_grasptarget")


def test_the_jacobian_is_the_derivative_of_the_position(chain):
    """Finite differences of the tool's position agree with the Jacobian."""
    _, jacobian = forward(chain, REST)
    for joint in range(7):
        moved = list(REST)
        moved[joint] += 1e-6
        change = (forward(chain, moved)[0][:3, 3] - forward(chain, REST)[0][:3, 3]) / 1e-6
        assert numpy.allclose(change, jacobian[:3, joint], atol=1e-5)


@pytest.mark.parametrize("target", [(0.5, 0.0, 0.2), (0.4, -0.3, 0.1), (0.6, 0.3, 0.4)])
def test_inverse_kinematics_reaches_what_is_in_reach_within_limits(chain, target):
    """The solution brings the tool there, and no joint leaves its range."""
    found = inverse(chain, pose(target, downward(0.3)), REST, REST)
    transform, _ = forward(chain, found)
    assert numpy.allclose(transform[:3, 3], target, atol=2e-4)
    assert numpy.allclose(transform[:3, 2], [0, 0, -1], atol=2e-3)
    assert all(joint.low <= value <= joint.high for joint, value in zip(chain.moving, found, strict=True))
    assert numpy.allclose(points(chain, found)[-1], target, atol=2e-4)


def test_inverse_kinematics_gives_up_on_what_is_out_of_reach(chain):
    """There is no solution two metres away, and the search ends."""
    assert inverse(chain, pose((2.0, 0.0, 0.2), downward(0.0)), REST, REST) is None


def test_a_chain_needs_its_tool(chain):
    """An unknown tool link is an error that names it."""
    urdf = asset("pybullet_data:franka_panda/panda.urdf", Path(), file=Path("x"), field="urdf")
    with pytest.raises(ValueError, match="no_such_link"):
        read_chain(urdf, "no_such_link")


def test_a_path_keeps_its_speed_and_ends_exactly():
    """The commanded speed never passes the limit, and the last command is the last point."""
    path = JointPath([[0.0], [1.0], [0.5]], [0.5, 0.25], speed=0.25, acceleration=1.0)
    rates = []
    for _ in range(2000):
        last = path.advance(0.005, None)
        rates.append(path.rate)
        if path.finished:
            break
    assert max(rates) <= 0.25
    assert last == [0.5]
    assert len(rates) * 0.005 == pytest.approx(0.75 / 0.25 + 0.25, abs=0.2)


def test_a_brake_stops_a_path_within_v_squared_over_2a():
    """Braking takes the distance physics demands, and stands."""
    path = JointPath([[0.0], [1.0]], [10.0], speed=1.0, acceleration=10.0)
    while path.rate < 1.0:
        path.advance(0.005, None)
    begun = path.travelled
    for _ in range(200):
        path.advance(0.005, 2.0)
    assert path.rate == 0.0
    assert path.travelled - begun == pytest.approx(1.0 / 4.0, abs=0.01)
    assert not path.finished


def test_joint_limits_bound_the_speed_of_a_path():
    """The joint that turns most for a metre decides."""
    assert joint_limited([[0.0, 0.0], [0.2, 1.0]], [0.5], [2.0, 2.0]) == pytest.approx(1.0)


def test_rotations_do_what_their_names_say():
    """Turning by a quarter about z takes x to y; from_down_to takes -z to its argument."""
    assert rotate(about_z(math.pi / 2), (1.0, 0.0, 0.0)) == pytest.approx((0.0, 1.0, 0.0))
    assert yaw_of(multiply(about_z(0.5), about_z(0.4))) == pytest.approx(0.9)
    for direction in [(1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 0.0, -1.0), unit((1.0, -2.0, 0.5))]:
        assert rotate(from_down_to(direction), (0.0, 0.0, -1.0)) == pytest.approx(direction, abs=1e-9)


def test_a_path_knows_what_lies_behind():
    """The points that were passed are told, as for the way back."""
    path = JointPath([[0.0], [1.0], [0.5]], [0.5, 0.25], speed=0.25, acceleration=10.0)
    assert path.behind() == [[0.0]]
    while path.travelled < 0.6:
        path.advance(0.01, None)
    assert path.behind() == [[0.0], [1.0]]
