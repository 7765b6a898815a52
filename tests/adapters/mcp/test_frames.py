"""Frames survive any cutting of the stream, and anything else is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiyari.adapters.mcp.frames import DATA, EXITED, HEADER, PAYLOAD_LIMIT, STDERR, Frame, FrameReader, NoFrame, encode

frames = st.lists(
    st.builds(Frame, st.sampled_from([DATA, STDERR, EXITED]), st.integers(0, 65535), st.binary(max_size=300)),
    max_size=8,
)


def feed(reader: FrameReader, data: bytes, cuts: list[int]) -> list[Frame]:
    got: list[Frame] = []
    for cut in cuts:
        got += reader.feed(data[:cut])
        data = data[cut:]
    return got + list(reader.feed(data))


@given(frames, st.lists(st.integers(0, 50), max_size=40))
def test_frames_come_back_however_the_stream_is_cut(sent: list[Frame], cuts: list[int]) -> None:
    """What was encoded is decoded, whatever the chunks."""
    data = b"".join(encode(*frame) for frame in sent)
    assert feed(FrameReader(), data, cuts) == sent


@given(st.binary(max_size=2000), st.lists(st.integers(0, 50), max_size=40))
def test_any_bytes_are_frames_or_refused(data: bytes, cuts: list[int]) -> None:
    """Arbitrary bytes either wait for more or raise NoFrame; nothing else happens."""
    reader = FrameReader()
    try:
        got = feed(reader, data, cuts)
    except NoFrame:
        return
    assert len(b"".join(encode(*frame) for frame in got)) <= len(data)


@given(frames, st.integers(0, 11), st.integers(1, 255))
def test_a_damaged_header_is_never_taken_for_another_frame_of_the_same_stream(
    sent: list[Frame], at: int, change: int
) -> None:
    """Flipping bits of magic, flags or type to unknown values ends the stream."""
    data = bytearray(encode(DATA, 1, b"x") + b"".join(encode(*frame) for frame in sent))
    data[at] ^= change
    try:
        got = list(FrameReader().feed(bytes(data)))
    except NoFrame:
        return
    assert at >= 4
    assert at != 5
    assert all(len(frame.payload) <= PAYLOAD_LIMIT for frame in got)


@pytest.mark.parametrize(
    "header",
    [
        HEADER.pack(b"hyF1", DATA, 0, 1, PAYLOAD_LIMIT + 1),
        HEADER.pack(b"hyF1", DATA, 0, 1, 0xFFFFFFFF),
        HEADER.pack(b"hyF1", DATA, 1, 1, 0),
        HEADER.pack(b"hyF1", 99, 0, 1, 0),
        HEADER.pack(b"HTTP", DATA, 0, 1, 0),
    ],
)
def test_a_header_out_of_bounds_is_refused_at_once(header: bytes) -> None:
    """A forged length never makes the reader wait for gigabytes."""
    with pytest.raises(NoFrame):
        list(FrameReader().feed(header))


def test_a_payload_beyond_the_limit_is_never_sent() -> None:
    """The harness keeps its own rule."""
    with pytest.raises(ValueError, match="at most"):
        encode(DATA, 1, b"x" * (PAYLOAD_LIMIT + 1))
