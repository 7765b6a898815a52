"""Films of recorded episodes, drawn from the rows."""

import itertools

import numpy
import pytest
from PIL import Image

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.errors import ContentError
from hiyari.physics.session import Session
from hiyari.pictures.film import Cut, check_target, frames, times, write_film
from hiyari.pictures.happened import Happened
from hiyari.pictures.replay import Replay, stage_of
from hiyari.pictures.shooting import shoot, view_in
from hiyari.pictures.sizes import Size
from hiyari.recording import Recording, write_manifest
from hiyari.scenario.model import Operator

from .conftest import REACH, ROBOTS, SECONDS
from .conftest import stage_of as scene

SMALL = Size(160, 120)


def scenes(name):
    return ROBOTS / "scenes" / name


def robots(name):
    return ROBOTS / name


def replay_of(folder, engine):
    """Return a replay of a recording, and what happened in it."""
    recording = Recording(folder)
    envelopes = list(recording.envelopes())
    return Replay(recording, envelopes, stage_of(recording, scenes, robots), engine), Happened.of(envelopes)


def test_a_film_has_a_frame_for_every_moment(episode, engine, tmp_path):
    """A second at 10 frames a second has 11 frames, in a GIF and in an MP4, and leaves nothing else behind."""
    replay, happened = replay_of(episode, engine)
    cut = Cut(SMALL)
    when = times(cut, replay.end)
    assert when == pytest.approx([number / 10 for number in range(11)])
    done = itertools.count()
    write_film(tmp_path / "a.gif", frames(replay, happened, cut, when), cut.fps, lambda: next(done))
    assert next(done) == 11
    with Image.open(tmp_path / "a.gif") as film:
        assert (film.n_frames, film.size, film.info["duration"]) == (11, SMALL, 100)
    av = pytest.importorskip("av")
    write_film(tmp_path / "a.mp4", frames(replay, happened, cut, when[:4]), cut.fps, lambda: None)
    with av.open(str(tmp_path / "a.mp4")) as film:
        assert len(list(film.decode(video=0))) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gif", "a.mp4"]


def test_a_late_frame_shows_what_the_scene_showed(episode, engine):
    """The hand that has reached in is where it was: the replay's picture is that of the episode itself."""
    replay, _ = replay_of(episode, engine)
    original = BulletEngine()
    session = Session(scene(place={"events": [REACH]}), original, Operator(), "en")
    session.reset(3)
    for _ in session.wait(SECONDS):
        pass
    replay.put(replay.row_at(SECONDS))
    hand = session.simulation.built.people["worker"].person.spot("right_hand")
    assert replay.built.people["worker"].person.spot("right_hand") == pytest.approx(hand, abs=1e-3)
    there = shoot(original, session.simulation.built, view_in(session.simulation.built, "", SMALL)).image
    late = shoot(engine, replay.built, view_in(replay.built, "", SMALL)).image
    replay.put(0)
    early = shoot(engine, replay.built, view_in(replay.built, "", SMALL)).image

    def differ(one, other):
        return (numpy.asarray(one) != numpy.asarray(other)).any(axis=2).mean()

    assert differ(there, late) < 0.01
    assert differ(there, early) > 5 * differ(there, late)
    original.close()


def test_what_was_said_is_written_visibly(episode, engine):
    """Speech is shown with its speaker for some seconds, after which it is gone; nothing of it acts."""
    replay, happened = replay_of(episode, engine)
    ((when, text),) = happened.said
    assert when == pytest.approx(0.0, abs=0.2)
    assert text.startswith("worker: Stop")
    assert happened.said_at(when + 1.0) == [text]
    assert happened.said_at(when + 4.0) == []
    quiet = Happened()
    cut = Cut(SMALL)
    (loud,) = frames(replay, happened, cut, [0.5])
    (still,) = frames(replay, quiet, cut, [0.5])
    changed = numpy.argwhere((numpy.asarray(loud) != numpy.asarray(still)).any(axis=2))
    assert len(changed)
    assert changed[:, 0].min() > SMALL.height * 0.7


def test_mistakes_are_told(episode, engine, tmp_path):
    """Unknown cameras, times without a row, names that end in neither format and folders that are not there."""
    replay, happened = replay_of(episode, engine)
    with pytest.raises(ContentError, match="no camera"):
        next(frames(replay, happened, Cut(SMALL, camera="nowhere"), [0.0]))
    with pytest.raises(ContentError, match=r"ended at 1\.00 s"):
        times(Cut(SMALL, begin=7.0), replay.end)
    with pytest.raises(ContentError, match="more than 6000"):
        times(Cut(SMALL, fps=50), 1000.0)
    with pytest.raises(ContentError, match=r"\.gif or \.mp4"):
        check_target(tmp_path / "a.avi")
    with pytest.raises(ContentError, match="no folder"):
        check_target(tmp_path / "nowhere" / "a.gif")


def test_old_recordings_say_so(episode, engine, tmp_path):
    """A recording without the scene's name, or whose rows lack something that moves, is told to be too old."""
    old = tmp_path / "old"
    old.mkdir()
    for name in ("events.jsonl", "physics.zst"):
        (old / name).write_bytes((episode / name).read_bytes())
    manifest = Recording(episode).manifest
    write_manifest(old, manifest.model_copy(update={"scene": ""}))
    with pytest.raises(ContentError, match="run the episode again"):
        stage_of(Recording(old), scenes, robots)
    thing = {"box": [0.1, 0.1, 0.1], "position": [-2, -2, 0.06], "mass": 1.0}
    write_manifest(old, manifest.model_copy(update={"place": {"things": {"late": thing}}}))
    with pytest.raises(ContentError, match=r"no column 'late\.x'"):
        replay_of(old, engine)
