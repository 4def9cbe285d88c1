"""The weather and the danger of the day on the wire."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from api.moments import Moment
from api.weather.sheets import LeftOut
from models.patrol import DangerClass
from models.store.weather import WeatherAdded
from models.weather import (
    DangerNow,
    DangerSource,
    FireDay,
    Reading,
    Signal,
    WeatherEntry,
    signal_of,
)

__all__ = [
    "DangerAnswer",
    "FireDayAnswer",
    "ImportAnswer",
    "ReadingRequest",
    "StationAnswer",
    "WeatherAnswer",
    "WeatherEntryAnswer",
]

Number = Annotated[float, Field(allow_inf_nan=False)]


class ReadingRequest(RequestBody):
    """A reading; see :class:`models.weather.Reading`. Without a time it is of now."""

    station: Annotated[str, Field(max_length=80)] = ""
    at: Moment | None = None
    temperature_c: Number
    humidity_percent: Number
    wind_m_s: Number
    rain_24h_mm: Number

    def reading(self, now: datetime) -> Reading:
        """Of the domain."""
        return Reading(
            self.station.strip(),
            now if self.at is None else self.at,
            self.temperature_c,
            self.humidity_percent,
            self.wind_m_s,
            self.rain_24h_mm,
        )


class WeatherEntryAnswer(BaseModel):
    """An entry; see :class:`models.weather.WeatherEntry`."""

    entry_id: int
    station: str
    at: datetime
    temperature_c: float
    humidity_percent: float
    wind_m_s: float
    rain_24h_mm: float
    author: str
    entered_at: datetime
    origin: str
    withdrawn_by: str
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, entry: WeatherEntry) -> "WeatherEntryAnswer":
        """Flat."""
        reading = entry.reading
        return cls(
            entry_id=entry.entry_id,
            station=reading.station,
            at=reading.at,
            temperature_c=reading.temperature_c,
            humidity_percent=reading.humidity_percent,
            wind_m_s=reading.wind_m_s,
            rain_24h_mm=reading.rain_24h_mm,
            author=entry.author,
            entered_at=entry.entered_at,
            origin=entry.origin,
            withdrawn_by=entry.withdrawn_by,
            withdrawn_at=entry.withdrawn_at,
        )


class FireDayAnswer(BaseModel):
    """The index of a station and day; see :class:`models.weather.FireDay`.

    Attributes:
        days: since the start-up values, the first day counted as 1.
        missing: days since then without a reading near noon, over which the codes were carried.
    """

    station: str
    day: date
    at: datetime
    ffmc: float
    dmc: float
    dc: float
    isi: float
    bui: float
    fwi: float
    danger: DangerClass
    signal: Signal
    began_on: date
    days: int
    missing: tuple[date, ...]

    @classmethod
    def of(cls, one: FireDay) -> "FireDayAnswer":
        """Flat."""
        codes = one.codes
        return cls(
            station=one.station,
            day=one.day,
            at=one.reading.at,
            ffmc=codes.ffmc,
            dmc=codes.dmc,
            dc=codes.dc,
            isi=codes.isi,
            bui=codes.bui,
            fwi=codes.fwi,
            danger=one.danger,
            signal=signal_of(one.danger),
            began_on=one.began_on,
            days=one.days,
            missing=one.missing,
        )


class DangerAnswer(BaseModel):
    """The class of the day; nobody has entered one and no weather tells it where it is None.

    Attributes:
        signal: its colour; None with the class.
        source: whence it comes.
        stale: it was entered for another day and nothing newer is known.
        computed: what the weather says, also where a person's word goes before it.
    """

    danger: DangerClass | None = None
    signal: Signal | None = None
    source: DangerSource = DangerSource.UNKNOWN
    stale: bool = False
    author: str = ""
    at: datetime | None = None
    computed: FireDayAnswer | None = None

    @classmethod
    def of(cls, now: DangerNow) -> "DangerAnswer":
        """As it stands."""
        return cls(
            danger=now.danger,
            signal=None if now.danger is None else signal_of(now.danger),
            source=now.source,
            stale=now.stale,
            author=now.author,
            at=now.at,
            computed=None if now.computed is None else FireDayAnswer.of(now.computed),
        )


class StationAnswer(BaseModel):
    """A station with the index of its newest days, the newest first."""

    station: str
    days: tuple[FireDayAnswer, ...]


class WeatherAnswer(BaseModel):
    """The danger of the day, every station, and the newest entries."""

    danger: DangerAnswer
    stations: tuple[StationAnswer, ...]
    entries: tuple[WeatherEntryAnswer, ...]


class LeftOutAnswer(BaseModel):
    """A row that was left out.

    Attributes:
        row: of the sheet, counted from 1, headings included.
        column: heading.
        value: that stands there, cut to 40 letters.
        code: why.
    """

    row: int
    column: str
    value: str
    code: str

    @classmethod
    def of(cls, fault: LeftOut) -> "LeftOutAnswer":
        """The same."""
        return cls(row=fault.row, column=fault.column, value=fault.value, code=fault.code)


class ImportAnswer(BaseModel):
    """What became of a file.

    Attributes:
        added: readings that are new.
        corrected: of them, those that stand for another value of the same station and moment.
        known: readings that were there already, as they are.
        refused: rows that were left out.
        faults: why, the first hundred of them.
        danger: of the day, with the new weather.
    """

    added: int
    corrected: int
    known: int
    refused: int
    faults: tuple[LeftOutAnswer, ...]
    danger: DangerAnswer

    @classmethod
    def of(cls, added: WeatherAdded, faults: list[LeftOut], danger: DangerNow) -> "ImportAnswer":
        """Counted."""
        return cls(
            added=len(added.entries),
            corrected=added.corrected,
            known=added.known,
            refused=len({fault.row for fault in faults}),
            faults=tuple(LeftOutAnswer.of(fault) for fault in faults[:100]),
            danger=DangerAnswer.of(danger),
        )
