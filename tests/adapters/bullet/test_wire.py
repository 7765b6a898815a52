import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiyari.adapters.bullet.wire import HEADER, Broken, pack, read


def reader(data):
    position = 0

    def exactly(count):
        nonlocal position
        piece = data[position : position + count]
        if len(piece) < count:
            raise Broken("the end")
        position += count
        return piece

    return exactly


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), JSON), st.binary())
def test_a_message_comes_back_as_it_was(message, rows):
    """Packing and reading are inverse."""
    assert read(reader(pack(message, rows))) == (message, rows)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 7,
        HEADER.pack(4, 0) + b"nope",
        HEADER.pack(2, 0) + b"[]",
        HEADER.pack(2**31, 0),
        HEADER.pack(2, 9) + b"{}",
    ],
)
def test_what_is_no_message_is_broken(data):
    """Cut, oversized and wrong messages are all told as broken."""
    with pytest.raises(Broken):
        read(reader(data))
