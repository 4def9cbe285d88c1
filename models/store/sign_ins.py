"""What is remembered of attempts to sign in: enough to slow a guesser down, across restarts.

Names are kept as hashes, for people type passwords into the wrong field; addresses are forgotten
when they have not been heard of for a month.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from models.clock import Clock
from models.store.database import Database
from models.store.tables import sign_in_memory

__all__ = ["KEPT", "SignInRepository", "Tries"]

KEPT: Final = timedelta(days=30)
MOST: Final = 20_000
"""Rows; of a flood from ever new addresses the oldest go first."""


@dataclass(frozen=True, slots=True)
class Tries:
    """What is known of one account at one address.

    Attributes:
        failures: in a row.
        failed_at: UTC of the last attempt; None without any.
        is_known: somebody has signed in so from there within a month.
        of_address: failures of all accounts at this address within an hour, unknown ones too.
        of_name: failures of this account at all addresses within an hour.
    """

    failures: int
    failed_at: datetime | None
    is_known: bool
    of_address: int
    of_name: int


class SignInRepository:
    """The attempts of one store.

    Args:
        database: to work on.
        clock: for their times.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def tries(self, name: str, address: str) -> Tries:
        """What is known before an attempt is looked at."""
        now = self._clock.now()
        with self._database.read() as connection:
            own = connection.execute(
                select(sign_in_memory).where(
                    sign_in_memory.c.name_sha256 == _hashed(name),
                    sign_in_memory.c.address == address,
                )
            ).one_or_none()
            lately = sign_in_memory.c.at > now - timedelta(hours=1)
            of_address, of_name = (
                int(
                    connection.execute(
                        select(func.coalesce(func.sum(sign_in_memory.c.failures), 0)).where(
                            which, lately
                        )
                    ).scalar_one()
                )
                for which in (
                    sign_in_memory.c.address == address,
                    sign_in_memory.c.name_sha256 == _hashed(name),
                )
            )
        if own is None:
            return Tries(0, None, is_known=False, of_address=of_address, of_name=of_name)
        known = own.succeeded_at is not None and own.succeeded_at > now - KEPT
        return Tries(own.failures, own.at, known, of_address, of_name)

    def failed(self, name: str, address: str) -> None:
        """Count a failure."""
        self._write(name, address, failed=True)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of an account at an address: it is known there from now on."""
        self._write(name, address, failed=False)

    def forget_old(self) -> int:
        """Forget what has not been heard of for :data:`KEPT`.

        Returns:
            How many there were.
        """
        with self._database.write() as connection:
            old = sign_in_memory.c.at <= self._clock.now() - KEPT
            return connection.execute(delete(sign_in_memory).where(old)).rowcount

    def _write(self, name: str, address: str, *, failed: bool) -> None:
        now = self._clock.now()
        row = {"name_sha256": _hashed(name), "address": address, "at": now}
        changes = (
            {"failures": sign_in_memory.c.failures + 1, "at": now}
            if failed
            else {"failures": 0, "at": now, "succeeded_at": now}
        )
        with self._database.write() as connection:
            is_sqlite = connection.dialect.name == "sqlite"
            # Both databases know this statement, each by its own constructor.
            insert = sqlite.insert if is_sqlite else postgresql.insert
            connection.execute(
                insert(sign_in_memory)
                .values(**row, failures=1 if failed else 0, succeeded_at=None if failed else now)
                .on_conflict_do_update(index_elements=["name_sha256", "address"], set_=changes)
            )
            _bound(connection)


def _bound(connection: Connection) -> None:
    count = connection.execute(select(func.count()).select_from(sign_in_memory)).scalar_one()
    if count <= MOST:
        return
    # Whom the house knows is kept before strangers, however many of those there are.
    oldest = (
        select(sign_in_memory.c.name_sha256, sign_in_memory.c.address)
        .order_by(sign_in_memory.c.succeeded_at.is_not(None), sign_in_memory.c.at)
        .limit(count - MOST)
    )
    for row in connection.execute(oldest).all():
        connection.execute(
            delete(sign_in_memory).where(
                sign_in_memory.c.name_sha256 == row.name_sha256,
                sign_in_memory.c.address == row.address,
            )
        )


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
