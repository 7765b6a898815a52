import pytest

from hiyari.physics.machines.fleet import Unfit, route
from hiyari.physics.scene.model import Roads

ROADS = Roads(
    points={"a": (0, 0), "b": (4, 0), "c": (0, 3), "d": (4, 3), "alone": (9, 9)},
    lanes=(("a", "c"), ("c", "d"), ("d", "b")),
    shortcuts=(("a", "b"),),
    stations={"A": "a", "B": "b"},
)


def test_the_aisle_goes_around_and_the_direct_route_cuts_through():
    """Shortcuts are taken on the direct route only."""
    assert route(ROADS, (0.1, 0.1), "b", "aisle") == [(0, 0), (0, 3), (4, 3), (4, 0)]
    assert route(ROADS, (0.1, 0.1), "b", "direct") == [(0, 0), (4, 0)]


def test_a_point_without_a_lane_has_no_way():
    """An unreachable goal is an error, not a crash."""
    with pytest.raises(Unfit, match="no way"):
        route(ROADS, (0, 0), "alone", "direct")
