"""The outbox: what happened, in the order in which it became true."""

from sqlalchemy import Connection, func, insert, select

from models.clock import Clock
from models.errors import InputRefused
from models.events import Event, EventKind
from models.store.database import Database
from models.store.tables import event

__all__ = ["EventRepository", "append"]

_LARGEST = 2**63 - 1


def append(connection: Connection, clock: Clock, kind: EventKind, subject_id: int) -> None:
    """Write an event in the transaction of the change that it tells of."""
    connection.execute(insert(event).values(kind=kind, subject_id=subject_id, at=clock.now()))


class EventRepository:
    """Reads the outbox.

    Args:
        database: to read from.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def after(self, sequence: int, limit: int = 500) -> list[Event]:
        """Events with a higher sequence, oldest first; any whole number may be asked for.

        Raises:
            InputRefused: a limit below 1.
        """
        if limit < 1:
            raise InputRefused(f"A limit of {limit} events is none.", remedy="Ask for 1 or more.")
        known = max(-1, min(sequence, _LARGEST))
        query = select(event).where(event.c.sequence > known).order_by(event.c.sequence)
        with self._database.read() as connection:
            return [
                Event(row.sequence, row.kind, row.subject_id, row.at)
                for row in connection.execute(query.limit(limit))
            ]

    def latest(self) -> int:
        """Sequence of the newest event, 0 when nothing has happened yet."""
        with self._database.read() as connection:
            newest = connection.execute(select(func.max(event.c.sequence))).scalar()
            return 0 if newest is None else int(newest)
