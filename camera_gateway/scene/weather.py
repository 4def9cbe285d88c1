"""Under what a drill is looked at: haze, sun, cloud, wind and season, as one value.

What is left out is a clear day of summer under light wind, as the drill has always shown it.

Distance takes contrast away as Koschmieder says: a black mountain at the visibility keeps two
hundredths of its contrast, so light that crosses ``r`` keeps ``exp(-r ln 50 / visibility)``.

A camera opens its iris and raises its gain as it gets dark, and later both are used up: how bright
the picture is and how much it grains by the height of the sun are invented, and plausible.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.calibration.sun import sun_direction
from models.errors import InputRefused
from models.footage import Light, Season, Sky
from models.site import Position
from models.units import FloatArray

__all__ = ["CLEAR_DAY", "SceneWeather", "season_of"]

Colour = NDArray[np.float32]  # (3,) blue, green, red, 0 to 255

KEPT_AT_VISIBILITY: Final = 1.0 / 50.0
CLEAR_DAY_HAZE_M: Final = 17_000.0
HAZE_LAYER_M: Final = 1_500.0  # of a mixed layer by day
THINNEST: Final = 0.01  # sine of the lowest elevation that is told apart from the horizon
CLEAR_VISIBILITY_M: Final = CLEAR_DAY_HAZE_M * math.log(1.0 / KEPT_AT_VISIBILITY)
DUSK_DEG, NIGHT_DEG = 6.0, -6.0  # of the sun's elevation; civil twilight ends at -6
LOWEST_LIT_DEG: Final = 25.0
"""Slopes and crowns are lit as by a sun of at least that height: the sky lights them too, and a
camera exposes for the bright side of a low sun."""
NO_SHADOW_DEG, SHADOW_DEG = 0.0, 8.0  # of the sun: between them shadows come
HAZE_BELOW_M, FOG_BELOW_M = 10_000.0, 1_000.0  # WMO: fog below 1 km
OVERCAST: Final = 0.7
MOST_WIND_MS: Final = 40.0
SUN_DEG: Final = (-12.0, -8.0, -4.0, 0.0, 10.0)
BRIGHT: Final = (0.05, 0.12, 0.45, 0.75, 1.0)
GRAIN: Final = (4.0, 3.5, 2.5, 1.6, 1.0)
TINT: Final[dict[Season, tuple[float, float, float]]] = {  # of leaves: blue, green, red
    Season.SPRING: (0.95, 1.12, 1.05),
    Season.SUMMER: (1.0, 1.0, 1.0),
    Season.AUTUMN: (0.95, 1.0, 1.45),
    Season.WINTER: (1.15, 0.92, 1.15),
}
MONTHS: Final = (Season.WINTER, Season.SPRING, Season.SUMMER, Season.AUTUMN)


@dataclass(frozen=True, slots=True)
class SceneWeather:
    """What the air, the sun and the wind are like.

    Attributes:
        visibility_m: of Koschmieder, 100 to 300,000; fog below 1,000.
        sun_azimuth_deg: from true north.
        sun_elevation_deg: -90 to 90; night below -6, dusk below 6.
        cloud: share of the sky that is covered, 0 to 1; it takes the shadows.
        wind_from_deg: where it comes from, from true north.
        wind_ms: metres per second, 0 to 40; it bends the smoke and keeps it low.
        season: tints what grows.

    Raises:
        InputRefused: a number is out of range.
    """

    visibility_m: float = CLEAR_VISIBILITY_M
    sun_azimuth_deg: float = 150.0
    sun_elevation_deg: float = 42.0
    cloud: float = 0.0
    wind_from_deg: float = 330.0
    wind_ms: float = 1.9
    season: Season = Season.SUMMER

    def __post_init__(self) -> None:
        """Refuse weather that cannot be."""
        if not (
            100.0 <= self.visibility_m <= 300_000.0
            and math.isfinite(self.sun_azimuth_deg)
            and -90.0 <= self.sun_elevation_deg <= 90.0
            and 0.0 <= self.cloud <= 1.0
            and math.isfinite(self.wind_from_deg)
            and 0.0 <= self.wind_ms <= MOST_WIND_MS
        ):
            raise InputRefused(
                f"No drill has this weather: {self}.",
                remedy="Give a visibility of 100 to 300,000 m, a cloud share of 0 to 1, a wind of "
                "0 to 40 m/s and a sun between -90 and 90 degrees.",
                code="drill_weather",
            )

    @classmethod
    def at(  # noqa: PLR0917 -- place and moment, then what the air does
        cls,
        place: Position,
        moment: datetime,
        visibility_m: float = CLEAR_VISIBILITY_M,
        cloud: float = 0.0,
        wind_from_deg: float = 330.0,
        wind_ms: float = 1.9,
    ) -> "SceneWeather":
        """The weather of a moment: the sun stands where it does then, the season is the month's.

        Args:
            place: of the lens.
            moment: with a time zone.
            visibility_m: see the class, as the others.
            cloud: likewise.
            wind_from_deg: likewise.
            wind_ms: likewise.

        Raises:
            InputRefused: the time has no zone, or a number is out of range.
        """
        azimuth_deg, elevation_deg = sun_direction(place, moment)
        return cls(
            visibility_m,
            azimuth_deg,
            elevation_deg,
            cloud,
            wind_from_deg,
            wind_ms,
            season_of(moment, place.lat_deg),
        )

    @property
    def haze_m(self) -> float:
        """Over so many metres light falls to 1 / e."""
        return self.visibility_m / math.log(1.0 / KEPT_AT_VISIBILITY)

    @property
    def wind_toward_deg(self) -> float:
        """Where the wind goes, [0, 360)."""
        return (self.wind_from_deg + 180.0) % 360.0

    @property
    def light(self) -> Light:
        """Day, dusk or night, by the sun."""
        if self.sun_elevation_deg < NIGHT_DEG:
            return Light.NIGHT
        return Light.DUSK if self.sun_elevation_deg < DUSK_DEG else Light.DAY

    @property
    def sky(self) -> Sky:
        """What a person would call it."""
        if self.visibility_m < FOG_BELOW_M:
            return Sky.FOG
        if self.visibility_m < HAZE_BELOW_M:
            return Sky.HAZE
        return Sky.CLOUD if self.cloud > OVERCAST else Sky.CLEAR

    @property
    def brightness(self) -> float:
        """Of the picture against one by full day, after iris and gain; 0.05 to 1."""
        return float(np.interp(self.sun_elevation_deg, SUN_DEG, BRIGHT))

    @property
    def grain(self) -> float:
        """Noise against that of a full day, 1 to 4."""
        return float(np.interp(self.sun_elevation_deg, SUN_DEG, GRAIN))

    @property
    def shadowless(self) -> float:
        """How much of the light comes from everywhere, 0 to 1: by clouds or a low sun."""
        low = float(np.interp(self.sun_elevation_deg, (NO_SHADOW_DEG, SHADOW_DEG), (1.0, 0.0)))
        return max(self.cloud, low)

    def sky_kept(self, elevation_deg: FloatArray) -> NDArray[np.float32]:
        """What haze leaves of the sky there, against that of a clear day; 1 on one.

        Haze is a layer: the sky is seen through all of it, at a slant.
        """
        more = max(0.0, 1.0 / self.haze_m - 1.0 / CLEAR_DAY_HAZE_M)
        slant = np.maximum(np.sin(np.radians(elevation_deg)), THINNEST)
        return np.asarray(np.exp(-more * HAZE_LAYER_M / slant), np.float32)

    @property
    def lit_elevation_deg(self) -> float:
        """Height of the sun by which slopes and crowns are lit."""
        return max(LOWEST_LIT_DEG, self.sun_elevation_deg)

    def leaves(self, colour: Colour) -> Colour:
        """A colour of summer in this season."""
        return np.asarray(colour * np.array(TINT[self.season], np.float32), np.float32)

    def air(self, colour: Colour) -> Colour:
        """A colour of the sky under this sun: redder while it is low, greyer under cloud."""
        low = float(np.interp(self.sun_elevation_deg, (-6.0, 2.0, 12.0), (0.4, 1.0, 0.0)))
        warm = 1.0 + low * np.array([-0.22, -0.05, 0.14], np.float32)
        grey = np.float32(colour.mean())
        mixed = colour * (1.0 - 0.7 * self.cloud) + grey * (0.7 * self.cloud)
        return np.asarray(mixed * warm * self.brightness, np.float32)


def season_of(moment: datetime, lat_deg: float) -> Season:
    """The season of a month, by meteorologists' quarters; half a year on in the south."""
    months = moment.month % 12 + (6 if lat_deg < 0.0 else 0)
    return MONTHS[months % 12 // 3]


CLEAR_DAY: Final = SceneWeather()
