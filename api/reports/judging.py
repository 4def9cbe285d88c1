"""Whether a figure keeps its limit, and whether that is sure.

Limits are upper ones: half an hour, so many seconds. A figure that keeps its limit while its
interval reaches beyond it may be luck: that is said, for an office that files "kept" is held to it.
"""

import math
from typing import Literal, TypeAlias

from models.report import Figure

__all__ = ["Answer", "kept"]

Answer: TypeAlias = Literal["yes", "yes_unsure", "no", "no_unsure", "unknown"]
"""``yes`` or ``no``; ``…_unsure`` where the interval reaches to the limit's other side; ``unknown``
where the value is, or where there is no limit."""


def kept(figure: Figure) -> Answer:
    """Hold a figure against its limit; what lies on it keeps it."""
    limit = figure.limit
    if limit is None or figure.value is None or not math.isfinite(figure.value):
        return "unknown"
    ends = [end for end in (figure.low, figure.high) if end is not None]
    if figure.value <= limit:
        return "yes_unsure" if any(end > limit for end in ends) else "yes"
    return "no_unsure" if any(end <= limit for end in ends) else "no"
