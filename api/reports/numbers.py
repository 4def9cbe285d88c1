"""Numbers of a report as people read them; the console writes them by the same rules.

Zero is a value; what nobody can know is no number and is not written here.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

__all__ = ["ends", "plain", "scaled", "shown"]

RATES: Final = frozenset({"per_camera_day", "per_10000_ha"})
"""Units of which small values count: three digits that mean something, however small."""

SMALLEST_RATE: Final = Decimal("0.000001")
LARGER: Final = ((172_800.0, "days"), (7_200.0, "hours"), (600.0, "minutes"))
UNITS_S: Final = {"seconds": 1.0, "minutes": 60.0, "hours": 3_600.0, "days": 86_400.0}
TO: Final = "\u2013"
LARGEST: Final = Decimal(10) ** 15
WHOLE: Final = Decimal(1)


def scaled(value: float, unit: str) -> tuple[float, str]:
    """A time in the unit that is read at a glance: 10 minutes and more, 2 hours and more, 2 days.

    Args:
        value: in the unit.
        unit: as :attr:`models.report.Figure.unit`; others than seconds and minutes stay.
    """
    if unit in {"seconds", "minutes"}:  # hours are added up over cameras or posts
        seconds = value * UNITS_S[unit]
        for least_s, larger in LARGER:
            if abs(seconds) >= least_s and UNITS_S[larger] > UNITS_S[unit]:
                return seconds / UNITS_S[larger], larger
    return value, unit


def shown(value: float, unit: str, words: Mapping[str, str]) -> str:
    """A value with its unit.

    Args:
        value: in the unit.
        unit: as :attr:`models.report.Figure.unit`.
        words: of units; those of counts and shares are not asked for.
    """
    if unit == "share":
        return f"{_hundredths(value)} %"
    word = words.get(unit, "")
    return f"{plain(value, unit)} {word}".rstrip()


def plain(value: float, unit: str) -> str:
    """A value without its unit: a share as hundredths, lengths and times to three digits.

    Args:
        value: in the unit.
        unit: as :attr:`models.report.Figure.unit`.
    """
    if unit == "share":
        return _hundredths(value)
    exact = Decimal(value)
    if unit in RATES:
        return _rate(exact)
    size = abs(exact)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2
    return _rounded(exact, digits)


def ends(low: float | None, high: float | None, unit: str, words: Mapping[str, str]) -> str:
    """An interval with its unit once; empty where there is none.

    Args:
        low: its lower end, in the unit.
        high: its upper end.
        unit: as :attr:`models.report.Figure.unit`.
        words: as of :func:`shown`.
    """
    if low is None and high is None:
        return ""
    if low is None or high is None:
        end = f"≤ {plain(high, unit)}" if high is not None else f"≥ {plain(low or 0.0, unit)}"
    else:
        end = f"{plain(low, unit)}{TO}{plain(high, unit)}"
    return f"{end} {'%' if unit == 'share' else words.get(unit, '')}".rstrip()


def _hundredths(share: float) -> str:
    """One that is not quite whole never reads 100, one that is not zero never 0."""
    if share in (0.0, 1.0):
        return "100" if share else "0"
    exact = Decimal(share) * 100
    if 0 < exact < Decimal("0.05"):
        return "<0.1"
    if Decimal("99.95") <= exact < 100:
        return ">99.9"
    return _rounded(exact, 1)


def _rate(exact: Decimal) -> str:
    if exact == 0:
        return "0"
    if 0 < exact < SMALLEST_RATE:
        return f"<{SMALLEST_RATE}"
    return _rounded(exact, max(0, 2 - exact.adjusted()))


def _rounded(exact: Decimal, digits: int) -> str:
    """Half away from zero, as a browser does; zeros at the end are left out."""
    if abs(exact) >= LARGEST:
        return f"{exact:.3e}"
    text = f"{exact.quantize(WHOLE.scaleb(-digits), ROUND_HALF_UP):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
