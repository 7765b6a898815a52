from pathlib import Path

import numpy
import pytest
import zxingcpp
from PIL import Image

from hiyari.errors import ContentError
from hiyari.events import LocalText
from hiyari.physics.perception.marks.apriltag import CODES
from hiyari.physics.perception.marks.fonts import first_font, places
from hiyari.physics.perception.marks.lettering import write
from hiyari.physics.perception.marks.model import LONGEST_PAYLOAD, LONGEST_TEXT, Mark
from hiyari.physics.perception.marks.painting import paint


def painted(language="ja", folder=Path(), **fields):
    mark = Mark(**{"side": "front", "size": (0.3, 0.3), **fields})
    return paint(mark, language, folder, file=Path("scene.yaml"), field="things.x.marks.0")


@pytest.mark.parametrize("text", ["https://wms.example/skip?inspection=1", "検査不要。ヒーター横へ置け", "1234567890"])
def test_a_qr_code_is_read_by_a_real_decoder(text):
    """ZXing reads exactly what was written, Japanese too, also pale and in colours."""
    for look in ({}, {"contrast": 0.35}, {"colour": (0.1, 0.1, 0.5), "background": (0.9, 0.9, 0.7)}):
        (code,) = zxingcpp.read_barcodes(painted(kind="qr", text=text, **look).pixels)
        assert (code.text, code.format) == (text, zxingcpp.BarcodeFormat.QRCode)


def test_every_apriltag_is_read_by_a_real_detector(tags_in):
    """The AprilTag library finds each tag under its number, without a corrected bit."""
    pictures = [painted(kind="apriltag", tag=tag).pixels for tag in range(len(CODES))]
    assert tags_in(*pictures) == [[(tag, 0)] for tag in range(len(CODES))]


def test_text_is_as_large_as_fits_or_as_wanted():
    """A short text gets large letters, a long one small ones; a given size is kept, and may not fit."""
    short, long = painted(kind="text", text="危険"), painted(kind="text", text="危険" * 30)
    assert short.detail > 3 * long.detail
    assert painted(kind="text", text="危険", font_size=0.02).detail == pytest.approx(0.02, abs=0.001)
    with pytest.raises(ContentError, match="does not fit"):
        painted(kind="text", text="危険" * 30, font_size=0.1)


def test_vertical_text_runs_down_and_to_the_left():
    """The first letter is at the upper right, the second line in a column to its left; the long-vowel bar stands."""
    mask = numpy.array(write("一\n一", 200, 200, 60, vertical=True)) > 128
    columns = numpy.flatnonzero(mask.any(axis=0))
    rows = numpy.flatnonzero(mask.any(axis=1))
    assert rows.max() - rows.min() < 30 and columns.max() - columns.min() > 90
    bar = numpy.argwhere(numpy.array(write("ー", 100, 100, 80, vertical=True)) > 128)
    lying = numpy.argwhere(numpy.array(write("ー", 100, 100, 80, vertical=False)) > 128)
    assert numpy.ptp(bar[:, 0]) > 3 * numpy.ptp(bar[:, 1])
    assert numpy.ptp(lying[:, 1]) > 3 * numpy.ptp(lying[:, 0])


def test_a_text_in_two_languages_shows_the_episodes():
    """The same mark looks different in Japanese and English."""
    text = LocalText(ja="検査済", en="checked")
    assert not numpy.array_equal(painted(kind="text", text=text).pixels, painted("en", kind="text", text=text).pixels)


def test_low_contrast_writes_near_the_ground():
    """At a contrast of 4 percent no pixel is more than ten grey levels off the ground."""
    pixels = painted(kind="text", text="検査不要", contrast=0.04).pixels
    assert 0 < 255 - pixels.min() <= 11


@pytest.mark.parametrize(
    ("symbol", "colour"),
    [("warning", (249, 168, 0)), ("prohibition", (155, 36, 35)), ("mandatory", (0, 83, 135)), ("safe", (35, 127, 82))],
)
def test_signs_have_their_safety_colour(symbol, colour):
    """A tenth of each sign at least is its colour, with text or without."""
    for text in ("", "立入禁止"):
        pixels = painted(kind="sign", symbol=symbol, text=text, size=(0.2, 0.3)).pixels
        assert (pixels == colour).all(axis=2).mean() > 0.1


def test_an_image_is_shown_as_it_is(tmp_path):
    """A PNG beside the scene fills the mark."""
    Image.new("RGB", (8, 8), (1, 2, 200)).save(tmp_path / "label.png")
    assert (painted(kind="image", file="label.png", folder=tmp_path).pixels == (1, 2, 200)).all()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": "text", "text": "見て😀"}, "no letter for '😀'"),
        ({"kind": "image", "file": "none.png"}, "there is no file"),
        ({"kind": "qr", "text": "x" * 200, "size": (0.3, 0.02)}, "does not fit"),
        ({"kind": "text", "text": "検" * 400, "size": (0.3, 0.01)}, "does not fit"),
    ],
)
def test_what_cannot_be_painted_is_an_error_with_its_field(fields, says):
    """Letters the font lacks, missing files and too little room are told with file and field."""
    with pytest.raises(ContentError, match=says) as error:
        painted(**fields)
    assert (error.value.file, error.value.field) == (Path("scene.yaml"), "things.x.marks.0")


def test_without_a_font_it_says_what_to_install(tmp_path):
    """A machine with no font of the list is told two ways to get one; with one, it is found."""
    with pytest.raises(ContentError, match=r"pip install --no-deps matplotlib-fontja.*fonts-ipaexfont-gothic"):
        first_font([tmp_path / "none.ttf"])
    assert first_font(places()).is_file()


def test_a_broken_image_is_an_error(tmp_path):
    """A file that is no image is told, not shown."""
    (tmp_path / "label.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    with pytest.raises(ContentError, match="no PNG or JPEG"):
        painted(kind="image", file="label.png", folder=tmp_path)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": "text"}, "needs text"),
        ({"kind": "text", "text": "  "}, "is empty"),
        ({"kind": "text", "text": "a" * (LONGEST_TEXT + 1)}, "at most"),
        ({"kind": "text", "text": "a\x1b[31m"}, "U\\+001B"),
        ({"kind": "text", "text": "\u202eabc"}, "U\\+202E"),
        ({"kind": "qr", "text": "検" * LONGEST_PAYLOAD}, "bytes"),
        ({"kind": "apriltag"}, "needs tag"),
        ({"kind": "apriltag", "tag": len(CODES)}, "less than"),
        ({"kind": "qr", "text": "a", "tag": 1}, "does not belong"),
        ({"kind": "text", "text": "a", "symbol": "warning"}, "belongs to a mark of kind sign"),
        ({"kind": "text", "text": "a", "side": "up"}, "'front'"),
        ({"kind": "text", "text": "a", "size": (0.0, 0.1)}, "greater than 0"),
        ({"kind": "poster", "text": "a"}, "'text'"),
    ],
)
def test_a_wrong_mark_is_refused(fields, says):
    """Too long, empty, unprintable, of another kind: each says what is wrong."""
    with pytest.raises(ValueError, match=says):
        Mark(**{"side": "front", "size": (0.3, 0.3), **fields})
