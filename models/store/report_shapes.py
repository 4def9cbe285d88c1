"""Rows as reports read them: nothing that is personal is among them."""

from dataclasses import dataclass
from datetime import datetime

from models.notice.delivery import DeliveryState
from models.order import Answer, ClockKind, OrderState, PushState, Stops

__all__ = [
    "CameraDay",
    "DeliveryRow",
    "GatePassages",
    "OrderRow",
    "PushRow",
    "ShiftedClock",
]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A work order, as far as figures need it.

    Attributes:
        order_id: number.
        incident_id: of its fire; of one that was merged, of the fire that stays.
        township: code; empty for the district.
        state: of its life.
        is_drill: its fire is invented.
        opened_at: UTC.
        opened_tick_s: on the scale that never jumps.
        stops: of its clocks.
        answer: the last one; None before.
        calls: numbers of its calls, in their order.
        escalations: of these, calls that were made because a clock had run out.
    """

    order_id: int
    incident_id: int
    township: str
    state: OrderState
    is_drill: bool
    opened_at: datetime
    opened_tick_s: float
    stops: Stops
    answer: Answer | None
    calls: tuple[int, ...] = ()
    escalations: tuple[tuple[int, ClockKind], ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A notice on its way through one channel.

    Attributes:
        delivery_id: number.
        channel_id: of the channel.
        channel: its name, also of one that was removed.
        incident_id: of the fire that it tells of; of one that was merged, of the fire that stays.
        is_drill: the fire that it tells of is invented.
        state: where it stands.
        created_at: UTC.
        sent_at: UTC; None before.
        failed: its last try failed.
    """

    delivery_id: int
    channel_id: int
    channel: str
    incident_id: int
    is_drill: bool
    state: DeliveryState
    created_at: datetime
    sent_at: datetime | None
    failed: bool


@dataclass(frozen=True, slots=True)
class PushRow:
    """A call of an order on its way through one channel.

    Attributes:
        push_id: number.
        channel_id: of the channel.
        channel: its name, also of one that was removed.
        incident_id: of the order's fire; of one that was merged, of the fire that stays.
        is_drill: that fire is invented.
        state: where it stands.
        called_at: UTC.
        sent_at: UTC; None before.
        failed: its last try failed.
    """

    push_id: int
    channel_id: int
    channel: str
    incident_id: int
    is_drill: bool
    state: PushState
    called_at: datetime
    sent_at: datetime | None
    failed: bool


@dataclass(frozen=True, slots=True)
class CameraDay:
    """A camera's pictures were looked at on a day.

    Attributes:
        camera_id: of the camera.
        day: by the site's clock, ``2026-11-03``.
        visit_id: of the first visit that began on it.
    """

    camera_id: str
    day: str
    visit_id: int


@dataclass(frozen=True, slots=True)
class ShiftedClock:
    """The server's clock was set.

    Attributes:
        shift_id: number.
        at: UTC, by the clock as it was set.
        shift_s: seconds; above 0 it was set forward.
    """

    shift_id: int
    at: datetime
    shift_s: float


@dataclass(frozen=True, slots=True)
class GatePassages:
    """How many passed a gate; who they were is not read.

    Attributes:
        gate: its key.
        passages: people, vehicles, and counts of them, each row once.
    """

    gate: str
    passages: int
