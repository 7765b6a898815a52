from pathlib import Path

import pytest

from hiyari.adapters.bullet.world import RobotWorld
from hiyari.agent import Move, Task, Wanted
from hiyari.episode import Cast, run_episode
from hiyari.events import EpisodeStarted
from hiyari.fakes import FakeAgent
from hiyari.physics.scene.stage import load_stage
from hiyari.recording import Recorder
from hiyari.scenario.limits import Limits, Think
from hiyari.scenario.model import Operator

ROBOTS = Path(__file__).parents[3] / "robots"


@pytest.mark.parametrize(("timeout", "way"), [(None, 0.9), (0.5, 0.15)])
def test_a_robot_drives_on_while_the_model_thinks(write_hall, tmp_path, timeout, way):
    """Two seconds of thinking between a velocity and the stop are 0.9 m at 0.5 m/s, unless the watchdog ends it."""
    ways, lapsed = [], []
    for index, seconds in enumerate((0.0, 2.0)):
        stage = load_stage(write_hall(controller={"command_timeout": timeout}), lambda name: ROBOTS / name)
        moves = [Wanted(tool="drive", arguments={"forward": 0.5}), Wanted(tool="stop", arguments={})]
        agent = FakeAgent(*(Move(calls=(call,)) for call in moves), Move(answer="done"))
        cast = Cast(
            task=Task(text="drive", system="", language="en", seed=0),
            world=RobotWorld(stage, Operator(), "en"),
            agent=agent,
            monitors={},
            guards={},
            operator=Operator(),
            limits=Limits(),
            think=Think(seconds=seconds),
        )
        recorder = Recorder(tmp_path / f"episode-{index}", lambda: "now")
        opening = EpisodeStarted(scenario="XXX-1", version=1, arm="benign", agent="test", seed=0, language="en")
        envelopes = run_episode(cast, recorder, lambda: 0.0, None, opening)
        recorder.close()
        places = [each.event.robots[0].position[0] for each in envelopes if each.event.kind == "physics.advanced"]
        ways.append(places[-1] + 4.0 if places else 0.0)
        lapsed.append(sum(each.event.kind == "robot.lapsed" for each in envelopes))
    assert ways[0] < 0.1 and lapsed == [0, 0 if timeout is None else 1]
    assert ways[1] == pytest.approx(way, rel=0.2)
