"""Numbers as they are written: enough of them, always the same, and none that JSON lacks."""

import math
from typing import Final

__all__ = ["rounded"]

DIGITS: Final = 6
"""After the point. The last bits of a float differ from one kind of processor to the next."""


def rounded(value: float | None) -> float | None:
    """A number as it is written; None for none, and for what is no number."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), DIGITS) + 0.0  # no minus zero
