"""The outbox of notices: claimed by one sender at a time, never sent twice without its mark.

A delivery is written in the transaction of what it tells, by
:func:`models.store.notice_rows.fan_out`. Whoever sends claims a message under a lease; its mark is
on the disk before anything leaves the house. A sender that dies leaves the mark: the message is
sent again, the same notices under the same mark, and a receiver can drop what comes twice.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from models.clock import Clock
from models.notice import Batch, Delivery, DeliveryState, Failure
from models.store.database import Database
from models.store.notice_health import note_try
from models.store.notice_rows import load_channels, load_deliveries, secrets_of
from models.store.notice_waiting import is_due, next_message, with_what_it_tells
from models.store.tables import channel, delivery

__all__ = ["DeliveryRepository"]

_LARGEST: Final = 2**63 - 1


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
            query = select(delivery.c.channel_id).where(is_due(self._clock.now())).distinct()
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
            chosen = next_message(
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
                waiting=with_what_it_tells(connection, chosen),
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


def _channel_of(connection: Connection, wanted: ColumnElement[bool]) -> int | None:
    found = connection.execute(select(func.min(delivery.c.channel_id)).where(wanted)).scalar()
    return None if found is None else int(found)
