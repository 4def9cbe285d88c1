"""Work orders: who is sent to look at a fire, by which clocks, and what they said."""

from models.order.clocks import (
    ClockKind,
    ClockReading,
    ClockState,
    Limits,
    Stops,
    escalation_of,
    next_of,
    readings,
)
from models.order.life import (
    OPEN_ORDER_STATES,
    Answer,
    ClosesAt,
    OrderState,
    check_open,
    farther,
)
from models.order.link import OrderLink, Push, PushState
from models.order.order import Order, OrderDraft, OrderEntry, OrderEntryKind, Place, Told

__all__ = [
    "OPEN_ORDER_STATES",
    "Answer",
    "ClockKind",
    "ClockReading",
    "ClockState",
    "ClosesAt",
    "Limits",
    "Order",
    "OrderDraft",
    "OrderEntry",
    "OrderEntryKind",
    "OrderLink",
    "OrderState",
    "Place",
    "Push",
    "PushState",
    "Stops",
    "Told",
    "check_open",
    "escalation_of",
    "farther",
    "next_of",
    "readings",
]
