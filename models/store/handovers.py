"""Pages of handovers 交接班: signed by who gives, then by who takes; nothing else ever changes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound, NotPermitted
from models.events import EventKind
from models.handover import Handover, HandoverItem, check_remark
from models.store import audit, events
from models.store.database import Database
from models.store.tables import handover

__all__ = ["HandoverRepository"]

_LARGEST: Final = 2**63 - 1


class HandoverRepository:
    """The pages of one store.

    Args:
        database: to work on.
        clock: for the times of signatures and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def give(
        self,
        from_at: datetime,
        until_at: datetime,
        items: Iterable[HandoverItem],
        remark: str,
        *,
        author: str,
    ) -> Handover:
        """Sign a page as who ends their shift; from now on it is frozen.

        Args:
            from_at: UTC, when that shift began.
            until_at: UTC, of what the page tells; not before ``from_at``.
            items: what it tells, in its order.
            remark: may be empty.
            author: user name.

        Raises:
            InputRefused: no author (``author_missing``), a remark that cannot be stored, or a
                shift that ends before it began (``handover_span``).
            Conflict: somebody has handed over in between; code ``handover_given``.
        """
        _check_author(author)
        check_remark(remark)
        if until_at < from_at:
            raise InputRefused(
                "A shift ends after it begins.", remedy="Draft the page anew.", code="handover_span"
            )
        kept = tuple(items)
        with self._database.write() as connection:
            last = _newest(connection)
            # One that ends later was signed before the clock was set back: it bars nobody.
            if last is not None and from_at < last.until_at <= until_at:
                raise Conflict(
                    f"{last.given_by} has handed over meanwhile.",
                    remedy="Look at that page; draft a new one if one is needed.",
                    code="handover_given",
                )
            written = insert(handover).values(
                from_at=from_at,
                until_at=until_at,
                items=kept,
                remark=remark,
                given_by=author,
                given_at=self._clock.now(),
                taken_by="",
                taken_remark="",
            )
            number: int = connection.execute(written.returning(handover.c.handover_id)).scalar_one()
            self._told(connection, author, "handover.given", number, {"items": len(kept)})
            return _one(connection, number)

    def take(self, handover_id: int, *, author: str, remark: str, session_of: str = "") -> Handover:
        """Sign a page as who begins their shift.

        Args:
            handover_id: of it.
            author: user name.
            remark: may be empty.
            session_of: user name of whose session it was done in, where not in the author's own.

        Raises:
            InputRefused: no author (``author_missing``), or a remark that cannot be stored.
            NotFound: no such page.
            Conflict: it was taken already; code ``handover_taken``.
            NotPermitted: by who gave it; code ``handover_same_person``.
        """
        _check_author(author)
        check_remark(remark)
        with self._database.write() as connection:
            page = _one(connection, handover_id)
            if page.taken_at is not None:
                raise Conflict(
                    f"{page.taken_by} has taken over already.",
                    remedy="Look at the page.",
                    code="handover_taken",
                )
            if page.given_by == author:
                raise NotPermitted(
                    "Nobody takes over from themselves.",
                    remedy="Let whoever begins the next shift sign.",
                    code="handover_same_person",
                )
            connection.execute(
                update(handover)
                .where(handover.c.handover_id == page.handover_id)
                .values(taken_by=author, taken_at=self._clock.now(), taken_remark=remark)
            )
            details: audit.Details = {"giver": page.given_by}
            if session_of:
                details["session"] = session_of
            self._told(connection, author, "handover.taken", page.handover_id, details)
            return _one(connection, page.handover_id)

    def get(self, handover_id: int) -> Handover:
        """One page.

        Raises:
            NotFound: no such page.
        """
        with self._database.read() as connection:
            return _one(connection, handover_id)

    def page(self, *, before: int | None = None, limit: int = 50) -> list[Handover]:
        """Pages, newest first.

        Args:
            before: only those with a smaller number; None for all.
            limit: at most so many.
        """
        query = select(handover).order_by(handover.c.handover_id.desc()).limit(limit)
        if before is not None:
            query = query.where(handover.c.handover_id < before)
        with self._database.read() as connection:
            return [_page(row) for row in connection.execute(query)]

    def last(self) -> Handover | None:
        """The newest page, whether it was taken or not; None before the first."""
        with self._database.read() as connection:
            return _newest(connection)

    def untaken(self) -> int:
        """How many pages wait for their second signature."""
        query = select(func.count()).select_from(handover).where(handover.c.taken_at.is_(None))
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def _told(
        self,
        connection: Connection,
        author: str,
        action: str,
        handover_id: int,
        details: audit.Details,
    ) -> None:
        audit.append(
            connection,
            self._clock,
            actor=author,
            action=action,
            subject=str(handover_id),
            details=details,
        )
        events.append(connection, self._clock, EventKind.HANDOVER_CHANGED, handover_id)


def _check_author(author: str) -> None:
    if not author.strip():
        raise InputRefused("A signature needs somebody who gives it.", code="author_missing")


def _newest(connection: Connection) -> Handover | None:
    query = select(handover).order_by(handover.c.handover_id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else _page(row)


def _one(connection: Connection, handover_id: int) -> Handover:
    number = max(0, min(handover_id, _LARGEST))
    row = connection.execute(select(handover).where(handover.c.handover_id == number)).one_or_none()
    if row is None:
        raise NotFound(f"There is no handover {handover_id}.")
    return _page(row)


def _page(row: Row[Any]) -> Handover:
    return Handover(**dict(row._mapping))  # noqa: SLF001  # SQLAlchemy's public name
