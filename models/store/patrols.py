"""Who steers a camera, what its tour has visited, when nobody watched, and the day's danger."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select, update

from models.clock import Clock
from models.errors import Conflict, InputRefused
from models.patrol import DangerClass
from models.store import audit
from models.store.database import Database
from models.store.tables import camera_lease, danger_entry, visit, watch_gap
from models.watching import DangerEntry, GapCause, LastLook, Lease, Visit, WatchGap

__all__ = ["LONGEST_LEASE", "PatrolRepository"]

LONGEST_LEASE: Final = timedelta(hours=1)


class PatrolRepository:
    """The patrols of one store.

    Args:
        database: to work on.
        clock: for the times of leases and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def take(self, camera_id: str, holder: str, lasts: timedelta) -> Lease:
        """Steer a camera from now on, or go on doing so.

        Args:
            camera_id: of the camera.
            holder: user name.
            lasts: from now, above 0 and at most :data:`LONGEST_LEASE`.

        Raises:
            InputRefused: no holder, or a time that is none; code ``lease_time``.
            Conflict: somebody else steers it; code ``lease_held``, and the message names who.
        """
        if not holder.strip() or not timedelta(0) < lasts <= LONGEST_LEASE:
            raise InputRefused(
                f"A camera is steered by somebody, for at most {LONGEST_LEASE}.",
                remedy="Give a shorter time; it can be renewed.",
                code="lease_time",
            )
        with self._database.write() as connection:
            now = self._clock.now()
            before = _lease(connection, camera_id, now)
            if before is not None and before.holder != holder:
                raise Conflict(
                    f"{before.holder} steers camera {camera_id} until {before.until_at:%H:%M} UTC.",
                    remedy="Wait until then, or ask for it to be given back.",
                    code="lease_held",
                )
            taken_at = now if before is None else before.taken_at
            connection.execute(delete(camera_lease).where(camera_lease.c.camera_id == camera_id))
            lease = Lease(camera_id, holder, taken_at, now + lasts)
            connection.execute(insert(camera_lease).values(**_of(lease)))
            if before is None:
                self._audit(connection, holder, "camera.steered", camera_id)
            return lease

    def give_back(self, camera_id: str, *, actor: str) -> bool:
        """End a lease; whether there was one. Whose it may be is for the caller to judge."""
        with self._database.write() as connection:
            before = _lease(connection, camera_id, self._clock.now())
            connection.execute(delete(camera_lease).where(camera_lease.c.camera_id == camera_id))
            if before is not None:
                self._audit(connection, actor, "camera.released", camera_id, before.holder)
            return before is not None

    def leases(self) -> dict[str, Lease]:
        """Leases that run now, by camera."""
        query = select(camera_lease).where(camera_lease.c.until_at > self._clock.now())
        with self._database.read() as connection:
            return {row.camera_id: _to_lease(row) for row in connection.execute(query)}

    def begin_gap(self, camera_id: str, cause: GapCause, at: datetime, who: str = "") -> None:
        """Nobody watches from now on; one that lasts already is left as it is."""
        with self._database.write() as connection:
            if not _gaps(connection, *_lasting(camera_id, cause)):
                connection.execute(
                    insert(watch_gap).values(camera_id=camera_id, cause=cause, who=who, from_at=at)
                )

    def end_gap(self, camera_id: str, cause: GapCause, at: datetime) -> bool:
        """It is watched again; whether a gap lasted. It never ends before it began."""
        with self._database.write() as connection:
            lasting = _gaps(connection, *_lasting(camera_id, cause))
            for gap in lasting:
                connection.execute(
                    update(watch_gap)
                    .where(watch_gap.c.gap_id == gap.gap_id)
                    .values(until_at=max(at, gap.from_at))
                )
            return bool(lasting)

    def gaps(self, from_at: datetime, until_at: datetime) -> list[WatchGap]:
        """Gaps that share time with a span, by their beginning."""
        ended_later = or_(watch_gap.c.until_at.is_(None), watch_gap.c.until_at > from_at)
        with self._database.read() as connection:
            return _gaps(connection, watch_gap.c.from_at < until_at, ended_later)

    def add_visits(self, visits: Iterable[Visit]) -> None:
        """Keep visits, all in one transaction."""
        rows = [{name: getattr(one, name) for name in _VISIT} for one in visits]
        if rows:
            with self._database.write() as connection:
                connection.execute(insert(visit), rows)

    def visits(
        self, from_at: datetime, until_at: datetime, camera_id: str | None = None
    ) -> list[Visit]:
        """Visits that share time with a span, by their beginning; of all cameras, or of one."""
        query = select(visit).where(visit.c.from_at < until_at, visit.c.until_at >= from_at)
        if camera_id is not None:
            query = query.where(visit.c.camera_id == camera_id)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(visit.c.from_at, visit.c.visit_id))
            return [Visit(**{name: getattr(row, name) for name in _VISIT}) for row in rows]

    def last_looks(
        self, from_at: datetime, until_at: datetime, cameras: Iterable[str] | None = None
    ) -> list[LastLook]:
        """Of every view, when pictures that showed the land last held it in a span.

        Args:
            from_at: UTC; visits that began before it do not count.
            until_at: UTC; what was held longer is told as until then.
            cameras: of these cameras; of all when left out.
        """
        table = visit.c
        keys = (table.camera_id, table.preset, table.pose, table.trust)
        newest = func.max(table.seen_until_at, type_=table.seen_until_at.type)
        query = (
            select(*keys, newest.label("at"), func.count().label("visits"))
            .where(
                table.from_at >= from_at,
                table.from_at <= until_at,
                table.seen_from_at <= until_at,
                table.pose.is_not(None),
            )
            .group_by(*keys)
        )
        if cameras is not None:
            query = query.where(table.camera_id.in_(list(cameras)))
        with self._database.read() as connection:
            return [
                LastLook(
                    row.camera_id,
                    row.preset,
                    row.pose,
                    row.trust,
                    min(row.at, until_at),
                    row.visits,
                )
                for row in connection.execute(query)
            ]

    def clear_visits(self, before: datetime) -> int:
        """Forget visits that ended before a moment; how many there were."""
        with self._database.write() as connection:
            return connection.execute(delete(visit).where(visit.c.until_at < before)).rowcount

    def enter_danger(self, danger: DangerClass, *, author: str) -> DangerEntry:
        """Say the danger class of the day.

        Raises:
            InputRefused: no author; code ``author_missing``.
        """
        if not author.strip():
            raise InputRefused("An entry needs its author.", code="author_missing")
        with self._database.write() as connection:
            entry = DangerEntry(danger, author, self._clock.now())
            connection.execute(
                insert(danger_entry).values(danger=danger, author=author, at=entry.at)
            )
            self._audit(connection, author, "danger.entered", str(int(danger)))
            return entry

    def danger(self) -> DangerEntry | None:
        """The newest entry; None where nobody has made one."""
        query = select(danger_entry).order_by(danger_entry.c.entry_id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else DangerEntry(row.danger, row.author, row.at)

    def dangers(self, from_at: datetime, until_at: datetime) -> list[DangerEntry]:
        """Entries that held at some moment of a span, in their order."""
        query = select(danger_entry).where(danger_entry.c.at < until_at)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(danger_entry.c.entry_id))
            found = [DangerEntry(row.danger, row.author, row.at) for row in rows]
        ended = sum(entry.at <= from_at for entry in found) - 1
        return found[max(0, ended) :]

    def _audit(
        self, connection: Connection, actor: str, action: str, subject: str, holder: str = ""
    ) -> None:
        details: audit.Details = {"holder": holder} if holder else {}
        audit.append(
            connection, self._clock, actor=actor, action=action, subject=subject, details=details
        )


_VISIT: Final = (
    "camera_id",
    "preset",
    "from_at",
    "until_at",
    "trust",
    "pose",
    "frames",
    "seen_from_at",
    "seen_until_at",
)


def _of(lease: Lease) -> dict[str, object]:
    return {name: getattr(lease, name) for name in ("camera_id", "holder", "taken_at", "until_at")}


def _lease(connection: Connection, camera_id: str, now: datetime) -> Lease | None:
    query = select(camera_lease).where(
        camera_lease.c.camera_id == camera_id, camera_lease.c.until_at > now
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _to_lease(row)


def _to_lease(row: Row[Any]) -> Lease:
    return Lease(row.camera_id, row.holder, row.taken_at, row.until_at)


def _lasting(camera_id: str, cause: GapCause) -> tuple[ColumnElement[bool], ...]:
    table = watch_gap.c
    return table.camera_id == camera_id, table.cause == cause, table.until_at.is_(None)


def _gaps(connection: Connection, *wanted: ColumnElement[bool]) -> list[WatchGap]:
    query = select(watch_gap).where(*wanted).order_by(watch_gap.c.from_at, watch_gap.c.gap_id)
    names = ("gap_id", "camera_id", "cause", "who", "from_at", "until_at")
    return [
        WatchGap(**{name: getattr(row, name) for name in names})
        for row in connection.execute(query)
    ]
