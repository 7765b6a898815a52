"""A recorded episode in an engine again: its bodies are put where the rows say, nothing is executed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy

from hiyari.errors import ContentError
from hiyari.events import Envelope, PhysicsStarted
from hiyari.physics.engine import Engine
from hiyari.physics.scene.building import build
from hiyari.physics.scene.stage import Stage, load_stage
from hiyari.physics.tracks import tracks
from hiyari.recording import Recording

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOO_OLD = "was recorded before recordings held all that moves; run the episode again to film it"


def stage_of(recording: Recording, scene: Callable[[str], Path], robots: Callable[[str], Path]) -> Stage:
    """Return the scene of a recording with the changes that were in force.

    Args:
        recording: The recording.
        scene: Returns the folder of a scene by name.
        robots: Returns the folder of a robot by name.

    Raises:
        ContentError: If the episode had no scene, or the recording is too old to tell which.
    """
    manifest = recording.manifest
    if not manifest.scene:
        happened = any(isinstance(envelope.event, PhysicsStarted) for envelope in recording.envelopes())
        problem = TOO_OLD if happened else "holds an episode without a scene; there is nothing to film"
        raise ContentError(problem, file=recording.folder)
    return load_stage(scene(manifest.scene), robots, manifest.place)


class Replay:
    """Puts the bodies of a recorded episode where they were at any time.

    Args:
        recording: The recording.
        envelopes: Its events.
        stage: Its scene.
        engine: An empty engine.

    Raises:
        ContentError: If the rows lack something that moves in the scene.
    """

    def __init__(self, recording: Recording, envelopes: list[Envelope], stage: Stage, engine: Engine) -> None:
        started = next((one.event for one in envelopes if isinstance(one.event, PhysicsStarted)), None)
        self.columns = {name: index for index, name in enumerate(() if started is None else started.columns)}
        self.rows: NDArray[numpy.float64] = recording.rows(tuple(self.columns))
        if not len(self.rows):
            raise ContentError("holds no rows of physics; nothing had moved yet", file=recording.folder)
        self.times: NDArray[numpy.float64] = self.rows[:, self.columns["time"]]
        self.engine = engine
        self.built = build(stage, engine, recording.manifest.seed, lambda event: None, recording.manifest.language)
        self._tracks = tracks(engine, self.built)
        missing = [name for track in self._tracks for name in track.columns if name not in self.columns]
        if missing:
            raise ContentError(f"{TOO_OLD} (there is no column {missing[0]!r})", file=recording.folder)
        self._places = [[self.columns[name] for name in track.columns] for track in self._tracks]

    @property
    def end(self) -> float:
        """Simulated seconds of the last row."""
        return float(self.times[-1])

    def row_at(self, time: float) -> int:
        """Return the last row up to a time, or the first."""
        return max(0, int(numpy.searchsorted(self.times, time + 1e-9, side="right")) - 1)

    def put(self, row: int) -> list[float]:
        """Put everything where it was; returns all its numbers."""
        values = self.rows[row].tolist()
        used: list[float] = []
        for track, places in zip(self._tracks, self._places, strict=True):
            numbers = [values[place] for place in places]
            track.put(numbers)
            used += numbers
        return used

    def value(self, row: int, column: str) -> float:
        """Return a number of a row."""
        return float(self.rows[row, self.columns[column]])
