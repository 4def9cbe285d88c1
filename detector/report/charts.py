"""Curves as SVG: axes, lines, dots; no script, readable in grey."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from detector.report.markup import Both, Markup, both_texts, joined, tag

__all__ = ["Axis", "Dot", "Line", "chart"]

WIDTH: Final = 360.0
HEIGHT: Final = 300.0
LEFT: Final = 46.0
RIGHT: Final = 12.0
UPPER: Final = 10.0
LOWER: Final = 44.0
MOST_POINTS: Final = 240
"""Of one line: more cannot be told apart on paper, and a curve may have a million."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes:
        low: at its beginning; above 0 where it is logarithmic.
        high: at its end, above ``low``.
        says: what it shows.
        is_log: logarithmic.
        holds_less: values below ``low`` are drawn at it, as 0 is on a logarithmic axis.
    """

    low: float
    high: float
    says: Both
    is_log: bool = False
    holds_less: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, 0 to 1; what lies beyond is put at the end."""
        low, high = self.low, self.high
        if self.is_log:
            value, low, high = (math.log10(max(one, self.low)) for one in (value, low, high))
        return min(1.0, max(0.0, (value - low) / (high - low)))

    def ticks(self) -> list[tuple[float, str]]:
        """Values to mark, and how."""
        if self.is_log:
            first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
            least = "\u2264\u2009" if self.holds_less else ""
            return [
                (10.0**power, f"{least if power == first else ''}{10.0**power:g}")
                for power in range(first, last + 1)
            ]
        step = (self.high - self.low) / 5.0
        return [(self.low + step * i, f"{self.low + step * i:.1f}") for i in range(6)]


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points.

    Attributes:
        points: x and y of each.
        look: class of style.
        is_stepped: it keeps its height until the next point.
    """

    points: Sequence[tuple[float, float]]
    look: str
    is_stepped: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A round mark.

    Attributes:
        x: of its middle.
        y: likewise.
        radius_px: of the drawing.
        look: class of style.
    """

    x: float
    y: float
    radius_px: float
    look: str


def chart(
    across: Axis, up: Axis, lines: Sequence[Line], dots: Sequence[Dot] = (), *, named: str
) -> Markup:
    """A drawing of lines and dots.

    Args:
        across: horizontal axis.
        up: vertical axis.
        lines: drawn in their order.
        dots: drawn over them.
        named: id of the element that says what it shows.
    """
    return tag(
        "svg",
        *(_grid_line(across, at, text, is_across=True) for at, text in across.ticks()),
        *(_grid_line(up, at, text, is_across=False) for at, text in up.ticks()),
        both_texts(across.says, x=(LEFT + WIDTH - RIGHT) / 2.0, y=HEIGHT - 8.0, class_="axis"),
        both_texts(
            up.says,
            x=-(UPPER + HEIGHT - LOWER) / 2.0,
            y=12.0,
            class_="axis",
            transform="rotate(-90)",
        ),
        *(_line(line, across, up) for line in lines),
        *(
            tag(
                "circle",
                cx=_x(across, dot.x),
                cy=_y(up, dot.y),
                r=dot.radius_px,
                class_=dot.look,
            )
            for dot in dots
        ),
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        class_="chart",
        role="img",
        aria_labelledby=named,
    )


def thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most :data:`MOST_POINTS` of them, both ends included."""
    if len(points) <= MOST_POINTS:
        return list(points)
    last = len(points) - 1
    return [points[round(i * last / (MOST_POINTS - 1))] for i in range(MOST_POINTS)]


def _line(line: Line, across: Axis, up: Axis) -> Markup | None:
    if not line.points:
        return None
    steps = []
    before = None
    for x, y in thinned(line.points):
        if line.is_stepped and before is not None:
            steps.append(f"{_x(across, x):.1f},{_y(up, before):.1f}")
        steps.append(f"{_x(across, x):.1f},{_y(up, y):.1f}")
        before = y
    return tag("polyline", points=" ".join(steps), class_=f"line {line.look}")


def _grid_line(axis: Axis, at: float, text: str, *, is_across: bool) -> Markup:
    if is_across:
        x = _x(axis, at)
        ends = {"x1": x, "x2": x, "y1": UPPER, "y2": HEIGHT - LOWER}
        label = tag("text", text, x=x, y=HEIGHT - LOWER + 15.0, class_="tick middle")
    else:
        y = _y(axis, at)
        ends = {"x1": LEFT, "x2": WIDTH - RIGHT, "y1": y, "y2": y}
        label = tag("text", text, x=LEFT - 5.0, y=y + 4.0, class_="tick end")
    return joined(tag("line", class_="grid", **ends), label)


def _x(axis: Axis, value: float) -> float:
    return LEFT + axis.share(value) * (WIDTH - LEFT - RIGHT)


def _y(axis: Axis, value: float) -> float:
    return HEIGHT - LOWER - axis.share(value) * (HEIGHT - LOWER - UPPER)
