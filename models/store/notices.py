"""The outbox of notices: claimed by one sender at a time, never sent twice without its mark.

A delivery is written in the transaction of what it tells, by
:func:`models.store.notice_rows.fan_out`. Whoever sends claims a message under a lease; its mark is
on the disk before anything leaves the house. A sender that dies leaves the mark: the message is
sent again, the same notices under the same mark, and a receiver can drop what comes twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from models.clock import Clock
from models.notice import (
    Batch,
    Channel,
    Delivery,
    DeliveryState,
    Failure,
    Hold,
    Later,
    Send,
    SkipReason,
    Waiting,
    rule,
)
from models.notice.quiet import Case, Ruling
from models.store.database import Database
from models.store.incident_history import entries_of
from models.store.incident_rows import load_incidents
from models.store.notice_channels import note_try
from models.store.notice_rows import load_channels, load_deliveries, secrets_of
from models.store.tables import alert, channel, delivery, incident

__all__ = ["DeliveryRepository"]

ASKED_AGAIN: Final = timedelta(seconds=10)
"""After this what the rules do not want yet is looked at again."""

LOOKED_AT: Final = 500  # deliveries of a channel in one claim
_LARGEST: Final = 2**63 - 1
_WAITING: Final = (DeliveryState.PENDING, DeliveryState.SENDING)


class DeliveryRepository:
    """The outbox of one store.

    Args:
        database: to work on.
        clock: for times, leases included.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def due(self) -> list[int]:
        """Numbers of the channels that may have something to send now."""
        with self._database.read() as connection:
            query = select(delivery.c.channel_id).where(_due(self._clock.now())).distinct()
            return sorted(connection.execute(query).scalars())

    def claim(
        self,
        channel_id: int,
        *,
        holder: str,
        lease_s: float,
        zone: ZoneInfo,
        most: int = 1,
        apart_s: float = 0.0,
    ) -> Batch | None:
        """Take the next message of a channel, if it has one to send now.

        Args:
            channel_id: of the channel.
            holder: who sends, unlike any other sender.
            lease_s: for so long nobody else takes it.
            zone: of the site's clock.
            most: notices in one message.
            apart_s: at least so long since the last try of the channel.
        """
        with self._database.write() as connection:
            now = self._clock.now()
            found = load_channels(connection, channel.c.channel_id == channel_id)
            if not found or not found[0].draft.enabled:
                return None
            row = connection.execute(
                select(channel.c.tried_at, channel.c.sent_at).where(
                    channel.c.channel_id == channel_id
                )
            ).one()
            if row.tried_at is not None and row.tried_at <= now < row.tried_at + timedelta(
                seconds=apart_s
            ):
                return None
            chosen = self._again(connection, channel_id, now)
            if not chosen:
                chosen = self._next(
                    connection, found[0], now=now, zone=zone, sent_at=row.sent_at, most=most
                )
            if not chosen:
                return None
            message_id = chosen[0].message_id or uuid4().hex
            connection.execute(
                update(delivery)
                .where(delivery.c.delivery_id.in_([one.delivery_id for one in chosen]))
                .values(
                    state=DeliveryState.SENDING,
                    holder=holder,
                    leased_until=now + timedelta(seconds=lease_s),
                    message_id=message_id,
                )
            )
            return Batch(
                message_id=message_id,
                channel=found[0],
                secrets=secrets_of(connection, channel_id),
                waiting=_with_what_it_tells(connection, chosen),
                attempts=max(one.attempts for one in chosen),
            )

    def sent(self, message_id: str, receipt: str) -> int:
        """A message went out; true whoever holds it by now.

        Returns:
            How many notices it told.
        """
        with self._database.write() as connection:
            now = self._clock.now()
            mine = delivery.c.message_id == message_id
            channel_id = _channel_of(connection, mine)
            if channel_id is None:
                return 0
            told = connection.execute(
                update(delivery)
                .where(mine, delivery.c.state != DeliveryState.SENT)
                .values(
                    state=DeliveryState.SENT,
                    sent_at=now,
                    receipt=receipt[:400],
                    attempts=delivery.c.attempts + 1,
                    leased_until=None,
                    skipped=None,
                    error="",
                    detail="",
                )
            ).rowcount
            note_try(connection, channel_id, now, "", "")
            # The other end is there again: what it did not take before need not wait any longer.
            connection.execute(
                update(delivery)
                .where(
                    delivery.c.channel_id == channel_id,
                    delivery.c.state == DeliveryState.PENDING,
                    delivery.c.error != "",
                    delivery.c.alone.is_(False),
                )
                .values(due_at=now)
            )
            return told

    def failed(self, message_id: str, holder: str, failure: Failure) -> int:
        """A message did not go out; what it tells is tried again, however often.

        Returns:
            How many notices wait again; 0 when somebody else holds it by now.
        """
        with self._database.write() as connection:
            now = self._clock.now()
            mine = (
                (delivery.c.message_id == message_id)
                & (delivery.c.holder == holder)
                & (delivery.c.state == DeliveryState.SENDING)
            )
            channel_id = _channel_of(connection, mine)
            if channel_id is None:
                return 0
            waiting = connection.execute(
                update(delivery)
                .where(mine)
                .values(
                    state=DeliveryState.PENDING,
                    leased_until=None,
                    attempts=delivery.c.attempts + 1,
                    due_at=now + timedelta(seconds=failure.retry_in_s),
                    message_id=message_id if failure.maybe_sent else "",
                    **({"alone": True} if failure.alone else {}),
                    error=failure.code,
                    detail=failure.detail[:400],
                )
            ).rowcount
            note_try(connection, channel_id, now, failure.code, failure.detail[:400])
            return waiting

    def of_incident(self, incident_id: int) -> list[Delivery]:
        """What was told of a fire and what waits, newest first."""
        number = min(incident_id, _LARGEST)
        with self._database.read() as connection:
            return load_deliveries(connection, delivery.c.incident_id == number)

    def newest(self, limit: int, *, states: Collection[DeliveryState] = ()) -> list[Delivery]:
        """The newest deliveries of all fires, newest first; of some states, or of all."""
        wanted = [delivery.c.state.in_(sorted(states))] if states else []
        with self._database.read() as connection:
            return load_deliveries(connection, *wanted, limit=limit)

    def forget(self, before: datetime) -> int:
        """Delete what was sent or skipped and created before a moment (UTC).

        Returns:
            How many.
        """
        over = (DeliveryState.SENT, DeliveryState.SKIPPED)
        with self._database.write() as connection:
            return connection.execute(
                delete(delivery).where(delivery.c.state.in_(over), delivery.c.created_at < before)
            ).rowcount

    @staticmethod
    def _again(connection: Connection, channel_id: int, now: datetime) -> list[Delivery]:
        """The oldest message of which nobody knows whether it arrived, as a whole."""
        query = select(delivery.c.message_id).where(
            delivery.c.channel_id == channel_id, delivery.c.message_id != "", _due(now)
        )
        mark = connection.execute(query.order_by(delivery.c.delivery_id).limit(1)).scalar()
        if mark is None:
            return []
        return load_deliveries(
            connection, delivery.c.message_id == mark, delivery.c.state.in_(_WAITING)
        )[::-1]

    @staticmethod
    def _next(
        connection: Connection,
        to: Channel,
        *,
        now: datetime,
        zone: ZoneInfo,
        sent_at: datetime | None,
        most: int,
    ) -> list[Delivery]:
        """What one new message tells; what is not for now gets its next time."""
        # One that another sender has in hand is told before what came after it of the same fire.
        marked = select(delivery.c.incident_id).where(
            delivery.c.channel_id == to.channel_id,
            delivery.c.message_id != "",
            delivery.c.state.in_(_WAITING),
        )
        waiting = (
            (delivery.c.channel_id == to.channel_id)
            & (delivery.c.state == DeliveryState.PENDING)
            & (delivery.c.message_id == "")
            & delivery.c.incident_id.not_in(list(connection.execute(marked).scalars()))
        )
        query = select(delivery.c.delivery_id).where(waiting, delivery.c.due_at <= now)
        numbers = connection.execute(query.order_by(delivery.c.delivery_id).limit(LOOKED_AT))
        looked = load_deliveries(connection, delivery.c.delivery_id.in_(list(numbers.scalars())))
        cases = _Cases(connection, to.channel_id, {one.incident_id for one in looked}, sent_at)
        fires: dict[int, None] = {}
        for one in reversed(looked):
            ruling = rule(to.draft.rules, cases.of(one), now, zone)
            if isinstance(ruling, Send):
                fires[one.incident_id] = None
            else:
                _postpone(connection, one.delivery_id, ruling, now)
        if not fires:
            return []
        # What else waits of these fires goes along, oldest first: no news before its beginning.
        first = list(fires)[: max(1, most)]
        along = load_deliveries(connection, waiting, delivery.c.incident_id.in_(first))[::-1]
        alone = set(
            connection.execute(
                select(delivery.c.delivery_id).where(waiting, delivery.c.alone)
            ).scalars()
        )
        if most == 1 or along[0].delivery_id in alone:
            return along[:1]
        return [one for one in along if one.delivery_id not in alone][:most]


class _Cases:
    """What rulings of one channel look at."""

    def __init__(
        self,
        connection: Connection,
        channel_id: int,
        incident_ids: Collection[int],
        last_sent_at: datetime | None,
    ) -> None:
        numbers = sorted(incident_ids)
        self._last_sent_at = last_sent_at
        fires = select(incident.c.incident_id, incident.c.state, incident.c.urgency).where(
            incident.c.incident_id.in_(numbers)
        )
        self._fires = {
            row.incident_id: (row.state, row.urgency) for row in connection.execute(fires)
        }
        self._townships: dict[int, set[str]] = {}
        seen = select(alert.c.incident_id, alert.c.land).where(alert.c.incident_id.in_(numbers))
        for row in connection.execute(seen):
            codes = self._townships.setdefault(row.incident_id, set())
            codes |= {one.code for one in row.land.townships}
        told = select(delivery.c.incident_id).where(
            delivery.c.channel_id == channel_id,
            delivery.c.incident_id.in_(numbers),
            delivery.c.state == DeliveryState.SENT,
        )
        self._told = set(connection.execute(told).scalars())

    def of(self, one: Delivery) -> Case:
        state, urgency = self._fires[one.incident_id]
        return Case(
            occasion=one.occasion,
            created_at=one.created_at,
            state=state,
            urgency=urgency,
            townships=frozenset(self._townships.get(one.incident_id, ())),
            told=one.incident_id in self._told,
            last_sent_at=self._last_sent_at,
        )


def _postpone(connection: Connection, delivery_id: int, ruling: Ruling, now: datetime) -> None:
    values: dict[str, object]
    if isinstance(ruling, Later):
        values = {"due_at": ruling.at}
    elif isinstance(ruling, Hold):
        values = {"due_at": now + ASKED_AGAIN}
    else:
        values = {"state": DeliveryState.SKIPPED, "skipped": SkipReason.NOT_WANTED}
    connection.execute(
        update(delivery).where(delivery.c.delivery_id == delivery_id).values(**values)
    )


def _due(now: datetime) -> ColumnElement[bool]:
    pending = (delivery.c.state == DeliveryState.PENDING) & (delivery.c.due_at <= now)
    return pending | (
        (delivery.c.state == DeliveryState.SENDING) & (delivery.c.leased_until <= now)
    )


def _channel_of(connection: Connection, wanted: ColumnElement[bool]) -> int | None:
    found = connection.execute(select(func.min(delivery.c.channel_id)).where(wanted)).scalar()
    return None if found is None else int(found)


def _with_what_it_tells(connection: Connection, chosen: Sequence[Delivery]) -> tuple[Waiting, ...]:
    numbers = sorted({one.incident_id for one in chosen})
    fires = {
        one.incident_id: one
        for one in load_incidents(connection, incident.c.incident_id.in_(numbers))
    }
    entries = {
        entry.entry_id: entry
        for found in entries_of(connection, numbers).values()
        for entry in found
    }
    before = select(delivery.c.incident_id, delivery.c.entry_id).where(
        delivery.c.channel_id == chosen[0].channel_id,
        delivery.c.incident_id.in_(numbers),
        delivery.c.state == DeliveryState.SENT,
    )
    told: dict[int, list[int]] = {}
    for row in connection.execute(before.order_by(delivery.c.entry_id)):
        told.setdefault(row.incident_id, []).append(row.entry_id)
    return tuple(
        Waiting(
            delivery=replace(one, state=DeliveryState.SENDING),
            entry=entries[one.entry_id],
            incident=fires[one.incident_id],
            told=tuple(entries[number] for number in told.get(one.incident_id, ())),
        )
        for one in chosen
    )
