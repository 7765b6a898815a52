"""Body regions in pictures: everybody painted by region, and a legend."""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image

from hiyari.physics.people.palette import PALETTE
from hiyari.physics.people.person import Person
from hiyari.physics.scene.stage import Stage
from hiyari.report.words import say

from .lettering import WHITE, Rgb, write_lines

STRIP = 214
"""Pixels of the legend."""
GROUND: Rgb = (58, 62, 70)

PAINTED = {"clothing": "regions", "shirt": None, "trousers": None, "vary": False}


def paint_regions(stage: Stage) -> Stage:
    """Return a stage in which everybody is painted by body region."""
    scene = stage.scene
    people = {
        name: someone.model_copy(update={"appearance": someone.appearance.model_copy(update=PAINTED)})
        for name, someone in scene.people.items()
    }
    crowds = {
        name: crowd.model_copy(update={"appearance": crowd.appearance.model_copy(update=PAINTED)})
        for name, crowd in scene.crowds.items()
    }
    return stage.model_copy(update={"scene": scene.model_copy(update={"people": people, "crowds": crowds})})


def regions_of(people: Iterable[Person]) -> set[str]:
    """Return the regions that people have."""
    return {region for person in people for segment in person.segments.values() for region in segment.regions}


def with_legend(image: Image.Image, regions: Iterable[str], language: str) -> Image.Image:
    """Return a picture with a strip on its right that tells which colour is which region, from head to foot."""
    there = set(regions)
    lines: list[tuple[str, Rgb]] = []
    for region, (r, g, b) in PALETTE.items():
        if region in there:
            lines.append((say(region.replace("_", " "), language), (round(r * 255), round(g * 255), round(b * 255))))
    wide = Image.new("RGB", (image.width + STRIP, image.height), WHITE)
    wide.paste(image, (0, 0))
    legend = Image.new("RGB", (STRIP, image.height), GROUND)
    write_lines(legend, lines, top=True, swatches=True)
    wide.paste(legend, (image.width, 0))
    return wide
