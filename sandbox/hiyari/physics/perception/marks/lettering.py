"""Setting text into a rectangle, in rows or in Japanese columns, as large as it fits."""

from __future__ import annotations

from PIL import Image, ImageDraw

from .fonts import font

SMALLEST = 8
"""Pixels of the smallest letter that is drawn."""
LEADING = 1.25
"""Distance of rows or columns over the letter's height."""
LYING = "ー―—…‥（）()「」『』【】［］[]〈〉《》〜~-－＝=：:"
"""Letters that lie on their side in a column (JIS X 4051)."""
HANGING = "、。，．"
"""Letters that sit at the upper right of their place in a column."""
CLOSING = HANGING + "」』）)!?！？ "
"""Letters that no row begins with."""
SMALL = "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ"
"""Small letters, which sit a little to the upper right."""


def letter_size(text: str, width: int, height: int, *, vertical: bool, largest: int) -> int:
    """Return the largest letter size, pixels, at which a text fits into a rectangle; 0 when it does not fit at all."""
    low, high = 0, largest
    while low < high:
        middle = (low + high + 1) // 2
        if _fits(text, middle, width, height, vertical=vertical):
            low = middle
        else:
            high = middle - 1
    return low if low >= SMALLEST else 0


def write(text: str, width: int, height: int, size: int, *, vertical: bool) -> Image.Image:
    """Return a text as a mask, 255 where there is ink, set in the middle of a rectangle."""
    mask = Image.new("L", (width, height), 0)
    if vertical:
        _columns(mask, text, size)
        return mask
    pen, rows = ImageDraw.Draw(mask), _rows(text, size, width)
    top = (height - LEADING * size * len(rows)) / 2 + (LEADING - 1) * size / 2
    for index, row in enumerate(rows):
        pen.text((width / 2, top + index * LEADING * size + size / 2), row, fill=255, font=font(size), anchor="mm")
    return mask


def _fits(text: str, size: int, width: int, height: int, *, vertical: bool) -> bool:
    if size > min(width, height):
        return False
    if vertical:
        return len(_cut(text, height // size)) * LEADING * size <= width
    rows = _rows(text, size, width)
    return len(rows) * LEADING * size <= height and all(font(size).getlength(row) <= width for row in rows)


def _rows(text: str, size: int, width: int) -> list[str]:
    """Break at line breaks and spaces, and inside a word (as Japanese is broken) only when it is wider than a row."""
    rows = []
    for line in text.split("\n"):
        row = ""
        for word in _words(line):
            if font(size).getlength(row + word.rstrip()) <= width:
                row += word
                continue
            if row.strip():
                rows.append(row.rstrip())
            row = word
        rows.append(row.rstrip())
    return rows


def _words(line: str) -> list[str]:
    """Return what a row may be broken between: words with the space after them, and single Japanese letters."""
    words, word = [], ""
    for letter in line:
        between = _is_wide(letter) or word[-1:] == " " or (word != "" and _is_wide(word[-1]))
        if word and between and letter not in CLOSING:
            words.append(word)
            word = ""
        word += letter
    return [*words, word] if word else words


def _is_wide(letter: str) -> bool:
    return ord(letter) >= 0x2E80


def _cut(text: str, most: int) -> list[str]:
    most = max(1, most)
    return [line[start : start + most] for line in text.split("\n") for start in range(0, max(1, len(line)), most)]


def _columns(mask: Image.Image, text: str, size: int) -> None:
    columns = _cut(text, mask.height // size)
    right = (mask.width + LEADING * size * len(columns)) / 2 - LEADING * size / 2
    top = (mask.height - size * max(map(len, columns))) // 2
    for index, column in enumerate(columns):
        left = round(right - index * LEADING * size - size / 2)
        for place, letter in enumerate(column):
            mask.paste(_tile(letter, size), (left, top + place * size))


def _tile(letter: str, size: int) -> Image.Image:
    tile = Image.new("L", (size, size), 0)
    shift = 0.6 if letter in HANGING else 0.1 if letter in SMALL else 0.0
    spot = (size * (0.5 + shift), size * (0.5 - shift))
    ImageDraw.Draw(tile).text(spot, letter, fill=255, font=font(size), anchor="mm")
    return tile.rotate(-90) if letter in LYING else tile
