"""Numbers as people read them, with their units in both languages."""

import math
from typing import Final

from detector.report.markup import Both
from detector.report.shape import Measure
from detector.report.words import say

__all__ = ["clock", "count", "duration", "interval", "length", "measured", "moment", "rounded"]

SHARES: Final = frozenset({"event_recall", "precision", "region_holds"})
"""Shown in percent; other figures without a unit are shown as they are."""
WHOLE: Final = frozenset({"early_alarms"})
MINUTE_S: Final = 60.0
HOUR_S: Final = 3600.0
DAY_S: Final = 86_400.0


def measured(measure: Measure, value: float | None, *, signed: bool = False) -> Both:
    """A value of a measure with its unit.

    Args:
        measure: whose it is.
        value: one of its numbers, or a difference of two of them.
        signed: with its sign, as differences are.
    """
    if value is None:
        return _same("\u2013")
    if measure.unit in _UNITS:
        return _UNITS[measure.unit](value, signed=signed)
    if measure.name in SHARES:
        return say("unit.percent", n=_fixed(100.0 * value, 1, signed=signed))
    whole = measure.name in WHOLE
    return _same(rounded(value, 3, signed=signed) if whole else _fixed(value, 3, signed=signed))


def interval(measure: Measure, *, signed: bool = False) -> Both:
    """Both ends of the interval of a measure; empty without one."""
    if measure.low is None or measure.high is None:
        return Both("", "")
    low, high = (measured(measure, end, signed=signed) for end in (measure.low, measure.high))
    return say("table.range", low=low, high=high)


def duration(time_s: float, *, signed: bool = False) -> Both:
    """A time in the unit that suits it."""
    for unit, unit_s in (("d", DAY_S), ("h", HOUR_S), ("min", MINUTE_S)):
        if abs(time_s) >= 2.0 * unit_s:
            return say(f"unit.{unit}", n=rounded(time_s / unit_s, 3, signed=signed))
    return say("unit.s", n=rounded(time_s, 3, signed=signed))


def length(length_m: float, *, signed: bool = False) -> Both:
    """A distance in metres, or in kilometres from one on."""
    if abs(length_m) >= 1000.0:
        return say("unit.km", n=rounded(length_m / 1000.0, 3, signed=signed))
    return say("unit.m", n=rounded(length_m, 3, signed=signed))


def moment(at_s: float) -> Both:
    """A moment of a recording, counted from its zero."""
    return Both("0", "0") if at_s == 0.0 else duration(at_s, signed=True)


def clock(captured_at: str) -> str:
    """A capture time without its parts of a second, as it was written otherwise."""
    return captured_at.replace("T", " ").split(".")[0].removesuffix("Z").split("+")[0]


def count(number: float) -> str:
    """A count, thousands apart."""
    return f"{number:,.0f}" if number == int(number) else f"{number:,.2f}"


def rounded(number: float, digits: int, *, signed: bool = False) -> str:
    """A number to so many significant digits, never with an exponent below a thousand million."""
    if number == 0.0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(number))))
    text = f"{number:{'+' if signed else ''},.{min(places, 9)}f}"
    return _minus(text.rstrip("0").rstrip(".") if "." in text else text)


def _frames(number: float, *, signed: bool) -> Both:
    said = rounded(number, 3, signed=signed)
    return say("unit.frame" if said.lstrip("+\u2212") == "1" else "unit.frames", n=said)


def _rate(number: float, *, signed: bool) -> Both:
    return _same(rounded(number, 3, signed=signed))


def _fixed(number: float, places: int, *, signed: bool) -> str:
    text = f"{number:{'+' if signed else ''}.{places}f}"
    return text.lstrip("+-") if float(text) == 0.0 else _minus(text)


def _minus(text: str) -> str:
    """With the sign of mathematics, which is as wide as a plus."""
    return text.replace("-", "\u2212")


def _same(text: str) -> Both:
    return Both(text, text)


_UNITS: Final = {"s": duration, "m": length, "frames": _frames, "1/camera-day": _rate}
