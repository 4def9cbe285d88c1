"""Aircraft that a sweep can be planned for, from their makers' figures.

Every figure is published, not measured: longest flight times are those of DJI's developer site
(Payload SDK, hardware overview: no wind, battery flown to nothing), diagonal fields of view and
picture sizes those of the specification sheets of each aircraft. Horizontal and vertical angles
follow from them for a lens without distortion, looking straight down with the picture's long side
across the track. Speeds are our planning figures, well below what any of these aircraft may fly.

A bare name such as ``Matrice 4T`` stands for the thermal camera, which sees the narrower strip of
the two: a plan for it holds for both cameras. The wide visible camera has its own entry.
"""

import math

from models.errors import InputRefused
from models.mission import Aircraft

__all__ = ["AIRCRAFT", "find_aircraft"]

# Two thirds of what the slowest of them may fly in its normal mode, 15 m/s.
SWEEP_SPEED_MS = 10.0
# The slowest published descent of them is 5 m/s; loaded, hot and high they fall short of it.
CLIMB_SPEED_MS = 3.0
# Wind, cold, an ageing battery and the way home take the rest of the longest published flight.
USABLE_SHARE = 0.60
# True height above ground up to which light aircraft fly without an application, China, since 2024.
CEILING_M = 120.0


def _published(
    name: str, flight_min: float, diagonal_fov_deg: float, picture_px: tuple[int, int]
) -> Aircraft:
    width_px, height_px = picture_px
    slope = math.tan(math.radians(diagonal_fov_deg / 2.0)) / math.hypot(width_px, height_px)
    return Aircraft(
        name=name,
        speed_ms=SWEEP_SPEED_MS,
        climb_ms=CLIMB_SPEED_MS,
        endurance_s=flight_min * 60.0 * USABLE_SHARE,
        ceiling_m=CEILING_M,
        horizontal_fov_deg=2.0 * math.degrees(math.atan(slope * width_px)),
        vertical_fov_deg=2.0 * math.degrees(math.atan(slope * height_px)),
    )


AIRCRAFT: tuple[Aircraft, ...] = (
    _published("Matrice 30T", 41.0, 61.0, (640, 512)),
    _published("Matrice 30T visible", 41.0, 84.0, (4, 3)),
    _published("Matrice 4T", 49.0, 45.0, (640, 512)),
    _published("Matrice 4T visible", 49.0, 82.0, (4, 3)),
    _published("Mavic 3T", 45.0, 61.0, (640, 512)),
    _published("Mavic 3T visible", 45.0, 84.0, (4, 3)),
)


def find_aircraft(name: str) -> Aircraft:
    """The aircraft of that name; capitals and runs of spaces do not matter.

    Raises:
        InputRefused: no such aircraft; the remedy lists those there are.
    """
    wanted = " ".join(name.split()).casefold()
    for aircraft in AIRCRAFT:
        if aircraft.name.casefold() == wanted:
            return aircraft
    raise InputRefused(
        f"There is no aircraft {name[:60]!r}.",
        remedy=f"Name one of: {', '.join(aircraft.name for aircraft in AIRCRAFT)}.",
        code="aircraft_unknown",
    )
