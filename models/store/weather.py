"""The weather, as it was entered and imported; nothing of it is ever deleted.

A correction is a newer entry of the same station and moment, or one that says of an entry that it
was taken back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.store import audit
from models.store.database import Database
from models.store.tables import weather_entry
from models.weather import Reading, WeatherEntry, check_reading

__all__ = ["WeatherAdded", "WeatherRepository"]

_LARGEST: Final = 2**63 - 1
_READING: Final = (
    "station",
    "at",
    "temperature_c",
    "humidity_percent",
    "wind_m_s",
    "rain_24h_mm",
)


@dataclass(frozen=True, slots=True)
class WeatherAdded:
    """What became of readings.

    Attributes:
        entries: that are new, in their order.
        corrected: how many of them stand for another value of the same station and moment.
        known: readings that were there already, as they are.
    """

    entries: tuple[WeatherEntry, ...]
    corrected: int
    known: int


class WeatherRepository:
    """The weather of one store.

    Args:
        database: to work on.
        clock: for the times of entries and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, readings: Iterable[Reading], *, author: str, origin: str = "") -> WeatherAdded:
        """Keep readings, all or none of them.

        Args:
            readings: in any order; of several of one station and moment the last one counts.
            author: user name.
            origin: name of the file that they were read from.

        Raises:
            InputRefused: one that cannot be, see :func:`models.weather.check_reading`; no author,
                code ``author_missing``.
        """
        if not author.strip():
            raise InputRefused("An entry needs its author.", code="author_missing")
        now = self._clock.now()
        wanted: dict[tuple[str, datetime], Reading] = {}
        for reading in readings:
            check_reading(reading, now)
            wanted[reading.station, reading.at] = reading
        if not wanted:
            return WeatherAdded((), 0, 0)
        table = weather_entry.c
        with self._database.write() as connection:
            moments = [at for _, at in wanted]
            there = _holding(connection, table.at >= min(moments), table.at <= max(moments))
            before = {(one.reading.station, one.reading.at): one.reading for one in there}
            new = [one for key, one in wanted.items() if before.get(key) != one]
            entries = tuple(self._insert(connection, one, author, origin, now) for one in new)
            if entries:
                audit.append(
                    connection,
                    self._clock,
                    actor=author,
                    action="weather.imported" if origin else "weather.entered",
                    subject=origin or str(entries[0].entry_id),
                    details={"entries": len(entries), "first": entries[0].entry_id},
                )
        corrected = sum((one.station, one.at) in before for one in new)
        return WeatherAdded(entries, corrected, len(wanted) - len(new))

    def withdraw(self, entry_id: int, *, author: str) -> WeatherEntry:
        """Take one back: it stays in the list and counts no more.

        Raises:
            NotFound: no such entry.
            Conflict: it was taken back already; code ``weather_withdrawn``.
            InputRefused: no author; code ``author_missing``.
        """
        if not author.strip():
            raise InputRefused("Somebody has to take it back.", code="author_missing")
        chosen = weather_entry.c.entry_id == min(max(entry_id, 0), _LARGEST)
        with self._database.write() as connection:
            if _one(connection, chosen, entry_id).withdrawn_at is not None:
                raise Conflict(
                    f"Weather entry {entry_id} was taken back already.",
                    remedy="Enter it again.",
                    code="weather_withdrawn",
                )
            connection.execute(
                update(weather_entry)
                .where(chosen)
                .values(withdrawn_by=author, withdrawn_at=self._clock.now())
            )
            audit.append(
                connection,
                self._clock,
                actor=author,
                action="weather.withdrawn",
                subject=str(entry_id),
            )
            return _one(connection, chosen, entry_id)

    def newest(self, limit: int) -> list[WeatherEntry]:
        """The entries of the newest moments, those that were taken back included."""
        table = weather_entry.c
        query = select(weather_entry).order_by(table.at.desc(), table.entry_id.desc())
        with self._database.read() as connection:
            return [_entry(row) for row in connection.execute(query.limit(min(limit, _LARGEST)))]

    def holding(self, since: datetime) -> list[WeatherEntry]:
        """What counts since a moment (UTC): one of each station and moment, by these."""
        with self._database.read() as connection:
            return _holding(connection, weather_entry.c.at >= since)

    def version(self) -> tuple[int, int]:
        """Changes with every entry and with every one that is taken back."""
        table = weather_entry.c
        query = select(func.max(table.entry_id), func.count(table.withdrawn_at))
        with self._database.read() as connection:
            newest, withdrawn = connection.execute(query).one()
        return newest or 0, withdrawn

    @staticmethod
    def _insert(
        connection: Connection, reading: Reading, author: str, origin: str, now: datetime
    ) -> WeatherEntry:
        values = {name: getattr(reading, name) for name in _READING}
        written = insert(weather_entry).values(
            **values, author=author, entered_at=now, origin=origin, withdrawn_by=""
        )
        return _entry(connection.execute(written.returning(weather_entry)).one())


def _one(connection: Connection, chosen: ColumnElement[bool], entry_id: int) -> WeatherEntry:
    row = connection.execute(select(weather_entry).where(chosen)).one_or_none()
    if row is None:
        raise NotFound(f"There is no weather entry {entry_id}.")
    return _entry(row)


def _holding(connection: Connection, *wanted: ColumnElement[bool]) -> list[WeatherEntry]:
    table = weather_entry.c
    query = (
        select(weather_entry)
        .where(table.withdrawn_at.is_(None), *wanted)
        .order_by(table.station, table.at, table.entry_id)
    )
    newest = {(row.station, row.at): _entry(row) for row in connection.execute(query)}
    return list(newest.values())


def _entry(row: Row[Any]) -> WeatherEntry:
    return WeatherEntry(
        entry_id=row.entry_id,
        reading=Reading(**{name: getattr(row, name) for name in _READING}),
        author=row.author,
        entered_at=row.entered_at,
        origin=row.origin,
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at,
    )
