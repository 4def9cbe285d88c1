"""Signed-in browsers, known only by the hash of their token."""

import re
from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, select, update

from models.clock import Clock
from models.errors import InputRefused, NotFound
from models.store.database import Database
from models.store.tables import session
from models.store.users import find_user
from models.user import Session

__all__ = ["SessionRepository"]

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class SessionRepository:
    """The signed-in browsers of one store.

    Args:
        database: to work on.
        clock: decides what has expired.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, token_sha256: str, user_name: str, expires_at: datetime) -> None:
        """Sign a browser in; sessions that have expired are forgotten on the way.

        Args:
            token_sha256: 64 hexadecimal digits, lower case.
            user_name: who signs in.
            expires_at: UTC.

        Raises:
            InputRefused: not a SHA-256: a token itself is never stored.
            NotFound: no such person.
        """
        if _SHA256.fullmatch(token_sha256) is None:
            raise InputRefused("A session is stored under the SHA-256 of its token.")
        with self._database.write() as connection:
            if find_user(connection, user_name) is None:
                raise NotFound(f"There is no user {user_name!r}.")
            now = self._clock.now()
            connection.execute(delete(session).where(session.c.expires_at <= now))
            connection.execute(
                insert(session).values(
                    token_sha256=token_sha256,
                    user_name=user_name,
                    seen_at=now,
                    expires_at=expires_at,
                )
            )

    def get(self, token_sha256: str) -> Session | None:
        """The session; None when there is none, it has expired, or its account is switched off."""
        if _SHA256.fullmatch(token_sha256) is None:
            return None
        with self._database.read() as connection:
            row = connection.execute(
                select(session).where(
                    session.c.token_sha256 == token_sha256,
                    session.c.expires_at > self._clock.now(),
                )
            ).one_or_none()
            user = None if row is None else find_user(connection, row.user_name)
        if row is None or user is None or user.disabled:
            return None
        return Session(user, row.expires_at, row.seen_at)

    def seen(self, token_sha256: str) -> None:
        """Note that a browser asks for something now."""
        with self._database.write() as connection:
            connection.execute(
                update(session)
                .where(session.c.token_sha256 == token_sha256)
                .values(seen_at=self._clock.now())
            )

    def delete(self, token_sha256: str) -> None:
        """Sign a browser out; one that is not signed in stays so."""
        with self._database.write() as connection:
            connection.execute(delete(session).where(session.c.token_sha256 == token_sha256))

    def delete_all_of(self, user_name: str) -> int:
        """Sign every browser of a person out.

        Returns:
            How many there were.
        """
        with self._database.write() as connection:
            gone = connection.execute(delete(session).where(session.c.user_name == user_name))
            return gone.rowcount
