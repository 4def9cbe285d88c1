"""A page of orders."""

from dataclasses import dataclass

from models.order.order import Order

__all__ = ["OrderPage"]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders, newest first.

    Attributes:
        orders: at most as many as were asked for.
        next_before: number to ask on from; None on the last page.
    """

    orders: tuple[Order, ...]
    next_before: int | None
