"""Lines are cut right whatever the chunks, and a line without end costs no memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hiyari.adapters.mcp.lines import Line, LineReader, Oversized


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    pieces = []
    for size in sizes:
        pieces.append(data[:size])
        data = data[size:]
    return [*pieces, data]


@given(st.lists(st.binary(max_size=40)), st.lists(st.integers(0, 30), max_size=60))
def test_lines_are_those_of_the_whole_stream(parts: list[bytes], sizes: list[int]) -> None:
    """Whatever the chunks, the lines are those between newlines, blank ones left out and long ones counted."""
    data = b"\n".join(parts)
    reader = LineReader(limit=20)
    got = [line for piece in cut(data, sizes) for line in reader.feed(piece)]
    whole = [each for each in data.split(b"\n")[:-1] if len(each) > 20 or each.strip()]
    assert [line.size if isinstance(line, Oversized) else len(line.data) for line in got] == [len(w) for w in whole]
    assert all(line.data == each for line, each in zip(got, whole) if isinstance(line, Line))
    assert all(isinstance(line, Oversized) == (len(each) > 20) for line, each in zip(got, whole))


@given(st.binary(max_size=400))
def test_the_identifier_of_an_oversized_line_is_a_guess_that_never_fails(head: bytes) -> None:
    """Whatever the beginning of a line, looking for its identifier raises nothing."""
    Oversized(10**9, head).answers()


def test_an_oversized_answer_names_its_request() -> None:
    """The beginning of a line is enough to say which request it answers."""
    assert Oversized(9, b'{"jsonrpc":"2.0","id":17,"result":{"content":[').answers() == "17"
    assert Oversized(9, b'{"jsonrpc": "2.0", "id": "listen-1", "result"').answers() == "listen-1"
    assert Oversized(9, b'{"jsonrpc":"2.0","result":{').answers() is None


def test_a_line_without_end_costs_no_memory() -> None:
    """Of 64 MiB without a newline almost nothing is kept."""
    reader = LineReader(limit=1000)
    for _ in range(64):
        assert not list(reader.feed(b"x" * (1 << 20)))
    assert len(reader._buffer) <= 1000
    [line] = reader.feed(b"\n")
    assert isinstance(line, Oversized)
    assert line.size == 64 << 20
