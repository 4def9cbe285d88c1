"""What the next shift has to know, gathered from what the watch knows at a moment.

Nothing is judged here: what is blind, fails or is overdue is so by the rules of its own room.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from api.context import Context
from api.handovers.cameras import blind_cameras
from api.handovers.drones import drones_out
from geo.land import LandIndex, round_place
from models.duty import gaps_in
from models.handover import HandoverItem, HandoverSection
from models.land import Layer
from models.ledger import EntryKind, GroundPlace, LedgerEntry
from models.order import ClockState, Limits, readings
from models.personal import without_numbers
from models.wind import Wind

__all__ = ["AHEAD", "FIRST_SHIFT", "Draft", "draft_of"]

AHEAD: Final = timedelta(hours=12)
"""The next shift: burns that begin in it and gaps of the roster in it are told."""

FIRST_SHIFT: Final = timedelta(hours=12)
"""Before the first page nobody knows when the shift began."""

MOST_TOWNSHIPS: Final = 3


@dataclass(frozen=True, slots=True)
class Draft:
    """A page before it is signed.

    Attributes:
        from_at: UTC, when the last page was drafted; twelve hours ago before the first.
        until_at: UTC, the moment that it tells of.
        items: by section, in the order in which people should look at them.
    """

    from_at: datetime
    until_at: datetime
    items: tuple[HandoverItem, ...]


def draft_of(context: Context) -> Draft:
    """The page of now."""
    now = context.clock.now()
    last = context.store.handovers.last()
    from_at = now - FIRST_SHIFT if last is None else min(last.until_at, now)
    names = {
        one.code: one.name
        for one in context.land_book.refresh().features
        if one.layer is Layer.TOWNSHIP
    }
    items = (
        *_fires(context),
        *_orders(context, names),
        *blind_cameras(context, now),
        *_burns(context, now),
        *drones_out(context, from_at, now),
        *_notices(context),
        *_duty(context, names, now),
        *_weather(context, now),
    )
    return Draft(from_at, now, items)


def _fires(context: Context) -> Iterator[HandoverItem]:
    cameras = context.store.cameras.standpoints()
    index = context.land_book.refresh().index
    for one in context.store.incidents.working():
        places = context.places.of(one, cameras).places
        units = index.townships(places) if places else ()
        yield HandoverItem(
            HandoverSection.FIRES,
            str(one.incident_id),
            since=one.first_seen_at,
            state=one.state.value,
            text="、".join(unit.name for unit in units[:MOST_TOWNSHIPS]),
            is_drill=one.is_drill,
        )


def _orders(context: Context, names: dict[str, str]) -> Iterator[HandoverItem]:
    rule = context.settings.orders
    limits = Limits(rule.push_s, rule.verify_s, rule.leave_s)
    tick_s = context.store.steady.tick_s()
    for one in context.store.orders.open_ones():
        if one.answer is not None:
            continue
        clocks = readings(one.opened_tick_s, one.stops, limits, tick_s)
        yield HandoverItem(
            HandoverSection.ORDERS,
            str(one.order_id),
            since=one.opened_at,
            state=one.state.value,
            text=names.get(one.draft.township, one.draft.township),
            value=float(sum(clock.state is ClockState.OVERDUE for clock in clocks)),
            is_drill=one.is_drill,
            incident_id=one.draft.incident_id,
        )


def _burns(context: Context, now: datetime) -> Iterator[HandoverItem]:
    index = context.land_book.refresh().index
    found = [
        (one, one.draft.place)
        for one in context.store.ledger.unended(now)
        if one.draft.kind is EntryKind.BURN and one.draft.from_at < now + AHEAD
    ]
    for one, place in sorted(found, key=lambda each: each[0].draft.from_at):
        if isinstance(place, GroundPlace):
            yield HandoverItem(
                HandoverSection.BURNS,
                str(one.entry_id),
                since=one.draft.from_at,
                until_at=one.draft.until_at,
                state="in_force" if one.in_span(now) else "coming",
                text=_burn_words(one, place, index),
                value=place.radius_m,
            )


def _burn_words(one: LedgerEntry, place: GroundPlace, index: LandIndex) -> str:
    """Township and who answers for it; a number that somebody wrote beside a name is masked."""
    around = round_place(place.lon_deg, place.lat_deg, place.radius_m)
    township = "、".join(unit.name for unit in index.townships((around,))[:MOST_TOWNSHIPS])
    who = one.draft.responsible or one.draft.reported_by
    return " · ".join(part for part in (township, without_numbers(who)) if part)


def _notices(context: Context) -> Iterator[HandoverItem]:
    desk = context.notices.desk
    for one in desk.health():
        if desk.fails(one):
            yield HandoverItem(
                HandoverSection.NOTICES,
                str(one.channel.channel_id),
                since=one.failing_since,
                state=one.error,
                text=one.channel.draft.name,
                value=float(one.pending),
            )


def _duty(context: Context, names: dict[str, str], now: datetime) -> Iterator[HandoverItem]:
    roster = context.store.duty.roster(now, now + AHEAD)
    known = names or {one.draft.township: "" for one in roster.people if one.draft.township}
    for gap in gaps_in(roster, known, now, now + AHEAD):
        yield HandoverItem(
            HandoverSection.DUTY,
            gap.township,
            since=gap.from_at,
            until_at=gap.until_at,
            state=gap.post.value,
            text=known[gap.township] or gap.township,
        )


def _weather(context: Context, now: datetime) -> Iterator[HandoverItem]:
    danger = context.dangers.now(context.store, context.clock, context.settings)
    yield HandoverItem(
        HandoverSection.WEATHER,
        "danger",
        since=danger.at,
        state="stale" if danger.stale else danger.source.value,
        value=None if danger.danger is None else float(danger.danger),
    )
    yield from _wind(context.store.winds.last(), now)


def _wind(wind: Wind | None, now: datetime) -> Iterator[HandoverItem]:
    if wind is None:
        yield HandoverItem(HandoverSection.WEATHER, "wind_speed_m_s", state="unknown")
        return
    state = "stale" if wind.stale(now) else "entered"
    for subject, value in (("wind_speed_m_s", wind.speed_m_s), ("wind_from_deg", wind.from_deg)):
        yield HandoverItem(
            HandoverSection.WEATHER, subject, since=wind.at, state=state, value=value
        )
