"""People: who they are, what they may do, and who is gone."""

import re
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.store import audit
from models.store.database import Database
from models.store.tables import account, former_account, session
from models.user import Role, User, check_rights

__all__ = ["UserRepository", "find_user"]

_NAME: Final = re.compile(r"[a-z0-9._\-\u3400-\u4dbf\u4e00-\u9fff]{1,40}")


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
            InputRefused: a name outside ``[a-z0-9._-]`` and Chinese characters, 1 to 40
                (``user_name``); see also :func:`models.user.check_rights`.
            Conflict: the name is taken (``user_exists``), or somebody had it who is gone
                (``user_former``).
        """
        townships = check_rights(user.role, user.townships)
        if _NAME.fullmatch(user.name) is None:
            raise InputRefused(
                f"{user.name!r} cannot be a user name.",
                remedy="Use 1 to 40 of a-z, 0-9, '.', '_', '-' and Chinese characters.",
                code="user_name",
            )
        with self._database.write() as connection:
            if find_user(connection, user.name) is not None:
                raise Conflict(
                    f"There is a user {user.name} already.",
                    remedy="Choose another name.",
                    code="user_exists",
                )
            gone = select(former_account.c.name).where(former_account.c.name == user.name)
            if connection.execute(gone).one_or_none() is not None:
                raise Conflict(
                    f"Somebody named {user.name} was removed; history tells of them.",
                    remedy="Choose another name.",
                    code="user_former",
                )
            connection.execute(
                insert(account).values(
                    name=user.name,
                    role=user.role,
                    password_hash=user.password_hash,
                    must_change_password=user.must_change_password,
                    townships=townships or None,
                    disabled_at=self._clock.now() if user.disabled else None,
                )
            )
            audit.append(
                connection,
                self._clock,
                actor=actor,
                action="user.added",
                subject=user.name,
                details={"role": user.role, "townships": ", ".join(townships)},
            )

    def get(self, name: str) -> User | None:
        """The person of that name, None when there is none; any text may be asked for."""
        if _NAME.fullmatch(name) is None:
            return None
        with self._database.read() as connection:
            return find_user(connection, name)

    def all(self) -> list[User]:
        """Everybody, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(account).order_by(account.c.name))
            return [_user(row) for row in rows]

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
            _known(connection, name)
            connection.execute(
                update(account)
                .where(account.c.name == name)
                .values(password_hash=password_hash, must_change_password=must_change)
            )
            audit.append(
                connection, self._clock, actor=actor, action="user.password_set", subject=name
            )

    def set_rights(self, name: str, role: Role, townships: tuple[str, ...], *, actor: str) -> User:
        """Say what a person may do, from their next request on.

        Raises:
            NotFound: no such person.
            Conflict: nobody would be left to administer; code ``last_admin``.
            InputRefused: see :func:`models.user.check_rights`.
        """
        limits = check_rights(role, townships)
        with self._database.write() as connection:
            before = _known(connection, name)
            self._change(connection, name, role=role, townships=limits or None)
            self._tell(
                connection,
                actor,
                "user.rights_changed",
                name,
                {
                    "role": role,
                    "before": before.role,
                    "townships": ", ".join(limits),
                    "townships_before": ", ".join(before.townships),
                },
            )
            return _known(connection, name)

    def set_disabled(self, name: str, *, disabled: bool, actor: str) -> User:
        """Switch an account off or on; off, its browsers are signed out at once.

        Raises:
            NotFound: no such person.
            Conflict: nobody would be left to administer; code ``last_admin``.
        """
        with self._database.write() as connection:
            _known(connection, name)
            self._change(connection, name, disabled_at=self._clock.now() if disabled else None)
            if disabled:
                connection.execute(delete(session).where(session.c.user_name == name))
            self._tell(connection, actor, "user.disabled" if disabled else "user.enabled", name)
            return _known(connection, name)

    def remove(self, name: str, *, actor: str) -> None:
        """Take an account away: role, townships, password and browsers go, the name stays taken.

        Raises:
            NotFound: no such person.
            Conflict: nobody would be left to administer; code ``last_admin``.
        """
        with self._database.write() as connection:
            _known(connection, name)
            connection.execute(delete(session).where(session.c.user_name == name))
            connection.execute(delete(account).where(account.c.name == name))
            _keep_an_administrator(connection)
            connection.execute(
                insert(former_account).values(name=name, removed_at=self._clock.now())
            )
            self._tell(connection, actor, "user.removed", name)

    def count(self) -> int:
        """How many people there are."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(account)).scalar_one())

    def _change(self, connection: Connection, name: str, **values: object) -> None:
        connection.execute(update(account).where(account.c.name == name).values(**values))
        _keep_an_administrator(connection)

    def _tell(
        self,
        connection: Connection,
        actor: str,
        action: str,
        name: str,
        details: audit.Details | None = None,
    ) -> None:
        audit.append(
            connection, self._clock, actor=actor, action=action, subject=name, details=details
        )


def find_user(connection: Connection, name: str) -> User | None:
    """The person of that name inside a transaction, None when there is none."""
    row = connection.execute(select(account).where(account.c.name == name)).one_or_none()
    return None if row is None else _user(row)


def _known(connection: Connection, name: str) -> User:
    found = find_user(connection, name) if _NAME.fullmatch(name) is not None else None
    if found is None:
        raise NotFound(f"There is no user {name[:40]!r}.")
    return found


def _keep_an_administrator(connection: Connection) -> None:
    left = select(func.count()).where(account.c.role == Role.ADMIN, account.c.disabled_at.is_(None))
    if connection.execute(left).scalar_one() == 0:
        raise Conflict(
            "Nobody would be left to administer.",
            remedy="Make somebody else an administrator first.",
            code="last_admin",
        )


def _user(row: Row[Any]) -> User:
    return User(
        row.name,
        row.role,
        row.password_hash,
        row.must_change_password,
        row.townships or (),
        row.disabled_at is not None,
    )
