"""The Canadian fire weather index (Van Wagner 1987) of a station, day by day.

Each day rests on the day before, so a chain has a beginning and may have holes; both are told with
every day. A chain begins with start-up values (the spring values of the Canadian service, in the
settings). Over a short hole the codes are carried as they were, which is told; after a longer one
it begins anew. The fine code forgets its start within days, the duff code within about two weeks,
the drought code only within about two months.

The equations are those of ``cffdrs-fire``. Where its version 0.3.0 leaves the publication, it is
led back: rain of up to 0.5 mm, which the crowns catch, does not reach the litter; frost dries
neither duff nor ground; and rain takes no code below nothing before the day's drying is added.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from cffdrs import cffwis

from models.config import WeatherRule
from models.patrol import DangerClass
from models.weather import FireCodes, FireDay, Reading

__all__ = ["danger_of", "fire_days"]

CAUGHT_MM: Final = 0.5
"""Rain of a day up to which the crowns catch all of it."""

DUFF_DRIES_C: Final = -1.1
DROUGHT_DRIES_C: Final = -2.8
"""The temperatures at and below which nothing dries in the duff and in the ground."""

PARCHED: Final = 1000.0
"""A code so high that a day without rain shows its drying alone."""

KM_H: Final = 3.6
_DAY: Final = timedelta(days=1)


def fire_days(
    readings: Iterable[Reading], rule: WeatherRule, zone: ZoneInfo
) -> dict[str, list[FireDay]]:
    """The index of every day with a reading near noon, by station.

    Args:
        readings: of any stations, in any order, at most one of a station and moment.
        rule: of the settings.
        zone: of the site's clock.

    Returns:
        By station, each by day; a station whose readings all lie far from noon is left out.
    """
    days: dict[str, dict[date, Reading]] = {}
    for reading in readings:
        local = reading.at.astimezone(zone)
        off_h = _off_noon_h(local, rule)
        if off_h > rule.within_hours:
            continue
        own = days.setdefault(reading.station, {})
        before = own.get(local.date())
        if before is None or off_h < _off_noon_h(before.at.astimezone(zone), rule):
            own[local.date()] = reading
    return {station: _chain(station, own, rule) for station, own in days.items()}


def danger_of(fwi: float, classes: Sequence[float]) -> DangerClass:
    """The class of an index; a bound belongs to the class above it."""
    return DangerClass(1 + sum(fwi >= bound for bound in classes))


def _off_noon_h(local: datetime, rule: WeatherRule) -> float:
    hour = local.hour + local.minute / 60.0 + local.second / 3600.0
    return abs(hour - rule.noon_hour)


def _chain(station: str, own: Mapping[date, Reading], rule: WeatherRule) -> list[FireDay]:
    found: list[FireDay] = []
    order = sorted(own)
    start = (rule.start_ffmc, rule.start_dmc, rule.start_dc)
    missing: tuple[date, ...] = ()
    began = order[0]
    before = start
    for earlier, day in [(None, order[0]), *pairwise(order)]:
        if earlier is not None:
            gap = tuple(earlier + n * _DAY for n in range(1, (day - earlier).days))
            if len(gap) > rule.longest_gap_days:
                before, began, missing = start, day, ()
            else:
                missing += gap
        codes = _codes(before, own[day], day.month, rule.latitude_deg)
        before = codes.ffmc, codes.dmc, codes.dc
        danger = danger_of(codes.fwi, rule.classes)
        found.append(FireDay(station, day, own[day], codes, began, missing, danger))
    return found


def _codes(
    before: tuple[float, float, float], reading: Reading, month: int, latitude_deg: float
) -> FireCodes:
    ffmc_before, dmc_before, dc_before = before
    temperature, humidity = float(reading.temperature_c), float(reading.humidity_percent)
    wind_km_h, rain_mm = float(reading.wind_m_s) * KM_H, float(reading.rain_24h_mm)
    reaching_mm = rain_mm if rain_mm > CAUGHT_MM else 0.0
    ffmc = cffwis.dailyFFMC(ffmc_before, temperature, humidity, wind_km_h, reaching_mm)

    def duff(before: float, rain_mm: float) -> float:
        warm = max(temperature, DUFF_DRIES_C)
        return float(
            cffwis.dailyDMC(
                before, warm, humidity, rain_mm, month, lat=latitude_deg, lat_adjust=True
            )
        )

    def drought(before: float, rain_mm: float) -> float:
        warm = max(temperature, DROUGHT_DRIES_C)
        return float(
            cffwis.dailyDC(before, warm, rain_mm, month, lat=latitude_deg, lat_adjust=True)
        )

    dmc = _wetted_and_dried(duff, dmc_before, rain_mm)
    dc = _wetted_and_dried(drought, dc_before, rain_mm)
    isi = cffwis.dailyISI(wind_km_h, ffmc)
    bui = cffwis.dailyBUI(dmc, dc)
    fwi = cffwis.dailyFWI(isi, bui)
    return FireCodes(*(float(value) for value in (ffmc, dmc, dc, isi, bui, fwi)))


def _wetted_and_dried(
    code: Callable[[float, float], float], before: float, rain_mm: float
) -> float:
    """A code after the day's rain and then its drying, neither of which takes it below nothing."""
    drying = code(PARCHED, 0.0) - PARCHED
    wetted = max(0.0, code(before, rain_mm) - drying)
    return wetted + max(0.0, drying)
