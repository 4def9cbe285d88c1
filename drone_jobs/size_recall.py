"""How large smoke must be in the network's picture for the detector to find it.

Reads the measured curve in ``size_recall.toml``; nothing of the detector is needed. Between the
measured sizes the rising curve is taken as straight; below the smallest nothing is promised, and
above the largest it stays level. The sizes are those of tower views, the only distant smoke with
enough labels to measure (docs/detector.md). A size in pixels of the network's input is the root of
a box's area after the picture's longer side was brought to :data:`NETWORK_PX`.
"""

import tomllib
from functools import cache
from pathlib import Path

from models.errors import InputRefused

__all__ = ["NETWORK_PX", "smallest_side_px"]

NETWORK_PX = 640
"""Longer side of the network's input at which the curve was measured, pixels."""
_CURVE = Path(__file__).with_suffix(".toml")


def smallest_side_px(recall: float) -> float:
    """The least size from which on smoke is found with a given recall.

    Args:
        recall: share of plumes that are found in one picture, above 0.

    Returns:
        Pixels of the network's input, at least the smallest size that was measured.

    Raises:
        InputRefused: no measured size reaches it, or it is no share; the code is
            ``recall_out_of_reach`` and the remedy names the highest recall that is reached.
    """
    curve = _rising_curve()
    last_side_px, highest = curve[-1]
    if not 0.0 < recall <= highest:
        raise InputRefused(
            f"No size of smoke is known to be found with a recall of {recall:g}.",
            remedy=f"Ask for a recall above 0 and up to {highest:g}.",
            code="recall_out_of_reach",
        )
    side_px, reached = curve[0]
    if recall <= reached:
        return side_px
    for next_side_px, next_reached in curve[1:]:
        if recall <= next_reached:
            share = (recall - reached) / (next_reached - reached)
            return side_px + share * (next_side_px - side_px)
        side_px, reached = next_side_px, next_reached
    return last_side_px  # pragma: no cover - the refusal above leaves no such recall


@cache
def _rising_curve() -> tuple[tuple[float, float], ...]:
    """Size and recall of each row, smallest first."""
    rows = tomllib.loads(_CURVE.read_text(encoding="utf-8"))["rows"]
    return tuple((float(row["side_px"]), float(row["monotone"])) for row in rows)
