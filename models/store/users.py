"""People and their signed-in browsers."""

import re
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.store import audit
from models.store.database import Database
from models.store.tables import account, session
from models.user import Session, User

__all__ = ["SessionRepository", "UserRepository"]

_NAME: Final = re.compile(r"[a-z0-9._\-\u3400-\u4dbf\u4e00-\u9fff]{1,40}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class UserRepository:
    """The people of one store; every change is in the audit log, no secret is.

    Args:
        database: to work on.
        clock: for the times of audit entries.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, user: User, actor: str) -> None:
        """Add a person.

        Args:
            user: with a hashed password.
            actor: who adds them.

        Raises:
            InputRefused: a name outside ``[a-z0-9._-]`` and Chinese characters, 1 to 40; code
                ``user_name``.
            Conflict: the name is taken; code ``user_exists``.
        """
        if _NAME.fullmatch(user.name) is None:
            raise InputRefused(
                f"{user.name!r} cannot be a user name.",
                remedy="Use 1 to 40 of a-z, 0-9, '.', '_', '-' and Chinese characters.",
                code="user_name",
            )
        with self._database.write() as connection:
            if _find(connection, user.name) is not None:
                raise Conflict(
                    f"There is a user {user.name} already.",
                    remedy="Choose another name.",
                    code="user_exists",
                )
            connection.execute(
                insert(account).values(
                    name=user.name,
                    role=user.role,
                    password_hash=user.password_hash,
                    must_change_password=user.must_change_password,
                )
            )
            audit.append(
                connection,
                self._clock,
                actor=actor,
                action="user.added",
                subject=user.name,
                details={"role": user.role},
            )

    def get(self, name: str) -> User | None:
        """The person of that name, None when there is none; any text may be asked for."""
        if _NAME.fullmatch(name) is None:
            return None
        with self._database.read() as connection:
            return _find(connection, name)

    def all(self) -> list[User]:
        """Everybody, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(account).order_by(account.c.name))
            return [
                User(row.name, row.role, row.password_hash, row.must_change_password)
                for row in rows
            ]

    def set_password(
        self,
        name: str,
        password_hash: str,
        must_change: bool,  # noqa: FBT001  # as the dataclass orders its fields
        actor: str,
    ) -> None:
        """Give a person a new password. Their sessions live on: end them where that is wanted.

        Raises:
            NotFound: no such person.
        """
        with self._database.write() as connection:
            if _find(connection, name) is None:
                raise NotFound(f"There is no user {name!r}.")
            connection.execute(
                update(account)
                .where(account.c.name == name)
                .values(password_hash=password_hash, must_change_password=must_change)
            )
            audit.append(
                connection, self._clock, actor=actor, action="user.password_set", subject=name
            )

    def count(self) -> int:
        """How many people there are."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(account)).scalar_one())


class SessionRepository:
    """Signed-in browsers, known only by the hash of their token.

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
            if _find(connection, user_name) is None:
                raise NotFound(f"There is no user {user_name!r}.")
            connection.execute(delete(session).where(session.c.expires_at <= self._clock.now()))
            connection.execute(
                insert(session).values(
                    token_sha256=token_sha256, user_name=user_name, expires_at=expires_at
                )
            )

    def get(self, token_sha256: str) -> Session | None:
        """The session, None when there is none or it has expired."""
        if _SHA256.fullmatch(token_sha256) is None:
            return None
        with self._database.read() as connection:
            row = connection.execute(
                select(session).where(
                    session.c.token_sha256 == token_sha256,
                    session.c.expires_at > self._clock.now(),
                )
            ).one_or_none()
            user = None if row is None else _find(connection, row.user_name)
        return None if row is None or user is None else Session(user, row.expires_at)

    def delete(self, token_sha256: str) -> None:
        """Sign a browser out; one that is not signed in stays so."""
        with self._database.write() as connection:
            connection.execute(delete(session).where(session.c.token_sha256 == token_sha256))

    def delete_all_of(self, user_name: str) -> None:
        """Sign every browser of a person out."""
        with self._database.write() as connection:
            connection.execute(delete(session).where(session.c.user_name == user_name))


def _find(connection: Connection, name: str) -> User | None:
    row = connection.execute(select(account).where(account.c.name == name)).one_or_none()
    if row is None:
        return None
    return User(row.name, row.role, row.password_hash, row.must_change_password)
