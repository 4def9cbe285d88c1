"""Who asks twice with one key is answered once: the same deed is never done again.

The key of a request is written down in the very transaction of its deed, by the door that every
deed goes through (:func:`mark`, called by the audit log). So after a crash it is known whether the
deed was done, even when its answer was not kept any more.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, delete, insert, select, update

from models.clock import Clock
from models.errors import Conflict
from models.store.database import Database
from models.store.tables import kept_answer

__all__ = ["ASKED", "AnswerRepository", "Asked", "KeptAnswer", "mark"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may come again.

    Attributes:
        author: user name of who asks.
        key: that they chose for it.
        fingerprint: of everything else that it says.
    """

    author: str
    key: str
    fingerprint: str


ASKED: Final[ContextVar[Asked | None]] = ContextVar("asked", default=None)
"""The request that is being worked on in this context, when it has a key."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What is known of a request.

    Attributes:
        fingerprint: of what it said.
        subject: what its deed was done to first, as the audit log has it.
        status: that was answered; None when the deed was done and its answer was not kept.
        media_type: of the body.
        body: that was answered.
    """

    fingerprint: str
    subject: str
    status: int | None
    media_type: str | None
    body: bytes | None


def mark(connection: Connection, clock: Clock, subject: str) -> None:
    """Write the key of the request that is being worked on down, once, with its deed.

    Raises:
        Conflict: another process has just done it; code ``request_in_flight``.
    """
    asked = ASKED.get()
    if asked is None:
        return
    found = connection.execute(_of(asked.author, asked.key)).one_or_none()
    if found is None:
        connection.execute(
            insert(kept_answer).values(
                author=asked.author,
                key=asked.key,
                fingerprint=asked.fingerprint,
                at=clock.now(),
                subject=subject,
            )
        )
    elif found.fingerprint != asked.fingerprint:
        raise Conflict("The same key is being used for another request.", code="request_in_flight")


class AnswerRepository:
    """The answers of one store.

    Args:
        database: to work on.
        clock: for the times of answers.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def find(self, author: str, key: str) -> KeptAnswer | None:
        """What is known of a request; None when nothing was done or answered."""
        with self._database.read() as connection:
            row = connection.execute(_of(author, key)).one_or_none()
        if row is None:
            return None
        return KeptAnswer(row.fingerprint, row.subject, row.status, row.media_type, row.body)

    def keep(self, asked: Asked, status: int, media_type: str, body: bytes) -> None:
        """Keep an answer; one that is there already stays."""
        values = {"status": status, "media_type": media_type, "body": body}
        with self._database.write() as connection:
            found = connection.execute(_of(asked.author, asked.key)).one_or_none()
            if found is None:
                connection.execute(
                    insert(kept_answer).values(
                        author=asked.author,
                        key=asked.key,
                        fingerprint=asked.fingerprint,
                        at=self._clock.now(),
                        subject="",
                        **values,
                    )
                )
            elif found.status is None:
                connection.execute(
                    update(kept_answer)
                    .where(kept_answer.c.author == asked.author, kept_answer.c.key == asked.key)
                    .values(**values)
                )

    def forget(self, before: datetime) -> int:
        """Forget what was asked before a moment (UTC); how many."""
        with self._database.write() as connection:
            return int(
                connection.execute(delete(kept_answer).where(kept_answer.c.at < before)).rowcount
            )


def _of(author: str, key: str) -> Select[Any]:
    return select(kept_answer).where(kept_answer.c.author == author, kept_answer.c.key == key)
