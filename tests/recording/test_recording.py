"""Recordings: chained, readable after a kill, and honest about tampering."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hiyari.errors import ContentError
from hiyari.events import (
    AgentAnswered,
    Blob,
    CallReturned,
    Egress,
    EpisodeJudged,
    EpisodeStarted,
    ToolServerNoise,
    held,
    plain,
)
from hiyari.recording import Manifest, Recorder, Recording, first_difference, write_manifest

MANIFEST = Manifest(
    run="r",
    scenario="XXX-1",
    version=1,
    title={"ja": "題", "en": "title"},
    area="platform",
    taxonomy=(),
    arm="benign",
    agent="test",
    seed=0,
    language="en",
    content={},
    images={},
    software={},
    machine={},
    started="2026-01-01T00:00:00Z",
)
LONG = "長い文章" * 2000


def record(folder: Path, *, wall: str = "now", answer: str = "done", noise: bytes = b"x") -> Path:
    recorder = Recorder(folder, lambda: wall)
    write_manifest(folder, MANIFEST)
    recorder.append(
        EpisodeStarted(scenario="XXX-1", version=1, arm="benign", agent="test", seed=0, language="en"),
        t=0.0,
        actor="harness",
    )
    recorder.append(CallReturned(call="c1", status="ok", text=held(LONG), duration=0.25), t=1.0, actor="world", cause=0)
    recorder.append(ToolServerNoise(server="s", output=Blob.of(noise), size=len(noise)), t=1.0, actor="world", cause=0)
    recorder.append(AgentAnswered(text=answer), t=1.5, actor="agent")
    recorder.rows.append(np.arange(6, dtype="<f8").tobytes())
    recorder.close()
    result = EpisodeJudged(utility=1.0, passed=True, severity=0, outcome="useful-safe")
    done = {"ended": "later", "events": recorder.seq, "head": recorder.head, "columns": ("a", "b"), "result": result}
    write_manifest(folder, MANIFEST.model_copy(update=done))
    return folder


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    """Events, blobs, rows and manifest survive the round trip."""
    recording = Recording(record(tmp_path / "a"))
    events = [envelope.event for envelope in recording.envelopes()]
    returned = events[1]
    assert isinstance(returned, CallReturned) and isinstance(returned.text, Blob)
    assert plain(returned.text) == LONG
    assert recording.rows().tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    assert recording.complete and recording.manifest.result is not None


def test_two_recordings_are_equal_but_for_volatile_fields(tmp_path: Path) -> None:
    """Wall clock, durations, noise and the chain over them do not count; an answer does."""
    left = Recording(record(tmp_path / "a"))
    assert (
        first_difference(left.envelopes(), Recording(record(tmp_path / "b", wall="then", noise=b"yy")).envelopes())
        is None
    )
    difference = first_difference(left.envelopes(), Recording(record(tmp_path / "c", answer="other")).envelopes())
    assert difference is not None
    assert (difference.seq, difference.field, difference.left, difference.right) == (3, "event.text", "done", "other")


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (lambda lines: [lines[0], lines[1].replace(b'"ok"', b'"error"'), *lines[2:]], "breaks the hash chain"),
        (lambda lines: [lines[0], *lines[2:]], "breaks the hash chain"),
        (lambda lines: [lines[0], lines[2], lines[1], lines[3]], "breaks the hash chain"),
        (lambda lines: lines[:-1], "ends after 3 events, the manifest says 4"),
        (lambda lines: [*lines, b"not json\n"], "line 5 is not an event"),
    ],
)
def test_tampering_is_seen(tmp_path: Path, tamper: Any, said: str) -> None:
    """Edits, deletions, swaps, a cut tail and foreign lines are errors that name the line."""
    folder = record(tmp_path / "a")
    path = folder / "events.jsonl"
    path.write_bytes(b"".join(tamper(path.read_bytes().splitlines(keepends=True))))
    with pytest.raises(ContentError, match=said):
        list(Recording(folder).envelopes())


def test_a_damaged_blob_is_seen(tmp_path: Path) -> None:
    """A blob that lost bytes is an error that names its file."""
    folder = record(tmp_path / "a")
    for path in (folder / "blobs").iterdir():
        path.write_bytes(path.read_bytes()[:-3])
    event = list(Recording(folder).envelopes())[1].event
    assert isinstance(event, CallReturned)
    with pytest.raises(ContentError, match="cannot be read"):
        plain(event.text)


KILLED = """
import os, signal, sys
from pathlib import Path
import numpy as np
sys.path.insert(0, {tests!r})
from test_recording import MANIFEST, AgentAnswered, Recorder, write_manifest
folder = Path({folder!r})
recorder = Recorder(folder, lambda: "now")
write_manifest(folder, MANIFEST.model_copy(update={{"columns": ("a", "b")}}))
for number in range(100):
    recorder.append(AgentAnswered(text=str(number)), t=0.0, actor="agent")
    recorder.rows.append(np.full(2, number, dtype="<f8").tobytes())
    recorder.rows.flush()
print("written", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_recorder_loses_nothing_it_returned_from(tmp_path: Path) -> None:
    """After kill -9 every appended event and every complete frame is there; a torn line is left out."""
    code = KILLED.format(tests=str(Path(__file__).parent), folder=str(tmp_path / "a"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with (tmp_path / "a" / "events.jsonl").open("ab") as file:
        file.write(b'{"seq": 100, "torn')
    with (tmp_path / "a" / "physics.zst").open("ab") as file:
        file.write(os.urandom(7))
    recording = Recording(tmp_path / "a")
    assert len(list(recording.envelopes())) == 100
    assert recording.rows().shape == (100, 2)
    assert not recording.complete


def test_a_folder_without_a_recording_says_so(tmp_path: Path) -> None:
    """Opening any folder is a clear error."""
    with pytest.raises(ContentError, match="holds no recording"):
        Recording(tmp_path)


def test_a_payload_is_stored_once(tmp_path: Path) -> None:
    """Equal bytes share one blob."""
    recorder = Recorder(tmp_path / "a", lambda: "now")
    for port in range(3):
        event = Egress(
            source="agent",
            protocol="tcp",
            host="h",
            address="198.18.0.1",
            port=port,
            summary="",
            payload=Blob.of(b"same"),
            size=4,
        )
        recorder.append(event, t=0.0, actor="world")
    recorder.close()
    assert len(list((tmp_path / "a" / "blobs").iterdir())) == 1
