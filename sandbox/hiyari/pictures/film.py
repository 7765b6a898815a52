"""The film of an episode: frames at even times, drawn from the recording, as GIF or MP4."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from PIL import Image

from hiyari.adapters.video import check_video, write_mp4
from hiyari.errors import ContentError

from .happened import STATES, Happened, write_over
from .lettering import WHITE
from .replay import Replay
from .shooting import shoot, unwritable, view_in
from .sizes import Size

FORMATS = (".gif", ".mp4")
MOST_FRAMES = 6000
COLOURS = 255
"""Of a GIF."""


@dataclass(frozen=True)
class Cut:
    """Which frames a film has."""

    size: Size
    fps: int = 10
    begin: float = 0.0
    """Simulated seconds of the first frame."""
    end: float | None = None
    """Simulated seconds of the last, or a little later; the episode's end when left out."""
    camera: str = ""
    """Name of the camera; the scene's own when empty."""
    language: str = "en"


def times(cut: Cut, end: float) -> list[float]:
    """Return the times of the frames.

    Args:
        cut: Which frames are wanted.
        end: When the episode ended.

    Raises:
        ContentError: If there is nothing between the times, or too much.
    """
    last = end if cut.end is None else min(cut.end, end)
    if cut.begin < 0.0 or last < cut.begin:
        raise ContentError(f"nothing was recorded from {cut.begin:g} s to {last:g} s; the episode ended at {end:.2f} s")
    count = int((last - cut.begin) * cut.fps + 1e-6) + 1
    if count > MOST_FRAMES:
        raise ContentError(f"{count} frames are more than {MOST_FRAMES}; film less, or with fewer frames a second")
    return [cut.begin + number / cut.fps for number in range(count)]


def frames(replay: Replay, happened: Happened, cut: Cut, when: Sequence[float]) -> Iterator[Image.Image]:
    """Draw the frames one after the other; while nothing moves, the last picture serves again."""
    view_in(replay.built, cut.camera, cut.size)
    before: list[float] = []
    drawn = Image.new("RGB", cut.size)
    for time in when:
        row = replay.row_at(time)
        now = replay.put(row)
        if now != before:
            drawn = shoot(replay.engine, replay.built, view_in(replay.built, cut.camera, cut.size)).image
            before = now
        image = drawn.copy()
        write_over(image, replay, row, happened, cut.language)
        yield image


def check_target(path: Path) -> None:
    """Refuse a file no film can be written to.

    Raises:
        ContentError: If its name does not end in .gif or .mp4, what MP4 needs is missing, or its folder is.
    """
    if path.suffix.lower() not in FORMATS:
        raise ContentError(f"cannot tell what to make of {path}; the name of a film ends in .gif or .mp4")
    if path.suffix.lower() == ".mp4":
        check_video()
    if not path.parent.is_dir():
        raise ContentError(f"cannot write {path}: there is no folder {path.parent}")


def write_film(path: Path, images: Iterator[Image.Image], fps: int, done: Callable[[], None]) -> None:
    """Write a film; an unfinished one leaves no file.

    Args:
        path: File that ends in .gif or .mp4.
        images: The frames, all of one size.
        fps: Frames a second.
        done: Called after every frame.

    Raises:
        ContentError: If the file cannot be written.
    """
    partial = path.with_name(f".{path.stem}.part{path.suffix.lower()}")

    def counted() -> Iterator[Image.Image]:
        for image in images:
            yield image
            done()

    try:
        try:
            if path.suffix.lower() == ".mp4":
                write_mp4(partial, counted(), fps)
            else:
                _write_gif(partial, counted(), fps)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from None


def _write_gif(path: Path, images: Iterator[Image.Image], fps: int) -> None:
    """Write a GIF whose frames share the colours of the first, so that what stands still costs nothing."""
    first = next(images)
    table = _with_all_colours(first).quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    flat = (image.quantize(palette=table, dither=Image.Dither.NONE) for image in chain([first], images))
    head = next(flat)
    head.save(path, "GIF", save_all=True, append_images=flat, duration=round(1000 / fps), loop=0, optimize=False)


def _with_all_colours(image: Image.Image) -> Image.Image:
    """Return a picture with the colours of later writing in it."""
    sample = image.convert("RGB")
    for index, colour in enumerate((WHITE, *STATES.values())):
        sample.paste(colour, (0, 4 * index, 16, 4 * index + 4))
    return sample
