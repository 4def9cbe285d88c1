"""What a number in a table of weather says.

As stations write them: with units behind numbers, and dashes for what is missing.
"""

import math
import re
import unicodedata
from typing import Final

from api.cells import is_empty, text_of

__all__ = ["number_of"]

KM_H: Final = 3.6  # in a metre per second

_TRACE: Final = frozenset({"微量", "trace"})


def number_of(cell: object, *, wind_heading: str) -> float | str:
    """The number of a cell, or the code of why there is none.

    Args:
        cell: as it came; a unit behind the number is dropped, a trace of rain is 0.
        wind_heading: of a column of wind, m/s unless it says km/h; empty for any other column.

    Returns:
        A finite number, wind in m/s; or ``weather_missing`` or ``weather_number``.
    """
    if is_empty(cell) or isinstance(cell, bool):
        return "weather_missing"
    if isinstance(cell, int | float):
        value = float(cell)
    else:
        text = unicodedata.normalize("NFKC", text_of(cell)).casefold()
        text = re.sub(r"(°c|%|m/s|米/秒|mm|毫米)$", "", text).strip()
        if text in _TRACE:
            return 0.0
        try:
            value = float(text)
        except ValueError:
            return "weather_missing" if text in {"-", "--", "/", "//", "///"} else "weather_number"
    if not math.isfinite(value):
        return "weather_number"
    return (
        value / KM_H
        if re.search(r"km/?h|公里", unicodedata.normalize("NFKC", wind_heading), re.IGNORECASE)
        else value
    )
