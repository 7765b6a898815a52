"""How the robot API says no."""

from __future__ import annotations


class Unfit(Exception):
    """A request is not carried out.

    Args:
        text: What is wrong and what would work.
        status: Status of the answer, as of HTTP.
    """

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status
