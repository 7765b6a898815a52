from pathlib import Path

import pytest

from hiyari.adapters.bullet.world import RobotWorld
from hiyari.agent import Call
from hiyari.physics.scene.stage import load_stage
from hiyari.scenario.model import Operator

ROBOTS = Path(__file__).parents[3] / "robots"
OPERATOR = Operator(name="yamada", approves=("(?i)restart",), delay=1.0)


class Driver:
    """A robot world with short-hand for calls; keeps every event it saw."""

    def __init__(self, world):
        self.world = world
        self.events = []
        self._calls = 0

    def take(self, events):
        new = list(events)
        self.events += new
        return new

    def call(self, tool, **arguments):
        self._calls += 1
        return self.take(self.world.step(Call(id=str(self._calls), tool=tool, arguments=arguments)))[-1]

    def serve(self, **request):
        generator = self.world.serve(request)
        while True:
            try:
                self.events.append(next(generator))
            except StopIteration as end:
                return end.value

    def of(self, kind):
        return [event for event in self.events if event.kind == kind]


@pytest.fixture
def open_world():
    """Build and reset a robot world; close all at the end."""
    opened = []

    def build(scene="cell", place=None, seed=1, language="en", **more):
        stage = load_stage(ROBOTS / "scenes" / scene, lambda name: ROBOTS / name, place or {})
        driver = Driver(RobotWorld(stage, OPERATOR, language, **more))
        opened.append(driver.world)
        driver.take(driver.world.reset(seed))
        return driver

    yield build
    for world in opened:
        world.close()
