"""Calls of an order: somebody is told, once for each number, however many ask for it at once."""

from collections.abc import Collection
from uuid import uuid4

from sqlalchemy import insert

from models.order import OPEN_ORDER_STATES, ClockKind, Order, OrderEntryKind, PushState
from models.store import audit
from models.store.duty_rows import person_there
from models.store.order_base import OrderBase
from models.store.order_rows import change_order, one_order, write_order_entry
from models.store.tables import order_link, order_push

__all__ = ["OrderCalls"]


class OrderCalls(OrderBase):
    """The part of the orders' repository that calls people."""

    def call(
        self,
        order_id: int,
        person_id: int | None,
        *,
        expected_calls: int,
        clock: ClockKind | None,
        round_: int,
        author: str,
        link_s: float,
        channels: Collection[int] = (),
    ) -> Order:
        """Call somebody: the entry, its one-time link, and a push for each channel, or nothing.

        Args:
            order_id: of the order.
            person_id: of the roster; None for the duty room.
            expected_calls: how many calls the asker has seen. When there are others by now, or the
                order is over, nothing is changed: somebody was faster.
            clock: that had run out; None for the first call and for one by hand.
            round_: how often they were called before, see :func:`models.order.next_of`.
            author: who calls.
            link_s: for so long the link can be used.
            channels: numbers of those that the call goes through.

        Returns:
            The order as it is then.

        Raises:
            NotFound: no such order, or nobody of that number.
            Conflict: they were removed from the roster; code ``duty_person_gone``.
        """
        with self._changing() as (connection, now_s):
            before = one_order(connection, order_id)
            if before.state not in OPEN_ORDER_STATES or len(before.calls) != expected_calls:
                return before
            if person_id is not None:
                person_there(connection, person_id)
            entry_id = write_order_entry(
                connection,
                self._clock,
                order_id,
                OrderEntryKind.CALLED,
                tick_s=now_s,
                author=author,
                person_id=person_id,
                call_number=expected_calls + 1,
                clock=clock,
                round=round_,
            )
            connection.execute(
                insert(order_link).values(
                    order_id=order_id,
                    entry_id=entry_id,
                    person_id=person_id,
                    made_at=self._clock.now(),
                    expires_tick_s=now_s + link_s,
                    device_sha256="",
                )
            )
            for channel_id in sorted(set(channels)):
                connection.execute(
                    insert(order_push).values(
                        order_id=order_id,
                        entry_id=entry_id,
                        channel_id=channel_id,
                        state=PushState.WAITING,
                        attempts=0,
                        due_tick_s=now_s,
                        holder="",
                        message_id=uuid4().hex,
                        receipt="",
                        error="",
                        detail="",
                    )
                )
            audit.append(
                connection,
                self._clock,
                actor=author,
                action="order.called",
                subject=str(order_id),
                details={"person": person_id, "call": expected_calls + 1},
            )
            change_order(connection, self._clock, order_id)
            return one_order(connection, order_id)
