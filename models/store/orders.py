"""Work orders: opened, told of, closed; their clocks stop once and are never moved.

Lists are :mod:`models.store.order_reads`, calls :mod:`models.store.order_calls`, one-time links
:mod:`models.store.order_links`, what is sent for a call :mod:`models.store.order_pushes`. Every
change writes its entry, its event and its audit entry in one transaction; the audit log has numbers
and no words of people.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from models.errors import Conflict
from models.incident import FIRE_STATES, OPEN_STATES
from models.order import (
    OPEN_ORDER_STATES,
    Answer,
    ClockKind,
    ClosesAt,
    Order,
    OrderDraft,
    OrderEntryKind,
    OrderState,
    Told,
    check_draft,
    check_open,
    check_told,
    checked_order_note,
    farther,
)
from models.store import audit
from models.store.order_calls import OrderCalls
from models.store.order_links import OrderLinks
from models.store.order_notes import note_in_fire
from models.store.order_pushes import OrderPushes, give_up, revoke_links
from models.store.order_reads import OPEN, OrderReads
from models.store.order_rows import (
    change_order,
    fire_of,
    load_orders,
    one_order,
    whole_fires,
    write_order_entry,
)
from models.store.tables import order_entry, work_order

__all__ = ["OrderRepository"]

_BY_HAND: Final = "hand:"
_COLUMNS: Final = {
    ClockKind.PUSH: "push_tick_s",
    ClockKind.VERIFY: "verify_tick_s",
    ClockKind.LEAVE: "leave_tick_s",
}
_GONE: Final = frozenset({OrderEntryKind.LEFT, OrderEntryKind.ARRIVED})


class OrderRepository(OrderReads, OrderCalls, OrderLinks, OrderPushes):
    """The work orders of one store.

    Every method that writes takes its author: a user name, ``duty:`` and the number of a person, or
    :data:`models.audit.SYSTEM`; it raises InputRefused with code ``author_missing`` without one.

    Args:
        database: to work on.
        clock: for the times of day of entries, events and of the audit log.
        steady: for the moments that clocks are read by.
    """

    def open(self, drafts: Sequence[OrderDraft], *, author: str) -> list[Order]:
        """Open orders, all or none; one that is there already is given as it is.

        Returns:
            One for each draft, in their order. A cause that opened one in that township before
            gives that one, also when it is over by now; a verdict (cause ``entry:``) gives one that
            is open for that fire and township whatever opened it.

        Raises:
            NotFound: no such fire.
            Conflict: it was merged (``incident_merged``), it needs nobody any more
                (``order_fire_settled``), or somebody opens by hand what is open
                (``order_there``).
            InputRefused: see :func:`models.order.check_draft`.
        """
        for draft in drafts:
            check_draft(draft)
        if not drafts:
            return []
        with self._changing() as (connection, now_s):
            return [self._open(connection, draft, author, now_s) for draft in drafts]

    def tell(
        self, order_id: int, told: Told, *, author: str, person_id: int | None = None
    ) -> Order:
        """Write down what somebody tells; it stops the clocks that it stops, once.

        That they have it (seen, and everything else but a note) stops the first, whether it burns
        the second, that a team leaves or arrives, or that nobody has to, the third. Where the
        village may close the order and nobody says that it burns, an answer that settles closes it.
        Answers and photos are noted in the history of the fire as well.

        What was told with this key before is not told again. Of an order that is over a note is
        still taken, and an answer as a note: it may have waited on a phone without a network.

        Args:
            order_id: of the order.
            told: what.
            author: who writes it down.
            person_id: who tells it, of the roster; None when a monitor writes down what was told.

        Raises:
            NotFound: no such order, or nobody of that number.
            Conflict: it is over; code ``order_over``.
            InputRefused: see :func:`models.order.check_told`.
        """
        check_told(told)
        told = replace(told, note=checked_order_note(told.note))
        with self._changing() as (connection, now_s):
            before = one_order(connection, order_id)
            if told.key and _known(connection, order_id, told.key):
                return before
            kind = told.kind
            if before.state not in OPEN_ORDER_STATES and kind is OrderEntryKind.ANSWERED:
                kind = OrderEntryKind.NOTED
            if kind is not OrderEntryKind.NOTED:
                check_open(before.state)
            write_order_entry(
                connection,
                self._clock,
                order_id,
                kind,
                tick_s=now_s,
                author=author,
                told=told,
                person_id=person_id,
            )
            self._audited(
                connection,
                author,
                "order.told",
                order_id,
                {
                    "kind": told.kind,
                    "answer": told.answer,
                    "person": person_id,
                    "photo": None if told.photo is None else told.photo.sha256,
                },
            )
            note_in_fire(
                connection,
                self._clock,
                before.draft.incident_id,
                order_id=order_id,
                told=told,
                author=author,
            )
            if kind is OrderEntryKind.NOTED:
                change_order(connection, self._clock, order_id)
                return one_order(connection, order_id)
            stopped = _stopped_by(before, told)
            if person_id is not None or ClockKind.PUSH in stopped:
                give_up(connection, order_id, person_id)
            values: dict[str, object] = {_COLUMNS[one]: now_s for one in stopped}
            values["state"] = farther(before.state, OrderState(told.kind))
            if told.answer is not None:
                values["answer"] = told.answer
            if self._closes(connection, before, told):
                values |= self._end(
                    connection, order_id, OrderState.CLOSED, author=author, note="", now_s=now_s
                )
            change_order(connection, self._clock, order_id, values)
            return one_order(connection, order_id)

    def close(self, order_id: int, *, author: str, note: str = "") -> Order:
        """Close an order: it was done. Its links open nothing more, and nobody is called.

        Raises:
            NotFound: no such order.
            Conflict: it is over; code ``order_over``.
            InputRefused: a note that cannot be stored.
        """
        return self._over(order_id, OrderState.CLOSED, author, note)

    def withdraw(self, order_id: int, *, author: str, note: str = "") -> Order:
        """Withdraw an order: it was not needed. Otherwise as :meth:`close`."""
        return self._over(order_id, OrderState.WITHDRAWN, author, note)

    def _open(self, connection: Connection, draft: OrderDraft, author: str, now_s: float) -> Order:
        table = work_order.c
        there = load_orders(
            connection, table.cause == draft.cause, table.township == draft.township
        )
        if there:
            return there[0]
        fire = fire_of(connection, draft.incident_id)
        if fire.merged_into is not None:
            raise Conflict(
                f"Fire {fire.incident_id} was merged into fire {fire.merged_into}.",
                remedy="Go on with that one.",
                code="incident_merged",
            )
        if fire.state not in OPEN_STATES:
            raise Conflict(
                f"Fire {fire.incident_id} is {fire.state}: nobody has to go there.",
                remedy="Reopen the fire if it burns again.",
                code="order_fire_settled",
            )
        family = whole_fires(connection, [fire.incident_id])[fire.incident_id]
        standing = load_orders(
            connection,
            table.incident_id.in_(sorted(family)),
            table.township == draft.township,
            table.state.in_(OPEN),
        )
        if standing:
            if draft.cause.startswith(_BY_HAND):
                raise Conflict(
                    f"Order {standing[-1].order_id} is open for this fire and township.",
                    remedy="Call somebody else in that order, or close it first.",
                    code="order_there",
                )
            return standing[-1]
        written = insert(work_order).values(
            incident_id=fire.incident_id,
            township=draft.township,
            villages=draft.villages,
            probability=draft.probability,
            closes_at=draft.closes_at,
            cause=draft.cause,
            note=checked_order_note(draft.note),
            state=OrderState.CALLED,
            is_drill=fire.is_drill,
            opened_at=self._clock.now(),
            opened_tick_s=now_s,
            version=0,
        )
        number = connection.execute(written.returning(table.order_id)).scalar_one()
        write_order_entry(
            connection,
            self._clock,
            number,
            OrderEntryKind.OPENED,
            tick_s=now_s,
            author=author,
            note=checked_order_note(draft.note),
        )
        self._audited(
            connection,
            author,
            "order.opened",
            number,
            {"of": f"incident {fire.incident_id}", "township": draft.township},
        )
        change_order(connection, self._clock, number)
        return one_order(connection, number)

    def _over(self, order_id: int, state: OrderState, author: str, note: str) -> Order:
        note = checked_order_note(note)
        with self._changing() as (connection, now_s):
            check_open(one_order(connection, order_id).state)
            values = self._end(connection, order_id, state, author=author, note=note, now_s=now_s)
            change_order(connection, self._clock, order_id, values)
            return one_order(connection, order_id)

    def _closes(self, connection: Connection, order: Order, told: Told) -> bool:
        """Whether a village puts an end to it: no monitor and nobody there says that it burns."""
        if told.answer is None or not told.answer.settles:
            return False
        if any(one.told and one.told.answer is Answer.REAL for one in order.entries):
            return False
        fire = fire_of(connection, order.draft.incident_id)
        return order.draft.closes_at is ClosesAt.VILLAGE and fire.state not in FIRE_STATES

    def _end(
        self,
        connection: Connection,
        order_id: int,
        state: OrderState,
        *,
        author: str,
        note: str,
        now_s: float,
    ) -> dict[str, object]:
        """What is over: its entry is written; the columns are for the caller to write."""
        write_order_entry(
            connection,
            self._clock,
            order_id,
            OrderEntryKind(state),
            tick_s=now_s,
            author=author,
            note=note,
        )
        closed = state is OrderState.CLOSED
        action = "order.closed" if closed else "order.withdrawn"
        self._audited(connection, author, action, order_id, {})
        revoke_links(connection, order_id, self._clock.now())
        give_up(connection, order_id, None)
        return {"state": state, "closed_at": self._clock.now(), "over_tick_s": now_s}

    def _audited(
        self,
        connection: Connection,
        actor: str,
        action: str,
        order_id: int,
        details: dict[str, Any],
    ) -> None:
        audit.append(
            connection,
            self._clock,
            actor=actor,
            action=action,
            subject=str(order_id),
            details=details,
        )


def _known(connection: Connection, order_id: int, key: str) -> bool:
    table = order_entry.c
    query = select(table.entry_id).where(table.order_id == order_id, table.key == key)
    return connection.execute(query).one_or_none() is not None


def _stopped_by(order: Order, told: Told) -> list[ClockKind]:
    """Which clocks that run are stopped by what was told."""
    stops = {ClockKind.PUSH}
    if told.answer is not None and told.answer is not Answer.UNSURE:
        stops.add(ClockKind.VERIFY)
    if told.kind in _GONE or (told.answer is not None and told.answer.settles):
        stops.add(ClockKind.LEAVE)
    return [kind for kind in order.stops.running if kind in stops]
