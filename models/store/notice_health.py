"""How channels fare: how the last try of each went, and what waits for it."""

from datetime import datetime

from sqlalchemy import Connection, func, literal, select, update

from models.notice import ChannelHealth
from models.store.notice_rows import load_channels
from models.store.notice_waiting import WAITING
from models.store.tables import channel, delivery

__all__ = ["load_health", "note_try"]


def note_try(
    connection: Connection,
    channel_id: int,
    at: datetime,
    error: str,
    detail: str,
    *,
    counts: bool = True,
) -> None:
    """Keep how the last try of a channel went.

    Args:
        connection: of a writing transaction.
        channel_id: of the channel.
        at: UTC.
        error: code of the failure; empty for a success.
        detail: in words.
        counts: the success begins a cool-down.
    """
    row = channel.c.channel_id == channel_id
    if not error:
        values: dict[str, object] = {
            "failing_since": None,
            "failures": 0,
            "error": "",
            "detail": "",
        }
        if counts:
            values["sent_at"] = at
        connection.execute(update(channel).where(row).values(tried_at=at, **values))
        return
    connection.execute(
        update(channel)
        .where(row)
        .values(
            tried_at=at,
            failing_since=func.coalesce(
                channel.c.failing_since, literal(at, channel.c.failing_since.type)
            ),
            failures=channel.c.failures + 1,
            error=error,
            detail=detail,
        )
    )


def load_health(connection: Connection) -> list[ChannelHealth]:
    """How every channel that was not removed fares, by number."""
    waiting = (
        select(
            delivery.c.channel_id,
            func.count().label("pending"),
            func.count(func.nullif(delivery.c.error, "")).label("failing"),
            func.min(delivery.c.created_at, type_=delivery.c.created_at.type).label("oldest"),
        )
        .where(delivery.c.state.in_(WAITING))
        .group_by(delivery.c.channel_id)
    )
    counts = {row.channel_id: row for row in connection.execute(waiting)}
    rows = {row.channel_id: row for row in connection.execute(select(channel))}
    channels = load_channels(connection)
    found = []
    for one in channels:
        row, count = rows[one.channel_id], counts.get(one.channel_id)
        found.append(
            ChannelHealth(
                channel=one,
                pending=0 if count is None else count.pending,
                failing=0 if count is None else count.failing,
                oldest_pending_at=None if count is None else count.oldest,
                last_success_at=row.sent_at,
                failing_since=row.failing_since,
                failures=row.failures,
                error=row.error,
                detail=row.detail,
            )
        )
    return found
