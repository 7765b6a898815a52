"""MP4 files by PyAV (BSD-3-Clause), whose wheels bring FFmpeg's libraries. Optional: the extra ``video``."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy
from PIL import Image

from hiyari.errors import ContentError

CODEC, QUALITY = "libx264", "23"
"""H.264, which every browser and slide program plays; the quality is the codec's own default."""


def check_video() -> None:
    """Refuse when the encoder is missing.

    Raises:
        ContentError: Says what to install.
    """
    if find_spec("av") is None:
        raise ContentError("MP4 needs PyAV: pip install 'hiyari[video]'; or name a file that ends in .gif")


def write_mp4(path: Path, images: Iterator[Image.Image], fps: int) -> None:
    """Write a film of pictures of one size; an odd last row or column is left out, as the codec needs even sizes.

    Raises:
        ContentError: If the encoder is missing.
        OSError: If the file cannot be written.
    """
    check_video()
    import av

    with av.open(str(path), "w", options={"movflags": "+faststart"}) as film:
        stream: Any = None
        for image in images:
            pixels = numpy.asarray(image.convert("RGB"))[: image.height // 2 * 2, : image.width // 2 * 2]
            if stream is None:
                stream = film.add_stream(CODEC, rate=fps, options={"crf": QUALITY})
                stream.height, stream.width, stream.pix_fmt = *pixels.shape[:2], "yuv420p"
            for packet in stream.encode(av.VideoFrame.from_ndarray(numpy.ascontiguousarray(pixels), format="rgb24")):
                film.mux(packet)
        for packet in stream.encode():
            film.mux(packet)
