"""The bureau's own aircraft: entered, changed and retired by people, each change with its author.

An aircraft that is retired stays in its row, so that its name is never two aircraft with one
version; sweeps carry what was true of it when they were planned.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.mission import Aircraft, FleetTaken, KeptAircraft, check_aircraft
from models.store import audit
from models.store.database import Database
from models.store.tables import aircraft as aircraft_table

__all__ = ["AircraftRepository"]


class AircraftRepository:
    """The aircraft of one store.

    Every method that writes takes the user name of its author, and raises InputRefused with code
    ``author_missing`` without one.

    Args:
        database: to work on.
        clock: for the times of changes and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def all(self) -> list[KeptAircraft]:
        """Those that were not retired, by name."""
        query = select(aircraft_table).where(aircraft_table.c.retired_at.is_(None))
        with self._database.read() as connection:
            found = [_kept(row) for row in connection.execute(query)]
        return sorted(found, key=lambda kept: kept.aircraft.name)

    def get(self, name: str) -> KeptAircraft:
        """One of them.

        Raises:
            NotFound: no aircraft of this name, or it was retired.
        """
        with self._database.read() as connection:
            return _there(connection, name)

    def put(self, aircraft: Aircraft, *, version: int | None, author: str) -> KeptAircraft:
        """Enter an aircraft, or write something else of it down.

        The same again changes nothing, and then nothing is audited.

        Args:
            aircraft: by its name.
            version: that is changed; None for one that is not there.
            author: user name.

        Raises:
            InputRefused: it cannot be, see :func:`models.mission.check_aircraft`.
            NotFound: a version is named of what is not there.
            Conflict: it is there, or has another version by now; code ``aircraft_changed``.
        """
        check_aircraft(aircraft)
        _check_author(author)
        with self._database.write() as connection:
            row = _row(connection, aircraft.name)
            known = None if row is None or row.retired_at is not None else row
            if version is not None:
                _check_version(_there(connection, aircraft.name), version)
            elif known is not None:
                raise _changed(_kept(known))
            if known is None or known.aircraft != aircraft:
                self._write(connection, aircraft, row, author)
                self._audited(connection, aircraft.name, author, new=known is None)
            return _there(connection, aircraft.name)

    def retire(self, name: str, *, version: int, author: str) -> None:
        """Take an aircraft out of use: nothing is planned for it any more.

        Raises:
            NotFound: no aircraft of this name, or it was retired before.
            Conflict: it has another version by now; code ``aircraft_changed``.
        """
        _check_author(author)
        with self._database.write() as connection:
            kept = _there(connection, name)
            _check_version(kept, version)
            now = self._clock.now()
            connection.execute(
                update(aircraft_table)
                .where(aircraft_table.c.name == name)
                .values(version=kept.version + 1, changed_at=now, changed_by=author, retired_at=now)
            )
            audit.append(
                connection,
                self._clock,
                actor=author,
                action="aircraft.retired",
                subject=name,
                details={"version": kept.version + 1},
            )

    def import_all(self, aircraft: Iterable[Aircraft], *, author: str) -> FleetTaken:
        """Enter or renew aircraft by name, all or none; others stay as they are.

        Raises:
            InputRefused: one cannot be, see :func:`models.mission.check_aircraft`, or two have one
                name; code ``aircraft_twice``.
        """
        wanted = list(aircraft)
        for one in wanted:
            check_aircraft(one)
        _check_author(author)
        if len({one.name for one in wanted}) < len(wanted):
            raise InputRefused(
                "Two aircraft of the list have one name.",
                remedy="Give each its own name: which of them is meant would be guessed.",
                code="aircraft_twice",
            )
        taken: list[str] = []
        changed: list[str] = []
        with self._database.write() as connection:
            for one in wanted:
                row = _row(connection, one.name)
                known = None if row is None or row.retired_at is not None else row
                if known is not None and known.aircraft == one:
                    continue
                self._write(connection, one, row, author)
                (taken if known is None else changed).append(one.name)
            if taken or changed:
                audit.append(
                    connection,
                    self._clock,
                    actor=author,
                    action="aircraft.imported",
                    subject=(taken or changed)[0],
                    details={"added": len(taken), "changed": len(changed)},
                )
        return FleetTaken(tuple(taken), tuple(changed))

    def _write(
        self, connection: Connection, aircraft: Aircraft, row: Row[Any] | None, author: str
    ) -> None:
        values = {
            "aircraft": aircraft,
            "version": 1 if row is None else row.version + 1,
            "changed_at": self._clock.now(),
            "changed_by": author,
            "retired_at": None,
        }
        if row is None:
            connection.execute(insert(aircraft_table).values(name=aircraft.name, **values))
        else:
            key = aircraft_table.c.name == aircraft.name
            connection.execute(update(aircraft_table).where(key).values(**values))

    def _audited(self, connection: Connection, name: str, author: str, *, new: bool) -> None:
        audit.append(
            connection,
            self._clock,
            actor=author,
            action="aircraft.added" if new else "aircraft.changed",
            subject=name,
            details={"version": _there(connection, name).version},
        )


def _row(connection: Connection, name: str) -> Row[Any] | None:
    query = select(aircraft_table).where(aircraft_table.c.name == name)
    return connection.execute(query).one_or_none()


def _there(connection: Connection, name: str) -> KeptAircraft:
    # A text with NUL is asked of no database: PostgreSQL refuses it.
    row = None if "\0" in name else _row(connection, name)
    if row is None or row.retired_at is not None:
        raise NotFound(f"There is no aircraft {name[:60]!r}.", code="no_such_aircraft")
    return _kept(row)


def _kept(row: Row[Any]) -> KeptAircraft:
    return KeptAircraft(row.aircraft, row.version, row.changed_at, row.changed_by)


def _check_author(author: str) -> None:
    if not author.strip():
        raise InputRefused("An aircraft needs somebody who enters it.", code="author_missing")


def _check_version(kept: KeptAircraft, version: int) -> None:
    if kept.version != version:
        raise _changed(kept)


def _changed(kept: KeptAircraft) -> Conflict:
    return Conflict(
        f"The aircraft {kept.aircraft.name} was changed last by {kept.changed_by}.",
        remedy="Look at what is written of it now, and change that.",
        code="aircraft_changed",
    )
