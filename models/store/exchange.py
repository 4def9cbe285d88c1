"""What the city's grid platform hands in, once each, and what has changed for it since it asked.

A report is kept under its number in the transaction of its observation: it is never there twice,
and never half. Changes are told by the sequence of the outbox (:mod:`models.store.events`): a row
is told where its last change stands, so that whoever walks on from there misses none and is told
none twice that has not changed again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from sqlalchemy import CTE, ColumnElement, Connection, Select, func, insert, select, union_all

from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.events import EventKind
from models.incident import Incident, Link, LinkReason
from models.observation import Observation, ObservationDraft
from models.order import OPEN_ORDER_STATES, Order
from models.store.database import Database
from models.store.incident_rows import load_incidents
from models.store.observation_rows import one_observation
from models.store.observations import ObservationRepository
from models.store.order_rows import load_orders
from models.store.tables import alert, event, exchange_inbox, incident, work_order

__all__ = ["Changes", "ExchangeRepository", "Received", "Told"]

RowT = TypeVar("RowT")
_LARGEST: Final = 2**63 - 1
_OF_FIRES: Final = (EventKind.INCIDENT_OPENED, EventKind.INCIDENT_CHANGED)
_OF_ALERTS: Final = (EventKind.ALERT_OPENED, EventKind.ALERT_UPDATED)
_OPEN: Final = sorted(OPEN_ORDER_STATES)


@dataclass(frozen=True, slots=True)
class Received:
    """A report that was handed in.

    Attributes:
        source: who handed it in: the name of the program.
        external_id: its number there.
        sha256: of what was told, without who told it first.
        received_at: UTC.
        observation_id: what became of it.
    """

    source: str
    external_id: str
    sha256: str
    received_at: datetime
    observation_id: int


@dataclass(frozen=True, slots=True)
class Told:
    """Up to where changes have been told.

    Attributes:
        sequence: of the outbox.
        number: of the last row that was told for that sequence: one change of a fire is one of
            several orders.
    """

    sequence: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class Changes(Generic[RowT]):
    """Rows that have changed, in the order of their last change.

    Attributes:
        rows: as they were at one moment, each once.
        told: up to where they tell everything: to ask on from.
        more: there are further ones already.
    """

    rows: tuple[RowT, ...]
    told: Told
    more: bool


class ExchangeRepository:
    """The exchange of one store.

    Args:
        database: to work on.
        clock: for the times of receipt.
        observations: of the same database.
    """

    def __init__(
        self, database: Database, clock: Clock, observations: ObservationRepository
    ) -> None:
        self._database = database
        self._clock = clock
        self._observations = observations

    def known(self, source: str, external_id: str) -> Received | None:
        """A report by its number; None for one that never came."""
        with self._database.read() as connection:
            return _received(connection, source, external_id)

    def take(
        self,
        draft: ObservationDraft,
        *,
        source: str,
        external_id: str,
        sha256: str,
        link: Link | None = None,
        corrects: str = "",
    ) -> tuple[Observation, bool]:
        """Take a report; it and its number are on the disk when this returns, or neither.

        Args:
            draft: what was told.
            source: who hands it in: the name of the program.
            external_id: its number there, 1 to 80 characters.
            sha256: of what was told, apart from who told it first: of a telephone no hash is kept.
            link: the fire that it belongs to; one of its own when left out. A correction belongs
                to the fire of what it corrects, for as long as that needs people.
            corrects: number of an earlier report of the same source, which is taken back by this
                one; empty for none.

        Returns:
            The observation, and whether it is new: the same report gives what is stored.

        Raises:
            Conflict: that number came with other content; code ``exchange_changed``.
            NotFound: no such report to correct; code ``exchange_unknown``.
            InputRefused: no source or number, or as :meth:`ObservationRepository.add`.
        """
        if not source.strip() or not external_id.strip():
            raise InputRefused("A report needs its source and its number.", code="exchange_row")
        with self._database.write() as connection:
            known = _received(connection, source, external_id)
            if known is not None:
                kept = one_observation(connection, known.observation_id)
                _check_same(known, kept, draft, sha256)
                return kept, False
            wrong = None
            if corrects:
                wrong = _observation_of(connection, source, corrects)
                if wrong.incident_id is not None:
                    link = Link(wrong.incident_id, LinkReason.BY_HAND)
            added, _ = self._observations.add_within(
                connection,
                draft,
                author=source,
                key=f"exchange:{source}:{external_id}",  # no person's key has a colon
                link=link,
            )
            connection.execute(
                insert(exchange_inbox).values(
                    source=source,
                    external_id=external_id,
                    sha256=sha256,
                    received_at=self._clock.now(),
                    observation_id=added.observation_id,
                )
            )
            if wrong is not None and wrong.withdrawn_at is None:
                # After the new one has joined: a fire is never left without a witness by this.
                self._observations.withdraw_within(connection, wrong.observation_id, author=source)
            return one_observation(connection, added.observation_id), True

    def incidents(self, after: Told, limit: int) -> Changes[Incident]:
        """Fires that have changed since, or whose cameras saw more; merged ones too.

        Args:
            after: where the page before ended; the beginning for the first.
            limit: at most so many, at least 1.
        """
        of_fires = _events(event.c.subject_id, after, _OF_FIRES)
        of_alerts = _events(alert.c.incident_id, after, _OF_ALERTS).join(
            alert, alert.c.alert_id == event.c.subject_id
        )
        with self._database.read() as connection:
            found = _page(connection, (of_fires, of_alerts), after, limit)
            rows = load_incidents(connection, incident.c.incident_id.in_(found.rows))
        by_number = {one.incident_id: one for one in rows}
        return Changes(tuple(by_number[one] for one in found.rows), found.told, found.more)

    def orders(self, after: Told, limit: int) -> Changes[Order]:
        """Orders that have changed since; open ones also when their fire has: it may have moved.

        Args:
            after: where the page before ended; the beginning for the first.
            limit: at most so many, at least 1.
        """
        fires = _fires_of_open_orders()
        own = _events(event.c.subject_id, after, (EventKind.ORDER_CHANGED,))
        of_fires = _events(fires.c.order_id, after, _OF_FIRES).join(
            fires, fires.c.fire == event.c.subject_id
        )
        of_alerts = (
            _events(fires.c.order_id, after, _OF_ALERTS)
            .join(alert, alert.c.alert_id == event.c.subject_id)
            .join(fires, fires.c.fire == alert.c.incident_id)
        )
        with self._database.read() as connection:
            found = _page(connection, (own, of_fires, of_alerts), after, limit)
            rows = load_orders(connection, work_order.c.order_id.in_(found.rows))
        by_number = {one.order_id: one for one in rows}
        return Changes(tuple(by_number[one] for one in found.rows), found.told, found.more)


def _check_same(known: Received, kept: Observation, draft: ObservationDraft, sha256: str) -> None:
    """Refuse another content under the same number; who told it is compared while it is known."""
    forgotten = not kept.draft.caller
    if known.sha256 == sha256 and (forgotten or kept.draft.caller == draft.caller):
        return
    raise Conflict(
        f"The report {known.external_id} was handed in before, with other content; that stands.",
        remedy="Send a correction under a number of its own, with this one in 'corrects'.",
        code="exchange_changed",
    )


def _observation_of(connection: Connection, source: str, external_id: str) -> Observation:
    found = _received(connection, source, external_id)
    if found is None:
        raise NotFound(
            f"There is no report {external_id} of yours.",
            remedy="Hand in the report itself first, or leave 'corrects' out.",
            code="exchange_unknown",
        )
    return one_observation(connection, found.observation_id)


def _received(connection: Connection, source: str, external_id: str) -> Received | None:
    row = connection.execute(
        select(exchange_inbox).where(
            exchange_inbox.c.source == source, exchange_inbox.c.external_id == external_id
        )
    ).one_or_none()
    return None if row is None else Received(**row._mapping)  # noqa: SLF001  # its public name


def _fires_of_open_orders() -> CTE:
    """Open orders, each with the fire that it was opened for and those that this one is by now."""
    own = select(work_order.c.order_id, work_order.c.incident_id.label("fire")).where(
        work_order.c.state.in_(_OPEN)
    )
    stands = own.cte("stands", recursive=True)
    onwards = (
        select(stands.c.order_id, incident.c.merged_into)
        .join(incident, incident.c.incident_id == stands.c.fire)
        .where(incident.c.merged_into.is_not(None))
    )
    return stands.union_all(onwards)


def _events(
    number: ColumnElement[int], after: Told, kinds: Sequence[EventKind]
) -> Select[tuple[int, int]]:
    """Numbers of rows with the sequences of their changes."""
    return (
        select(number.label("number"), event.c.sequence.label("sequence"))
        .select_from(event)
        .where(event.c.sequence >= _within(after.sequence), event.c.kind.in_(kinds))
    )


def _page(
    connection: Connection, told: Sequence[Select[tuple[int, int]]], after: Told, limit: int
) -> Changes[int]:
    """Numbers of rows, each where its last change stands.

    Only what came after counts, and of that the last: the last of a row is the last of all.
    """
    every = union_all(*told).subquery()
    number, last = every.c.number, func.max(every.c.sequence)
    sequence = _within(after.sequence)
    found = connection.execute(
        select(number, last.label("last"))
        .group_by(number)
        .having((last > sequence) | ((last == sequence) & (number > _within(after.number))))
        .order_by(last, number)
        .limit(limit + 1)
    ).all()
    rows, more = found[:limit], len(found) > limit
    if more:
        until = Told(int(rows[-1].last), int(rows[-1].number))
    else:  # nothing up to here is for this list: it need not be looked through again
        newest = connection.execute(select(func.max(event.c.sequence))).scalar()
        until = max(after, Told(newest or 0, _LARGEST), key=lambda one: (one.sequence, one.number))
    return Changes(tuple(int(one.number) for one in rows), until, more)


def _within(number: int) -> int:
    return max(-1, min(number, _LARGEST))
