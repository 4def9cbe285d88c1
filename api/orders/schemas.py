"""Work orders on the wire: what is told of them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from models.duty import Post
from models.incident import DismissReason
from models.order import (
    Answer,
    ClockKind,
    ClockState,
    ClosesAt,
    OrderEntryKind,
    OrderState,
    PushState,
)

__all__ = [
    "FireOrderList",
    "LinkUrl",
    "OpenedOrders",
    "OrderAnswer",
    "OrderCalledAnswer",
    "OrderClockAnswer",
    "OrderEntryAnswer",
    "OrderLinkAnswer",
    "OrderList",
    "OrderPhotoAnswer",
    "OrderPlaceAnswer",
    "OrderPushAnswer",
    "SuggestedOrder",
    "VillageAnswer",
]


class VillageAnswer(BaseModel):
    """A village; its name is empty where the land does not know it any more."""

    code: str
    name: str


class OrderClockAnswer(BaseModel):
    """One clock; see :class:`models.order.ClockReading`.

    Attributes:
        elapsed_s: until now, until it was stopped, or until the order was over.
        due_at: UTC; of one that runs by the server's clock as it is set now.
    """

    kind: ClockKind
    limit_s: float
    elapsed_s: float
    state: ClockState
    due_at: datetime


class OrderCalledAnswer(BaseModel):
    """Who was called last.

    Attributes:
        person_id: null for the duty room.
        name: empty for the duty room, and for who may not know.
        phone: null likewise, and of somebody who was removed from the roster.
        number: of the call, from 1.
        at: UTC.
        clock: that had run out for who was called before; null for the first, or one by hand.
        round: how often the same person was called before.
    """

    person_id: int | None
    name: str
    phone: str | None
    post: Post | None
    number: int
    at: datetime
    clock: ClockKind | None
    round: int


class OrderPhotoAnswer(BaseModel):
    """A picture that somebody took on the ground; time and place as it says itself, or null."""

    url: str
    taken_at: datetime | None
    lon_deg: float | None
    lat_deg: float | None


class OrderPlaceAnswer(BaseModel):
    """Where a phone said that it was, WGS 84."""

    lon_deg: float
    lat_deg: float
    accuracy_m: float


class OrderEntryAnswer(BaseModel):
    """One entry of the history; see :class:`models.order.OrderEntry`.

    Attributes:
        name: of the person; empty without one, and for who may not know.
        note: of what was told, or of the opening, closing and withdrawing.
        told_at: UTC by the teller's clock, when they said it; null when it was said as it came.
    """

    entry_id: int
    kind: OrderEntryKind
    at: datetime
    author: str
    person_id: int | None
    name: str
    call_number: int | None
    clock: ClockKind | None
    round: int
    answer: Answer | None
    reason: DismissReason | None
    note: str
    photo: OrderPhotoAnswer | None
    place: OrderPlaceAnswer | None
    told_at: datetime | None


class OrderPushAnswer(BaseModel):
    """How a call stands in a channel, by the channel's name; ``error`` is a code, or empty."""

    channel: str
    state: PushState
    sent_at: datetime | None
    error: str


class OrderLinkAnswer(BaseModel):
    """How the link of the last call stands; times UTC."""

    state: Literal["waiting", "opened", "expired", "revoked"]
    opened_at: datetime | None
    expires_at: datetime


class OrderAnswer(BaseModel):
    """One work order.

    Attributes:
        township: code; empty for the district's own duty room.
        probability: that the fire lies in the township; null when nobody reckoned it.
        closes_at: who may close it.
        next_call_at: UTC by the server's clock as it is set now: when the next one is called unless
            somebody says something; null when nobody will be, and before the first call.
        called: null before the first call.
        pushes: of all calls.
        link: of the last call; null without one, and for who may not know.
    """

    order_id: int
    incident_id: int
    township: str
    township_name: str
    villages: tuple[VillageAnswer, ...]
    probability: float | None
    closes_at: ClosesAt
    note: str
    state: OrderState
    is_drill: bool
    opened_at: datetime
    closed_at: datetime | None
    answer: Answer | None
    version: int
    clocks: tuple[OrderClockAnswer, ...]
    next_call_at: datetime | None
    called: OrderCalledAnswer | None
    entries: tuple[OrderEntryAnswer, ...]
    pushes: tuple[OrderPushAnswer, ...]
    link: OrderLinkAnswer | None


class OrderList(BaseModel):
    """A page of orders.

    Attributes:
        at: UTC, as of when their clocks are read.
        orders: open ones all at once, the most urgent first; others newest first.
        next_before: number to ask on from; null on the last page, and of open ones.
    """

    at: datetime
    orders: tuple[OrderAnswer, ...]
    next_before: int | None


class SuggestedOrder(BaseModel):
    """A township that the fire may lie in and that has no open order of it."""

    township: str
    name: str
    probability: float | None
    villages: tuple[VillageAnswer, ...]


class FireOrderList(BaseModel):
    """Orders of a fire, newest first, and those that it might have besides."""

    at: datetime
    orders: tuple[OrderAnswer, ...]
    suggested: tuple[SuggestedOrder, ...]


class OpenedOrders(BaseModel):
    """Orders that were opened, or that are there already by the same request."""

    orders: tuple[OrderAnswer, ...]


class LinkUrl(BaseModel):
    """The link of the last call, whole: whoever opens it first is taken for who was called."""

    url: str
