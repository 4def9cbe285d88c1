"""Tokens of programs, known only by the hash of their secret; every change is in the audit log."""

import re
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.store import audit
from models.store.database import Database
from models.store.tables import api_token
from models.user import ApiToken, Role, TokenScope, check_rights

__all__ = ["LONGEST_LIFE", "TokenRepository"]

LONGEST_LIFE: Final = timedelta(days=3 * 366)
_NAME: Final = re.compile(r"[a-z0-9._\-\u3400-\u4dbf\u4e00-\u9fff]{1,40}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_LARGEST: Final = 2**63 - 1


class TokenRepository:
    """The tokens of one store.

    Args:
        database: to work on.
        clock: decides what has expired.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(
        self,
        name: str,
        secret_sha256: str,
        *,
        role: Role,
        scopes: tuple[TokenScope, ...],
        townships: tuple[str, ...],
        expires_at: datetime,
        actor: str,
    ) -> ApiToken:
        """Make a token.

        Args:
            name: what it is for, written as a user name; unique among those that hold.
            secret_sha256: 64 hexadecimal digits, lower case.
            role: viewer or monitor.
            scopes: parts of the API, at least one.
            townships: codes; none is the whole district.
            expires_at: UTC.
            actor: who makes it.

        Raises:
            InputRefused: a name that cannot be one (``token_name``), an administrator, no scope, a
                life that is over or longer than three years (``token_refused``), or what
                :func:`models.user.check_rights` refuses.
            Conflict: one of that name holds; code ``token_exists``.
        """
        if _NAME.fullmatch(name) is None:
            raise InputRefused(
                f"{name[:40]!r} cannot be the name of a token.",
                remedy="Use 1 to 40 of a-z, 0-9, '.', '_', '-' and Chinese characters.",
                code="token_name",
            )
        if _SHA256.fullmatch(secret_sha256) is None:
            raise InputRefused("A token is stored under the SHA-256 of its secret.")
        now = self._clock.now()
        lives = now < expires_at <= now + LONGEST_LIFE
        if role is Role.ADMIN or not scopes or not lives:
            raise InputRefused(
                "A token is a viewer's or a monitor's, opens something, and lasts three years at "
                "the most.",
                remedy="An administrator's deeds are for people.",
                code="token_refused",
            )
        limits = check_rights(role, townships)
        with self._database.write() as connection:
            holds = select(api_token.c.token_id).where(
                api_token.c.name == name,
                api_token.c.revoked_at.is_(None),
                api_token.c.expires_at > now,
            )
            if connection.execute(holds).first() is not None:
                raise Conflict(
                    f"There is a token {name} already.",
                    remedy="Revoke it first, or choose another name.",
                    code="token_exists",
                )
            row = connection.execute(
                insert(api_token)
                .values(
                    name=name,
                    secret_sha256=secret_sha256,
                    role=role,
                    scopes=tuple(sorted(set(scopes))),
                    townships=limits,
                    created_by=actor,
                    created_at=now,
                    expires_at=expires_at,
                    revoked_by="",
                )
                .returning(api_token)
            ).one()
            token = _token(row)
            self._tell(
                connection,
                actor,
                "token.added",
                token,
                {
                    "role": role,
                    "scopes": ", ".join(token.scopes),
                    "townships": ", ".join(limits),
                    "until": expires_at.isoformat(),
                },
            )
            return token

    def holding(self, token_id: int, secret_sha256: str) -> ApiToken | None:
        """The token of a number with that secret; None when it does not hold (any more)."""
        with self._database.read() as connection:
            row = connection.execute(
                select(api_token).where(
                    api_token.c.token_id == max(0, min(token_id, _LARGEST)),
                    api_token.c.secret_sha256 == secret_sha256,
                    api_token.c.revoked_at.is_(None),
                    api_token.c.expires_at > self._clock.now(),
                )
            ).one_or_none()
        return None if row is None else _token(row)

    def used(self, token_id: int) -> None:
        """Note that a program asks for something now."""
        with self._database.write() as connection:
            connection.execute(
                update(api_token)
                .where(api_token.c.token_id == token_id)
                .values(last_used_at=self._clock.now())
            )

    def all(self) -> list[ApiToken]:
        """Every token that there ever was, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(api_token).order_by(api_token.c.token_id.desc()))
            return [_token(row) for row in rows]

    def revoke(self, token_id: int, *, actor: str) -> ApiToken:
        """End a token at once; one that was revoked before stays so.

        Raises:
            NotFound: no such token.
        """
        number = max(0, min(token_id, _LARGEST))
        with self._database.write() as connection:
            wanted = select(api_token).where(api_token.c.token_id == number)
            row = connection.execute(wanted).one_or_none()
            if row is None:
                raise NotFound(f"There is no token {token_id}.")
            if row.revoked_at is not None:
                return _token(row)
            connection.execute(
                update(api_token)
                .where(api_token.c.token_id == number)
                .values(revoked_at=self._clock.now(), revoked_by=actor)
            )
            token = _token(connection.execute(wanted).one())
            self._tell(connection, actor, "token.revoked", token)
            return token

    def _tell(
        self,
        connection: Connection,
        actor: str,
        action: str,
        token: ApiToken,
        details: audit.Details | None = None,
    ) -> None:
        audit.append(
            connection,
            self._clock,
            actor=actor,
            action=action,
            subject=str(token.token_id),
            details={"name": token.name, **(details or {})},
        )


def _token(row: Row[Any]) -> ApiToken:
    return ApiToken(
        token_id=row.token_id,
        name=row.name,
        role=row.role,
        scopes=row.scopes,
        townships=row.townships,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
    )
