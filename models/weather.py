"""The weather that a station or the district reports, and the fire danger that follows from it.

Readings feed the Canadian fire weather index (:mod:`geo.fire_weather`); the class of the day is
what a person entered, or what the index says, and always tells which of the two.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from models.errors import InputRefused
from models.patrol import UNKNOWN_DANGER, DangerClass

__all__ = [
    "LIMITS",
    "DangerNow",
    "DangerSource",
    "FireCodes",
    "FireDay",
    "Reading",
    "Signal",
    "WeatherEntry",
    "check_reading",
    "signal_of",
]

COLDEST_C: Final = -60.0
HOTTEST_C: Final = 60.0
STRONGEST_M_S: Final = 60.0
WETTEST_MM: Final = 2000.0
LIMITS: Final = {
    "temperature_c": (COLDEST_C, HOTTEST_C),
    "humidity_percent": (0.0, 100.0),
    "wind_m_s": (0.0, STRONGEST_M_S),
    "rain_24h_mm": (0.0, WETTEST_MM),
}
"""Least and most of each number of a reading."""

LONGEST_NAME: Final = 80
OLDEST: Final = timedelta(days=3 * 366)
FROM_THE_FUTURE: Final = timedelta(minutes=5)
"""By how much the clock of a station may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured at one moment.

    Attributes:
        station: its name; empty for the district as a whole.
        at: UTC.
        temperature_c: of the air, [-60, 60].
        humidity_percent: relative, [0, 100].
        wind_m_s: at 10 m, mean of ten minutes, [0, 60].
        rain_24h_mm: of the 24 hours before, [0, 2000].
    """

    station: str
    at: datetime
    temperature_c: float
    humidity_percent: float
    wind_m_s: float
    rain_24h_mm: float


@dataclass(frozen=True, slots=True)
class WeatherEntry:
    """A reading as the store knows it. The newest entry of a station and a moment counts.

    Attributes:
        entry_id: number, rising.
        reading: what it says.
        author: user name.
        entered_at: UTC.
        origin: name of the file that it was read from; empty for one entered by hand.
        withdrawn_by: user name of who took it back; empty while it holds.
        withdrawn_at: UTC; None while it holds.
    """

    entry_id: int
    reading: Reading
    author: str
    entered_at: datetime
    origin: str = ""
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FireCodes:
    """The six numbers of the Canadian fire weather index, without units; all at least 0.

    Attributes:
        ffmc: fine fuel moisture code, at most 101.
        dmc: duff moisture code.
        dc: drought code.
        isi: initial spread index.
        bui: build-up index.
        fwi: fire weather index.
    """

    ffmc: float
    dmc: float
    dc: float
    isi: float
    bui: float
    fwi: float


@dataclass(frozen=True, slots=True)
class FireDay:
    """The index of one station and day.

    Attributes:
        station: as in :class:`Reading`.
        day: by the site's clock.
        reading: that it was reckoned from, the one nearest to noon.
        codes: of the day.
        began_on: day of the start-up values that it rests on.
        missing: days since then without a reading near noon: the codes were carried over them as
            they were.
        danger: class that the settings give to its index.
    """

    station: str
    day: date
    reading: Reading
    codes: FireCodes
    began_on: date
    missing: tuple[date, ...]
    danger: DangerClass

    @property
    def days(self) -> int:
        """Since the start-up values, the first day counted as 1."""
        return (self.day - self.began_on).days + 1


class Signal(StrEnum):
    """The warning signal of a danger class: four colours, and none for the lowest class."""

    NONE = "none"
    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


def signal_of(danger: DangerClass) -> Signal:
    """The colour of a class: 2 blue, 3 yellow, 4 orange, 5 red."""
    return list(Signal)[danger - DangerClass.LOW]


class DangerSource(StrEnum):
    """Whence the class of the day comes."""

    ENTERED = "entered"  # a person
    COMPUTED = "computed"  # the weather
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DangerNow:
    """The class of the day.

    Attributes:
        source: whence it comes.
        danger: class; None where nobody has entered one and no weather tells it.
        stale: it was entered for another day, and the weather tells nothing newer.
        author: who entered it; empty otherwise.
        at: UTC, when it was entered, or of the reading; None when unknown.
        computed: what the weather says, also where a person's word goes before it; None without.
    """

    source: DangerSource = DangerSource.UNKNOWN
    danger: DangerClass | None = None
    stale: bool = False
    author: str = ""
    at: datetime | None = None
    computed: FireDay | None = None

    @property
    def reckoned(self) -> DangerClass:
        """The class to reckon with: danger that is not known, or not of today, is not low."""
        if self.danger is None:
            return UNKNOWN_DANGER
        return max(self.danger, UNKNOWN_DANGER) if self.stale else self.danger


def check_reading(reading: Reading, now: datetime) -> None:
    """Refuse weather that cannot be.

    Args:
        reading: as somebody gave it.
        now: UTC.

    Raises:
        InputRefused: with one of the codes ``weather_station``, ``weather_time`` or
            ``weather_value``.
    """
    name = reading.station
    if len(name) > LONGEST_NAME or name != name.strip() or not name.isprintable():
        raise InputRefused(
            f"A station has a name of at most {LONGEST_NAME} letters; the district has none.",
            code="weather_station",
        )
    if not now - OLDEST <= reading.at <= now + FROM_THE_FUTURE:
        raise InputRefused(
            f"The reading is of {reading.at.isoformat()}, which is to come or years past.",
            remedy="Give the time of the reading, of the last three years.",
            code="weather_time",
        )
    for what, (least, most) in LIMITS.items():
        value = getattr(reading, what)
        if not least <= value <= most:
            raise InputRefused(
                f"A {what} of {value:g} cannot be: it lies in {least:g} to {most:g}.",
                remedy="Celsius, percent, metres a second, millimetres of the 24 hours before.",
                code="weather_value",
            )
