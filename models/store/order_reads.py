"""Lists of work orders that people and programs work from."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from models.errors import InputRefused
from models.order import OPEN_ORDER_STATES, Order, OrderPage, OrderState
from models.store.order_base import OrderBase
from models.store.order_rows import LARGEST, load_orders, one_order, whole_fires
from models.store.tables import work_order

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

__all__ = ["OPEN", "OrderReads"]

OPEN: Final = sorted(OPEN_ORDER_STATES)
"""As a condition of SQL has them."""


class OrderReads(OrderBase):
    """The part of the orders' repository that reads."""

    def get(self, order_id: int) -> Order:
        """One order.

        Raises:
            NotFound: no such order.
        """
        with self._database.read() as connection:
            return one_order(connection, order_id)

    def of_fires(self, incident_ids: Collection[int]) -> dict[int, list[Order]]:
        """The orders of some fires, by number of the fire as it was asked for, oldest first.

        Fires that were merged are one: each of them has the orders of all.
        """
        with self._database.read() as connection:
            families = whole_fires(connection, incident_ids)
            everybody = sorted(set().union(*families.values()))
            found = load_orders(connection, work_order.c.incident_id.in_(everybody))[::-1]
        return {
            number: [one for one in found if one.draft.incident_id in families.get(number, ())]
            for number in incident_ids
        }

    def open_ones(self) -> list[Order]:
        """Every order that is not over, whatever its age, oldest first."""
        with self._database.read() as connection:
            return load_orders(connection, work_order.c.state.in_(OPEN))[::-1]

    def page(
        self,
        *,
        before: int | None = None,
        limit: int = 50,
        state: Literal["open", "over"] | OrderState | None = None,
        township: str | Collection[str] | None = None,
        incident_id: int | None = None,
        from_at: datetime | None = None,
        until_at: datetime | None = None,
    ) -> OrderPage:
        """Orders, newest first.

        Args:
            before: only orders with a smaller number; None for all.
            limit: at most so many, at least 1.
            state: ``open``, ``over``, or one state; None for any.
            township: code, or several; None for all.
            incident_id: of a fire and of what it is one with; None for all.
            from_at: UTC, only those opened at or after it.
            until_at: UTC, only those opened before it.

        Raises:
            InputRefused: a limit below 1.
        """
        if limit < 1:
            raise InputRefused(f"A limit of {limit} orders is none.", remedy="Ask for 1 or more.")
        table = work_order.c
        below = LARGEST if before is None else max(0, min(before, LARGEST))
        wanted: list[ColumnElement[bool]] = [table.order_id < below]
        if state == "open":
            wanted.append(table.state.in_(OPEN))
        elif state == "over":
            wanted.append(table.state.not_in(OPEN))
        elif state is not None:
            wanted.append(table.state == OrderState(state))
        if township is not None:
            codes = [township] if isinstance(township, str) else sorted(township)
            wanted.append(table.township.in_(codes))
        if from_at is not None:
            wanted.append(table.opened_at >= from_at)
        if until_at is not None:
            wanted.append(table.opened_at < until_at)
        with self._database.read() as connection:
            if incident_id is not None:
                family = whole_fires(connection, [incident_id]).get(incident_id, ())
                wanted.append(table.incident_id.in_(sorted(family)))
            found = load_orders(connection, *wanted, limit=min(limit, LARGEST - 1) + 1)
        more = len(found) > limit
        return OrderPage(tuple(found[:limit]), found[limit - 1].order_id if more else None)
