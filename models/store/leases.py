"""Leases of what one process alone may do, each taking with a higher number than all before.

Their time is that of :mod:`models.steady`: a clock that is set does not end a lease. A process that
was stopped and goes on after its lease was taken by another still believes that it leads; so every
write of a leader carries the number under which it was taken, and :func:`check_fence` refuses a
number that is not the newest in the transaction of that very write.
"""

import math
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from models.errors import Conflict
from models.flight import LeaderLease
from models.store.database import Database
from models.store.steady import SteadyRepository
from models.store.tables import leader_lease

__all__ = ["FLIGHTS", "LONGEST_LEADER_LEASE_S", "LeaseRepository", "check_fence"]

FLIGHTS: Final = "flights"
"""Name of the lease of who makes windows, claims runs and leads flights."""

LONGEST_LEADER_LEASE_S: Final = 600.0


class LeaseRepository:
    """The leases of one store.

    Args:
        database: to work on.
        steady: for their time.
    """

    def __init__(self, database: Database, steady: SteadyRepository) -> None:
        self._database = database
        self._steady = steady

    def take(self, name: str, holder: str, lasts_s: float) -> LeaderLease | None:
        """Lead from now on, unless somebody does; also not for a holder of the same name.

        Args:
            name: of the lease.
            holder: this process, another word for each start of it.
            lasts_s: in seconds, (0, :data:`LONGEST_LEADER_LEASE_S`].

        Returns:
            The lease; None while another one runs.

        Raises:
            ValueError: no holder, or a time that is none.
        """
        until_tick_s = self._until(name, holder, lasts_s)
        now_s = until_tick_s - lasts_s  # before the transaction: waiting for it makes a lease short
        with self._database.write() as connection:
            row = _row(connection, name)
            if row is not None and row.until_tick_s is not None and row.until_tick_s > now_s:
                return None
            fence = 1 if row is None else row.fence + 1
            values = {"holder": holder, "fence": fence, "until_tick_s": until_tick_s}
            if row is None:
                connection.execute(insert(leader_lease).values(name=name, **values))
            else:
                connection.execute(
                    update(leader_lease).where(leader_lease.c.name == name).values(**values)
                )
            return LeaderLease(name, holder, fence, until_tick_s)

    def renew(self, lease: LeaderLease, lasts_s: float) -> LeaderLease | None:
        """Lead for so long from now on; also one that ran out, when nobody has taken it since.

        Args:
            lease: as it was taken, or renewed last.
            lasts_s: as in :meth:`take`.

        Returns:
            The lease; None when another process leads, or this one has given it up. Then it leads
            nothing more until it takes it anew.

        Raises:
            ValueError: a time that is none.
        """
        until_tick_s = self._until(lease.name, lease.holder, lasts_s)
        with self._database.write() as connection:
            mine = _mine(lease)
            done = connection.execute(
                update(leader_lease).where(*mine).values(until_tick_s=until_tick_s)
            )
            if done.rowcount == 0:
                return None
            return LeaderLease(lease.name, lease.holder, lease.fence, until_tick_s)

    def give_up(self, lease: LeaderLease) -> bool:
        """End a lease, so that the next one need not wait; False when another process leads."""
        with self._database.write() as connection:
            ended = update(leader_lease).where(*_mine(lease)).values(holder="", until_tick_s=None)
            return connection.execute(ended).rowcount > 0

    def newest(self, name: str) -> LeaderLease | None:
        """Who leads, or did last if its time is over; None when nobody has or it was given up."""
        with self._database.read() as connection:
            row = _row(connection, name)
        if row is None or row.until_tick_s is None:
            return None
        return LeaderLease(row.name, row.holder, row.fence, row.until_tick_s)

    def _until(self, name: str, holder: str, lasts_s: float) -> float:
        if not (name and holder and math.isfinite(lasts_s)):
            msg = f"a lease of {name!r} for {lasts_s} s by {holder!r} is none"
            raise ValueError(msg)
        if not 0.0 < lasts_s <= LONGEST_LEADER_LEASE_S:
            msg = f"a lease lasts up to {LONGEST_LEADER_LEASE_S:.0f} s, not {lasts_s} s"
            raise ValueError(msg)
        return self._steady.tick_s() + lasts_s


def check_fence(connection: Connection, fence: int, name: str = FLIGHTS) -> None:
    """Refuse who does not lead any more, inside the transaction of what they write.

    A lease that has run out and that nobody has taken since still counts: nobody else writes.

    Args:
        connection: a writing transaction.
        fence: of the writer's lease.
        name: of the lease.

    Raises:
        Conflict: it is not the newest, or was given up; code ``lease_lost``.
    """
    row = _row(connection, name)
    if row is None or row.holder == "" or row.fence != fence:
        raise Conflict(
            "Another process leads the flights by now.",
            remedy="Leave it to that one, or take the lease anew.",
            code="lease_lost",
        )


def _row(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(leader_lease).where(leader_lease.c.name == name)).one_or_none()


def _mine(lease: LeaderLease) -> tuple[Any, ...]:
    table = leader_lease.c
    return (
        table.name == lease.name,
        table.fence == lease.fence,
        table.holder == lease.holder,
    )
