"""A work order 工单: a township's people are to look at one fire, by clocks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.incident import DismissReason, Photo
from models.order.clocks import ClockKind, Stops
from models.order.life import Answer, ClosesAt, OrderState

__all__ = ["Order", "OrderDraft", "OrderEntry", "OrderEntryKind", "Place", "Told"]


class OrderEntryKind(StrEnum):
    """What an entry of an order's history tells."""

    OPENED = "opened"
    CALLED = "called"  # somebody is told
    SEEN = "seen"
    ANSWERED = "answered"
    LEFT = "left"
    ARRIVED = "arrived"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """An order that is to be opened.

    Attributes:
        incident_id: of the fire.
        township: code; :data:`models.duty.DISTRICT` where the fire lies in none that is known.
        villages: codes of villages that it may lie in, likeliest first; may be empty.
        probability: that the fire lies in the township, 0 to 1; None when nobody reckoned it.
        closes_at: who may close it.
        cause: why it is opened, unlike any other cause: ``entry:17`` for the verdict of that
            number, ``hand:`` and a mark of the asker's. One cause opens one order in a township.
        note: what whoever opens it adds.
    """

    incident_id: int
    township: str
    villages: tuple[str, ...]
    probability: float | None
    closes_at: ClosesAt
    cause: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a phone says that it is.

    Attributes:
        lon_deg: WGS 84, -180 to 180.
        lat_deg: WGS 84, -90 to 90.
        accuracy_m: radius that holds it with 95 %, as the W3C's Geolocation says it.
    """

    lon_deg: float
    lat_deg: float
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody tells of an order, from a phone or through a monitor.

    Attributes:
        kind: seen, answered, left, arrived or noted.
        answer: with answered, and only there.
        reason: what it was instead of a wildfire; with an answer that settles, may be None.
        note: free text.
        photo: in the vault already.
        place: where the teller stood, as their phone says; None when it does not.
        told_at: UTC by the teller's clock, when they said it; None when it is said now.
        key: the teller's mark, so that what comes twice counts once; empty for none.
    """

    kind: OrderEntryKind
    answer: Answer | None = None
    reason: DismissReason | None = None
    note: str = ""
    photo: Photo | None = None
    place: Place | None = None
    told_at: datetime | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class OrderEntry:
    """One entry of the history of an order; never changed.

    Attributes:
        entry_id: number, rising over all orders.
        order_id: whose.
        kind: what it tells.
        at: UTC, when it was written.
        tick_s: the same on the scale that never jumps, see :mod:`models.steady`.
        author: user name, :data:`models.audit.SYSTEM`, or ``duty:`` and the number of a person.
        person_id: who is called, or who tells it; None for the duty room and for monitors.
        call_number: of a call, counted from 1 in its order.
        clock: of a call, the clock that had run out; None for the first, and for one by hand.
        round: of a call, how often the same person was called before, from 0.
        told: of what somebody told; None for other kinds.
        note: of opened, closed and withdrawn.
    """

    entry_id: int
    order_id: int
    kind: OrderEntryKind
    at: datetime
    tick_s: float
    author: str
    person_id: int | None = None
    call_number: int | None = None
    clock: ClockKind | None = None
    round: int = 0
    told: Told | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the store knows it.

    Attributes:
        order_id: number, rising, never used again.
        draft: as it was opened; its ``incident_id`` is of the fire that it stands for by now.
        state: of its life.
        is_drill: its fire is invented.
        opened_at: UTC.
        opened_tick_s: the same on the scale that never jumps.
        stops: when its clocks were stopped.
        answer: the last one; None before.
        closed_at: UTC; None while it is open.
        version: rises with every change.
        entries: its history, by number.
    """

    order_id: int
    draft: OrderDraft
    state: OrderState
    is_drill: bool
    opened_at: datetime
    opened_tick_s: float
    stops: Stops
    answer: Answer | None
    closed_at: datetime | None
    version: int
    entries: tuple[OrderEntry, ...]

    @property
    def calls(self) -> tuple[OrderEntry, ...]:
        """Calls in their order."""
        return tuple(one for one in self.entries if one.kind is OrderEntryKind.CALLED)
