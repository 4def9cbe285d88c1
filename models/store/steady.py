"""The scale of seconds that no set clock moves, carried over restarts by one row.

See :mod:`models.steady` for what it is. Processes of one machine read the same scale from one row;
machines that share a store agree as well as their clocks of the wall did when they started.
"""

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from models.audit import SYSTEM
from models.clock import Clock
from models.errors import Conflict, StorageFull
from models.steady import Anchor, ClockShift, tick_s
from models.store import audit
from models.store.database import Database
from models.store.tables import clock_shift, steady_anchor

__all__ = ["LEAST_SHIFT_S", "SteadyRepository"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LEAST_SHIFT_S: Final = 2.0
"""By less the wall's clock is not said to have been set; what it drifts adds up until it is."""


class SteadyRepository:
    """The scale of one store, and when the server's clock was set.

    Args:
        database: to work on.
        clock: to read.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        # What this process counts from; once there it is never another one, so that a reading
        # needs no lock and may be taken inside a transaction.
        self._anchor: Anchor | None = None
        self._told_ahead = timedelta()  # of the wall before the monotonic clock, as last told

    def tick_s(self) -> float:
        """Now, in seconds on the scale that never jumps; of the order of seconds since 1970.

        The first reading of a process looks into the store, and is not for inside a transaction;
        the others look into memory.
        """
        anchor = self._anchor
        return tick_s(self._clock, self._begun() if anchor is None else anchor)

    def keep(self) -> None:
        """Renew the row that carries the scale over a restart; once a minute is enough.

        A clock that was set is told of first, as :meth:`look` does.
        """
        self.look()
        with self._database.write() as connection:
            # As last told: what the wall has drifted since then is not forgotten.
            self._write(connection, self._told_ahead)

    def look(self) -> float:
        """Look whether the wall's clock was set since the last look, and write it down.

        A machine that slept looks like one whose clock was set forward. Of several processes of a
        machine one writes it down.

        Returns:
            Seconds by which it was set, above 0 forward; 0.0 below two.
        """
        self.tick_s()
        with self._lock:
            ahead = _ahead(self._clock.now(), self._clock.monotonic_s())
            shift_s = (ahead - self._told_ahead).total_seconds()
            if abs(shift_s) < LEAST_SHIFT_S:
                return 0.0
            with self._database.write() as connection:
                self._tell(connection, ahead)
                self._write(connection, ahead)
            self._told_ahead = ahead
            return shift_s

    def shifts(self, from_at: datetime, until_at: datetime) -> list[ClockShift]:
        """When the clock was set, in the order in which it was.

        Args:
            from_at: UTC, by the clock as it was set.
            until_at: UTC, not included.
        """
        table = clock_shift.c
        query = select(clock_shift).where(table.at >= from_at, table.at < until_at)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(table.shift_id))
            return [ClockShift(row.at, row.tick_s, row.shift_s) for row in rows]

    def _begun(self) -> Anchor:
        """What this process counts from; read, or written where there is none of this boot.

        Who only reads is not refused because a disk is full or somebody holds the database: then
        it is kept in memory, and :meth:`keep` writes it.
        """
        with self._lock:
            anchor = self._anchor
            if anchor is None:
                with self._database.read() as connection:
                    found = _row(connection)
                anchor = self._of_this_boot(found)
                if anchor is not found:
                    with suppress(StorageFull, Conflict):
                        anchor = self._first()
                self._told_ahead = _ahead(anchor.wall_at, anchor.monotonic_s)
                self._anchor = anchor
            return anchor

    def _first(self) -> Anchor:
        """Write it down, unless another process has done so meanwhile."""
        with self._database.write() as connection:
            found = _row(connection)
            anchor = self._of_this_boot(found)
            if anchor is not found:
                _renew(connection, anchor)
            return anchor

    def _of_this_boot(self, found: Anchor | None) -> Anchor:
        """What was found when it is of this boot; else a new one that follows it."""
        if found is not None and found.scale == self._clock.scale:
            return found
        wall_at, monotonic_s = self._clock.now(), self._clock.monotonic_s()
        return Anchor(self._clock.scale, monotonic_s, tick_s(self._clock, found), wall_at)

    def _tell(self, connection: Connection, ahead: timedelta) -> None:
        """Write down by how much the clock was set, unless another process of this machine has."""
        found = _row(connection)
        if found is not None and found.scale == self._clock.scale:
            told = _ahead(found.wall_at, found.monotonic_s)
        else:
            told = self._told_ahead  # another machine keeps the row: it tells of its own wall
        shift_s = (ahead - told).total_seconds()
        if abs(shift_s) < LEAST_SHIFT_S:
            return
        written = insert(clock_shift).values(
            at=self._clock.now(), tick_s=self.tick_s(), shift_s=shift_s
        )
        query = written.returning(clock_shift.c.shift_id)
        audit.append(
            connection,
            self._clock,
            actor=SYSTEM,
            action="clock.shifted",
            subject=str(connection.execute(query).scalar_one()),
            details={"seconds": f"{shift_s:.3f}"},
        )

    def _write(self, connection: Connection, ahead: timedelta) -> None:
        monotonic_s = self._clock.monotonic_s()
        wall_at = _EPOCH + ahead + timedelta(seconds=monotonic_s)
        _renew(connection, Anchor(self._clock.scale, monotonic_s, self.tick_s(), wall_at))


def _ahead(wall_at: datetime, monotonic_s: float) -> timedelta:
    return wall_at - _EPOCH - timedelta(seconds=monotonic_s)


def _row(connection: Connection) -> Anchor | None:
    row = connection.execute(select(steady_anchor)).one_or_none()
    return None if row is None else Anchor(row.scale, row.monotonic_s, row.tick_s, row.wall_at)


def _renew(connection: Connection, anchor: Anchor) -> None:
    connection.execute(delete(steady_anchor))
    connection.execute(
        insert(steady_anchor).values(
            singleton=1,
            scale=anchor.scale,
            monotonic_s=anchor.monotonic_s,
            tick_s=anchor.tick_s,
            wall_at=anchor.wall_at,
        )
    )
