"""``hiyari film``."""

from __future__ import annotations

from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from hiyari.catalog import Catalog
from hiyari.recording import Recording
from hiyari.report.view import FILM
from hiyari.report.words import say

from .terminal import complain, print_json
from .terminal import out as console


def film_command(
    folder: Path,
    *,
    out: Path | None,
    size: str,
    fps: int,
    begin: float,
    end: float | None,
    camera: str,
    language: str,
    project: Path | None,
    as_json: bool,
) -> int:
    """Draw a recorded episode again and write the film.

    Raises:
        ContentError: If the recording cannot be drawn, there is no such camera, or the file cannot be written.
    """
    from hiyari.adapters.engines import make_engine
    from hiyari.pictures.film import Cut, check_target, frames, times, write_film
    from hiyari.pictures.happened import Happened
    from hiyari.pictures.replay import Replay, stage_of
    from hiyari.pictures.sizes import read_size

    recording, path = Recording(folder), out or folder / FILM
    cut = Cut(read_size(size), fps, begin, end, camera, language)
    check_target(path)
    catalog = Catalog.open(project)
    stage = stage_of(
        recording,
        scene=lambda name: catalog.scene(name).path.parent,
        robots=lambda name: catalog.robot(name).path.parent,
    )
    for file in _changed(recording, catalog, stage.files):
        complain(
            say("{file} is not as it was when this was recorded; the film may be wrong", language).format(file=file)
        )
    envelopes = list(recording.envelopes())
    engine = make_engine("bullet")
    try:
        replay = Replay(recording, envelopes, stage, engine)
        when = times(cut, replay.end)
        drawn = frames(replay, Happened.of(envelopes), cut, when)
        bar = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*bar, console=console(stderr=True), transient=True) as progress:
            task = progress.add_task(say("frames", language), total=len(when))
            write_film(path, drawn, fps, lambda: progress.advance(task))
    finally:
        engine.close()
    if as_json:
        print_json({"film": str(path), "frames": len(when), "bytes": path.stat().st_size})
    else:
        console().print(
            Text(f"{path}  {len(when)} {say('frames', language)}, {path.stat().st_size:,} B"), soft_wrap=True
        )
    return 0


def _changed(recording: Recording, catalog: Catalog, files: tuple[Path, ...]) -> list[str]:
    """Return files of the scene that differ from those the recording was made with."""
    from hiyari.build.digests import content_digests

    then = recording.manifest.content
    now = content_digests(catalog.roots, files)
    return [file for file, digest in now.items() if then.get(file, digest) != digest]
