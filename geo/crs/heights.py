"""The one way from heights of every kind (:mod:`models.height`) to metres above sea level.

The transformation library cannot help: without its grid it returns the height unchanged and does
not say so.
"""

import math
from dataclasses import dataclass
from typing import Final

from geo.crs.egm96 import geoid_m
from geo.crs.places import Wgs84
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.site import HeightDatum, Position

__all__ = ["Height", "HeightSystem", "Origin", "above_sea_m", "position_above_sea_m"]

LOWEST_M: Final = -500.0
HIGHEST_M: Final = 12_000.0


_SYSTEM: Final = {
    HeightDatum.SEA_LEVEL: HeightSystem.EGM96,
    HeightDatum.ELLIPSOID: HeightSystem.ELLIPSOID,
    HeightDatum.GROUND: HeightSystem.GROUND,
}


@dataclass(frozen=True, slots=True)
class Origin:
    """What heights above something are above.

    Attributes:
        ground_m: height of the ground below the place, above sea level; None when not known.
        take_off_m: height of the ground where the drone took off, above sea level.
    """

    ground_m: float | None = None
    take_off_m: float | None = None


def above_sea_m(height: Height, place: Wgs84, origin: Origin | None = None) -> float:
    """Metres above sea level.

    Args:
        height: of anything at the place.
        place: a single place; it matters to heights above the ellipsoid.
        origin: for heights above ground or take-off.

    Raises:
        InputRefused: the geoid is not known there (``geoid_outside``), what the height is above is
            not known or a void (``height_origin``), or nothing here is that high or low
            (``height_range``).
    """
    value_m, known = height.value_m, origin or Origin()
    if height.system is HeightSystem.ELLIPSOID:
        value_m -= float(geoid_m(place))
    elif height.system is HeightSystem.GROUND:
        value_m += _known(known.ground_m, "the ground below it")
    elif height.system is HeightSystem.TAKE_OFF:
        value_m += _known(known.take_off_m, "the place of take-off")
    if not LOWEST_M <= value_m <= HIGHEST_M:
        raise InputRefused(
            f"{value_m:.0f} m above sea level is no height.",
            remedy="Look at its unit and at what it is measured from.",
            code="height_range",
        )
    return value_m


def position_above_sea_m(position: Position, ground_m: float | None = None) -> float:
    """Metres above sea level of a position, whatever datum its height has.

    Args:
        position: of a lens, a mast, a landmark.
        ground_m: height of the ground below it; None or NaN when it is not known.

    Raises:
        InputRefused: as :func:`above_sea_m`.
    """
    height = Height(position.height_m, _SYSTEM[position.height_datum])
    place = Wgs84.at(position.lon_deg, position.lat_deg)
    return above_sea_m(height, place, Origin(ground_m=ground_m))


def _known(base_m: float | None, what: str) -> float:
    if base_m is None or math.isnan(base_m):
        raise InputRefused(
            f"A height is above {what}, whose own height is not known.",
            remedy="Give it above sea level, or load terrain that holds the place.",
            code="height_origin",
        )
    return base_m
