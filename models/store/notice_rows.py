"""Channels and deliveries between their tables and the domain."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select

from models.incident import Entry
from models.notice import Channel, Delivery, DeliveryState, Secrets, occasion_of
from models.store.tables import channel, channel_secret, delivery, incident

__all__ = ["fan_out", "load_channels", "load_deliveries", "secrets_of"]


def fan_out(connection: Connection, entry: Entry) -> None:
    """Lay one delivery of an entry into the outbox for each channel that wants it.

    In the transaction of the entry: either both are there, or none.
    """
    occasion = occasion_of(entry)
    if occasion is None:
        return
    channels = connection.execute(
        select(channel.c.channel_id, channel.c.draft).where(channel.c.enabled)
    ).all()
    if not channels:
        return
    of = incident.c.incident_id == entry.incident_id
    is_drill = connection.execute(select(incident.c.is_drill).where(of)).scalar_one()
    for row in channels:
        if row.draft.rules.wants(occasion, is_drill=is_drill):
            connection.execute(
                insert(delivery).values(
                    channel_id=row.channel_id,
                    entry_id=entry.entry_id,
                    incident_id=entry.incident_id,
                    occasion=occasion,
                    state=DeliveryState.PENDING,
                    created_at=entry.at,
                    due_at=entry.at,
                    attempts=0,
                    alone=False,
                    holder="",
                    message_id="",
                    receipt="",
                    error="",
                    detail="",
                )
            )


def load_channels(connection: Connection, *wanted: ColumnElement[bool]) -> list[Channel]:
    """The channels that were not removed and meet every condition, by number."""
    names: dict[int, list[str]] = defaultdict(list)
    known = select(channel_secret.c.channel_id, channel_secret.c.name)
    for row in connection.execute(known.order_by(channel_secret.c.name)):
        names[row.channel_id].append(row.name)
    query = select(channel).where(channel.c.removed_at.is_(None), *wanted)
    return [
        Channel(one.channel_id, one.draft, tuple(names[one.channel_id]), one.created_at)
        for one in connection.execute(query.order_by(channel.c.channel_id))
    ]


def secrets_of(connection: Connection, channel_id: int) -> Secrets:
    """The secrets of a channel."""
    query = select(channel_secret).where(channel_secret.c.channel_id == channel_id)
    return Secrets({row.name: row.secret for row in connection.execute(query)})


def load_deliveries(
    connection: Connection, *wanted: ColumnElement[bool], limit: int | None = None
) -> list[Delivery]:
    """The deliveries that meet every condition, newest first."""
    query = (
        select(delivery, channel.c.draft)
        .join(channel)
        .where(*wanted)
        .order_by(delivery.c.delivery_id.desc())
    )
    return [_delivery(row) for row in connection.execute(query.limit(limit))]


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        delivery_id=row.delivery_id,
        channel_id=row.channel_id,
        channel_name=row.draft.name,
        incident_id=row.incident_id,
        entry_id=row.entry_id,
        occasion=row.occasion,
        state=row.state,
        created_at=row.created_at,
        due_at=row.due_at,
        attempts=row.attempts,
        message_id=row.message_id,
        sent_at=row.sent_at,
        receipt=row.receipt,
        error=row.error,
        detail=row.detail,
        skipped=row.skipped,
    )
