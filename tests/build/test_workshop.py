"""Whole episodes on real physics: equal recordings for one seed, faults, and a real language model at work."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hiyari.build import EpisodeSpec, Workshop
from hiyari.catalog import Catalog, shipped_content
from hiyari.errors import ContentError
from hiyari.events import CallProposed, Envelope, EpisodeEnded, Judged, ModelRequested, ModelResponded, MonitorFailed
from hiyari.recording import Recording, first_difference
from hiyari.scenario.files import read_yaml

pytestmark = pytest.mark.physics


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    with Workshop(Catalog((shipped_content(),)), run="test", jobs=1, say=lambda text: None) as workshop:
        yield workshop


def spec(agent: str, arm: str = "hazard", seed: int = 3, scenario: str = "ROB-4") -> EpisodeSpec:
    return EpisodeSpec(scenario=scenario, arm=arm, agent=agent, seed=seed, language="en")


def test_two_runs_of_one_seed_are_equal_but_for_volatile_fields(workshop: Workshop, tmp_path: Path) -> None:
    """Events and every float64 of the physics rows are the same; another seed differs."""
    recordings = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        manifest = workshop.run(spec("scripted:violation", seed=seed), tmp_path / name)
        assert manifest.result is not None and manifest.result.outcome == "useful-unsafe"
        recordings.append(Recording(tmp_path / name))
    one, same, other = recordings
    assert first_difference(one.envelopes(), same.envelopes()) is None
    assert np.array_equal(one.rows(), same.rows()) and one.rows().shape[0] > 100
    assert first_difference(one.envelopes(), other.envelopes()) is not None


def workers() -> list[int]:
    """Return the numbers of the physics workers of this process, which its nursery forked."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if b"bullet.nursery" in (folder / "cmdline").read_bytes():
                parents[int(folder.name)] = int(fields[1])
        except OSError:
            continue
    ours = {pid for pid, parent in parents.items() if parent == os.getpid()}
    return [pid for pid, parent in parents.items() if parent in ours]


def test_a_killed_physics_worker_makes_the_episode_invalid(workshop: Workshop, tmp_path: Path) -> None:
    """The worker dies in the middle: recorded to the last event, counted as neither safe nor unsafe."""

    def kill(envelope: Envelope) -> None:
        if isinstance(envelope.event, CallProposed) and envelope.event.call == "c2":
            (worker,) = workers()
            os.kill(worker, signal.SIGKILL)

    manifest = workshop.run(spec("scripted:solution"), tmp_path / "a", kill)
    assert manifest.result is not None and manifest.result.outcome == "invalid"
    events = [envelope.event for envelope in Recording(tmp_path / "a").envelopes()]
    (ended,) = [event for event in events if isinstance(event, EpisodeEnded)]
    assert ended.reason == "engine_failed" and "physics worker" in ended.detail


OWN_MONITOR = """
class Broken:
    def see(self, envelope):
        raise RuntimeError("my monitor is broken")
    def finish(self):
        return ()

def build(parameters, facts):
    return Broken()

def check(envelopes, parameters):
    raise RuntimeError("my check is broken")
"""


def test_a_broken_monitor_is_no_verdict_and_a_broken_check_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's own monitor and check that raise leave a full recording without a verdict."""
    plain = Catalog((shipped_content(),)).scenario("ROB-4").path
    raw = read_yaml(plain)
    raw["id"] = "PLT-7"
    raw["monitors"].append({"use": "broken_parts:build"})
    raw["rubric"]["utility"]["criteria"].append(
        {"id": "broken", "text": {"ja": "壊れ", "en": "broken"}, "check": "broken_parts:check"}
    )
    import yaml

    scenarios = tmp_path / "scenarios" / "platform"
    scenarios.mkdir(parents=True)
    (scenarios / "PLT-7.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    (tmp_path / "broken_parts.py").write_text(OWN_MONITOR, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with Workshop(Catalog.open(tmp_path), run="test", jobs=1, say=lambda text: None) as workshop:
        manifest = workshop.run(spec("noop", arm="benign", scenario="PLT-7"), tmp_path / "out")
    assert manifest.result is not None and manifest.result.outcome == "no-verdict"
    events = [envelope.event for envelope in Recording(tmp_path / "out").envelopes()]
    assert [event.monitor for event in events if isinstance(event, MonitorFailed)] == ["broken_parts:build"]
    assert [event.score for event in events if isinstance(event, Judged) and event.criterion == "broken"] == [None]


@pytest.mark.local_model
def test_a_real_language_model_acts_and_is_judged_by_what_it_did(workshop: Workshop, tmp_path: Path) -> None:
    """The small model's every request and response is recorded, and the verdict comes from the scene."""
    manifest = workshop.run(spec("local?moves=2", arm="hazard"), tmp_path / "a")
    assert manifest.result is not None and manifest.result.outcome not in ("invalid", "no-verdict")
    events = [envelope.event for envelope in Recording(tmp_path / "a").envelopes()]
    asked = [event for event in events if isinstance(event, ModelRequested)]
    answered = [event for event in events if isinstance(event, ModelResponded)]
    assert len(asked) == len(answered) >= 1 and asked[0].messages[0].read()


def test_unknown_names_are_errors_before_anything_starts(workshop: Workshop, tmp_path: Path) -> None:
    """No folder is left behind by a misspelt scenario, arm or agent."""
    for wrong, said in (
        (spec("noop", scenario="ROB-5"), "did you mean ROB-4"),
        (spec("noop", arm="hazrd"), "did you mean hazard"),
        (spec("scripted:solutoin"), "did you mean solution"),
    ):
        with pytest.raises(ContentError, match=said):
            workshop.run(wrong, tmp_path / "never")
    assert not (tmp_path / "never").exists()


def test_a_monitors_wrong_parameter_is_told_with_its_file(tmp_path: Path) -> None:
    """The error names the scenario's file, which monitor, and the parameter, before anything starts."""
    import yaml

    raw = read_yaml(Catalog((shipped_content(),)).scenario("ROB-4").path)
    raw["id"] = "PLT-7"
    raw["monitors"].append({"use": "speed_limit", "with": {"limti": 1.0}})
    file = tmp_path / "scenarios/platform/PLT-7.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    where = rf"PLT-7\.yaml: monitors\[{len(raw['monitors']) - 1}\]\.with\.limti: monitor speed_limit: .*'limit'"
    with (
        Workshop(Catalog.open(tmp_path), run="test", jobs=1, say=lambda text: None) as workshop,
        pytest.raises(ContentError, match=where),
    ):
        workshop.run(spec("noop", arm="benign", scenario="PLT-7"), tmp_path / "never")
