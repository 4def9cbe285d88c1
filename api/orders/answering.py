"""From orders as they are stored to what is told of them, to whom."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from api.context import Context
from api.orders.rights import knows_people
from api.orders.schemas import (
    OrderAnswer,
    OrderCalledAnswer,
    OrderClockAnswer,
    OrderEntryAnswer,
    OrderLinkAnswer,
    OrderPhotoAnswer,
    OrderPlaceAnswer,
    OrderPushAnswer,
    VillageAnswer,
)
from models.duty import DutyPerson
from models.order import (
    ClockReading,
    ClockState,
    Order,
    OrderEntry,
    OrderLink,
    Told,
    escalation_of,
    readings,
)
from models.user import User

__all__ = ["OrderTeller"]

_RUNS = frozenset({ClockState.RUNNING, ClockState.OVERDUE})


class OrderTeller:
    """Tells of orders as of one moment.

    Args:
        context: of the application.
        user: who asks.

    Attributes:
        at: UTC, of the moment.
    """

    def __init__(self, context: Context, user: User) -> None:
        self._context = context
        self._knows_people = knows_people(user)
        self.at = context.clock.now()
        self._tick_s = context.store.steady.tick_s()
        self._units = context.orders.assigner.units()
        self._villages = {one.code: one.name for one in self._units.villages}
        self._channels = {one.channel_id: one.draft.name for one in context.store.channels.all()}
        self._people: dict[int, DutyPerson] = {}

    def all(self, orders: Iterable[Order]) -> tuple[OrderAnswer, ...]:
        """Of each of some orders."""
        return tuple(self.one(order) for order in orders)

    def one(self, order: Order) -> OrderAnswer:
        """Of one order."""
        draft, limits = order.draft, self._context.orders.limits
        clocks = readings(order.opened_tick_s, order.stops, limits, self._tick_s)
        return OrderAnswer(
            order_id=order.order_id,
            incident_id=draft.incident_id,
            township=draft.township,
            township_name=self._units.townships.get(draft.township, ""),
            villages=self.villages(draft.villages),
            probability=draft.probability,
            closes_at=draft.closes_at,
            note=draft.note,
            state=order.state,
            is_drill=order.is_drill,
            opened_at=order.opened_at,
            closed_at=order.closed_at,
            answer=order.answer,
            version=order.version,
            clocks=tuple(self._clock(order, one) for one in clocks),
            next_call_at=self._next_call_at(order),
            called=self._called(order.calls),
            entries=tuple(self._entry(one) for one in order.entries),
            pushes=tuple(
                OrderPushAnswer(
                    channel=self._channels.get(one.channel_id, ""),
                    state=one.state,
                    sent_at=one.sent_at,
                    error=one.error,
                )
                for one in self._context.store.orders.pushes(order.order_id)
            ),
            link=self._link(order.calls),
        )

    def villages(self, codes: Iterable[str]) -> tuple[VillageAnswer, ...]:
        """Named."""
        return tuple(VillageAnswer(code=one, name=self._villages.get(one, "")) for one in codes)

    def _wall(self, tick_s: float) -> datetime:
        return self.at + timedelta(seconds=tick_s - self._tick_s)

    def _clock(self, order: Order, clock: ClockReading) -> OrderClockAnswer:
        # What stands still is told by the clock that was on the wall when the order was opened.
        limit = timedelta(seconds=clock.limit_s)
        opened_at = self._wall(order.opened_tick_s) if clock.state in _RUNS else order.opened_at
        return OrderClockAnswer(
            kind=clock.kind,
            limit_s=clock.limit_s,
            elapsed_s=clock.elapsed_s,
            state=clock.state,
            due_at=opened_at + limit,
        )

    def _next_call_at(self, order: Order) -> datetime | None:
        if not order.calls:
            return None
        last = order.calls[-1]
        limits = self._context.orders.limits
        due = escalation_of(order.opened_tick_s, last.tick_s, last.round, order.stops, limits)
        return None if due is None else self._wall(due[1])

    def _called(self, calls: Sequence[OrderEntry]) -> OrderCalledAnswer | None:
        if not calls:
            return None
        last, person = calls[-1], self._person(calls[-1].person_id)
        shown = person if self._knows_people else None
        return OrderCalledAnswer(
            person_id=last.person_id,
            name="" if shown is None else shown.draft.name,
            phone=None if shown is None else shown.draft.phone or None,
            post=None if person is None else person.draft.post,
            number=len(calls),
            at=last.at,
            clock=last.clock,
            round=last.round,
        )

    def _link(self, calls: Sequence[OrderEntry]) -> OrderLinkAnswer | None:
        if not calls or not self._knows_people:
            return None
        link = self._context.store.orders.link_of_call(calls[-1].entry_id)
        return None if link is None else self._told_of(link)

    def _told_of(self, link: OrderLink) -> OrderLinkAnswer:
        return OrderLinkAnswer(
            state=(
                "revoked"
                if link.revoked_at is not None
                else "opened"
                if link.opened_at is not None
                else "expired"
                if link.expires_tick_s <= self._tick_s
                else "waiting"
            ),
            opened_at=link.opened_at,
            expires_at=self._wall(link.expires_tick_s),
        )

    def _entry(self, entry: OrderEntry) -> OrderEntryAnswer:
        told = entry.told or Told(entry.kind, note=entry.note)
        person = self._person(entry.person_id) if self._knows_people else None
        place = told.place
        return OrderEntryAnswer(
            entry_id=entry.entry_id,
            kind=entry.kind,
            at=entry.at,
            author=entry.author,
            person_id=entry.person_id,
            name="" if person is None else person.draft.name,
            call_number=entry.call_number,
            clock=entry.clock,
            round=entry.round,
            answer=told.answer,
            reason=told.reason,
            note=told.note,
            photo=_photo(entry, told),
            place=(
                None
                if place is None
                else OrderPlaceAnswer(
                    lon_deg=place.lon_deg, lat_deg=place.lat_deg, accuracy_m=place.accuracy_m
                )
            ),
            told_at=told.told_at,
        )

    def _person(self, person_id: int | None) -> DutyPerson | None:
        if person_id is None:
            return None
        if person_id not in self._people:
            self._people[person_id] = self._context.store.duty.person(person_id)
        return self._people[person_id]


def _photo(entry: OrderEntry, told: Told) -> OrderPhotoAnswer | None:
    photo = told.photo
    if photo is None:
        return None
    at = photo.position
    ending = photo.key.rsplit(".", 1)[-1]
    return OrderPhotoAnswer(
        url=f"/api/orders/{entry.order_id}/photos/{entry.entry_id}.{ending}",
        taken_at=photo.taken_at,
        lon_deg=None if at is None else at.lon_deg,
        lat_deg=None if at is None else at.lat_deg,
    )
