"""Work orders: who is sent to look at a fire, by which clocks, and what they said."""

from models.order.checks import check_draft, check_told, checked_order_note
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
from models.order.page import OrderPage
from models.order.push_job import PushJob

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
    "OrderPage",
    "OrderState",
    "Place",
    "Push",
    "PushJob",
    "PushState",
    "Stops",
    "Told",
    "check_draft",
    "check_open",
    "check_told",
    "checked_order_note",
    "escalation_of",
    "farther",
    "next_of",
    "readings",
]
