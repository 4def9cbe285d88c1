"""Heights that know what they are measured from.

Five kinds are about: above the ellipsoid (GNSS, RTK drones, DJI's mission files), EGM96 (most
elevation models, a drone without RTK), the national system of 1985 (state surveys), above the
ground (masts, missions that follow terrain), above the place of take-off (drones). Mixing the first
with the others is wrong by 26 to 43 m here. :mod:`geo.crs` converts them.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from models.errors import InputRefused

__all__ = ["Height", "HeightSystem"]


class HeightSystem(StrEnum):
    """What a height is measured from."""

    ELLIPSOID = "ellipsoid"  # WGS 84 or CGCS2000, equal to a millimetre
    EGM96 = "egm96"
    NATIONAL_1985 = "1985"  # taken as EGM96: decimetres, and no public grid
    GROUND = "ground"
    TAKE_OFF = "take_off"


@dataclass(frozen=True, slots=True)
class Height:
    """A height with its system.

    Attributes:
        value_m: finite.
        system: what it is measured from.

    Raises:
        InputRefused: not finite.
    """

    value_m: float
    system: HeightSystem

    def __post_init__(self) -> None:
        """Refuse a height that is no number."""
        if not math.isfinite(self.value_m):
            raise InputRefused(
                f"The height {self.value_m} is not a number.",
                remedy="Give it in metres.",
                code="height_range",
            )
