"""AprilTags of the family 36h11 as cells of black and white.

The codes are the first of the family's published list (Olson, "AprilTag: A robust and flexible visual fiducial system",
ICRA 2011; AprilRobotics/apriltag, BSD-2-Clause): 36 bits, rows from the top left, a set bit white.
"""

from __future__ import annotations

# fmt: off
CODES = (
    0xd5d628584, 0xd97f18b49, 0xdd280910e, 0xe479e9c98, 0xebcbca822, 0xf31dab3ac,
    0x056a5d085, 0x10652e1d4, 0x22b1dfead, 0x265ad0472, 0x34fe91b86, 0x3ff962cd5,
    0x43a25329a, 0x474b4385f, 0x4e9d243e9, 0x5246149ae, 0x5997f5538, 0x683bb6c4c,
    0x6be4a7211, 0x7e3158eea, 0x81da494af, 0x858339a74, 0x8cd51a5fe, 0x9f21cc2d7,
    0xa2cabc89c, 0xadc58d9eb, 0xb16e7dfb0, 0xb8c05eb3a, 0xd25ef139d, 0xd607e1962,
    0xe4aba3076, 0x2dde6a3da, 0x43d40c678, 0x5620be351, 0x64c47fa65, 0x686d7002a,
    0x6c16605ef, 0x6fbf50bb4, 0x8d06d39dc, 0x9f53856b5, 0xadf746dc9, 0xbc9b084dd,
    0xd290aa77b, 0xd9e28b305, 0xe4dd5c454, 0xfad2fe6f2, 0x181a8151a, 0x26be42c2e,
    0x2e10237b8, 0x405cd5491, 0x7742eab1c, 0x85e6ac230, 0x8d388cdba, 0x9f853ea93,
    0xc41ea2445, 0xcf1973594, 0x14a34a333, 0x31eacd15b, 0x6c79d2dab, 0x73cbb3935,
)
# fmt: on
"""Codes of the tags by number."""


def cells(tag: int) -> list[list[bool]]:
    """Return the 10 rows of 10 cells of a tag, true for white: data, a black border, a white one around it."""
    code = CODES[tag]
    grid = [[True] * 10]
    grid.append([True, *[False] * 8, True])
    for row in range(6):
        bits = [bool(code >> (35 - 6 * row - column) & 1) for column in range(6)]
        grid.append([True, False, *bits, False, True])
    grid.append([True, *[False] * 8, True])
    grid.append([True] * 10)
    return grid
