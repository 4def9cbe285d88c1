"""The outbox of calls: claimed by one sender at a time, under a mark that stays the same.

As :mod:`models.store.notices` does it; leases and waits are on the scale that never jumps.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, select, update

from models.order import Push, PushJob, PushState
from models.store.duty_rows import one_person
from models.store.notice_health import note_try
from models.store.notice_rows import load_channels, secrets_of
from models.store.order_base import OrderBase
from models.store.order_links import links_of
from models.store.order_rows import change_order, one_order
from models.store.tables import channel, order_entry, order_link, order_push

__all__ = ["OrderPushes", "give_up", "revoke_links"]

_IN_HAND: Final = (PushState.WAITING, PushState.SENDING)
LONGEST_DETAIL: Final = 400


class OrderPushes(OrderBase):
    """The part of the orders' repository that keeps what is sent."""

    def pushes(self, order_id: int) -> list[Push]:
        """What is sent for the calls of an order, oldest first; empty for one that is not there."""
        with self._database.read() as connection:
            return _pushes(connection, order_push.c.order_id == order_id)

    def due_pushes(self) -> list[int]:
        """Numbers of the channels that have a call to send now, and are switched on."""
        now_s = self._steady.tick_s()
        query = select(order_push.c.channel_id).join(channel).where(_due(now_s), _SENDS)
        with self._database.read() as connection:
            return sorted(set(connection.execute(query).scalars()))

    def claim_push(self, channel_id: int, *, holder: str, lease_s: float) -> PushJob | None:
        """Take the oldest call that a channel has to send now, if it has one.

        Args:
            channel_id: of the channel.
            holder: who sends, unlike any other sender.
            lease_s: for so long nobody else takes it.
        """
        with self._changing() as (connection, now_s):
            found = load_channels(connection, channel.c.channel_id == channel_id)
            if not found or not found[0].draft.enabled:
                return None
            due = _pushes(connection, order_push.c.channel_id == channel_id, _due(now_s))
            if not due:
                return None
            mine = order_push.c.push_id == due[0].push_id
            connection.execute(
                update(order_push)
                .where(mine)
                .values(state=PushState.SENDING, holder=holder, leased_tick_s=now_s + lease_s)
            )
            (push,) = _pushes(connection, mine)
            (link,) = links_of(connection, order_link.c.entry_id == push.entry_id)
            return PushJob(
                push=push,
                order=one_order(connection, push.order_id),
                person=None if link.person_id is None else one_person(connection, link.person_id),
                channel=found[0],
                secrets=secrets_of(connection, channel_id),
                link=link,
            )

    def push_sent(self, push_id: int, receipt: str) -> bool:
        """A call went out; true whoever holds it by now, and whether it was given up or not.

        Returns:
            Whether that is news.
        """
        with self._changing() as (connection, _):
            mine = order_push.c.push_id == push_id
            found = _pushes(connection, mine, order_push.c.state != PushState.SENT)
            if not found:
                return False
            now = self._clock.now()
            connection.execute(
                update(order_push)
                .where(mine)
                .values(
                    state=PushState.SENT,
                    sent_at=now,
                    leased_tick_s=None,
                    receipt=receipt[:LONGEST_DETAIL],
                    error="",
                    detail="",
                )
            )
            note_try(connection, found[0].channel_id, now, "", "", counts=False)
            change_order(connection, self._clock, found[0].order_id)
            return True

    def push_failed(
        self, push_id: int, *, holder: str, error: str, detail: str, retry_in_s: float
    ) -> bool:
        """A call did not go out; it is tried again, however often, until it is given up.

        Args:
            push_id: of the push.
            holder: who had claimed it.
            error: code of the failure.
            detail: in words, without secrets and telephones.
            retry_in_s: not before.

        Returns:
            Whether it waits again; False when somebody else has it, or it was given up.
        """
        with self._changing() as (connection, now_s):
            mine = order_push.c.push_id == push_id
            held = (order_push.c.holder == holder) & (order_push.c.state == PushState.SENDING)
            found = _pushes(connection, mine, held)
            if not found:
                return False
            connection.execute(
                update(order_push)
                .where(mine)
                .values(
                    state=PushState.WAITING,
                    leased_tick_s=None,
                    attempts=order_push.c.attempts + 1,
                    due_tick_s=now_s + retry_in_s,
                    error=error,
                    detail=detail[:LONGEST_DETAIL],
                )
            )
            now = self._clock.now()
            note_try(connection, found[0].channel_id, now, error, detail[:LONGEST_DETAIL])
            if found[0].error != error:  # a channel that goes on failing is no news
                change_order(connection, self._clock, found[0].order_id)
            return True


def give_up(connection: Connection, order_id: int, person_id: int | None) -> None:
    """Somebody has it: calls to them need not go out any more; None for all calls of the order."""
    wanted = [order_push.c.order_id == order_id, order_push.c.state.in_(_IN_HAND)]
    if person_id is not None:
        calls = select(order_entry.c.entry_id).where(
            order_entry.c.order_id == order_id, order_entry.c.person_id == person_id
        )
        wanted.append(order_push.c.entry_id.in_(calls))
    connection.execute(
        update(order_push).where(*wanted).values(state=PushState.GIVEN_UP, leased_tick_s=None)
    )


def revoke_links(connection: Connection, order_id: int, at: datetime) -> None:
    """An order is over: its links open nothing any more."""
    mine = (order_link.c.order_id == order_id) & order_link.c.revoked_at.is_(None)
    connection.execute(update(order_link).where(mine).values(revoked_at=at))


_SENDS: Final = channel.c.enabled & channel.c.removed_at.is_(None)


def _due(now_s: float) -> ColumnElement[bool]:
    """What may be sent now: its time has come, or its sender's lease is over."""
    waiting = (order_push.c.state == PushState.WAITING) & (order_push.c.due_tick_s <= now_s)
    sending = (order_push.c.state == PushState.SENDING) & (order_push.c.leased_tick_s <= now_s)
    return waiting | sending


def _pushes(connection: Connection, *wanted: ColumnElement[bool]) -> list[Push]:
    query = select(order_push).where(*wanted).order_by(order_push.c.push_id)
    return [_push(row) for row in connection.execute(query)]


def _push(row: Row[Any]) -> Push:
    return Push(
        push_id=row.push_id,
        order_id=row.order_id,
        entry_id=row.entry_id,
        channel_id=row.channel_id,
        state=row.state,
        attempts=row.attempts,
        message_id=row.message_id,
        sent_at=row.sent_at,
        error=row.error,
        detail=row.detail,
    )
