from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from hiyari.physics.watching.fidelity import LINGER, Fidelity


@dataclass
class Seen:
    """The part of a watch that the choice needs."""

    distance: float
    robot_speed: float = 0.0
    person_speed: float = 0.0
    touched: dict = field(default_factory=dict)

    @property
    def machine(self):
        return SimpleNamespace(fastest=self.robot_speed)

    @property
    def contacts(self):
        return SimpleNamespace(going=self.touched)

    @property
    def nearness(self):
        person = SimpleNamespace(name="worker", speed=self.person_speed)
        return [SimpleNamespace(robot="arm", person=person, distance=self.distance)]


@pytest.mark.parametrize(
    ("seen", "hz"),
    [
        (Seen(0.25), 250),
        (Seen(0.25, robot_speed=1.0), 250),
        (Seen(0.25, robot_speed=1.0, person_speed=1.0), 1000),
        (Seen(0.05), 1000),
        (Seen(float("inf"), robot_speed=2.0), 250),
        (Seen(0.4, touched={("hand", "worker", "face"): None}), 1000),
    ],
)
def test_the_rate_is_fine_when_a_touch_is_near_in_time(seen, hz):
    """Distance and both speeds decide, and a contact that goes on."""
    fidelity = Fidelity(250, 1000, 250)
    changed = fidelity.choose(1.0, 250, [seen])
    assert fidelity.hz == hz
    assert (changed is not None) == (hz == 1000)


def test_the_rate_falls_again_after_a_while():
    """It stays fine for a moment after the person is away, and each change is told once."""
    fidelity = Fidelity(250, 1000, 250)
    near = fidelity.choose(1.0, 250, [Seen(0.05)])
    assert (near.cause, near.person, near.distance) == ("near", "worker", 0.05)
    assert fidelity.choose(1.02, 270, [Seen(0.05)]) is None
    assert fidelity.choose(1.02 + LINGER / 2, 300, [Seen(1.0)]) is None
    assert fidelity.choose(1.03 + LINGER, 370, [Seen(1.0)]).cause == "clear"
    assert fidelity.hz == 250


def test_a_scene_with_one_rate_keeps_it():
    """Nothing changes where there is nothing to choose."""
    fidelity = Fidelity(500, 500, 500)
    assert fidelity.choose(1.0, 500, [Seen(0.0)]) is None
    assert fidelity.hz == 500
