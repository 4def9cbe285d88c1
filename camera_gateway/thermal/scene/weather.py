"""Ten days of weather of a stand, minute by minute: what warms it, cools it and wets it.

Air follows the month (round climate figures of Chongqing's hills at 400 m), the day's own anomaly
and a course that is lowest at sunrise and highest at three in the afternoon; cloud flattens it and
rain takes some kelvins. Sun: Meinel's clear beam (1976), cloud by Kasten and Czeplak (1980). All of
it is drawn from a seed, and the same seed gives the same days.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.calibration.sun import sun_direction
from models.site import Position

__all__ = ["DAY_MIN", "Moment", "StandWeather", "clear_beam_w_m2", "sky_c"]

DAY_MIN: Final = 1440
SPIN_DAYS: Final = 1
"""Before the first day the ground takes on its warmth."""
MONTH_MEAN_C: Final = (6.5, 8.5, 12.5, 17.5, 21.5, 24.5, 28.0, 28.0, 23.5, 17.5, 13.0, 8.0)
RANGE_K: Final = 9.0
"""Between the night and the afternoon of a clear day, in a stand."""
SUN_W_M2: Final = 1353.0
SUN_STEP_MIN: Final = 10
DEGREES_OF_SOLAR_HOUR: Final = 15.0


@dataclass(frozen=True, slots=True)
class Moment:
    """Weather of one moment.

    Attributes:
        air_c: of the air in the stand.
        dew_c: its dew point.
        cloud: 0 to 1.
        rain_mm_h: falling now.
        wet: how wet the surfaces are, 0 to 1.
        wind_m_s: under the canopy.
        mist_per_m: extinction of the air in the camera's band, without the rain's.
        sun_azimuth_deg: true north.
        sun_elevation_deg: apparent.
        beam_w_m2: of the sun above the canopy, across its direction, cloud taken.
        diffuse_w_m2: of the sky above the canopy, on level ground.
    """

    air_c: float
    dew_c: float
    cloud: float
    rain_mm_h: float
    wet: float
    wind_m_s: float
    mist_per_m: float
    sun_azimuth_deg: float
    sun_elevation_deg: float
    beam_w_m2: float
    diffuse_w_m2: float


def clear_beam_w_m2(sun_elevation_deg: float) -> float:
    """Sunlight through a clear sky, across its direction; 0 for a sun below the horizon."""
    if sun_elevation_deg <= 0.0:
        return 0.0
    height = math.sin(math.radians(sun_elevation_deg))
    air_mass = 1.0 / (height + 0.50572 * (sun_elevation_deg + 6.07995) ** -1.6364)
    return float(SUN_W_M2 * 0.7 ** (air_mass**0.678))


def sky_c(air_c: float, cloud: float) -> float:
    """What a gap in the crowns radiates as: Swinbank's clear sky (1963), and clouds near the air.

    Args:
        air_c: near the ground.
        cloud: 0 to 1.
    """
    clear_c = float(0.0552 * (air_c + 273.15) ** 1.5 - 273.15)
    return clear_c + cloud * (air_c - 3.0 - clear_c)


class StandWeather:
    """Weather of a place over days.

    Args:
        seed: of the draws.
        place: for the sun.
        begins_at: midnight there, with a zone.
        days: that are simulated, at least 1.
    """

    def __init__(self, seed: int, place: Position, begins_at: datetime, days: int) -> None:
        self.begins_at = begins_at
        self.days = days
        self._from_at = begins_at - timedelta(days=SPIN_DAYS)
        count = (days + SPIN_DAYS) * DAY_MIN + 1
        rng = np.random.default_rng((seed, 1))
        self.rain_days = _rain_days(rng, days)
        self._sun = _sun(place, self._from_at, count)
        day_cloud = _day_cloud(rng, days + SPIN_DAYS, self.rain_days)
        self.rain_mm_h = _rain(rng, count, self.rain_days)
        cloud = _daily(day_cloud, count) + _noise(rng, count, 20, 0.15) + _noise(rng, count, 4, 0.1)
        self.cloud = np.where(self.rain_mm_h > 0.0, 1.0, np.clip(cloud, 0.0, 1.0))
        clear = np.array([clear_beam_w_m2(float(deg)) for deg in self._sun[1]])
        height = np.maximum(0.0, np.sin(np.radians(self._sun[1])))
        whole = (clear * height + 0.12 * clear * np.sqrt(height)) * (1.0 - 0.75 * self.cloud**3.4)
        self.beam_w_m2 = clear * np.maximum(0.0, 1.0 - self.cloud) ** 1.5
        self.diffuse_w_m2 = np.maximum(0.0, whole - self.beam_w_m2 * height)
        self.air_c, self.dew_c = self._air(rng, day_cloud, count, place)
        self.wind_m_s = np.exp(_noise(rng, count, 30, 0.6)) * (0.25 + 0.35 * height)
        self.wet = self._wetness()
        damp = np.clip(1.0 - (self.air_c - self.dew_c) / 1.5, 0.0, 1.0)
        self.mist_per_m = 0.0003 + 0.02 * damp**2 * (self.wind_m_s < 0.5)

    def index(self, at: datetime) -> float:
        """Minutes since the tables begin.

        Raises:
            ValueError: outside the days.
        """
        minute = (at - self._from_at).total_seconds() / 60.0
        if not SPIN_DAYS * DAY_MIN <= minute <= (self.days + SPIN_DAYS) * DAY_MIN:
            msg = f"{at.isoformat()} is outside the {self.days} days of this scene"
            raise ValueError(msg)
        return minute

    def at(self, at: datetime) -> Moment:
        """Weather of a moment.

        Raises:
            ValueError: outside the days.
        """
        return self.of_index(self.index(at))

    def of_index(self, index: float) -> Moment:
        """The same by minutes since the tables begin, in steps of one."""
        k = max(0, min(round(index), len(self.air_c) - 1))
        return Moment(
            air_c=float(self.air_c[k]),
            dew_c=float(self.dew_c[k]),
            cloud=float(self.cloud[k]),
            rain_mm_h=float(self.rain_mm_h[k]),
            wet=float(self.wet[k]),
            wind_m_s=float(self.wind_m_s[k]),
            mist_per_m=float(self.mist_per_m[k]),
            sun_azimuth_deg=float(self._sun[0][k]),
            sun_elevation_deg=float(self._sun[1][k]),
            beam_w_m2=float(self.beam_w_m2[k]),
            diffuse_w_m2=float(self.diffuse_w_m2[k]),
        )

    def danger_class(self, at: datetime) -> int:
        """1 to 5, by days since rain and by the heat: 1 on a day of rain, 5 from the fourth on."""
        day = int(self.index(at) // DAY_MIN) - SPIN_DAYS
        dry = min((day - rain for rain in self.rain_days if rain <= day), default=4)
        part = self.air_c[(day + SPIN_DAYS) * DAY_MIN : (day + SPIN_DAYS + 1) * DAY_MIN]
        hot = len(part) > 0 and float(part.max()) > 32.0
        return 1 if dry == 0 else min(5, 1 + dry + int(hot))

    def _air(
        self, rng: np.random.Generator, day_cloud: NDArray[np.float64], count: int, place: Position
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        days = len(day_cloud)
        mean_c = MONTH_MEAN_C[self.begins_at.month - 1] + _anomalies(rng, days, 0.75, 2.5)
        spread = _daily(RANGE_K * (1.0 - 0.6 * day_cloud), count)
        minutes = np.arange(count)
        # 15:00 by the sun is the warmest; the fall to sunrise takes longer than the rise.
        solar_h = (minutes / 60.0 + _solar_offset_h(self._from_at, place)) % 24.0
        since = (solar_h - 6.0) % 24.0
        phase = np.where(since < 9.0, since / 9.0, 1.0 + (since - 9.0) / 15.0)
        course = -np.cos(np.pi * phase) / 2.0
        cooled = np.convolve(self.rain_mm_h > 0.0, np.ones(90) / 90.0)[:count]
        air_c = _daily(mean_c, count) + spread * course - 3.0 * cooled + _noise(rng, count, 15, 0.3)
        dew_c = _daily(mean_c - 3.0 - 6.0 * (1.0 - day_cloud), count) + 2.0 * cooled
        return air_c, np.minimum(air_c, dew_c)

    def _wetness(self) -> NDArray[np.float64]:
        wet = np.zeros(len(self.air_c))
        drying = 1.0 / 60.0 / np.where(self.diffuse_w_m2 > 100.0, 8.0, 30.0)
        drying *= 0.5 + 0.5 * np.clip((self.air_c - self.dew_c) / 5.0, 0.0, 2.0)
        for k in range(1, len(wet)):
            wet[k] = min(1.0, wet[k - 1] * (1.0 - drying[k]) + self.rain_mm_h[k] / 60.0)
        return wet


def _solar_offset_h(from_at: datetime, place: Position) -> float:
    offset = from_at.utcoffset() or timedelta()
    return place.lon_deg / DEGREES_OF_SOLAR_HOUR - offset.total_seconds() / 3600.0


def _sun(place: Position, from_at: datetime, count: int) -> NDArray[np.float64]:
    marks = np.arange(0, count + SUN_STEP_MIN, SUN_STEP_MIN)
    found = [sun_direction(place, from_at + timedelta(minutes=int(mark))) for mark in marks]
    azimuth = np.unwrap(np.array([one[0] for one in found]), period=360.0)
    elevation = np.array([one[1] for one in found])
    minutes = np.arange(count)
    return np.stack(
        (np.interp(minutes, marks, azimuth) % 360.0, np.interp(minutes, marks, elevation))
    )


def _rain_days(rng: np.random.Generator, days: int) -> tuple[int, ...]:
    """One or two of ten, as long as there are enough days."""
    wanted = int(rng.integers(1, 3)) if days >= 5 else 0
    return tuple(sorted(int(day) for day in rng.choice(days, wanted, replace=False)))


def _day_cloud(
    rng: np.random.Generator, days: int, rain_days: tuple[int, ...]
) -> NDArray[np.float64]:
    cloud = rng.choice([0.05, 0.2, 0.45, 0.85], days, p=[0.35, 0.25, 0.2, 0.2])
    for day in rain_days:
        cloud[day + SPIN_DAYS] = 0.95
    return np.asarray(cloud, np.float64)


def _rain(rng: np.random.Generator, count: int, rain_days: tuple[int, ...]) -> NDArray[np.float64]:
    rain = np.zeros(count)
    for day in rain_days:
        for _ in range(int(rng.integers(1, 4))):
            begins = (day + SPIN_DAYS) * DAY_MIN + int(rng.integers(0, DAY_MIN - 60))
            length = int(rng.integers(30, 300))
            fall = np.exp(rng.normal(0.7, 0.6) + _noise(rng, length, 10, 0.6))
            part = slice(begins, min(begins + length, count, (day + SPIN_DAYS + 1) * DAY_MIN))
            rain[part] = np.maximum(rain[part], fall[: part.stop - part.start])
    return rain


def _anomalies(
    rng: np.random.Generator, days: int, kept: float, sigma: float
) -> NDArray[np.float64]:
    values = rng.normal(0.0, sigma, days)
    for day in range(1, days):
        values[day] = kept * values[day - 1] + math.sqrt(1.0 - kept * kept) * values[day]
    return np.asarray(values, np.float64)


def _daily(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """From noon to noon without a step."""
    noons = np.arange(len(values)) * DAY_MIN + DAY_MIN / 2
    return np.interp(np.arange(count), noons, values)


def _noise(
    rng: np.random.Generator, count: int, step_min: int, sigma: float
) -> NDArray[np.float64]:
    marks = np.arange(0, count + step_min, step_min)
    return np.interp(np.arange(count), marks, rng.normal(0.0, sigma, len(marks)))
