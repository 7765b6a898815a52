"""SVG as escaped markup: elements, and an axis that maps values to places."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup, escape

from .escape import visible


def node(tag: str, *children: Markup | str, **attributes: str | float | None) -> Markup:
    """Return one element; texts and attribute values are made visible and escaped, None leaves an attribute out.

    Args:
        tag: Name of the element.
        children: Elements and texts inside.
        attributes: ``class_`` for class, underscores for hyphens.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    inside = "".join(child if isinstance(child, Markup) else str(escape(visible(child))) for child in children)
    return Markup(f"<{tag}{written}>{inside}</{tag}>")


def drawing(width: float, height: float, label: str, *children: Markup, class_: str = "") -> Markup:
    """Return a whole picture that scales with the page.

    Args:
        width: Of its coordinates.
        height: Of its coordinates.
        label: What it shows, for readers who do not see it.
        children: What is drawn.
        class_: CSS class.
    """
    box = f"0 0 {_value(width)} {_value(height)}"
    return node("svg", *children, viewBox=box, role="img", aria_label=label, class_=f"drawing {class_}".strip())


@dataclass(frozen=True)
class Axis:
    """A linear map from values to coordinates."""

    low: float
    """Value at the start."""
    high: float
    """Value at the end."""
    start: float
    """Coordinate of ``low``."""
    end: float
    """Coordinate of ``high``."""

    def at(self, value: float) -> float:
        """Return the coordinate of a value, held inside the axis."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.0
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)

    def ticks(self, wanted: int = 6) -> list[float]:
        """Return round values along the axis."""
        span = self.high - self.low
        if span <= 0 or not math.isfinite(span):
            return [self.low]
        power = 10.0 ** math.floor(math.log10(span / wanted))
        step = next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= wanted)
        first = math.ceil(self.low / step - 1e-9)
        return [round(index * step, 10) for index in range(first, math.floor(self.high / step + 1e-9) + 1)]


def number(value: float) -> str:
    """Return a value in few characters."""
    return f"{value:.4g}"


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return visible(value)
    return f"{value:.2f}".rstrip("0").rstrip(".")
