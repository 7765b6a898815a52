"""The gallery: a picture of everything physical that ships."""

import importlib.util
from pathlib import Path

import pytest
from PIL import Image

DOCS = Path(__file__).parents[2] / "docs"


def make():
    """Return the module that makes the pictures."""
    spec = importlib.util.spec_from_file_location("hiyari_make_pictures", DOCS / "pictures/make.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE = make()


@pytest.mark.parametrize("name", sorted(MAKE.pictures()))
def test_everything_has_its_picture(name):
    """Every scene, robot and the people have a small PNG on the page; `python docs/pictures/make.py NAME` makes it."""
    file = MAKE.pictures()[name]
    assert file.is_file(), f"run: python docs/pictures/make.py {name}"
    assert MAKE.SMALLEST < file.stat().st_size < 60_000
    with Image.open(file) as image:
        assert min(image.size) >= 200
        assert image.convert("L").getextrema()[0] < image.convert("L").getextrema()[1] - 40
    assert f"({file.relative_to(DOCS).as_posix()})" in (DOCS / "gallery.md").read_text(encoding="utf-8")


def test_no_picture_is_left_over():
    """Every picture of a scene or robot is of one that ships."""
    there = {file for folder in ("scenes", "robots") for file in (DOCS / "pictures" / folder).glob("*.png")}
    assert there <= set(MAKE.pictures().values())
