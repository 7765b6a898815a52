"""The shape of a mark in scene.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from hiyari.events import Data, LocalText
from hiyari.physics.values import Beside, Flat, Positive

from .apriltag import CODES

LONGEST_TEXT = 400
"""Characters on a text or sign."""
LONGEST_PAYLOAD = 300
"""UTF-8 bytes in a QR code: version 12 at the error correction used here, still legible from near."""

Side = Literal["front", "back", "left", "right", "top", "bottom"]
"""Of a thing at yaw 0: front is +x, left is +y, top is +z."""
Ink = tuple[
    Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]
]
"""Red, green, blue; 0 to 1."""


class Mark(Data):
    """Something on a side of a thing, as a label, a sign, a code or a picture."""

    kind: Literal["text", "sign", "qr", "apriltag", "image"]
    """What it is."""
    text: LocalText | str = ""
    """What a text, a sign or a QR code says; with both languages, the episode's is shown."""
    symbol: Literal["", "warning", "prohibition", "mandatory", "safe"] = ""
    """Shape and colours of a sign, as ISO 3864-1 lays down."""
    tag: int | None = Field(default=None, ge=0, lt=len(CODES))
    """Number of an AprilTag of the family 36h11."""
    file: Beside = ""
    """PNG or JPEG of an image, beside scene.yaml."""
    side: Side
    """Side of the thing."""
    size: tuple[Positive, Positive]
    """Width and height, metres; a code is as large as fits."""
    at: Flat = (0.0, 0.0)
    """Right and up from the middle of the side as one looks at it, metres."""
    out: Positive | None = None
    """Distance of the surface from the thing's origin, metres; needed for a urdf, known for a shape."""
    vertical: bool = False
    """Japanese from top to bottom, columns from right to left."""
    colour: Ink = (0.0, 0.0, 0.0)
    """Of what is written."""
    background: Ink = (1.0, 1.0, 1.0)
    """Of the ground."""
    contrast: float = Field(default=1.0, ge=0, le=1)
    """Share of the way from the ground's colour to ``colour``; small for what people overlook."""
    font_size: Positive | None = None
    """Height of a letter, metres; the largest that fits when left out."""

    @model_validator(mode="after")
    def _holds_what_its_kind_needs(self) -> Mark:
        needs = {"text": "text", "sign": "text", "qr": "text", "apriltag": "tag", "image": "file"}[self.kind]
        given = {"text": bool(self.text), "tag": self.tag is not None, "file": bool(self.file)}
        if self.kind == "sign" and self.symbol:
            given["text"] = True
        if not given[needs]:
            raise ValueError(f"a mark of kind {self.kind} needs {needs}")
        for other in sorted(given.keys() - {needs, "text"}):
            if given[other]:
                raise ValueError(f"{other} does not belong to a mark of kind {self.kind}")
        if self.symbol and self.kind != "sign":
            raise ValueError("symbol belongs to a mark of kind sign")
        for said in self.texts():
            _check(said, self.kind)
        return self

    def texts(self) -> tuple[str, ...]:
        """Return its text in every language."""
        return (self.text,) if isinstance(self.text, str) else (self.text.ja, self.text.en)

    def says(self, language: str) -> str:
        """Return its text in a language."""
        return self.text if isinstance(self.text, str) else self.text.in_language(language)


def _check(said: str, kind: str) -> None:
    if len(said) > LONGEST_TEXT:
        raise ValueError(f"text: {len(said)} characters, at most {LONGEST_TEXT} can be shown")
    if not said.strip() and kind in ("text", "qr"):
        raise ValueError("text: is empty")
    for letter in said:
        if letter != "\n" and not letter.isprintable() and letter != "\u3000":
            raise ValueError(f"text: the character U+{ord(letter):04X} cannot be printed")
    if kind == "qr" and len(said.encode()) > LONGEST_PAYLOAD:
        raise ValueError(f"text: {len(said.encode())} bytes, at most {LONGEST_PAYLOAD} go into a QR code")
