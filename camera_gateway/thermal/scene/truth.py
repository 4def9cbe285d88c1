"""What really is in a scene of heat: its start, what burns, who is about."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["HeatStart", "HeatTruth", "Passing"]


@dataclass(frozen=True, slots=True)
class HeatStart:
    """Where and when it burns.

    Attributes:
        begins_at: UTC, of the first spark.
        ends_at: UTC; from then on nothing of it is warm enough to matter.
        right_m: from the lens's axis.
        ahead_m: from the mast's foot.
        rate_m_h: of the smouldering front.
    """

    begins_at: datetime
    ends_at: datetime
    right_m: float
    ahead_m: float
    rate_m_h: float


@dataclass(frozen=True, slots=True)
class HeatTruth:
    """What burns at one moment.

    Attributes:
        area_m2: of ground above 150 degrees.
        in_view_m2: of it what neither trunks, undergrowth nor the frame's edge hide.
        hottest_c: of its surface; None where nothing is warm.
        place_px: column and row of its middle; None where nothing is warm.
        box_px: left, top, right and bottom of its cells; None where nothing is warm.
    """

    area_m2: float
    in_view_m2: float
    hottest_c: float | None
    place_px: tuple[float, float] | None
    box_px: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Passing:
    """Somebody in the view, or its stove.

    Attributes:
        kind: ``boar``, ``dog``, ``person``, ``motorbike`` or ``stove``.
        place_px: column and row of its hottest part.
    """

    kind: str
    place_px: tuple[float, float]
