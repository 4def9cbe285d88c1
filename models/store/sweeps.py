"""Sweeps with their missions: every version is added, none is changed, none is deleted.

What was flown must be told years later, so a sweep that is changed is a further version, and one
that is retired is off the lists and still there.
"""

import hashlib
import json
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects import sqlite

from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.events import EventKind
from models.mission import KeptSweep, Mission, SweepHead, SweepOrigin
from models.store import audit, events
from models.store.database import Database
from models.store.tables import sweep, sweep_version
from models.store.tables.flights import MISSIONS

__all__ = ["LONGEST_SWEEP_NAME", "SweepRepository"]

LONGEST_SWEEP_NAME: Final = 80
_LARGEST: Final = 2**31 - 1
_OF_HEAD: Final = tuple(sweep_version.c[name] for name in SweepHead.__slots__)


class SweepRepository:
    """The sweeps of one store.

    Every method that writes takes the user name of its author, and raises InputRefused with code
    ``author_missing`` without one.

    Args:
        database: to work on.
        clock: for the times of versions, events and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def save(
        self,
        name: str,
        request: str,
        missions: tuple[Mission, ...],
        plan: str,
        origin: SweepOrigin | str,
        *,
        author: str,
        sweep_id: int | None = None,
        version: int | None = None,
    ) -> KeptSweep:
        """Keep a sweep, or a further version of one.

        Args:
            name: one line of 1 to 80 letters.
            request: JSON of what was asked for; may be empty.
            missions: at least one; a flight each.
            plan: JSON of the plan or the check; may be empty. Of an object ``kind`` (a text) and
                ``figures`` (an object) are told in lists.
            origin: of the missions.
            author: user name.
            sweep_id: whose version this is; None for a new sweep.
            version: of it that was looked at; None for a new one.

        Raises:
            InputRefused: no such name (``sweep_name``), or no mission (``sweep_no_mission``).
            NotFound: no such sweep, or it was retired.
            Conflict: it has another version by now; code ``sweep_changed``.
        """
        _check(name, missions, author)
        kind, figures = _told_of(plan)
        with self._database.write() as connection:
            if sweep_id is None:
                new = insert(sweep).values(version=1).returning(sweep.c.sweep_id)
                number, following = int(connection.execute(new).scalar_one()), 1
            else:
                number = _check_version(connection, sweep_id, version)
                following = _newest(connection, number) + 1
                connection.execute(
                    update(sweep).where(sweep.c.sweep_id == number).values(version=following)
                )
            connection.execute(
                insert(sweep_version).values(
                    sweep_id=number,
                    version=following,
                    name=name,
                    origin=origin,
                    kind=kind,
                    figures=figures,
                    sorties=len(missions),
                    changed_at=self._clock.now(),
                    changed_by=author,
                    sha256=_sha256(missions),
                    request=request,
                    missions=missions,
                    plan=plan,
                )
            )
            action = "sweep.imported" if origin == SweepOrigin.IMPORTED else "sweep.saved"
            details: audit.Details = {"version": following, "missions": len(missions)}
            self._told(connection, author, action, number, details)
            return _one(connection, number, following)

    def get(self, sweep_id: int, version: int | None = None) -> KeptSweep:
        """A version of a sweep, also of one that was retired; None for the newest.

        Raises:
            NotFound: no such sweep, or it has no such version.
        """
        with self._database.read() as connection:
            newest = _newest(connection, sweep_id)
            return _one(connection, sweep_id, newest if version is None else version)

    def versions(self, sweep_id: int) -> list[SweepHead]:
        """Every version of a sweep, the newest first.

        Raises:
            NotFound: no such sweep.
        """
        with self._database.read() as connection:
            _newest(connection, sweep_id)
            rows = connection.execute(
                select(*_OF_HEAD)
                .where(sweep_version.c.sweep_id == sweep_id)
                .order_by(sweep_version.c.version.desc())
            )
            return [SweepHead(**row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name

    def page(self, *, before: int | None = None, limit: int = 50) -> list[SweepHead]:
        """The newest version of each sweep that was not retired, the newest sweep first.

        Args:
            before: only sweeps with a smaller number; None for all.
            limit: at most so many.
        """
        query = (
            select(*_OF_HEAD)
            .join(sweep, sweep.c.sweep_id == sweep_version.c.sweep_id)
            .where(sweep.c.version == sweep_version.c.version, sweep.c.retired_at.is_(None))
            .order_by(sweep.c.sweep_id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(sweep.c.sweep_id < min(before, _LARGEST))
        with self._database.read() as connection:
            return [
                SweepHead(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name
                for row in connection.execute(query)
            ]

    def retire(self, sweep_id: int, *, version: int, author: str) -> None:
        """Take a sweep off the lists; its versions stay.

        Raises:
            NotFound: no such sweep, or it was retired before.
            Conflict: it has another version by now; code ``sweep_changed``.
        """
        _check_author(author)
        with self._database.write() as connection:
            number = _check_version(connection, sweep_id, version)
            connection.execute(
                update(sweep).where(sweep.c.sweep_id == number).values(retired_at=self._clock.now())
            )
            self._told(connection, author, "sweep.retired", number, {"version": version})

    def _told(
        self,
        connection: Connection,
        author: str,
        action: str,
        sweep_id: int,
        details: audit.Details,
    ) -> None:
        audit.append(
            connection,
            self._clock,
            actor=author,
            action=action,
            subject=str(sweep_id),
            details=details,
        )
        events.append(connection, self._clock, EventKind.SWEEP_CHANGED, sweep_id)


def _check(name: str, missions: tuple[Mission, ...], author: str) -> None:
    _check_author(author)
    if not (name.strip() and len(name) <= LONGEST_SWEEP_NAME and name.isprintable()):
        raise InputRefused(
            f"{name[:LONGEST_SWEEP_NAME]!r} is no name of a sweep.",
            remedy=f"One line of 1 to {LONGEST_SWEEP_NAME} letters.",
            code="sweep_name",
        )
    if not missions:
        raise InputRefused(
            "A sweep without a flight is none.",
            remedy="Plan one that has a flight.",
            code="sweep_no_mission",
        )


def _check_author(author: str) -> None:
    if not author.strip():
        raise InputRefused("A sweep needs somebody who keeps it.", code="author_missing")


def _told_of(plan: str) -> tuple[str, str | None]:
    """Kind and figures of a plan."""
    told = json.loads(plan) if plan else None
    if not isinstance(told, dict):
        return "", None
    kind, figures = told.get("kind"), told.get("figures")
    return (
        kind if isinstance(kind, str) else "",
        json.dumps(figures, ensure_ascii=False) if isinstance(figures, dict) else None,
    )


def _sha256(missions: tuple[Mission, ...]) -> str:
    text = MISSIONS.process_bind_param(missions, sqlite.dialect())
    return hashlib.sha256(str(text).encode()).hexdigest()


def _check_version(connection: Connection, sweep_id: int, version: int | None) -> int:
    newest = _newest(connection, sweep_id)
    retired = select(sweep.c.retired_at).where(sweep.c.sweep_id == sweep_id)
    if connection.execute(retired).scalar_one() is not None:
        raise _missing(sweep_id)
    if version != newest:
        key = (sweep_version.c.sweep_id == sweep_id, sweep_version.c.version == newest)
        who = connection.execute(select(sweep_version.c.changed_by).where(*key)).scalar_one()
        raise Conflict(
            f"Sweep {sweep_id} was changed last by {who}.",
            remedy="Look at its newest version, and change that.",
            code="sweep_changed",
        )
    return sweep_id


def _newest(connection: Connection, sweep_id: int) -> int:
    if not 0 < sweep_id <= _LARGEST:
        raise _missing(sweep_id)
    query = select(sweep.c.version).where(sweep.c.sweep_id == sweep_id)
    found = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise _missing(sweep_id)
    return int(found)


def _one(connection: Connection, sweep_id: int, version: int) -> KeptSweep:
    number = max(0, min(version, _LARGEST))
    key = (sweep_version.c.sweep_id == sweep_id, sweep_version.c.version == number)
    row = connection.execute(select(sweep_version).where(*key)).one_or_none()
    if row is None:
        raise NotFound(f"Sweep {sweep_id} has no version {version}.", code="no_such_sweep")
    return _kept(row)


def _kept(row: Row[Any]) -> KeptSweep:
    head = SweepHead(**{name: getattr(row, name) for name in SweepHead.__slots__})
    return KeptSweep(head, row.request, row.missions, row.plan)


def _missing(sweep_id: int) -> NotFound:
    return NotFound(f"There is no sweep {sweep_id}.", code="no_such_sweep")
