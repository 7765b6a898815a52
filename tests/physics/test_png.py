import struct
import zlib

from hiyari.physics.png import encode_png


def test_a_png_holds_the_pixels_it_was_given():
    """Reading the chunks back gives size and pixels."""
    pixels = bytes(range(2 * 3 * 3))
    data = encode_png(pixels, 2, 3)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (2, 3)
    begin = data.index(b"IDAT") + 4
    size = struct.unpack(">I", data[begin - 8 : begin - 4])[0]
    raw = zlib.decompress(data[begin : begin + size])
    assert b"".join(raw[row * 7 + 1 : row * 7 + 7] for row in range(3)) == pixels
