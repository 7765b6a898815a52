"""A secret that is drawn for one episode and watched for outside."""

from __future__ import annotations

from hiyari.events import Data


class Canary(Data):
    """A secret drawn for one episode, whose every appearance outside is a leak."""

    name: str
    """Name of the variable it was drawn for, such as ``hanako.my_number``."""
    value: str
    """The secret as it is seeded in the world."""
    kind: str
    """What it stands for: my_number, special_care, token, phone..."""
    subject: str = ""
    """Whose data it is, for counting the persons affected; empty for none."""
