"""The three curves of a replay, of one run or of two over each other."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from detector.report.charts import Axis, Dot, Line, chart
from detector.report.markup import Both, Child, Markup, clipped, tag
from detector.report.shape import Curve, Result
from detector.report.words import say

__all__ = ["curves_of"]

LABELS: Final = ("smoke", "flame")
ORDER: Final = ("first", "second")
LARGEST_DOT_PX: Final = 9.0
LEAST_RATE: Final = 1e-4
MOST_RATE: Final = 1e4


def curves_of(results: Sequence[Result]) -> Markup:
    """Precision over recall, reliability, and fires found for false alarms.

    Args:
        results: one run, or two to compare.
    """
    return tag(
        "div",
        _precision_recall(results),
        _reliability(results),
        _froc(results),
        class_="curves",
    )


def _precision_recall(results: Sequence[Result]) -> Markup:
    lines = []
    for order, result in zip(ORDER, results, strict=False):
        for label, points in _by_label(result.precision_recall):
            line = Line([(at[0], at[1]) for at in points], f"{label} {order}", is_stepped=True)
            lines.append(line)
    key = "precision_recall"
    drawn = chart(
        Axis(0.0, 1.0, say("curve.recall")),
        Axis(0.0, 1.0, say("curve.precision")),
        lines,
        named=f"curve-{key}",
    )
    return _figure(key, drawn if lines else None, _legend(results, [one.look for one in lines]))


def _reliability(results: Sequence[Result]) -> Markup:
    lines = [Line([(0.0, 0.0), (1.0, 1.0)], "ideal")]
    dots = []
    for order, result in zip(ORDER, results, strict=False):
        for label, points in _by_label(result.reliability):
            look = f"{label} {order}"
            most = max((at[2] for at in points), default=0.0) or 1.0
            lines.append(Line([(at[0], at[1]) for at in points], look))
            dots += [
                Dot(
                    at[0], at[1], max(1.5, LARGEST_DOT_PX * math.sqrt(max(0.0, at[2]) / most)), look
                )
                for at in points
            ]
    key = "reliability"
    drawn = chart(
        Axis(0.0, 1.0, say("curve.score")),
        Axis(0.0, 1.0, say("curve.share")),
        lines,
        dots,
        named=f"curve-{key}",
    )
    return _figure(key, drawn if dots else None, _legend(results, [one.look for one in lines[1:]]))


def _froc(results: Sequence[Result]) -> Markup:
    curves = [[(at[0], at[1]) for at in result.froc] for result in results]
    rates = [x for points in curves for x, _ in points if x > 0.0]
    lowest = min(max(min(rates, default=0.1), LEAST_RATE), MOST_RATE / 100.0)
    highest = min(max(max(rates, default=1.0), lowest * 10.0), MOST_RATE)
    low, high = 10.0 ** math.floor(math.log10(lowest)), 10.0 ** math.ceil(math.log10(highest))
    holds_less = any(x < low for points in curves for x, _ in points)
    lines = [
        Line(points, f"froc {order}", is_stepped=True)
        for order, points in zip(ORDER, curves, strict=False)
        if points
    ]
    dots = [
        Dot(now[0], now[1], 6.0, f"now {order}")
        for order, now in zip(ORDER, map(_now, results), strict=False)
        if now is not None
    ]
    key = "froc"
    drawn = chart(
        Axis(low, high, say("curve.false_rate"), is_log=True, holds_less=holds_less),
        Axis(0.0, 1.0, say("curve.found")),
        lines,
        dots,
        named=f"curve-{key}",
    )
    legend = _legend(results, [one.look for one in lines]) if len(results) > 1 else None
    return _figure(key, drawn if lines else None, legend)


def _now(result: Result) -> tuple[float, float] | None:
    """Where the run itself stands."""
    values = {measure.name: measure.value for measure in result.headline}
    rate, found = values.get("false_alarms_per_camera_day"), values.get("event_recall")
    return None if rate is None or found is None else (rate, found)


def _by_label(curves: Mapping[str, Curve]) -> list[tuple[str, Curve]]:
    return [(label, curves[label]) for label in LABELS if curves.get(label)]


def _figure(key: str, drawn: Markup | None, legend: Markup | None) -> Markup:
    note: Markup | None = tag("figcaption", say(f"curve.{key}_note"))
    if drawn is None:
        drawn, legend, note = tag("p", say("curve.nothing"), class_="nothing"), None, None
    return tag(
        "figure",
        tag("h3", say(f"curve.{key}"), id=f"curve-{key}"),
        drawn,
        legend,
        note,
        class_="curve",
    )


def _legend(results: Sequence[Result], looks: Sequence[str]) -> Markup:
    entries: list[Child] = []
    for look in looks:
        kind, order = look.split()
        says: Both | str = "" if kind == "froc" else say(f"label.{kind}")
        run = f" {clipped(results[ORDER.index(order)].run.name, 40)}" if len(results) > 1 else ""
        stroke = tag("line", x1=0.0, x2=24.0, y1=5.0, y2=5.0, class_=f"line {look}")
        swatch = tag("svg", stroke, width=24.0, height=10.0, aria_hidden="true")
        entries.append(tag("span", swatch, " ", says, run, class_="entry"))
    return tag("div", *entries, class_="legend")
