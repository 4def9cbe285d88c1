"""What waits in the outbox: which of it a channel's next message tells, and what waits on.

Nothing is sent and nothing is claimed here. What the rules of a channel do not want now gets the
time when it is looked at again; what they never want is skipped, with why.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, select, update

from models.notice import (
    Channel,
    Delivery,
    DeliveryState,
    Hold,
    Later,
    Send,
    SkipReason,
    Waiting,
    rule,
)
from models.notice.quiet import Case, Ruling
from models.store.incident_history import entries_of
from models.store.incident_rows import load_incidents
from models.store.notice_rows import load_deliveries
from models.store.tables import alert, delivery, incident

__all__ = ["WAITING", "is_due", "next_message", "skip_all", "with_what_it_tells"]

WAITING: Final = (DeliveryState.PENDING, DeliveryState.SENDING)
"""What is still to be sent."""

ASKED_AGAIN: Final = timedelta(seconds=10)
"""After this what the rules do not want yet is looked at again."""

LOOKED_AT: Final = 500  # deliveries of a channel in one claim


def is_due(now: datetime) -> ColumnElement[bool]:
    """What may be sent at a moment (UTC): its time has come, or its sender's lease is over."""
    pending = (delivery.c.state == DeliveryState.PENDING) & (delivery.c.due_at <= now)
    return pending | (
        (delivery.c.state == DeliveryState.SENDING) & (delivery.c.leased_until <= now)
    )


def next_message(
    connection: Connection,
    to: Channel,
    *,
    now: datetime,
    zone: ZoneInfo,
    sent_at: datetime | None,
    most: int,
) -> list[Delivery]:
    """What the next message of a channel tells, oldest first; empty when there is none for now.

    Args:
        connection: of a writing transaction: what is not for now gets its next time.
        to: the channel.
        now: UTC.
        zone: of the site's clock.
        sent_at: when the channel last sent a notice, UTC; None if never.
        most: notices in one new message; one whose fate nobody knows is sent again as it was.
    """
    return _again(connection, to.channel_id, now) or _next(
        connection, to, now=now, zone=zone, sent_at=sent_at, most=most
    )


def with_what_it_tells(connection: Connection, chosen: Sequence[Delivery]) -> tuple[Waiting, ...]:
    """Deliveries of one message, at least one, each with its fire and what was told of it before.

    Args:
        connection: of the transaction that claims them.
        chosen: all of one channel.

    Returns:
        In the order of ``chosen``, as being sent.
    """
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


def skip_all(connection: Connection, channel_id: int) -> int:
    """A channel is switched off or removed: what waits for it is not sent.

    Args:
        connection: of a writing transaction.
        channel_id: of the channel.

    Returns:
        How many deliveries.
    """
    found = connection.execute(
        update(delivery)
        .where(delivery.c.channel_id == channel_id, delivery.c.state.in_(WAITING))
        .values(state=DeliveryState.SKIPPED, skipped=SkipReason.CHANNEL_OFF, leased_until=None)
    )
    return found.rowcount


def _again(connection: Connection, channel_id: int, now: datetime) -> list[Delivery]:
    """The oldest message of which nobody knows whether it arrived, as a whole."""
    query = select(delivery.c.message_id).where(
        delivery.c.channel_id == channel_id, delivery.c.message_id != "", is_due(now)
    )
    mark = connection.execute(query.order_by(delivery.c.delivery_id).limit(1)).scalar()
    if mark is None:
        return []
    return load_deliveries(
        connection, delivery.c.message_id == mark, delivery.c.state.in_(WAITING)
    )[::-1]


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
        delivery.c.state.in_(WAITING),
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
